"""A plan as JSON: what is saved, reviewed and compared. Values only; reading and writing files happens elsewhere.

The digest covers every field but itself, so that a plan file with any field changed is recognised.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum

from reconciler import __version__
from reconciler.model.finding import Finding
from reconciler.plan.change import Change, Create, Delete, FieldChange, Update
from reconciler.plan.outcome import Outcome
from reconciler.plan.plan import Plan

FORMAT_VERSION = 1


def to_json(value: object) -> object:
    """The JSON form of a value of the core: fields by name, sets sorted, times in UTC with a trailing Z."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: to_json(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(to_json(key)): to_json(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, frozenset | set):
        return sorted((to_json(item) for item in value), key=str)
    if isinstance(value, tuple | list):
        return [to_json(item) for item in value]
    return _scalar(value)


def _scalar(value: object) -> object:
    match value:
        case Enum():
            return to_json(value.value)
        case datetime():
            return timestamp(value)
        case timedelta():
            return value.total_seconds()
        case str() | int() | float() | bool() | None:
            return value
        case _:
            return str(value)


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def canonical(document: object) -> str:
    """One spelling for equal documents: sorted keys, no spaces, ASCII (a title may hold a lone surrogate)."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def digest_of(document: Mapping[str, object]) -> str:
    """The digest of a plan document: over everything in it but `digest`."""
    content = {key: value for key, value in document.items() if key != "digest"}
    return "sha256:" + hashlib.sha256(canonical(content).encode()).hexdigest()


def field_changes(change: Change) -> tuple[FieldChange, ...]:
    """What an update changes, field by field, by dotted path; a create or delete changes everything and lists nothing."""
    match change:
        case Update(before=before, after=after):
            old, new = flattened(to_json(before)), flattened(to_json(after))
            paths = sorted({*old, *new})
            return tuple(
                FieldChange(path, old.get(path), new.get(path)) for path in paths if old.get(path) != new.get(path)
            )
        case Create() | Delete():
            return ()


def flattened(value: object, path: str = "") -> dict[str, object]:
    """Leaves by dotted path; lists and empty objects are leaves."""
    if not isinstance(value, Mapping) or not value:
        return {path: value}
    leaves: dict[str, object] = {}
    for key, item in value.items():
        leaves.update(flattened(item, f"{path}.{key}" if path else str(key)))
    return leaves


def encode_change(change: Change) -> dict[str, object]:
    """One change of a plan document."""
    origin = {"file": change.reason.file, "line": change.reason.line} if change.reason.file else None
    return {
        "address": str(change.address),
        "action": change.action,
        "before": None if isinstance(change, Create) else to_json(change.before),
        "after": None if isinstance(change, Delete) else to_json(change.after),
        "fields": [to_json(field) for field in field_changes(change)],
        "reason": change.reason.text,
        "origin": origin,
    }


def encode_finding(finding: Finding) -> dict[str, object]:
    """One finding, as plans and reports give it."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "expected": finding.expected,
        "address": str(finding.address) if finding.address else None,
        "origin": to_json(finding.origin) if finding.origin else None,
        "hint": finding.hint,
    }


def encode_plan(plan: Plan) -> dict[str, object]:
    """The plan document of the command line contract, with its digest."""
    document: dict[str, object] = {
        "format_version": FORMAT_VERSION,
        "tool_version": __version__,
        "created_at": timestamp(plan.created_at),
        "expires_at": timestamp(plan.expires_at),
        "config_digest": plan.config_digest,
        "targets": to_json(plan.targets),
        "complete": plan.complete,
        "over_limit": list(plan.over_limit),
        "changes": [encode_change(change) for change in plan.changes],
        "findings": [encode_finding(finding) for finding in plan.findings],
        "counts": dict(plan.counts),
        "calls": to_json(plan.calls),
    }
    return document | {"digest": digest_of(document)}


def encode_outcome(outcome: Outcome) -> dict[str, object]:
    """One outcome, as `apply --format json` and the event stream give it."""
    return {
        "address": str(outcome.address),
        "action": outcome.action,
        "status": outcome.status.value,
        "detail": outcome.detail,
    }


def encode_outcomes(outcomes: Iterable[Outcome]) -> list[dict[str, object]]:
    """All outcomes, in the order in which they came."""
    return [encode_outcome(outcome) for outcome in outcomes]
