"""The JSON Schemas of what the tool writes for programs: plans, outcomes, findings. Unknown fields are refused.

They are written by hand, as the code that makes these documents is the pure core, and tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.documents.diagnosis_schema import DIAGNOSIS
from reconciler.documents.drift_schema import drift_schema
from reconciler.documents.explanation_schema import explanation_schema
from reconciler.documents.import_schema import import_schema
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
from reconciler.documents.rules_schema import BACKTEST, ROUTING, RULES, TEST_RESULTS, lint_schema
from reconciler.documents.ticket_schema import action_schema, linked_schema

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_DIGEST: Schema = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
_ACTION: Schema = {"enum": ["create", "update", "delete"]}

_NAMED = or_null(record_of({"id": TEXT, "name": TEXT}, about="An id, with the name a person knows it by."))

_CASE_PROJECT = record_of(
    {
        "key": TEXT,
        "integration": FLAG,
        "account": _NAMED,
        "project": _NAMED,
        "issue_type": _NAMED,
        "sync": FLAG,
        "auto_creation": FLAG,
        "directions": map_of(TEXT),
        "statuses": map_of(TEXT),
        "name": or_null(TEXT),
    },
    about="The Jira integration of a case project, as far as it is managed.",
)
_WEBHOOK = record_of(
    {"account": TEXT, "enabled": FLAG, "events": list_of(TEXT), "jql": TEXT, "exclude_body": FLAG},
    about="The webhook of a Jira account. Its URL is a secret and never here.",
)
_TICKET_REQUEST = record_of(
    {
        "issue_id": TEXT,
        "rule": TEXT,
        "binding": TEXT,
        "case_project": TEXT,
        "account": TEXT,
        "project": record_of({"id": TEXT, "name": TEXT}),
        "issue_type": record_of({"id": TEXT, "name": TEXT}),
        "summary": TEXT,
        "description": TEXT,
        "marker": TEXT,
        "fields": {"type": "object"},
        "case": or_null(TEXT),
        "case_home": or_null(TEXT),
        "account_id": TEXT,
        "written_fields": {"type": "object"},
        "alike": or_null(TEXT),
    },
    about="A ticket that does not exist yet.",
)
_JOIN_REQUEST = record_of(
    {
        "issue_id": TEXT,
        "rule": TEXT,
        "case_project": TEXT,
        "account": TEXT,
        "leader": TEXT,
        "alike": TEXT,
        "first_seen": TIME,
        "ticket": or_null(TEXT),
        "case": or_null(TEXT),
        "shared": map_of(list_of(TEXT)),
    },
    about="A new issue that joins the ticket of an alike one, its `leader`. `ticket` is null where the same plan makes it.",
)
_LINKED_TICKET = record_of(
    {"issue_id": TEXT, "account": TEXT, "key": TEXT, "labelled": FLAG, "reviewed": FLAG, "remembered": FLAG},
    about="What must hold once a ticket made by us exists.",
)
_ISSUE_STATUS = record_of(
    {"issue_id": TEXT, "ticket": TEXT, "state": STATE, "assignee": _NAMED}, about="An issue of a group."
)
_CASE_STATUS = record_of(
    {"key": TEXT, "ticket": TEXT, "status": GROUP, "assignee": _NAMED}, about="The case of a group."
)
_COMMENT_COPY = record_of(
    {
        "ticket": TEXT,
        "origin": TEXT,
        "id": TEXT,
        "side": {"enum": ["Jira", "Datadog"]},
        "author": TEXT,
        "text": TEXT,
        "digest": TEXT,
        "copy_id": or_null(TEXT),
    },
    about="A copy of a comment on the other side.",
)
_TICKET_STATUS = record_of(
    {
        "key": TEXT,
        "account": TEXT,
        "case_project": TEXT,
        "case": TEXT,
        "status": record_of({"id": TEXT, "name": TEXT}),
        "remembered": or_null(TEXT),
        "assignee": _NAMED,
        "hops": list_of(TEXT),
        "base": {"type": "object"},
        "seen": TEXT,
    },
    about="The ticket of a group, and what is remembered on it.",
)
_RESOURCE: Schema = {
    "anyOf": [
        _CASE_PROJECT,
        _WEBHOOK,
        _TICKET_REQUEST,
        _JOIN_REQUEST,
        _LINKED_TICKET,
        _ISSUE_STATUS,
        _CASE_STATUS,
        _TICKET_STATUS,
        _COMMENT_COPY,
        {"type": "null"},
    ]
}

_FIELD_CHANGE = record_of({"path": TEXT, "before": {}, "after": {}}, about="One field of an update, by dotted path.")
_LINE = or_null(record_of({"file": TEXT, "line": or_null({"type": "integer", "minimum": 1})}))
_CHANGE = record_of(
    {
        "address": ADDRESS,
        "action": _ACTION,
        "before": _RESOURCE,
        "after": _RESOURCE,
        "fields": list_of(_FIELD_CHANGE),
        "reason": TEXT,
        "origin": _LINE,
    }
)
_FINDING = record_of(
    {
        "code": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
        "severity": {"enum": ["error", "warning", "info"]},
        "message": TEXT,
        "expected": or_null(TEXT),
        "address": or_null(ADDRESS),
        "origin": ORIGIN,
        "hint": or_null(TEXT),
    }
)
_OUTCOME = record_of(
    {
        "address": ADDRESS,
        "action": _ACTION,
        "status": {"enum": ["applied", "unchanged", "skipped", "stale", "failed", "unknown"]},
        "detail": TEXT,
    },
    about="How one change ended; also one line of an event stream.",
)

_PLAN = record_of(
    {
        "format_version": VERSION,
        "tool_version": TEXT,
        "created_at": TIME,
        "expires_at": TIME,
        "config_digest": TEXT,
        "targets": record_of({"datadog": TEXT, "jira": map_of(TEXT)}),
        "complete": FLAG,
        "over_limit": list_of(TEXT),
        "changes": list_of(_CHANGE),
        "findings": list_of(_FINDING),
        "counts": record_of(dict.fromkeys(("create", "update", "delete", "error", "warning", "info"), COUNT)),
        "calls": map_of(COUNT),
        "digest": _DIGEST,
        "impact": BACKTEST,
    },
    optional=("impact",),
    about="`impact`, printed where a base is given: what the change of the rules does to real issues. It is never saved.",
)
_OUTCOMES = record_of({"format_version": VERSION, "outcomes": list_of(_OUTCOME), "findings": list_of(_FINDING)})
_FINDINGS = record_of({"format_version": VERSION, "findings": list_of(_FINDING)})


def machine_schemas() -> Mapping[str, Schema]:
    """The schemas by name: `plan`, `outcomes`, `findings`, `explanation` and so on (published as `schemas/<name>.schema.json`)."""
    named = {
        "plan": ("A plan, as `reconciler plan --out` saves it and `--format json` prints it", _PLAN),
        "outcomes": ("How an apply ended, as `reconciler apply --format json` prints it", _OUTCOMES),
        "findings": ("Findings, as `reconciler validate --format json` prints them", _FINDINGS),
        "drift": ("What drifted, as `reconciler drift --format json` prints it", drift_schema(_FINDING)),
        "explanation": (
            "The story of a group, as `reconciler explain --format json` prints it",
            explanation_schema(_CHANGE, _FINDING),
        ),
        "diagnosis": ("What the doctor finds, as `reconciler doctor --format json` prints it", DIAGNOSIS),
        "import": ("What stands, as `reconciler import --format json` prints it", import_schema(_FINDING)),
        "ticket": ("What is linked, as `reconciler ticket show --format json` prints it", linked_schema(_FINDING)),
        "ticket-action": (
            "An action on one ticket, as `reconciler ticket create --format json` and its like print it",
            action_schema(_CHANGE, _OUTCOME, _FINDING),
        ),
        "lint": (
            "What is proved about rules, as `reconciler rules lint --format json` prints it",
            lint_schema(_FINDING),
        ),
        "backtest": ("What rules do to real issues, as `reconciler rules backtest --format json` prints it", BACKTEST),
        "rules": ("The rules in their order, as `reconciler rules list --format json` prints them", RULES),
        "rule-test-results": ("How rule tests ended, as `reconciler rules test --format json` prints it", TEST_RESULTS),
        "routing": ("The rules tried on one issue, as `reconciler rules explain --format json` prints it", ROUTING),
    }
    return {name: {"$schema": _DRAFT, "title": title, **schema} for name, (title, schema) in named.items()}
