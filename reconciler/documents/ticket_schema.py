"""The JSON Schemas of what the `ticket` commands tell."""

from __future__ import annotations

from reconciler.documents.json_parts import (
    ADDRESS,
    COUNT,
    FLAG,
    GROUP,
    TEXT,
    TIME,
    VERSION,
    Schema,
    list_of,
    map_of,
    or_null,
    record_of,
)

_MEMBER = record_of(
    {
        "address": ADDRESS,
        "title": TEXT,
        "state": or_null(TEXT),
        "group": or_null(GROUP),
        "assignee": or_null(TEXT),
        "url": or_null(TEXT),
    },
    about="An issue, a case or a ticket. `state` is null where it was not read.",
)
_TICKET = record_of({"key": TEXT, "url": or_null(TEXT)}, about="A ticket and its page.")


def linked_schema(finding: Schema) -> Schema:
    """The schema of `ticket show`, given that of a finding."""
    return record_of(
        {
            "format_version": VERSION,
            "asked": TEXT,
            "complete": FLAG,
            "binding": or_null(TEXT),
            "members": list_of(_MEMBER),
            "last_sync": or_null(TIME),
            "held": FLAG,
            "next_run": TEXT,
            "notes": list_of(TEXT),
            "findings": list_of(finding),
            "calls": map_of(COUNT),
        }
    )


def action_schema(change: Schema, outcome: Schema, finding: Schema) -> Schema:
    """The schema of the actions, given those of a change, an outcome and a finding."""
    following = record_of(
        {"why": TEXT, "held": FLAG, "by_datadog": FLAG, "warnings": list_of(TEXT), "changes": list_of(change)},
        about="What sync will do with the group once the action is done.",
    )
    return record_of(
        {
            "format_version": VERSION,
            "action": {"enum": ["create", "link", "unlink", "settle"]},
            "address": ADDRESS,
            "issue": or_null(TEXT),
            "ticket": or_null(_TICKET),
            "case": or_null(TEXT),
            "nothing_to_do": FLAG,
            "steps": list_of(TEXT),
            "notes": list_of(TEXT),
            "changes": list_of(change),
            "following": or_null(following),
            "outcomes": list_of(outcome),
            "state": or_null(TEXT),
            "findings": list_of(finding),
            "calls": map_of(COUNT),
        }
    )
