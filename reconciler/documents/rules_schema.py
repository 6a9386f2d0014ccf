"""The JSON Schemas of what `rules lint`, `rules test`, `rules explain` and `rules backtest` tell."""

from __future__ import annotations

from reconciler.documents.json_parts import (
    COUNT,
    FLAG,
    ORIGIN,
    TEXT,
    TIME,
    VERSION,
    Schema,
    list_of,
    map_of,
    or_null,
    record_of,
)

_SPAN = record_of({"start": COUNT, "end": COUNT}, about="Characters of the query, from 0; `end` is exclusive.")
_FACTS = map_of(list_of(TEXT))
_KINDS: Schema = {
    "enum": [
        "rule-never-matches",
        "rule-shadowed",
        "catch-all-not-last",
        "rule-partly-shadowed",
        "rules-exchangeable",
        "rule-unproved",
    ]
}
_CLAIM = record_of(
    {
        "claim": _KINDS,
        "rule": TEXT,
        "others": list_of(TEXT),
        "witness": or_null(_FACTS),
        "winner": or_null(TEXT),
        "reason": or_null(TEXT),
        "parts": list_of(_SPAN),
        "minimal": FLAG,
        "whole": FLAG,
        "origin": ORIGIN,
    },
    about="`witness` is an issue that shows it, `winner` the rule by which it goes; `reason` and `parts` say why there is none. "
    "`minimal`: none of `others` can be left out. `whole`: no more could be named among them.",
)
_TRIAL = record_of(
    {
        "rule": TEXT,
        "query": TEXT,
        "matches": FLAG,
        "applies": FLAG,
        "part": _SPAN,
        "because": or_null(TEXT),
        "origin": ORIGIN,
    },
    about="`part` is the part of the query that decided.",
)
_SAID: Schema = {"type": ["string", "boolean", "null"]}
_TEST = record_of(
    {
        "suite": TEXT,
        "facts": _FACTS,
        "passed": FLAG,
        "rule": or_null(TEXT),
        "mistakes": list_of(
            record_of({"key": {"enum": ["rule", "binding", "auto_create"]}, "expected": _SAID, "got": _SAID})
        ),
        "trials": list_of(_TRIAL),
        "origin": ORIGIN,
    },
    about="`trials`, of a test that failed: the rule that was expected and the one that applies.",
)

ROUTING = record_of(
    {
        "format_version": VERSION,
        "issue": or_null(TEXT),
        "facts": _FACTS,
        "rule": or_null(TEXT),
        "destination": or_null(TEXT),
        "auto_create": FLAG,
        "trials": list_of(_TRIAL),
    }
)
TEST_RESULTS = record_of(
    {"format_version": VERSION, "counts": record_of({"passed": COUNT, "failed": COUNT}), "tests": list_of(_TEST)}
)
RULES = record_of(
    {
        "format_version": VERSION,
        "rules": list_of(
            record_of(
                {
                    "number": COUNT,
                    "name": TEXT,
                    "set": TEXT,
                    "order": {"type": "integer"},
                    "match": TEXT,
                    "binding": TEXT,
                    "destination": TEXT,
                    "auto_create": FLAG,
                    "group_by": list_of(TEXT),
                    "owner": or_null(TEXT),
                    "origin": ORIGIN,
                },
                about="`number` is the place in the order in which rules are tried; `destination` is account, project and ticket type.",
            )
        ),
    }
)


_DAY: Schema = or_null({"type": "string", "format": "date"})
_DESTINATION: Schema = {**list_of(TEXT), "minItems": 3, "maxItems": 3}
_EFFECT = record_of(
    {
        "destination": _DESTINATION,
        "issues": COUNT,
        "tickets": COUNT,
        "peak": COUNT,
        "peak_day": _DAY,
        "without": COUNT,
        "joined": COUNT,
    },
    about="`destination` is account, project and ticket type; `peak` the most tickets on one day (UTC), `without` the new issues "
    "that get none because of `max_per_day`, `joined` those that share the ticket of an alike one.",
)
_SUMS = record_of({"unrouted": COUNT, "tickets": COUNT, "peak": COUNT, "peak_day": _DAY})
_PLACE = or_null(record_of({"rule": TEXT, "destination": _DESTINATION}, about="Null: no rule."))
_SAMPLE = record_of({"id": TEXT, "service": or_null(TEXT), "error_type": or_null(TEXT), "error_message": or_null(TEXT)})

BACKTEST = record_of(
    {
        "format_version": VERSION,
        "start": TIME,
        "end": TIME,
        "base": or_null(TEXT),
        "issues": COUNT,
        "new": COUNT,
        "truncated": list_of(TEXT),
        "now": _SUMS,
        "before": or_null(_SUMS),
        "rules": list_of(record_of({"rule": TEXT, "now": or_null(_EFFECT), "before": or_null(_EFFECT)})),
        "moves": list_of(record_of({"before": _PLACE, "now": _PLACE, "issues": COUNT, "samples": list_of(_SAMPLE)})),
    },
    about="`before` is of the base, where one was given; `truncated` names parts of the search in which issues may be missing.",
)


def lint_schema(finding: Schema) -> Schema:
    """The schema, given that of a finding."""
    return record_of(
        {"format_version": VERSION, "rules": COUNT, "claims": list_of(_CLAIM), "findings": list_of(finding)}
    )
