"""The JSON Schema of what `explain` tells."""

from __future__ import annotations

from reconciler.documents.json_parts import (
    ADDRESS,
    COUNT,
    FLAG,
    GROUP,
    ORIGIN,
    STATE,
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
_TRIAL = record_of({"rule": TEXT, "query": TEXT, "matches": FLAG, "because": TEXT, "origin": ORIGIN})
_ROUTED = record_of(
    {"issue": TEXT, "rule": or_null(TEXT), "trials": list_of(_TRIAL), "others": map_of(or_null(TEXT))},
    about="The rules tried on one issue, up to the first that matches; and the rules of the group's other issues.",
)
_MAPPED = record_of(
    {
        "mapping": or_null(TEXT),
        "status": TEXT,
        "group": or_null(GROUP),
        "by": TEXT,
        "targets": map_of(TEXT),
        "origin": ORIGIN,
    },
    about="How the ticket's status is read, and where a ticket is moved for each group.",
)
_STATES = record_of(
    {"ticket": or_null(GROUP), "case": GROUP, "issues": map_of(STATE), "reviewing": list_of(TEXT)},
    about="How far along each member of a group is.",
)
_REMEMBERED = record_of(
    {
        "group": _STATES,
        "at": TIME,
        "since": TIME,
        "case_left": or_null(GROUP),
        "intent": or_null(record_of({"before": _STATES, "after": _STATES, "at": TIME})),
        "writes": list_of(record_of({"group": GROUP, "at": TIME})),
    },
    about="The base: the group as the last completed run left it. `intent` stands where a run was broken off.",
)
_STEP = record_of(
    {"at": TIME, "what": TEXT, "before": TEXT, "after": TEXT, "who": or_null(TEXT), "ours": FLAG, "new": FLAG},
    about="Something that was moved. `new`: since the base was written.",
)
_SIDE = or_null({"anyOf": [GROUP, STATE]})
_CONFLICT = record_of(
    {"what": TEXT, "base": _SIDE, "seen": _SIDE, "target": _SIDE, "rule": TEXT},
    about="Somebody's change that does not survive. `what` is ticket, case, or an issue's id.",
)
_DECISION = record_of(
    {
        "target": _STATES,
        "held": FLAG,
        "reasons": list_of(record_of({"rule": TEXT, "text": TEXT})),
        "conflicts": list_of(_CONFLICT),
    },
    about="What each member should be. `held`: nothing is written.",
)


def explanation_schema(change: Schema, finding: Schema) -> Schema:
    """The schema, given those of a change and a finding as plans have them."""
    return record_of(
        {
            "format_version": VERSION,
            "asked": TEXT,
            "complete": FLAG,
            "members": list_of(_MEMBER),
            "notes": list_of(TEXT),
            "binding": or_null(TEXT),
            "routed": or_null(_ROUTED),
            "mapped": or_null(_MAPPED),
            "remembered": or_null(_REMEMBERED),
            "history": list_of(_STEP),
            "differences": list_of(record_of({"what": TEXT, "was": TEXT, "now": TEXT})),
            "decision": or_null(_DECISION),
            "next_run": TEXT,
            "changes": list_of(change),
            "findings": list_of(finding),
            "calls": map_of(COUNT),
        }
    )
