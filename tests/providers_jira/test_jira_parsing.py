"""What Jira answers, read into values; and answers that are not what they should be."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.errors import BadAnswer
from reconciler.model.state import StatusCategory
from reconciler.model.ticket import AllowedValue, CreateField, IssueType, JiraProject, JiraServer, JiraStatus, JiraUser
from reconciler.providers.jira import parsing
from reconciler.providers.payload import Node

Json = dict[str, Any]


def node(value: object) -> Node:
    return Node(value, "jira:acme", "GET /rest/api/3/x")


TICKET: Json = {
    "expand": "renderedFields,names",
    "id": "10140",
    "self": "https://acme.atlassian.net/rest/api/3/issue/10140",
    "key": "SHOP-41",
    "properties": {"reconciler": {"v": 1}},
    "fields": {
        "summary": "NullPointerException",
        "status": {
            "self": "https://acme.atlassian.net/rest/api/3/status/10001",
            "id": "10001",
            "name": "To Do",
            "statusCategory": {"id": 2, "key": "new", "colorName": "blue-gray", "name": "To Do"},
        },
        "assignee": {"accountId": "5b10", "displayName": "Jane", "active": True, "timeZone": "Etc/UTC"},
        "labels": ["dd-9f3c", "from-datadog"],
        "created": "2026-11-23T07:00:00.000+0000",
        "updated": "2026-11-23T08:30:00.250+0100",
        "statuscategorychangedate": None,
        "project": {"id": "10000", "key": "SHOP", "name": "Shopist"},
        "issuetype": {"id": "10002", "name": "Bug", "subtask": False, "hierarchyLevel": 0},
    },
}


def ticket_with(change: Callable[[Json], None]) -> Json:
    payload: Json = {**TICKET, "fields": dict(TICKET["fields"])}
    change(payload)
    return payload


def test_a_ticket_of_the_documented_shape() -> None:
    ticket = parsing.ticket(node(TICKET))
    assert (ticket.id, ticket.key, ticket.project_key) == ("10140", "SHOP-41", "SHOP")
    assert ticket.type == IssueType("10002", "Bug")
    assert ticket.status == JiraStatus("10001", "To Do", StatusCategory.NEW)
    assert ticket.labels == ("dd-9f3c", "from-datadog")
    assert ticket.assignee == JiraUser("5b10", "Jane")
    assert ticket.created == datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    assert ticket.updated == datetime(2026, 11, 23, 7, 30, 0, 250_000, tzinfo=UTC)
    assert ticket.category_changed is None
    assert ticket.properties == {"reconciler": {"v": 1}}


@pytest.mark.parametrize("absent", ["assignee", "labels", "created", "updated", "summary", "statuscategorychangedate"])
@pytest.mark.parametrize("how", ["missing", "null"])
def test_a_ticket_without_what_may_be_absent(absent: str, how: str) -> None:
    def change(payload: Json) -> None:
        payload["fields"][absent] = None
        if how == "missing":
            del payload["fields"][absent]

    ticket = parsing.ticket(node(ticket_with(change)))
    assert ticket.id == "10140"
    assert not getattr(ticket, {"statuscategorychangedate": "category_changed"}.get(absent, absent))


@pytest.mark.parametrize("needed", ["status", "issuetype", "project"])
def test_a_ticket_without_what_it_must_have_is_a_broken_answer(needed: str) -> None:
    def change(payload: Json) -> None:
        del payload["fields"][needed]

    with pytest.raises(BadAnswer, match=rf"answer\.fields\.{needed}: expected a value, found nothing"):
        parsing.ticket(node(ticket_with(change)))


def test_an_id_that_comes_as_a_number_is_text_for_us() -> None:
    assert parsing.ticket(node({**TICKET, "id": 10140})).id == "10140"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23T07:01:02.123+0000", datetime(2026, 11, 23, 7, 1, 2, 123_000, tzinfo=UTC)),
        ("2026-11-23T07:01:02.123-0530", datetime(2026, 11, 23, 12, 31, 2, 123_000, tzinfo=UTC)),
        ("2026-11-23T07:01:02Z", datetime(2026, 11, 23, 7, 1, 2, tzinfo=UTC)),
        ("2026-11-23T07:01:02+01:00", datetime(2026, 11, 23, 6, 1, 2, tzinfo=UTC)),
    ],
)
def test_times_are_read_with_their_offset(text: str, expected: datetime) -> None:
    read = node(text).moment()
    assert read == expected
    assert read.tzinfo is UTC


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-23T07:01:02", "0001-01-01T00:00:00+1200", 5, None])
def test_a_time_that_is_none_is_a_broken_answer(text: object) -> None:
    with pytest.raises(BadAnswer, match="answer: expected"):
        node(text).moment()


@pytest.mark.parametrize(
    ("key", "category"),
    [
        ("new", StatusCategory.NEW),
        ("indeterminate", StatusCategory.INDETERMINATE),
        ("done", StatusCategory.DONE),
        ("undefined", StatusCategory.UNDEFINED),
        ("in-flight", StatusCategory.UNDEFINED),
    ],
)
def test_the_key_of_the_category_decides_and_never_its_name(key: str, category: StatusCategory) -> None:
    payload = {"id": "3", "name": "Erledigt", "statusCategory": {"id": 9, "key": key, "name": "Done"}}
    assert parsing.status(node(payload)) == JiraStatus("3", "Erledigt", category)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (
            {
                "baseUrl": "https://acme.atlassian.net",
                "version": "1001.0.0-SNAPSHOT",
                "versionNumbers": [1001, 0, 0],
                "deploymentType": "Cloud",
                "serverTime": "2026-11-23T07:00:00.000+0000",
            },
            JiraServer("https://acme.atlassian.net", True, (1001, 0, 0), datetime(2026, 11, 23, 7, tzinfo=UTC)),
        ),
        (
            {"baseUrl": "https://jira.acme.com", "versionNumbers": [10, 3, 5], "deploymentType": "Server"},
            JiraServer("https://jira.acme.com", False, (10, 3, 5)),
        ),
        ({"baseUrl": "https://jira.acme.com"}, JiraServer("https://jira.acme.com", False, ())),
    ],
)
def test_server_info(payload: Json, expected: JiraServer) -> None:
    assert parsing.server(node(payload)) == expected


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"accountId": "5b10", "displayName": "Jane", "active": False}, JiraUser("5b10", "Jane", active=False)),
        (
            {"accountId": "5b10", "displayName": "Jane", "emailAddress": "jane@acme.com"},
            JiraUser("5b10", "Jane", "jane@acme.com"),
        ),
        ({"accountId": "5b10", "emailAddress": ""}, JiraUser("5b10", "5b10")),
        ({"name": "jdoe", "key": "JIRAUSER1", "displayName": "J. Doe"}, JiraUser("jdoe", "J. Doe")),
    ],
)
def test_users_of_both_deployments(payload: Json, expected: JiraUser) -> None:
    assert parsing.user(node(payload)) == expected


def test_a_project_with_its_types() -> None:
    payload = {
        "id": "10000",
        "key": "SHOP",
        "name": "Shopist",
        "archived": True,
        "issueTypes": [{"id": "2", "name": "Task", "subtask": False}, {"id": "1", "name": "Part", "subtask": True}],
    }
    expected = JiraProject(
        "10000", "SHOP", "Shopist", (IssueType("2", "Task"), IssueType("1", "Part", is_subtask=True)), archived=True
    )
    assert parsing.project(node(payload)) == expected


FIELD: Json = {"fieldId": "priority", "key": "priority", "name": "Priority", "required": False, "operations": ["set"]}
SELECT = "com.atlassian.jira.plugin.system.customfieldtypes:select"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, CreateField("priority", "Priority", False, False, "any")),
        (
            {
                "hasDefaultValue": True,
                "schema": {"type": "priority", "system": "priority"},
                "allowedValues": [{"id": "1", "name": "Highest"}, {"id": "3", "name": "Medium"}],
            },
            CreateField(
                "priority",
                "Priority",
                False,
                True,
                "priority",
                allowed=(AllowedValue("1", "Highest"), AllowedValue("3", "Medium")),
            ),
        ),
        (
            {
                "fieldId": "customfield_10050",
                "name": "Severity",
                "required": True,
                "hasDefaultValue": False,
                "schema": {"type": "option", "custom": SELECT, "customId": 10050},
                "allowedValues": [{"self": "https://x", "value": "S1 critical", "id": "10100"}],
            },
            CreateField(
                "customfield_10050",
                "Severity",
                True,
                False,
                "option",
                custom=SELECT,
                allowed=(AllowedValue("10100", "S1 critical"),),
            ),
        ),
        (
            {
                "schema": {"type": "array", "items": "component", "system": "components"},
                "allowedValues": [{"id": "1", "name": "Ledger", "description": "x"}],
            },
            CreateField(
                "priority", "Priority", False, False, "array", items="component", allowed=(AllowedValue("1", "Ledger"),)
            ),
        ),
        (
            {"allowedValues": [{"id": "1", "value": "EU", "children": [{"id": "2", "value": "Paris"}]}]},
            CreateField(
                "priority",
                "Priority",
                False,
                False,
                "any",
                allowed=(AllowedValue("1", "EU", (AllowedValue("2", "Paris"),)),),
            ),
        ),
        ({"allowedValues": []}, CreateField("priority", "Priority", False, False, "any", allowed=())),
        (
            {"allowedValues": [{"id": "1", "name": "x"}, {"workspaceId": "7"}]},
            CreateField("priority", "Priority", False, False, "any", allowed=None),
        ),
        ({"allowedValues": ["x"]}, CreateField("priority", "Priority", False, False, "any", allowed=None)),
    ],
    ids=["bare", "system", "select", "components", "cascading", "none-allowed", "app-field", "plain-values"],
)
def test_fields_of_the_create_screen(more: Json, expected: CreateField) -> None:
    assert parsing.create_field(node({**FIELD, **more})) == expected


def test_a_field_as_data_center_names_it() -> None:
    assert parsing.create_field(node({"fieldId": "summary", "name": "Summary", "required": True})).id == "summary"


WEBHOOK: Json = {
    "name": "Datadog",
    "url": "https://hooks.example.com/s3cr3t",
    "events": ["jira:issue_updated", "comment_created"],
    "filters": {"issue-related-events-section": "project = SHOP"},
    "excludeBody": False,
    "enabled": True,
    "isSigned": True,
    "self": "https://acme.atlassian.net/rest/webhooks/1.0/webhook/72",
    "lastUpdated": 1763881200000,
}


def test_a_webhook_takes_its_id_from_its_own_address() -> None:
    hook = parsing.webhook(node(WEBHOOK))
    assert hook.id == "72"
    assert hook.events == {"jira:issue_updated", "comment_created"}
    assert hook.jql == "project = SHOP"
    assert (hook.enabled, hook.exclude_body) == (True, False)
    assert "s3cr3t" not in repr(hook)


@pytest.mark.parametrize("filters", [None, {}, {"issue-related-events-section": None}])
def test_a_webhook_without_a_filter_covers_everything(filters: object) -> None:
    assert parsing.webhook(node({**WEBHOOK, "filters": filters})).jql == ""


@pytest.mark.parametrize(
    ("address", "identity"),
    [
        ("https://acme.atlassian.net/rest/webhooks/1.0/webhook/72/", "72"),
        ("https://acme.atlassian.net/rest/webhooks/1.0/webhook/72?x=1", "72"),
    ],
)
def test_the_last_segment_is_the_id(address: str, identity: str) -> None:
    assert parsing.webhook(node({**WEBHOOK, "self": address})).id == identity


@pytest.mark.parametrize("address", ["", "https://acme.atlassian.net/..", "https://x/%2e%2e", "https://[/a b", None])
def test_an_address_without_an_id_is_a_broken_answer(address: object) -> None:
    with pytest.raises(BadAnswer):
        parsing.webhook(node({**WEBHOOK, "self": address}))


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (None, "answer: expected an object, found nothing"),
        ([], "answer: expected an object, found a list"),
        ("canary-text", "answer: expected an object, found text"),
        (True, "answer: expected an object, found true or false"),
        (1.5, "answer: expected an object, found a number"),
    ],
)
def test_a_broken_answer_says_where_and_never_what(value: object, sentence: str) -> None:
    with pytest.raises(BadAnswer, match=re.escape(sentence)) as caught:
        parsing.ticket(node(value))
    assert caught.value.call == "GET /rest/api/3/x"
    assert caught.value.system == "jira:acme"
    assert "canary" not in str(caught.value) + repr(node(value))


def test_the_place_leads_through_lists() -> None:
    payload = {**TICKET, "fields": {**TICKET["fields"], "labels": ["ok", 7]}}
    with pytest.raises(BadAnswer, match=re.escape("answer.fields.labels[1]: expected text, found a number")):
        parsing.ticket(node(payload))


def test_a_flag_is_never_taken_for_a_number() -> None:
    with pytest.raises(BadAnswer, match="expected a whole number"):
        node(True).number()
    with pytest.raises(BadAnswer, match="expected an id"):
        node(True).identity()
    with pytest.raises(BadAnswer, match="expected true or false"):
        node(1).flag()
