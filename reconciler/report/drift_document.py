"""Drift as JSON: `schemas/drift.schema.json`."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler import __version__
from reconciler.engine.drift.drift import Drift, Drifted
from reconciler.model.accepted import AcceptedDrift
from reconciler.plan.change import Change, Create, Delete
from reconciler.plan.encoding import FORMAT_VERSION, encode_finding, field_changes, timestamp, to_json

# What a ticket carries for whoever writes its group; nobody moved it.
_NOT_SHOWN = ("base.", "base", "hops", "remembered", "seen")


def drift_document(drift: Drift) -> dict[str, object]:
    """What `drift --format json` prints."""
    return {
        "format_version": FORMAT_VERSION,
        "tool_version": __version__,
        "verdict": drift.verdict.value,
        "looked_at": timestamp(drift.looked_at),
        "grace_seconds": int(drift.grace.total_seconds()),
        "targets": to_json(drift.targets),
        "drifted": [_drifted(one) for one in drift.counted],
        "accepted": [_drifted(one) for one in drift.accepted],
        "settling": [_drifted(one) for one in drift.settling],
        "findings": [encode_finding(finding) for finding in drift.findings],
        "counts": {aspect.value: count for aspect, count in drift.by_aspect.items()},
        "groups": drift.groups,
        "webhook_silence_seconds": {
            name: None if span is None else int(span.total_seconds()) for name, span in sorted(drift.silence.items())
        },
        "calls": to_json(drift.calls),
    }


def _drifted(one: Drifted) -> dict[str, object]:
    reason = one.reason
    declared = {"file": reason.file, "line": reason.line} if reason and reason.file else None
    return {
        "address": str(one.address),
        "aspect": one.aspect.value,
        "differences": [entry for change in one.changes for entry in _differences(change)],
        "reason": reason.text if reason else "",
        "declared_at": declared,
        "who": one.who,
        "since": None if one.since is None else timestamp(one.since),
        "accepted": None if one.accepted is None else _accepted(one.accepted),
        "findings": [encode_finding(finding) for finding in one.findings],
    }


def _accepted(one: AcceptedDrift) -> dict[str, object]:
    until = one.until.isoformat()
    return {"name": one.name, "address": one.address, "reason": one.reason, "owner": one.owner, "until": until}


def _differences(change: Change) -> Iterator[dict[str, object]]:
    """What stands there and what should, field by field; of something that is absent or should be just that."""
    if isinstance(change, Create | Delete):
        is_missing = isinstance(change, Create)
        sides: dict[str, object] = {"observed": not is_missing, "desired": is_missing}
        yield {"address": str(change.address), "path": "exists", **sides}
    for one in field_changes(change):
        if not one.path.startswith(_NOT_SHOWN):
            yield {"address": str(change.address), "path": one.path, "observed": one.before, "desired": one.after}
