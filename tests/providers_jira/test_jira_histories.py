"""Who moved and assigned a ticket: many changelogs at once, one by one where Jira refuses, and what makes them up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.errors import BadAnswer, Unavailable
from reconciler.model.activity import AssigneeMove, History, StatusMove
from reconciler.model.ticket import JiraUser
from reconciler.providers.jira.cloud import JiraClient
from reconciler.providers.jira.data_center import DataCenterClient

if TYPE_CHECKING:
    from tests.providers_jira.conftest import Reply, ScriptedJira

Json = dict[str, Any]
Replies = type["Reply"]

BULK = "/rest/api/3/changelog/bulkfetch"
FETCH = "/rest/api/3/issue/bulkfetch"
SEVEN = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
MS = int(SEVEN.timestamp() * 1000)
JANE = {"accountId": "5b10", "displayName": "Jane", "emailAddress": "jane@acme.com"}


def entry(identity: int, created: object, *items: Json, author: Json | None = JANE) -> Json:
    return {"id": str(identity), "author": author, "created": created, "items": list(items)}


def status(before: str, after: str, name: str = "Done", **more: object) -> Json:
    return {"field": "status", "fieldId": "status", "from": before, "to": after, "toString": name, **more}


def assignee(before: str | None, after: str | None) -> Json:
    return {"field": "assignee", "fieldId": "assignee", "from": before, "to": after}


def log(identity: int, *entries: Json) -> Json:
    return {"issueId": str(identity), "changeHistories": list(entries)}


def test_moves_come_oldest_first_by_whom_and_when(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    entries = [
        entry(20009, MS + 5000, {"field": "labels", "fieldId": "labels", "from": None, "to": None}),
        entry(20003, MS + 3000, status("3", "10002")),
        entry(20001, "2026-11-23T08:00:01.000+0100", status("1", "3", "In Progress"), assignee(None, "5b10")),
        entry(20002, MS + 2000, assignee("5b10", None), author=None),
    ]
    jira.on("POST", BULK, reply({"issueChangeLogs": [log(10140, *entries)]}))
    jane = JiraUser("5b10", "Jane", "jane@acme.com")
    assert client.histories(["10140"]) == {
        "10140": History(
            moves=(
                StatusMove("20001", SEVEN.replace(second=1), jane, "1", "3", "In Progress"),
                StatusMove("20003", SEVEN.replace(second=3), jane, "3", "10002", "Done"),
            ),
            assignments=(
                AssigneeMove("20001", SEVEN.replace(second=1), jane, None, "5b10"),
                AssigneeMove("20002", SEVEN.replace(second=2), None, "5b10", None),
            ),
            last_id="20009",
        )
    }


def test_the_newest_id_is_the_greatest_number(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("POST", BULK, reply({"issueChangeLogs": [log(10140, entry(999, MS), entry(1000, MS))]}))
    assert client.histories(["10140"])["10140"].last_id == "1000"


def test_a_ticket_may_be_spread_over_pages(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on(
        "POST",
        BULK,
        reply({"issueChangeLogs": [log(10140, entry(1, MS, status("1", "3")))], "nextPageToken": "t"}),
        reply({"issueChangeLogs": [log(10140, entry(2, MS + 1, status("3", "4"))), log(10141, entry(3, MS))]}),
    )
    found = client.histories(["10141", "10140"])
    assert {identity: history.last_id for identity, history in found.items()} == {"10141": "3", "10140": "2"}
    assert [move.to_id for move in found["10140"].moves] == ["3", "4"]
    assert [call.body.get("nextPageToken") for call in jira.calls("POST", BULK)] == [None, "t"]


def test_a_hundred_a_call(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on_call(
        "POST",
        BULK,
        lambda asked: reply({"issueChangeLogs": [log(int(one), entry(1, MS)) for one in asked.body["issueIdsOrKeys"]]}),
    )
    wanted = [str(identity) for identity in range(10000, 10250)]
    assert list(client.histories([*wanted, *wanted])) == wanted
    assert sorted(len(call.body["issueIdsOrKeys"]) for call in jira.asked) == [50, 100, 100]


def test_nothing_asked_is_nothing_sent(client: JiraClient, jira: ScriptedJira) -> None:
    assert client.histories([]) == {}
    assert client.histories(["SHOP-1", "", "１"]) == {}
    assert jira.asked == []


def test_a_ticket_that_never_changed_is_told_from_one_that_is_not_there(
    client: JiraClient, jira: ScriptedJira, reply: Replies
) -> None:
    jira.on("POST", BULK, reply({"issueChangeLogs": [log(10140, entry(1, MS))]}))
    jira.on("POST", FETCH, reply({"issues": [{"id": "10141", "key": "SHOP-2"}]}))
    found = client.histories(["10140", "10141", "10999"])
    assert list(found) == ["10140", "10141"]
    assert found["10141"] == History()
    assert jira.calls("POST", FETCH)[0].body["issueIdsOrKeys"] == ["10141", "10999"]


@pytest.mark.parametrize("status_code", [400, 403, 404])
def test_refused_in_bulk_they_are_read_one_by_one(
    client: JiraClient, jira: ScriptedJira, reply: Replies, status_code: int
) -> None:
    jira.on("POST", BULK, reply({"errorMessages": ["no"]}, status_code))
    first = [entry(1, "2026-11-23T07:00:00.000+0000", status("1", "3"))]
    second = [entry(2, "2026-11-23T07:01:00.000+0000", status("3", "4"))]
    jira.on(
        "GET",
        "/rest/api/3/issue/10140/changelog",
        reply({"startAt": 0, "total": 2, "isLast": False, "values": first}),
        reply({"startAt": 1, "total": 2, "isLast": True, "values": second}),
    )
    found = client.histories(["10140", "10141"])
    assert list(found) == ["10140"]
    assert [move.to_id for move in found["10140"].moves] == ["3", "4"]


def test_trouble_is_no_refusal(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("POST", BULK, reply({"errorMessages": ["down"]}, 503))
    with pytest.raises(Unavailable):
        client.histories(["10140"])


@pytest.mark.parametrize(
    "broken",
    [
        {"created": MS, "items": []},
        {"id": "1", "items": []},
        {"id": "1", "created": "yesterday", "items": []},
        {"id": "1", "created": True, "items": []},
        {"id": "1", "created": MS, "items": [{"field": "status", "fieldId": "status", "to": "3"}]},
    ],
)
def test_an_entry_that_cannot_be_read_is_no_absence(
    client: JiraClient, jira: ScriptedJira, reply: Replies, broken: Json
) -> None:
    jira.on("POST", BULK, reply({"issueChangeLogs": [log(10140, broken)]}))
    with pytest.raises(BadAnswer):
        client.histories(["10140"])


def test_a_custom_field_called_status_is_none(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    named = {"field": "status", "fieldId": "customfield_10010", "from": None, "to": "1"}
    unnamed = {"field": "status", "fieldtype": "custom", "from": None, "to": "1"}
    jira.on("POST", BULK, reply({"issueChangeLogs": [log(10140, entry(1, MS, named, unnamed))]}))
    assert client.histories(["10140"])["10140"] == History(last_id="1")


def dc_ticket(*entries: Json, total: int | None = None) -> Json:
    count = len(entries) if total is None else total
    return {"id": "10140", "changelog": {"startAt": 0, "total": count, "histories": list(entries)}}


def test_data_center_tells_it_with_the_ticket_and_people_by_name(
    dc: DataCenterClient, jira: ScriptedJira, reply: Replies
) -> None:
    jane = {"name": "jane", "key": "JIRAUSER10100", "displayName": "Jane"}
    moved = {"field": "status", "fieldtype": "jira", "from": "1", "to": "3", "toString": "In Progress"}
    came = {"field": "assignee", "fieldtype": "jira", "from": "JIRAUSER10100", "to": "JIRAUSER10200"}
    gone = {"field": "assignee", "fieldtype": "jira", "from": "JIRAUSER10200", "to": "JIRAUSER9"}
    at = "2026-11-23T07:00:00.000+0000"
    jira.on(
        "GET",
        "/rest/api/2/issue/10140",
        reply(dc_ticket(entry(2, at, gone, author=jane), entry(1, at, moved, came, author=jane))),
    )
    jira.on_call(
        "GET",
        "/rest/api/2/user",
        lambda asked: reply({"name": "bob"}) if asked.query["key"] == "JIRAUSER10200" else reply({}, 404),
    )
    found = dc.histories(["10140", "10141"])
    assert list(found) == ["10140"]
    assert [(move.from_id, move.to_id) for move in found["10140"].assignments] == [
        ("jane", "bob"),
        ("bob", "JIRAUSER9"),
    ]
    assert [move.author.id for move in found["10140"].moves if move.author] == ["jane"]
    assert len(jira.calls("GET", "/rest/api/2/user")) == 2


def test_a_changelog_that_is_cut_short_is_not_taken_for_whole(
    dc: DataCenterClient, jira: ScriptedJira, reply: Replies
) -> None:
    at = "2026-11-23T07:00:00.000+0000"
    jira.on("GET", "/rest/api/2/issue/10140", reply(dc_ticket(entry(1, at), total=101)))
    with pytest.raises(BadAnswer, match="all 101 entries"):
        dc.histories(["10140"])
