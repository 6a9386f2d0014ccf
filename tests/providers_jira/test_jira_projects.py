"""Projects, statuses, create screens, permissions and people: whole lists, or an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.errors import BadAnswer, Forbidden, NotFound, Refused
from reconciler.model.state import StatusCategory
from reconciler.model.ticket import IssueType, JiraStatus, JiraUser
from reconciler.providers.jira.cloud import JiraClient

if TYPE_CHECKING:
    from tests.providers_jira.conftest import Asked, Reply, ScriptedJira

Json = dict[str, Any]
Replies = type["Reply"]

LIST = "/rest/api/3/project/search"
SCREEN = "/rest/api/3/issue/createmeta/PAY/issuetypes/10002"


def serve_pages(jira: ScriptedJira, reply: Replies, path: str, member: str, items: list[Json], *, cap: int) -> None:
    """A list with `startAt` and `total` that gives at most `cap` elements, whatever is asked for."""

    def page(asked: Asked) -> Reply:
        start, size = int(asked.query["startAt"]), min(cap, int(asked.query["maxResults"]))
        return reply({"startAt": start, "maxResults": size, "total": len(items), member: items[start : start + size]})

    jira.on_call("GET", path, page)


@pytest.mark.parametrize("count", [0, 1, 30, 31, 60, 61])
def test_all_projects_even_where_pages_are_smaller_than_asked(
    client: JiraClient, jira: ScriptedJira, reply: Replies, count: int
) -> None:
    keys = [f"P{number:03}" for number in range(count)]
    serve_pages(jira, reply, LIST, "values", [{"id": key, "key": key} for key in reversed(keys)], cap=30)
    assert client.project_keys() == tuple(keys)
    assert len(jira.asked) == max(1, -(-count // 30))
    assert {call.query["maxResults"] for call in jira.asked} == {"100"}


def test_is_last_ends_a_list_without_total(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on(
        "GET",
        LIST,
        reply({"isLast": False, "startAt": 0, "values": [{"key": "SHOP"}]}),
        reply({"isLast": True, "startAt": 1, "values": [{"key": "PAY"}]}),
    )
    assert client.project_keys() == ("PAY", "SHOP")


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ({"isLast": False, "startAt": 0, "values": []}, "more elements"),
        ({"total": 5, "startAt": 0, "values": []}, "more elements"),
        ({"values": [{"key": "SHOP"}]}, 'in "isLast" or "total"'),
        ({"total": 5, "startAt": 0, "values": [{"key": "SHOP"}]}, "the page that begins at 1"),
        ({"isLast": True}, "answer.values"),
        ([], "an object"),
    ],
    ids=["empty-not-last", "empty-below-total", "no-end", "ignores-start", "no-list", "array"],
)
def test_a_list_that_may_be_cut_short_is_a_broken_answer(
    client: JiraClient, jira: ScriptedJira, reply: Replies, page: object, sentence: str
) -> None:
    jira.on("GET", LIST, reply(page))
    with pytest.raises(BadAnswer) as caught:
        client.project_keys()
    assert sentence in str(caught.value)


def test_one_project(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    types = [{"id": "1", "name": "Bug", "subtask": False}]
    jira.on(
        "GET", "/rest/api/3/project/SHOP", reply({"id": "7", "key": "SHOP", "name": "Shopist", "issueTypes": types})
    )
    project = client.project("SHOP")
    assert (project.id, project.key, project.types) == ("7", "SHOP", (IssueType("1", "Bug"),))


def test_an_unknown_project_is_not_found(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    sentence = "No project could be found with key 'NOPE'."
    jira.on("GET", "/rest/api/3/project/NOPE", reply({"errorMessages": [sentence], "errors": {}}, 404))
    with pytest.raises(NotFound) as caught:
        client.project("NOPE")
    assert str(caught.value) == f"jira:acme: GET /rest/api/3/project/NOPE: 404: {sentence}"


def test_statuses_by_ticket_type(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    def status(identity: str, name: str, category: str) -> Json:
        return {"id": identity, "name": name, "statusCategory": {"key": category}}

    kinds = [
        {"id": "2", "name": "Task", "subtask": False, "statuses": []},
        {"id": "1", "name": "Bug", "statuses": [status("11", "Backlog", "new"), status("12", "Done", "done")]},
    ]
    jira.on("GET", "/rest/api/3/project/PAY/statuses", reply(kinds))
    assert client.statuses("PAY") == {
        "1": (JiraStatus("11", "Backlog", StatusCategory.NEW), JiraStatus("12", "Done", StatusCategory.DONE)),
        "2": (),
    }


def field(number: int) -> Json:
    return {
        "fieldId": f"f{number}",
        "key": f"f{number}",
        "name": f"F {number}",
        "required": number == 3,
        "operations": [],
    }


def test_every_field_of_the_create_screen_in_order(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    serve_pages(jira, reply, SCREEN, "fields", [field(number) for number in range(7)], cap=3)
    fields = client.create_fields("PAY", "10002")
    assert [one.id for one in fields] == [f"f{number}" for number in range(7)]
    assert [one.id for one in fields if one.required] == ["f3"]
    assert [call.query["startAt"] for call in jira.asked] == ["0", "3", "6"]


def test_an_empty_create_screen_means_that_we_may_not_create(
    client: JiraClient, jira: ScriptedJira, reply: Replies
) -> None:
    jira.on("GET", SCREEN, reply({"startAt": 0, "maxResults": 50, "total": 0, "fields": []}))
    with pytest.raises(Forbidden, match="may not create tickets there") as caught:
        client.create_fields("PAY", "10002")
    assert '"Create Issues"' in (caught.value.hint or "")
    assert caught.value.call == f"GET {SCREEN}"


def granted(asked: Asked, reply: Replies) -> Reply:
    keys = asked.query["permissions"].split(",")
    held = {key: {"id": "1", "key": key, "name": key, "havePermission": not key.startswith("NO_")} for key in keys}
    return reply({"permissions": held})


def test_permissions_are_asked_for_by_name(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on_call("GET", "/rest/api/3/mypermissions", lambda asked: granted(asked, reply))
    assert client.permissions(["EDIT_ISSUES", "NO_ADMIN"], "SHOP") == {"EDIT_ISSUES": True, "NO_ADMIN": False}
    assert client.permissions(["ADMINISTER"]) == {"ADMINISTER": True}
    assert [call.query for call in jira.asked] == [
        {"permissions": "EDIT_ISSUES,NO_ADMIN", "projectKey": "SHOP"},
        {"permissions": "ADMINISTER"},
    ]


def test_no_permission_asked_is_nothing_sent(client: JiraClient, jira: ScriptedJira) -> None:
    assert client.permissions([]) == {}
    assert jira.asked == []


def test_many_permissions_go_in_several_calls(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on_call("GET", "/rest/api/3/mypermissions", lambda asked: granted(asked, reply))
    keys = [f"K_{number}" for number in range(85)]
    assert list(client.permissions(keys)) == keys
    assert [len(call.query["permissions"].split(",")) for call in jira.asked] == [40, 40, 5]


def test_an_unknown_permission_refuses_the_whole_call(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    body = {"errorMessages": [], "errors": {"NOPE": "Unrecognized permission"}}
    jira.on("GET", "/rest/api/3/mypermissions", reply(body, 400))
    with pytest.raises(Refused) as caught:
        client.permissions(["NOPE", "EDIT_ISSUES"])
    assert dict(caught.value.fields) == {"NOPE": "Unrecognized permission"}


def test_a_permission_left_unsaid_is_not_a_no(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("GET", "/rest/api/3/mypermissions", reply({"permissions": {}}))
    with pytest.raises(BadAnswer, match=r"answer\.permissions\.EDIT_ISSUES"):
        client.permissions(["EDIT_ISSUES"])


def test_assignable_users_in_one_call(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    people = [
        {"accountId": "b2", "displayName": "Jane", "emailAddress": "jane@acme.com", "active": True},
        {"accountId": "a1", "displayName": "Jan", "active": True},
        {"accountId": "a1", "displayName": "Jan", "active": True},
    ]
    jira.on("GET", "/rest/api/3/user/assignable/search", reply(people))
    assert client.assignable_users("SHOP", "jan+x@acme.com&project=PAY") == (
        JiraUser("a1", "Jan"),
        JiraUser("b2", "Jane", "jane@acme.com"),
    )
    assert [call.query for call in jira.asked] == [
        {"project": "SHOP", "query": "jan+x@acme.com&project=PAY", "maxResults": "1000"}
    ]


def test_no_user_search_without_its_permission(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("GET", "/rest/api/3/user/assignable/search", reply({"errorMessages": ["no"]}, 403))
    with pytest.raises(Forbidden) as caught:
        client.assignable_users("SHOP", "jane")
    assert '"Browse users and groups" (Global permissions)' in (caught.value.hint or "")
