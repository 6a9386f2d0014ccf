"""The JSON Schemas of what the tool writes for programs: plans, outcomes, findings. Unknown fields are refused.

They are written by hand, as the code that makes these documents is the pure core, and tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Mapping

Schema = dict[str, object]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Schema = {"type": "string"}
_FLAG: Schema = {"type": "boolean"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_TIME: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
_DIGEST: Schema = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
_VERSION: Schema = {"const": 1, "description": "Rises when a reader of the former version would misread the document."}
_ADDRESS: Schema = {
    "type": "string",
    "pattern": r"^(case_project|webhook|ticket|link|issue|case|comment)\.[\s\S]+$",
    "description": "KIND.NAME",
}
_ACTION: Schema = {"enum": ["create", "update", "delete"]}


def _object(properties: Mapping[str, Schema], *, optional: tuple[str, ...] = (), about: str = "") -> Schema:
    """An object of exactly these properties."""
    required = sorted(name for name in properties if name not in optional)
    described: Schema = {"description": about} if about else {}
    return {
        "type": "object",
        "properties": dict(properties),
        "required": required,
        "additionalProperties": False,
    } | described


def _optional(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _map(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


_NAMED = _optional(_object({"id": _TEXT, "name": _TEXT}, about="An id, with the name a person knows it by."))

_CASE_PROJECT = _object(
    {
        "key": _TEXT,
        "integration": _FLAG,
        "account": _NAMED,
        "project": _NAMED,
        "issue_type": _NAMED,
        "sync": _FLAG,
        "auto_creation": _FLAG,
        "directions": _map(_TEXT),
        "statuses": _map(_TEXT),
        "name": _optional(_TEXT),
    },
    about="The Jira integration of a case project, as far as it is managed.",
)
_WEBHOOK = _object(
    {"account": _TEXT, "enabled": _FLAG, "events": _list(_TEXT), "jql": _TEXT, "exclude_body": _FLAG},
    about="The webhook of a Jira account. Its URL is a secret and never here.",
)
_TICKET_REQUEST = _object(
    {
        "issue_id": _TEXT,
        "rule": _TEXT,
        "binding": _TEXT,
        "case_project": _TEXT,
        "account": _TEXT,
        "project": _object({"id": _TEXT, "name": _TEXT}),
        "issue_type": _object({"id": _TEXT, "name": _TEXT}),
        "summary": _TEXT,
        "description": _TEXT,
        "marker": _TEXT,
        "fields": {"type": "object"},
        "case": _optional(_TEXT),
        "case_home": _optional(_TEXT),
        "account_id": _TEXT,
        "written_fields": {"type": "object"},
    },
    about="A ticket that does not exist yet.",
)
_LINKED_TICKET = _object(
    {"issue_id": _TEXT, "account": _TEXT, "key": _TEXT, "labelled": _FLAG, "reviewed": _FLAG, "remembered": _FLAG},
    about="What must hold once a ticket made by us exists.",
)
_STATE: Schema = {"enum": ["OPEN", "ACKNOWLEDGED", "RESOLVED", "IGNORED", "EXCLUDED"]}
_GROUP: Schema = {"enum": ["open", "in_progress", "closed"]}
_ISSUE_STATUS = _object({"issue_id": _TEXT, "ticket": _TEXT, "state": _STATE}, about="An issue of a group.")
_CASE_STATUS = _object({"key": _TEXT, "ticket": _TEXT, "status": _GROUP}, about="The case of a group.")
_TICKET_STATUS = _object(
    {
        "key": _TEXT,
        "account": _TEXT,
        "case_project": _TEXT,
        "case": _TEXT,
        "status": _object({"id": _TEXT, "name": _TEXT}),
        "remembered": _optional(_TEXT),
        "hops": _list(_TEXT),
        "base": {"type": "object"},
        "seen": _TEXT,
    },
    about="The ticket of a group, and what is remembered on it.",
)
_RESOURCE: Schema = {
    "anyOf": [
        _CASE_PROJECT,
        _WEBHOOK,
        _TICKET_REQUEST,
        _LINKED_TICKET,
        _ISSUE_STATUS,
        _CASE_STATUS,
        _TICKET_STATUS,
        {"type": "null"},
    ]
}

_FIELD_CHANGE = _object({"path": _TEXT, "before": {}, "after": {}}, about="One field of an update, by dotted path.")
_LINE = _optional(_object({"file": _TEXT, "line": _optional({"type": "integer", "minimum": 1})}))
_CHANGE = _object(
    {
        "address": _ADDRESS,
        "action": _ACTION,
        "before": _RESOURCE,
        "after": _RESOURCE,
        "fields": _list(_FIELD_CHANGE),
        "reason": _TEXT,
        "origin": _LINE,
    }
)
_ORIGIN = _optional(_object({"file": _TEXT, "line": _COUNT, "column": _COUNT}))
_FINDING = _object(
    {
        "code": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
        "severity": {"enum": ["error", "warning", "info"]},
        "message": _TEXT,
        "expected": _optional(_TEXT),
        "address": _optional(_ADDRESS),
        "origin": _ORIGIN,
        "hint": _optional(_TEXT),
    }
)
_OUTCOME = _object(
    {
        "address": _ADDRESS,
        "action": _ACTION,
        "status": {"enum": ["applied", "unchanged", "skipped", "stale", "failed", "unknown"]},
        "detail": _TEXT,
    },
    about="How one change ended; also one line of an event stream.",
)

_PLAN = _object(
    {
        "format_version": _VERSION,
        "tool_version": _TEXT,
        "created_at": _TIME,
        "expires_at": _TIME,
        "config_digest": _TEXT,
        "targets": _object({"datadog": _TEXT, "jira": _map(_TEXT)}),
        "complete": _FLAG,
        "over_limit": _list(_TEXT),
        "changes": _list(_CHANGE),
        "findings": _list(_FINDING),
        "counts": _object(dict.fromkeys(("create", "update", "delete", "error", "warning", "info"), _COUNT)),
        "calls": _map(_COUNT),
        "digest": _DIGEST,
    }
)
_OUTCOMES = _object({"format_version": _VERSION, "outcomes": _list(_OUTCOME), "findings": _list(_FINDING)})
_FINDINGS = _object({"format_version": _VERSION, "findings": _list(_FINDING)})


def machine_schemas() -> Mapping[str, Schema]:
    """The schemas by name: `plan`, `outcomes`, `findings` (published as `schemas/<name>.schema.json`)."""
    named = {
        "plan": ("A plan, as `reconciler plan --out` saves it and `--format json` prints it", _PLAN),
        "outcomes": ("How an apply ended, as `reconciler apply --format json` prints it", _OUTCOMES),
        "findings": ("Findings, as `reconciler validate --format json` prints them", _FINDINGS),
    }
    return {name: {"$schema": _DRAFT, "title": title, **schema} for name, (title, schema) in named.items()}
