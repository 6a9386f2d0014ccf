"""Error Tracking over HTTP, as the reference describes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import requests

from reconciler.sandbox.datadog.records import Issue
from reconciler.sandbox.datadog.state import DatadogState, id_of
from reconciler.sandbox.serve import RunningSandbox

SEARCH = "/error-tracking/issues/search"
ISSUES = "/error-tracking/issues"
Api = Callable[..., requests.Response]
Named = Callable[[str], str]


@pytest.fixture
def search(api: Api, datadog: DatadogState) -> Api:
    """Search the last 90 days for everybody's issues, unless told otherwise."""

    def call(include: str = "issue", **changes: object) -> requests.Response:
        now = datadog.clock.now()
        attributes: dict[str, object] = {
            "query": "*",
            "from": round((now - timedelta(days=90)).timestamp() * 1000),
            "to": round((now + timedelta(seconds=1)).timestamp() * 1000),
            "persona": "ALL",
            **changes,
        }
        kept = {name: value for name, value in attributes.items() if value is not None}
        body = {"data": {"type": "search_request", "attributes": kept}}
        return api("POST", SEARCH, body, **({"include": include} if include else {}))

    return call


def names(datadog: DatadogState, answer: requests.Response) -> list[str]:
    """The names of the issues found, sorted."""
    assert answer.status_code == 200, answer.text
    return sorted(datadog.company.issues[each["id"]].name for each in answer.json()["data"])


def detail(answer: requests.Response) -> str:
    """The detail of the one error."""
    [error] = answer.json()["errors"]
    return str(error.get("detail"))


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, ["cart-1", "cart-2", "ios-1", "web-1"]),
        ({"query": "service:cart"}, ["cart-1", "cart-2"]),
        ({"query": 'service:"ios app" OR service:web-*'}, ["ios-1", "web-1"]),
        ({"query": "-service:(cart OR web-store)"}, ["ios-1"]),
        ({"query": "team:shopist -team:mobile"}, ["cart-1"]),
        ({"states": ["OPEN"]}, ["cart-1", "ios-1"]),
        ({"states": ["RESOLVED", "ACKNOWLEDGED"]}, ["cart-2", "web-1"]),
        ({"persona": "BROWSER"}, ["web-1"]),
        ({"persona": "MOBILE"}, ["ios-1"]),
        ({"persona": None, "track": "trace"}, ["cart-1", "cart-2"]),
        ({"team_ids": [id_of("team", "mobile")]}, ["ios-1", "web-1"]),
        ({"assignee_ids": [id_of("user", "ana@acme.com")]}, ["web-1"]),
    ],
)
def test_search_finds(search: Api, datadog: DatadogState, changes: dict[str, object], found: list[str]) -> None:
    assert names(datadog, search(**changes)) == found


def test_a_window_selects_issues_that_had_errors_in_it(search: Api, datadog: DatadogState) -> None:
    now = datadog.clock.now()

    def window(first: int, last: int) -> list[str]:
        start, end = (round((now - timedelta(days=days)).timestamp() * 1000) for days in (first, last))
        return names(datadog, search(**{"from": start, "to": end}))

    assert window(31, 29) == ["cart-2"]
    assert window(29, 21) == []  # it lived then, but nothing happened
    assert window(1, 0) == ["cart-1", "ios-1", "web-1"]


def test_the_start_of_a_window_counts_and_its_end_does_not(search: Api, datadog: DatadogState) -> None:
    moment = round(datadog.company.issues[id_of("issue", "web-1")].seen[0].timestamp() * 1000)
    assert names(datadog, search(**{"from": moment, "to": moment + 1})) == ["web-1"]
    assert names(datadog, search(**{"from": moment - 1, "to": moment})) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"persona": None}, "either track or persona is required"),
        ({"track": "trace"}, "only one of track and persona is allowed"),
        ({"persona": None, "track": "invalid-track"}, "invalid json value for TrackType: invalid-track"),
        ({"states": ["invalid-state"]}, 'invalid json value for IssueState: "invalid-state"'),
        ({"query": None}, "query is required"),
        ({"query": "service:("}, "invalid query: the query ends too early"),
        ({"from": None}, "from is required"),
        ({"to": "soon"}, "to is required"),
        ({"order_by": "LUCK"}, "invalid json value for OrderBy: LUCK"),
        ({"states": ["OPEN"] * 21}, "states must have at most 20 items"),
    ],
)
def test_a_bad_search_is_refused(search: Api, changes: dict[str, object], sentence: str) -> None:
    answer = search(**changes)
    assert (answer.status_code, detail(answer)) == (400, sentence)
    assert answer.headers["Content-Type"] == "application/vnd.api+json"


def test_without_include_there_are_only_ids_and_counts(search: Api) -> None:
    body = search(include="").json()
    assert "included" not in body
    assert set(body["data"][0]) == {"id", "type", "attributes", "relationships"}
    assert set(body["data"][0]["attributes"]) == {"impacted_sessions", "impacted_users", "total_count"}


def test_include_brings_what_is_pointed_at_each_once(search: Api) -> None:
    body = search(include="issue,issue.case,issue.team_owners,issue.assignee").json()
    sorts = [each["type"] for each in body["included"]]
    assert {sort: sorts.count(sort) for sort in sorted(sorts)} == {"case": 1, "issue": 4, "team": 2, "user": 1}


def test_nothing_found_is_an_empty_list(search: Api) -> None:
    assert search(query="service:nowhere").json() == {"data": []}


def test_a_search_stops_at_one_hundred_without_a_word(
    search: Api, datadog: DatadogState, sandbox: RunningSandbox
) -> None:
    now = datadog.clock.now()
    for number in range(130):
        issue = Issue(id_of("issue", f"many-{number}"), f"many-{number}", "many", [now])
        datadog.company.issues[issue.id] = issue
    body = search(query="service:many").json()
    assert len(body["data"]) == 100
    assert set(body) == {"data", "included"}
    assert sandbox.traffic.exchanges[-1].write is False


def test_an_issue_looks_as_recorded(api: Api, issue_id: Named) -> None:
    body = api("GET", f"{ISSUES}/{issue_id('web-1')}", include="assignee,case,team_owners").json()
    issue = body["data"]
    assert issue["attributes"]["state"] == "ACKNOWLEDGED"
    assert isinstance(issue["attributes"]["first_seen"], int)
    assert issue["attributes"]["first_seen_version"] == ""
    assert "regression" not in issue["attributes"]
    assert set(issue["relationships"]) == {"assignee", "case", "team_owners"}
    [case] = [each for each in body["included"] if each["type"] == "case"]
    assert case["attributes"]["key"] == "SHOP-7"
    assert case["attributes"]["jira_issue"]["result"]["project_key"] == "SHOP"
    assert case["attributes"]["insights"] == [
        {
            "type": "ERROR_TRACKING",
            "ref": f"/error-tracking?issueId={issue_id('web-1')}",
            "resource_id": issue_id("web-1"),
        }
    ]


def test_absent_relationships_have_no_key_and_a_regression_tells_its_times(api: Api, issue_id: Named) -> None:
    alone = api("GET", f"{ISSUES}/{issue_id('cart-2')}", include="assignee,case,team_owners").json()
    assert alone["data"]["relationships"] == {}
    assert "included" not in alone
    back = api("GET", f"{ISSUES}/{issue_id('ios-1')}").json()["data"]["attributes"]["regression"]
    assert set(back) == {"resolved_at", "regressed_at", "regressed_at_version"}


@pytest.mark.parametrize(
    ("identity", "status", "sentence"),
    [
        ("not-a-uuid", 400, "issue id is not an uuid"),
        ("5f8ebd5c-6dd9-11f0-8a28-da7ad0900002", 404, "issue not found"),
    ],
)
@pytest.mark.parametrize(
    ("method", "suffix"), [("GET", ""), ("PUT", "/state"), ("PUT", "/assignee"), ("DELETE", "/assignee")]
)
def test_issues_that_are_not_there(
    api: Api, identity: str, status: int, sentence: str, method: str, suffix: str
) -> None:
    answer = api(method, f"{ISSUES}/{identity}{suffix}", {"data": {}})
    assert (answer.status_code, detail(answer)) == (status, sentence)


def state_body(state: str) -> dict[str, object]:
    """The body of a change of state."""
    return {"data": {"type": "error_tracking_issue", "attributes": {"state": state}}}


def test_setting_a_state_answers_with_case_and_user(api: Api, issue_id: Named) -> None:
    answer = api("PUT", f"{ISSUES}/{issue_id('web-1')}/state", state_body("RESOLVED")).json()
    assert answer["data"]["attributes"]["state"] == "RESOLVED"
    assert {each["type"] for each in answer["included"]} == {"case", "user", "team"}


def test_a_bad_state_is_refused_and_changes_nothing(api: Api, issue_id: Named, sandbox: RunningSandbox) -> None:
    answer = api("PUT", f"{ISSUES}/{issue_id('web-1')}/state", state_body("invalid-state"))
    assert (answer.status_code, detail(answer)) == (400, 'invalid json value for IssueState: "invalid-state"')
    wrong = api("PUT", f"{ISSUES}/{issue_id('web-1')}/state", {"data": {"type": "issue"}})
    assert wrong.json()["errors"][0]["detail"] == 'got type "issue" expected one of "error_tracking_issue"'
    assert [exchange.effect for exchange in sandbox.traffic.writes] == [False, False]


def test_assigning_makes_a_case_and_reviews_an_open_issue(api: Api, issue_id: Named, datadog: DatadogState) -> None:
    ana = id_of("user", "ana@acme.com")
    body = {"data": {"type": "assignee", "id": ana}}
    answer = api("PUT", f"{ISSUES}/{issue_id('cart-1')}/assignee", body).json()
    assert answer["data"]["attributes"]["state"] == "ACKNOWLEDGED"
    [case] = [each for each in answer["included"] if each["type"] == "case"]
    assert (case["attributes"]["key"], case["attributes"]["creation_source"]) == ("ET-1", "ERROR_TRACKING")
    assert case["attributes"]["title"] == "KeyError: voucher"
    assert case["relationships"]["assignee"]["data"]["id"] == ana
    assert api("DELETE", f"{ISSUES}/{issue_id('cart-1')}/assignee").status_code == 204
    issue = datadog.company.issues[issue_id("cart-1")]
    assert (issue.assignee_id, issue.state) == (None, "ACKNOWLEDGED")


def test_assigning_leaves_a_resolved_issue_resolved(api: Api, issue_id: Named) -> None:
    body = {"data": {"type": "assignee", "id": id_of("user", "ana@acme.com")}}
    answer = api("PUT", f"{ISSUES}/{issue_id('cart-2')}/assignee", body).json()
    assert answer["data"]["attributes"]["state"] == "RESOLVED"


def test_an_unknown_assignee_is_refused_without_a_detail(api: Api, issue_id: Named, datadog: DatadogState) -> None:
    body = {"data": {"type": "assignee", "id": "87cb11a0-278c-440a-99fe-701223c80296"}}
    answer = api("PUT", f"{ISSUES}/{issue_id('cart-1')}/assignee", body)
    assert answer.status_code == 400
    assert answer.json() == {"errors": [{"status": "400", "title": "Bad Request"}]}
    assert datadog.company.issues[issue_id("cart-1")].case_id is None
