"""The JSON Schema of `drift --format json`. Written by hand, as the report that makes it is; a test holds the two together."""

from __future__ import annotations

from reconciler.documents.json_parts import (
    ADDRESS,
    COUNT,
    TEXT,
    TIME,
    VERSION,
    Schema,
    list_of,
    map_of,
    or_null,
    record_of,
)

_DAY: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}
_ACCEPTED = record_of(
    {"name": TEXT, "address": TEXT, "reason": TEXT, "owner": TEXT, "until": _DAY},
    about="Who answers for it, until when.",
)
_DIFFERENCE = record_of(
    {"address": ADDRESS, "path": TEXT, "observed": {}, "desired": {}},
    about="One field, by dotted path; `exists` of something that should be there or should not.",
)


def drift_schema(finding: Schema) -> Schema:
    """The schema, given that of a finding."""
    drifted = record_of(
        {
            "address": ADDRESS,
            "aspect": {"enum": ["settings", "webhook", "ticket", "group"]},
            "differences": list_of(_DIFFERENCE),
            "reason": TEXT,
            "declared_at": or_null(record_of({"file": TEXT, "line": or_null({"type": "integer", "minimum": 1})})),
            "who": or_null(TEXT),
            "since": or_null(TIME),
            "accepted": or_null(_ACCEPTED),
            "findings": list_of(finding),
        },
        about="One address that differs; a group goes by the address of its ticket.",
    )
    return record_of(
        {
            "format_version": VERSION,
            "tool_version": TEXT,
            "verdict": {"enum": ["clean", "drifted", "could-not-look"]},
            "looked_at": TIME,
            "grace_seconds": COUNT,
            "targets": record_of({"datadog": TEXT, "jira": map_of(TEXT)}),
            "drifted": list_of(drifted),
            "accepted": list_of(drifted),
            "settling": list_of(drifted),
            "findings": list_of(finding),
            "counts": record_of(dict.fromkeys(("settings", "webhook", "ticket", "group"), COUNT)),
            "groups": COUNT,
            "webhook_silence_seconds": map_of(or_null(COUNT)),
            "calls": map_of(COUNT),
        }
    )
