"""What we send, checked against the shapes that Jira Cloud publishes: paths, parameters, bodies.

Where Jira refuses unknown members (`additionalProperties: false`) so does the shape here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from reconciler.errors import ProviderError
from reconciler.model.activity import CommentMark
from reconciler.model.ticket import JiraWebhook
from reconciler.providers.jira.cloud import JiraClient

if TYPE_CHECKING:
    from tests.providers_jira.conftest import Asked, Reply, ScriptedJira

Json = dict[str, Any]
Replies = type["Reply"]

TEXTS: Json = {"type": "array", "items": {"type": "string"}}
WEBHOOK_BODY: Json = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "url", "events", "filters", "excludeBody", "enabled"],
    "properties": {
        "name": {"type": "string"},
        "description": {"type": "string"},
        "url": {"type": "string", "pattern": "^https://"},
        "events": {"type": "array", "items": {"enum": ["jira:issue_updated", "comment_created"]}},
        "filters": {"type": "object", "additionalProperties": {"type": "string"}},
        "excludeBody": {"type": "boolean"},
        "enabled": {"type": "boolean"},
    },
}
COMMENT_BODY: Json = {
    "type": "object",
    "additionalProperties": False,
    "required": ["body", "properties"],
    "properties": {
        "body": {"type": "object", "required": ["type", "version", "content"]},
        "properties": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["key", "value"],
                "properties": {"key": {"type": "string", "maxLength": 255}, "value": {"type": "object"}},
            },
        },
    },
}
ISSUE = r"/rest/api/3/issue/[A-Za-z0-9_-]+"
PAGED = {"startAt", "maxResults"}

SHAPES: dict[tuple[str, str], tuple[set[str], Json | None]] = {
    ("GET", r"/rest/api/3/serverInfo"): (set(), None),
    ("GET", r"/rest/api/3/myself"): (set(), None),
    ("GET", r"/rest/api/3/mypermissions"): ({"permissions", "projectKey"}, None),
    ("GET", r"/rest/api/3/project/search"): (PAGED | {"orderBy"}, None),
    ("GET", r"/rest/api/3/project/[A-Z]+"): (set(), None),
    ("GET", r"/rest/api/3/project/[A-Z]+/statuses"): (set(), None),
    ("GET", r"/rest/api/3/issue/createmeta/[A-Z]+/issuetypes/\d+"): (PAGED, None),
    ("GET", r"/rest/api/3/user/assignable/search"): ({"project", "query", "maxResults"}, None),
    ("GET", ISSUE): ({"fields", "properties"}, None),
    ("POST", r"/rest/api/3/issue/bulkfetch"): (
        set(),
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["issueIdsOrKeys", "fields"],
            "properties": {
                "issueIdsOrKeys": {**TEXTS, "minItems": 1, "maxItems": 100, "uniqueItems": True},
                "fields": {**TEXTS, "minItems": 1},
                "properties": {**TEXTS, "maxItems": 5},
            },
        },
    ),
    ("POST", r"/rest/api/3/search/jql"): (
        set(),
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["jql", "fields"],
            "properties": {
                "jql": {"type": "string", "pattern": '^(labels|project) = "'},
                "fields": {**TEXTS, "minItems": 1},
                "maxResults": {"type": "integer", "minimum": 1, "maximum": 5000},
                "nextPageToken": {"type": "string"},
            },
        },
    ),
    ("PUT", ISSUE): (
        set(),
        {
            "type": "object",
            "additionalProperties": False,
            "minProperties": 1,
            "properties": {
                "fields": {"type": "object", "properties": {"summary": {"type": "string"}}},
                "update": {
                    "type": "object",
                    "additionalProperties": {"type": "array", "items": {"type": "object", "maxProperties": 1}},
                },
            },
        },
    ),
    ("PUT", ISSUE + r"/properties/[a-z]+"): (set(), {"type": "object", "minProperties": 1}),
    ("GET", ISSUE + "/transitions"): ({"expand"}, None),
    ("POST", ISSUE + "/transitions"): (
        set(),
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["transition"],
            "properties": {
                "transition": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
                "fields": {"type": "object", "minProperties": 1},
            },
        },
    ),
    ("PUT", ISSUE + "/assignee"): (
        set(),
        {"type": "object", "additionalProperties": False, "properties": {"accountId": {"type": ["string", "null"]}}},
    ),
    ("GET", ISSUE + "/comment"): (PAGED | {"orderBy", "expand"}, None),
    ("POST", ISSUE + "/comment"): (set(), COMMENT_BODY),
    ("PUT", ISSUE + r"/comment/\d+"): (set(), COMMENT_BODY),
    ("POST", r"/rest/api/3/comment/list"): (
        {"expand"},
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["ids"],
            "properties": {
                "ids": {
                    "type": "array",
                    "items": {"type": "integer"},
                    "minItems": 1,
                    "maxItems": 1000,
                    "uniqueItems": True,
                }
            },
        },
    ),
    ("GET", r"/rest/api/3/comment/\d+/properties/[a-z-]+"): (set(), None),
    ("PUT", r"/rest/api/3/comment/\d+/properties/[a-z-]+"): (set(), {"type": "object", "minProperties": 1}),
    ("POST", r"/rest/api/3/changelog/bulkfetch"): (
        set(),
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["issueIdsOrKeys"],
            "properties": {
                "issueIdsOrKeys": {**TEXTS, "minItems": 1, "maxItems": 1000},
                "maxResults": {"type": "integer", "minimum": 1, "maximum": 10000},
                "nextPageToken": {"type": "string"},
            },
        },
    ),
    ("GET", ISSUE + "/changelog"): (PAGED, None),
    ("GET", r"/rest/api/3/user"): ({"accountId"}, None),
    ("GET", r"/rest/api/3/user/search"): ({"query", "maxResults"}, None),
    ("GET", r"/rest/webhooks/1\.0/webhook"): (set(), None),
    ("GET", r"/rest/webhooks/1\.0/webhook/\d+"): (set(), None),
    ("POST", r"/rest/webhooks/1\.0/webhook"): (set(), WEBHOOK_BODY),
    ("PUT", r"/rest/webhooks/1\.0/webhook/\d+"): (set(), WEBHOOK_BODY),
}

MARK = CommentMark("datadog", "c1", "0f")
HOOK = JiraWebhook("72", "Datadog", "https://hooks.example.com/x", frozenset({"jira:issue_updated"}), "project = SHOP")
CALLS: list[Callable[[JiraClient], object]] = [
    lambda jira: jira.server(),
    lambda jira: jira.myself(),
    lambda jira: jira.permissions(["EDIT_ISSUES", "CREATE_ISSUES"], "SHOP"),
    lambda jira: jira.project_keys(),
    lambda jira: jira.project("SHOP"),
    lambda jira: jira.statuses("SHOP"),
    lambda jira: jira.create_fields("SHOP", "10002"),
    lambda jira: jira.webhooks(),
    lambda jira: jira.tickets(["SHOP-1", "10140", "SHOP-2"], ["reconciler"]),
    lambda jira: jira.tickets_with_label("ddet-abc"),
    lambda jira: jira.assignable_users("SHOP", "jane"),
    lambda jira: jira.create_webhook(HOOK),
    lambda jira: jira.update_webhook(HOOK),
    lambda jira: jira.add_label("SHOP-1", "x"),
    lambda jira: jira.set_summary("SHOP-1", "x"),
    lambda jira: jira.set_property("SHOP-1", "reconciler", {"v": 1}),
    lambda jira: jira.histories(["10140"]),
    lambda jira: jira.transitions("10140"),
    lambda jira: jira.transition("10140", "31", {"resolution": {"id": "1"}}),
    lambda jira: jira.ticket_in_status("SHOP", "10002", "3"),
    lambda jira: jira.comments("10140"),
    lambda jira: jira.add_comment("10140", "text", MARK),
    lambda jira: jira.edit_comment("10140", "304", "text", MARK),
    lambda jira: jira.users("jane"),
    lambda jira: jira.user("5b10"),
    lambda jira: jira.assign("10140", None),
]


def complaints(asked: Asked) -> list[str]:
    """What Jira would not like about a request."""
    for (method, path), (parameters, shape) in SHAPES.items():
        if asked.method == method and re.fullmatch(path, asked.path):
            found = [f"unknown parameter {name}" for name in sorted(set(asked.query) - parameters)]
            if shape is None:
                return found + (["a body"] if asked.body is not None else [])
            wrong_type = [] if asked.headers.get("content-type") == "application/json" else ["not sent as JSON"]
            return found + wrong_type + [error.message for error in Draft202012Validator(shape).iter_errors(asked.body)]
    return [f"no such operation: {asked.method} {asked.path}"]


def test_every_request_has_a_published_shape(
    client: JiraClient, jira: ScriptedJira, reply: Replies, ticket_json: Callable[..., Json]
) -> None:
    hook = {"url": "https://hooks.example.com/x", "self": "https://acme.atlassian.net/x/72", "description": "d"}
    jira.on("POST", "/rest/api/3/issue/bulkfetch", reply({"issues": [ticket_json(10140, "SHOP-9")]}))
    jira.on(
        "POST",
        "/rest/api/3/search/jql",
        reply({"issues": [], "nextPageToken": "a"}),
        reply({"issues": []}),
    )
    jira.on("GET", "/rest/webhooks/1.0/webhook/72", reply({**hook, "secret": "s", "lastUpdated": 1}))
    comment = {"id": "304", "created": "2026-11-23T07:00:00.000+0000"}
    jira.on("GET", "/rest/api/3/issue/10140/comment", reply({"startAt": 0, "total": 1, "comments": [comment]}))
    jira.on("POST", "/rest/api/3/issue/10140/comment", reply({"id": "304"}))
    jira.on("PUT", "/rest/api/3/issue/10140/comment/304", reply({"id": "304"}))
    for call in CALLS:
        with suppress(ProviderError):  # most answers are not scripted: only the requests matter here
            call(client)
    assert {asked.path for asked in jira.asked if complaints(asked)} == set()
    touched = {
        shape
        for shape in SHAPES
        for asked in jira.asked
        if asked.method == shape[0] and re.fullmatch(shape[1], asked.path)
    }
    assert touched == set(SHAPES)
