"""Tickets over the API: created, read, edited, commented, transitioned, remembered. Reference: jira-api §5."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import requests

from reconciler.sandbox.jira import people
from reconciler.sandbox.jira.state import JiraState

Api = Callable[..., requests.Response]


def doc(*paragraphs: str) -> dict[str, object]:
    content = [{"type": "paragraph", "content": [{"type": "text", "text": text}]} for text in paragraphs]
    return {"type": "doc", "version": 1, "content": content}


def pay_bug(**more: object) -> dict[str, object]:
    severity = {"value": "S2 major"}
    return {
        "project": {"key": "PAY"},
        "issuetype": {"name": "Bug"},
        "summary": "Boom",
        "customfield_10101": severity,
        **more,
    }


def test_a_new_ticket_has_what_was_asked_for(api: Api, live: JiraState) -> None:
    ben = live.user("ben@acme.com").id
    fields = pay_bug(
        description=doc("First", "Second"),
        labels=["b", "a"],
        priority={"name": "highest"},
        components=[{"name": "Ledger"}],
        assignee={"accountId": ben},
        customfield_10102=[{"value": "Blue"}, {"value": "Red"}],
        duedate="2026-12-01",
    )
    marker = {"key": "marker", "value": {"issueId": "9f3c"}}
    made = api("POST", "/issue", {"fields": fields, "properties": [marker]})
    assert made.status_code == 201
    assert made.json()["key"] == "PAY-8"
    shown = api("GET", "/issue/pay-8", properties="marker").json()
    assert shown["id"] == made.json()["id"]
    assert shown["properties"] == {"marker": {"issueId": "9f3c"}}
    got = shown["fields"]
    assert got["status"]["name"] == "Backlog"
    assert got["status"]["statusCategory"]["key"] == "new"
    assert got["labels"] == ["a", "b"]
    assert got["priority"]["name"] == "Highest"
    assert [each["name"] for each in got["components"]] == ["Ledger"]
    assert got["assignee"]["accountId"] == ben
    assert "emailAddress" not in got["assignee"]
    assert got["creator"]["emailAddress"] == "reconciler@acme.com"
    assert [each["value"] for each in got["customfield_10102"]] == ["Blue", "Red"]
    assert got["customfield_10101"]["value"] == "S2 major"
    assert got["description"] == doc("First", "Second")
    assert got["resolution"] is None
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", got["created"])


def test_defaults_fill_what_was_not_given(api: Api) -> None:
    api("POST", "/issue", {"fields": {"project": {"key": "SHOP"}, "issuetype": {"name": "Task"}, "summary": "s"}})
    got = api("GET", "/issue/SHOP-5").json()["fields"]
    assert got["priority"]["name"] == "Medium"
    assert got["reporter"]["displayName"] == "Reconciler"
    assert got["assignee"] is None


def test_version_2_speaks_text_and_version_3_documents(api: Api) -> None:
    text = "One\ntwo\n\nthree"
    made = api("POST", "/issue", {"fields": pay_bug(description=text)}, root="/rest/api/2").json()
    assert api("GET", f"/issue/{made['id']}", root="/rest/api/2").json()["fields"]["description"] == text
    document = api("GET", f"/issue/{made['id']}").json()["fields"]["description"]
    assert document["content"][0]["content"] == [
        {"type": "text", "text": "One"},
        {"type": "hardBreak"},
        {"type": "text", "text": "two"},
    ]
    refused = api("POST", "/issue", {"fields": pay_bug(description=doc("x"))}, root="/rest/api/2")
    assert refused.json()["errors"] == {"description": "Operation value must be a string"}
    api("PUT", f"/issue/{made['id']}", {"fields": {"description": doc("New", "text")}})
    assert api("GET", f"/issue/{made['id']}", root="/rest/api/latest").json()["fields"]["description"] == "New\n\ntext"


def test_documents_are_normalised_on_save(api: Api) -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    content = [{"type": "paragraph", "localId": "x", "content": parts}]
    api("PUT", "/issue/SHOP-1", {"fields": {"description": {"type": "doc", "version": 1, "content": content}}})
    assert api("GET", "/issue/SHOP-1").json()["fields"]["description"] == doc("ab")


def test_only_the_fields_asked_for_are_shown(api: Api) -> None:
    some = api("GET", "/issue/SHOP-1", fields="summary,labels").json()["fields"]
    assert some == {"summary": "Cart is empty after login", "labels": ["cart"]}
    assert "comment" not in api("GET", "/issue/SHOP-1", fields="*navigable").json()["fields"]
    assert "summary" not in api("GET", "/issue/SHOP-1", fields="*all,-summary").json()["fields"]
    assert "properties" not in api("GET", "/issue/SHOP-1").json()


def test_an_edit_is_all_or_nothing_and_leaves_a_trace(api: Api, live: JiraState) -> None:
    both = {"fields": {"summary": "New name"}, "update": {"labels": [{"add": "z"}, {"remove": "cart"}]}}
    assert api("PUT", "/issue/SHOP-1", both).status_code == 204
    entry = api("GET", "/issue/SHOP-1/changelog").json()["values"][-1]
    assert entry["author"]["displayName"] == "Reconciler"
    assert entry["items"] == [
        {
            "field": "labels",
            "fieldtype": "jira",
            "fieldId": "labels",
            "from": None,
            "fromString": "cart",
            "to": None,
            "toString": "z",
        },
        {
            "field": "summary",
            "fieldtype": "jira",
            "fieldId": "summary",
            "from": None,
            "fromString": "Cart is empty after login",
            "to": None,
            "toString": "New name",
        },
    ]
    before = live.ticket("SHOP-1")
    assert api("PUT", "/issue/SHOP-1", {"fields": {"summary": "Newer", "labels": ["a b"]}}).status_code == 400
    assert api("PUT", "/issue/SHOP-1", {"fields": {"summary": "New name"}}).status_code == 204
    assert live.ticket("SHOP-1") == before


def test_many_are_read_at_once_and_the_missing_are_left_out(api: Api, live: JiraState) -> None:
    shop1 = live.ticket("SHOP-1").id
    asked = ["PAY-7", shop1, "SHOP-1", "NOPE-1", "99999"]
    answer = api("POST", "/issue/bulkfetch", {"issueIdsOrKeys": asked, "fields": ["summary"]}).json()
    assert [each["key"] for each in answer["issues"]] == ["SHOP-1", "PAY-7"]
    assert all(set(each["fields"]) == {"summary"} for each in answer["issues"])
    assert answer["issueErrors"] == []
    too_many = api("POST", "/issue/bulkfetch", {"issueIdsOrKeys": [str(number) for number in range(101)]})
    assert too_many.status_code == 400


def test_a_moved_ticket_is_found_by_its_old_key(api: Api, live: JiraState) -> None:
    people.move_ticket(live, "SHOP-1", "PAY")
    assert api("GET", "/issue/SHOP-1").json()["key"] == "PAY-8"
    fetched = api("POST", "/issue/bulkfetch", {"issueIdsOrKeys": ["SHOP-1"], "fields": ["summary"]}).json()
    assert [each["key"] for each in fetched["issues"]] == ["PAY-8"]


def test_a_deleted_ticket_is_gone(api: Api) -> None:
    assert api("DELETE", "/issue/SHOP-2").status_code == 204
    assert api("GET", "/issue/SHOP-2").status_code == 404


def test_transitions_show_their_screen_and_want_it_filled(api: Api, live: JiraState) -> None:
    people.set_status(live, "PAY-7", "In Review", forced=True)
    shown = api("GET", "/issue/PAY-7/transitions", expand="transitions.fields").json()["transitions"]
    finish = next(each for each in shown if each["name"] == "Finish")
    assert finish["to"]["statusCategory"]["key"] == "done"
    assert finish["hasScreen"] is True
    assert finish["isGlobal"] is False
    assert finish["fields"]["resolution"]["required"] is True
    assert [each["name"] for each in finish["fields"]["resolution"]["allowedValues"]][:2] == ["Done", "Won't Do"]
    step = {"transition": {"id": finish["id"]}}
    people.set_field(live, "PAY-7", "resolution", None)
    refused = api("POST", "/issue/PAY-7/transitions", step)
    assert refused.json()["errors"] == {"resolution": "Resolution is required."}
    summary = api(
        "POST", "/issue/PAY-7/transitions", {**step, "fields": {"summary": "x", "resolution": {"name": "Done"}}}
    )
    assert "summary" in summary.json()["errors"]
    comment = {"comment": [{"add": {"body": doc("Shipped")}}]}
    taken = api(
        "POST", "/issue/PAY-7/transitions", {**step, "fields": {"resolution": {"name": "Done"}}, "update": comment}
    )
    assert (taken.status_code, taken.content) == (204, b"")
    got = api("GET", "/issue/PAY-7").json()["fields"]
    assert (got["status"]["name"], got["resolution"]["name"]) == ("Done", "Done")
    assert got["comment"]["comments"][-1]["body"] == doc("Shipped")
    assert got["resolutiondate"] == got["statuscategorychangedate"]


def test_a_validator_wants_what_the_screen_does_not_mark(api: Api, live: JiraState) -> None:
    people.set_status(live, "PAY-7", "In Review", forced=True)
    shown = api("GET", "/issue/PAY-7/transitions", expand="transitions.fields").json()["transitions"]
    back = next(each for each in shown if each["name"] == "Back to work")
    assert back["fields"] == {}
    refused = api("POST", "/issue/PAY-7/transitions", {"transition": {"id": back["id"]}})
    assert (refused.status_code, refused.json()["errors"]) == (400, {"assignee": "Assignee is required."})


def test_an_unknown_transition_is_an_empty_list(api: Api) -> None:
    answer = api("GET", "/issue/SHOP-1/transitions", transitionId=999).json()
    assert answer == {"expand": "transitions", "transitions": []}


def test_a_global_transition_leads_back_into_the_same_status(api: Api, live: JiraState) -> None:
    shown = api("GET", "/issue/SHOP-1/transitions").json()["transitions"]
    assert [(each["to"]["name"], each["isLooped"]) for each in shown] == [
        ("To Do", False),
        ("In Progress", True),
        ("Done", False),
    ]
    before = live.ticket("SHOP-1")
    live.clock.move(timedelta(seconds=5))
    assert api("POST", "/issue/SHOP-1/transitions", {"transition": {"id": shown[1]["id"]}}).status_code == 204
    assert live.ticket("SHOP-1").updated > before.updated
    assert live.ticket("SHOP-1").histories == before.histories


def test_the_assignee_is_set_defaulted_and_taken_away(api: Api, live: JiraState) -> None:
    ben = live.user("ben@acme.com").id
    assert api("PUT", "/issue/SHOP-1/assignee", {"accountId": ben}).status_code == 204
    assert live.ticket("SHOP-1").assignee == ben
    api("PUT", "/issue/SHOP-1/assignee", {"accountId": "-1"})
    assert live.ticket("SHOP-1").assignee == live.project("SHOP").lead
    api("PUT", "/issue/SHOP-1/assignee", {"accountId": None})
    assert live.ticket("SHOP-1").assignee is None
    gina = live.user("gone@acme.com").id
    refused = api("PUT", "/issue/SHOP-1/assignee", {"accountId": gina})
    assert refused.json()["errors"] == {"assignee": f"User '{gina}' cannot be assigned issues."}


def test_comments_are_paged_marked_edited_and_deleted(api: Api, live: JiraState) -> None:
    marker = [{"key": "marker", "value": {"from": "datadog"}}]
    made = api("POST", "/issue/SHOP-1/comment", {"body": doc("Mine"), "properties": marker})
    assert made.status_code == 201
    number = made.json()["id"]
    page = api("GET", "/issue/SHOP-1/comment", maxResults=1, orderBy="-created").json()
    assert (page["total"], [each["id"] for each in page["comments"]]) == (2, [number])
    assert api("GET", f"/comment/{number}/properties/marker").json() == {"key": "marker", "value": {"from": "datadog"}}
    assert api("PUT", f"/comment/{number}/properties/other", {"a": 1}).status_code == 201
    listed = api("POST", "/comment/list", {"ids": [int(number)]}, expand="properties").json()["values"]
    assert [each["key"] for each in listed[0]["properties"]] == ["marker", "other"]
    edited = api("PUT", f"/issue/SHOP-1/comment/{number}", {"body": doc("Better")}).json()
    assert edited["body"] == doc("Better")
    assert live.ticket("SHOP-1").comments[-1].properties.keys() == {"marker", "other"}
    assert api("DELETE", f"/issue/SHOP-1/comment/{number}").status_code == 204
    assert api("GET", f"/issue/SHOP-1/comment/{number}").status_code == 404


def test_properties_are_silent(api: Api, live: JiraState) -> None:
    before = live.ticket("SHOP-1")
    live.clock.move(timedelta(minutes=1))
    path = "/issue/SHOP-1/properties/base"
    assert api("PUT", path, {"version": 1}).status_code == 201
    assert api("PUT", path, {"version": 2}).status_code == 200
    assert api("GET", path).json() == {"key": "base", "value": {"version": 2}}
    assert [each["key"] for each in api("GET", "/issue/SHOP-1/properties").json()["keys"]] == ["base"]
    after = live.ticket("SHOP-1")
    assert (after.updated, after.histories) == (before.updated, before.histories)
    assert api("DELETE", path).status_code == 204
    assert api("DELETE", path).status_code == 404
    assert api("PUT", path, {"text": "x" * 32768}).status_code == 400
    assert api("PUT", path, raw=b"").status_code == 400


def test_a_remote_link_is_replaced_by_its_global_id(api: Api) -> None:
    link = {"globalId": "et:1", "relationship": "error", "object": {"url": "https://a.example/1", "title": "One"}}
    made = api("POST", "/issue/SHOP-1/remotelink", link)
    assert made.status_code == 201
    again = api(
        "POST",
        "/issue/SHOP-1/remotelink",
        {"globalId": "et:1", "object": {"url": "https://a.example/2", "title": "Two"}},
    )
    assert (again.status_code, again.json()["id"]) == (200, made.json()["id"])
    shown = api("GET", "/issue/SHOP-1/remotelink", globalId="et:1").json()
    assert (shown["object"]["title"], shown["relationship"]) == ("Two", None)
    assert len(api("GET", "/issue/SHOP-1/remotelink").json()) == 1
    assert api("DELETE", "/issue/SHOP-1/remotelink", globalId="et:1").status_code == 204
    assert api("GET", "/issue/SHOP-1/remotelink", globalId="et:1").status_code == 404
    assert api("POST", "/issue/SHOP-1/remotelink", {"object": {"title": "x"}}).json()["errors"] == {
        "url": "'url' is required."
    }


def test_changelogs_in_bulk_come_by_field_and_by_page(api: Api, live: JiraState) -> None:
    people.set_status(live, "SHOP-1", "Done")
    people.label(live, "SHOP-1", add="x")
    asked = {"issueIdsOrKeys": ["SHOP-1", "PAY-7", "NOPE-1"], "fieldIds": ["status"], "maxResults": 2}
    first = api("POST", "/changelog/bulkfetch", asked).json()
    second = api("POST", "/changelog/bulkfetch", {**asked, "nextPageToken": first["nextPageToken"]}).json()
    assert "nextPageToken" not in second
    entries = [
        (log["issueId"], entry["items"][0]["toString"])
        for page in (first, second)
        for log in page["issueChangeLogs"]
        for entry in log["changeHistories"]
    ]
    shop, pay = live.ticket("SHOP-1").id, live.ticket("PAY-7").id
    assert entries == [(shop, "In Progress"), (shop, "Done"), (pay, "Done")]
    assert isinstance(first["issueChangeLogs"][0]["changeHistories"][0]["created"], int)


def test_the_newest_history_comes_first_when_expanded(api: Api, live: JiraState) -> None:
    people.set_status(live, "SHOP-1", "Done")
    histories = api("GET", "/issue/SHOP-1", expand="changelog").json()["changelog"]["histories"]
    assert [each["items"][-1]["toString"] for each in histories] == ["Done", "In Progress"]


@pytest.mark.parametrize(("path", "member"), [("", "issueTypes"), ("/{type}", "fields")])
def test_create_screens_are_paged(api: Api, live: JiraState, path: str, member: str) -> None:
    bug = live.project("PAY").types[0].type.id
    url = f"/issue/createmeta/PAY/issuetypes{path.format(type=bug)}"
    whole = api("GET", url).json()
    one = api("GET", url, startAt=1, maxResults=1).json()
    assert one[member] == whole[member][1:2]
    assert (one["startAt"], one["maxResults"], one["total"]) == (1, 1, len(whole[member]))


def test_a_create_screen_tells_what_must_be_given(api: Api, live: JiraState) -> None:
    bug = live.project("PAY").types[0].type.id
    fields = {each["fieldId"]: each for each in api("GET", f"/issue/createmeta/PAY/issuetypes/{bug}").json()["fields"]}
    needed = {key for key, each in fields.items() if each["required"] and not each["hasDefaultValue"]}
    assert needed == {"project", "issuetype", "summary", "customfield_10101"}
    assert [each["value"] for each in fields["customfield_10101"]["allowedValues"]] == [
        "S1 critical",
        "S2 major",
        "S3 minor",
    ]
    assert fields["customfield_10101"]["schema"]["type"] == "option"
    assert [each["name"] for each in fields["components"]["allowedValues"]] == ["Ledger", "Cards"]
    assert fields["priority"]["defaultValue"] == {"id": "3"}


def test_users_are_found_by_hidden_address_and_listed_by_page(api: Api, live: JiraState) -> None:
    found = api("GET", "/user/search", query="ben@acme.com").json()
    assert [each["displayName"] for each in found] == ["Ben Okafor"]
    assert "emailAddress" not in found[0]
    assert api("GET", "/user/search", query="gina").json() == []
    assert [each["displayName"] for each in api("GET", "/user/search", query="ruiz").json()] == ["Ana Ruiz"]
    assert len(api("GET", "/user/search", query="", startAt=1, maxResults=2).json()) == 2
    people.permit(live, "reconciler@acme.com", "USER_PICKER", allowed=False)
    assert api("GET", "/user/search", query="ana").json() == []
    assert len(api("GET", "/user/search", query="ana@acme.com").json()) == 1
    accounts = [live.user("ana@acme.com").id, "nobody", live.user("gone@acme.com").id]
    bulk = api("GET", "/user/bulk", accountId=accounts).json()
    assert [(each["displayName"], each["active"]) for each in bulk["values"]] == [
        ("Ana Ruiz", True),
        ("Gina Gone", False),
    ]


def test_only_the_assignable_are_offered(api: Api, live: JiraState) -> None:
    people.permit(live, "ben@acme.com", "ASSIGNABLE_USER", allowed=False, project_key="SHOP")
    names = [each["displayName"] for each in api("GET", "/user/assignable/search", project="SHOP", query="").json()]
    assert names == ["Ana Ruiz", "Reconciler"]
    assert len(api("GET", "/user/assignable/search", issueKey="PAY-7", query="ben").json()) == 1
