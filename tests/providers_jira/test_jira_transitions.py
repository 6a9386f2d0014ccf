"""The ways out of a status, taking one, assigning, and finding a ticket in a status or people by a text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.errors import BadAnswer, Forbidden, OutcomeUnknown, Refused, Superseded
from reconciler.model.activity import Transition
from reconciler.model.state import StatusCategory
from reconciler.model.ticket import AllowedValue, CreateField, JiraStatus, JiraUser
from reconciler.providers.jira.cloud import JiraClient
from reconciler.providers.jira.data_center import DataCenterClient

if TYPE_CHECKING:
    from tests.providers_jira.conftest import Reply, ScriptedJira

Json = dict[str, Any]
Replies = type["Reply"]

WAYS = "/rest/api/3/issue/10140/transitions"
STALE = (
    "It seems that you have tried to perform a workflow operation (Done) that is not valid for the current state of this "
    "issue (SHOP-1). The likely cause is that somebody has changed the issue recently, please look at the issue history."
)


def way(identity: str, to: str, **more: object) -> Json:
    return {"id": identity, "name": f"To {to}", "to": {"id": to, "name": to, "statusCategory": {"key": "done"}}, **more}


def test_transitions_with_the_fields_of_their_screens(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    resolution = {
        "required": True,
        "schema": {"type": "resolution", "system": "resolution"},
        "name": "Resolution",
        "hasDefaultValue": False,
        "allowedValues": [{"id": "1", "name": "Done"}, {"id": "2", "name": "Won't Do"}],
    }
    jira.on(
        "GET",
        WAYS,
        reply({"transitions": [way("31", "10002", fields={"resolution": resolution}), way("11", "1", fields={})]}),
    )
    screened, plain = client.transitions("10140")
    field = CreateField(
        "resolution",
        "Resolution",
        required=True,
        has_default=False,
        type="resolution",
        allowed=(AllowedValue("1", "Done"), AllowedValue("2", "Won't Do")),
    )
    assert screened == Transition("31", "To 10002", JiraStatus("10002", "10002", StatusCategory.DONE), (field,))
    assert screened.required == (field,)
    assert (plain.id, plain.fields) == ("11", ())
    assert jira.asked[0].query == {"expand": "transitions.fields"}


def test_a_transition_we_may_not_take_is_left_out(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("GET", WAYS, reply({"transitions": [way("31", "1", isAvailable=False), way("32", "1", isAvailable=True)]}))
    assert [one.id for one in client.transitions("10140")] == ["32"]


def test_data_center_says_no_more_than_the_way(dc: DataCenterClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("GET", "/rest/api/2/issue/10140/transitions", reply({"transitions": [way("5", "3", opsbarSequence=10)]}))
    assert [(one.id, one.to.id, one.fields) for one in dc.transitions("10140")] == [("5", "3", ())]


def test_an_answer_without_transitions_is_not_none(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("GET", WAYS, reply({}))
    with pytest.raises(BadAnswer):
        client.transitions("10140")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"transition": {"id": "31"}}),
        (
            {"resolution": {"id": "1"}},
            {"transition": {"id": "31"}, "fields": {"resolution": {"id": "1"}}},
        ),
    ],
)
def test_a_transition_is_taken(
    client: JiraClient, jira: ScriptedJira, reply: Replies, fields: Json, expected: Json
) -> None:
    jira.on("POST", WAYS, reply(None, 204))
    client.transition("10140", "31", fields)
    (call,) = jira.asked
    assert call.body == expected


@pytest.mark.parametrize(
    ("status", "sentence", "error"),
    [
        (409, "Conflict", Superseded),
        (400, STALE, Superseded),
        (400, "resolution is required", Refused),
        (403, "no", Forbidden),
        (500, "boom", OutcomeUnknown),
    ],
)
def test_a_transition_is_sent_once(
    client: JiraClient, jira: ScriptedJira, reply: Replies, status: int, sentence: str, error: type[Exception]
) -> None:
    jira.on("POST", WAYS, reply({"errorMessages": [sentence], "errors": {}}, status))
    with pytest.raises(error) as caught:
        client.transition("10140", "31", {})
    assert type(caught.value) is error
    assert len(jira.asked) == 1


def test_a_missing_permission_to_transition_is_named(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("POST", WAYS, reply({"errorMessages": ["no"]}, 403))
    with pytest.raises(Forbidden) as caught:
        client.transition("10140", "31", {})
    assert "Transition Issues" in (caught.value.hint or "")


@pytest.mark.parametrize("user", ["5b10", None])
def test_assigning_on_cloud(client: JiraClient, jira: ScriptedJira, reply: Replies, user: str | None) -> None:
    jira.on("PUT", "/rest/api/3/issue/10140/assignee", reply(None, 204))
    client.assign("10140", user)
    assert jira.asked[0].body == {"accountId": user}


@pytest.mark.parametrize("user", ["jane", None])
def test_assigning_on_data_center(dc: DataCenterClient, jira: ScriptedJira, reply: Replies, user: str | None) -> None:
    jira.on("PUT", "/rest/api/2/issue/10140/assignee", reply(None, 204))
    dc.assign("10140", user)
    assert jira.asked[0].body == {"name": user}


def test_a_401_for_assigning_does_not_mean_signed_out(dc: DataCenterClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("PUT", "/rest/api/2/issue/10140/assignee", reply({"errorMessages": ["may not assign"]}, 401))
    with pytest.raises(Forbidden, match="may not assign") as caught:
        dc.assign("10140", "jane")
    assert "Assign Issues" in (caught.value.hint or "")


def test_some_ticket_in_a_status(
    client: JiraClient, jira: ScriptedJira, reply: Replies, ticket_json: Callable[..., Json]
) -> None:
    jira.on("POST", "/rest/api/3/search/jql", reply({"issues": [ticket_json(10140, "SHOP-1")]}), reply({"issues": []}))
    found = client.ticket_in_status('SH"OP', "10002", "3")
    assert found is not None
    assert found.key == "SHOP-1"
    assert client.ticket_in_status("SHOP", "Bug or so", "3") is None
    first, second = (call.body for call in jira.asked)
    assert first["jql"] == 'project = "SH\\"OP" AND issuetype = 10002 AND status = 3 ORDER BY created DESC'
    assert first["maxResults"] == 1
    assert 'issuetype = "Bug or so"' in second["jql"]


def test_people_who_match(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    people = [
        {"accountId": "9", "displayName": "Jane", "accountType": "atlassian", "active": True},
        {"accountId": "5", "displayName": "Jane too", "emailAddress": "jane@acme.com"},
        {"accountId": "7", "displayName": "Jane the bot", "accountType": "app"},
        {"accountId": "8", "displayName": "Jane who left", "active": False},
    ]
    jira.on("GET", "/rest/api/3/user/search", reply(people))
    assert client.users("jane@acme.com") == (JiraUser("5", "Jane too", "jane@acme.com"), JiraUser("9", "Jane"))
    assert jira.asked[0].query == {"query": "jane@acme.com", "maxResults": "1000"}


def test_nobody_is_asked_for_by_nothing(client: JiraClient, dc: DataCenterClient, jira: ScriptedJira) -> None:
    assert client.users(" ") == dc.users("") == ()
    assert jira.asked == []
