"""A look for drift as metrics, in Prometheus' text exposition format 0.0.4, for the textfile collector of its node exporter.

A number that is not known is left out, never zero: an alert on a missing series is not the same as one on a good value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, TypeVar

from reconciler import __version__
from reconciler.engine.drift.drift import Aspect, Drift, Verdict

T = TypeVar("T")
_Samples: TypeAlias = list[tuple[dict[str, str], float]]
_PREFIX = "reconciler_"
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


@dataclass(frozen=True, slots=True)
class Look:
    """One look, also one that failed: then `drift` is None. `configuration` tells apart the metrics of several set-ups;
    `headroom` is the smallest part of a rate limit that was left, by system.
    """

    configuration: str
    at: datetime
    drift: Drift | None = None
    headroom: Mapping[str, float] | None = None


def render_metrics(look: Look) -> str:
    """The file: every metric once, with its help and type."""
    lines: list[str] = []
    for name, about, samples in _metrics(look):
        written = [_sample(name, {"configuration": look.configuration, **labels}, value) for labels, value in samples]
        if written:
            lines += [f"# HELP {_PREFIX}{name} {about}", f"# TYPE {_PREFIX}{name} gauge", *written]
    return "\n".join(lines) + "\n"


def _metrics(look: Look) -> Iterator[tuple[str, str, _Samples]]:
    drift = look.drift
    success = drift is not None and drift.verdict is not Verdict.COULD_NOT_LOOK
    yield "build_info", "The version that looked.", [({"version": __version__}, 1)]
    yield "last_run_timestamp_seconds", "When the last look ended.", _one(look.at.timestamp())
    yield "last_run_success", "1 if everything could be read, 0 if not.", _one(float(success))
    if drift is None:
        return
    yield from _counts(drift)
    silence = [({"account": name}, span.total_seconds()) for name, span in _items(drift.silence) if span is not None]
    yield "webhook_silence_seconds", "For how long Datadog has heard from no webhook of this Jira account.", silence
    heard = [({"account": name}, float(span is not None)) for name, span in _items(drift.silence)]
    yield "webhook_ever_heard", "1 if a webhook of this Jira account ever reached Datadog.", heard
    calls = [({"system": name}, float(count)) for name, count in _items(drift.calls)]
    yield "calls", "Requests that the last look took.", calls
    left = [({"system": name}, part) for name, part in _items(look.headroom or {})]
    yield "rate_limit_headroom_ratio", "The smallest part of a rate limit that was left during the last look.", left


def _counts(drift: Drift) -> Iterator[tuple[str, str, _Samples]]:
    """What drifted. Left out where not everything was seen: part of a count is no count."""
    if drift.is_blind:
        return
    kinds: _Samples = [({"kind": aspect.value}, float(count)) for aspect, count in drift.by_aspect.items()]
    yield "drift_addresses", "Addresses that differ from what is declared, by kind.", kinds
    yield "drift_accepted_addresses", "Addresses whose drift somebody answers for.", _one(float(len(drift.accepted)))
    yield "drift_settling_addresses", "Differences younger than the grace.", _one(float(len(drift.settling)))
    yield "groups_out_of_step", "Groups out of step that count.", _one(float(drift.by_aspect[Aspect.GROUP]))
    yield "groups", "Groups looked at: a ticket with its case and issues.", _one(float(drift.groups))


def _items(values: Mapping[str, T]) -> Iterable[tuple[str, T]]:
    return [(name, values[name]) for name in sorted(values)]


def _one(value: float) -> _Samples:
    return [({}, value)]


def _sample(name: str, labels: Mapping[str, str], value: float) -> str:
    written = ",".join(f'{key}="{text.translate(_ESCAPES)}"' for key, text in labels.items())
    number = str(int(value)) if value == int(value) else f"{value:.6f}".rstrip("0")
    return f"{_PREFIX}{name}{{{written}}} {number}"
