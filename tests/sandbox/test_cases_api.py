"""Case Management over HTTP: cases, their links and comments, projects."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import requests

from reconciler.sandbox.datadog.state import ERROR_TRACKING, DatadogState, id_of
from reconciler.sandbox.serve import RunningSandbox

Api = Callable[..., requests.Response]
Named = Callable[[str], str]
AsCase = Callable[..., dict[str, object]]
SHOP = id_of("project", "SHOP")


def keys_of(answer: requests.Response) -> list[str]:
    """The keys of the cases found, in order."""
    assert answer.status_code == 200, answer.text
    return [each["attributes"]["key"] for each in answer.json()["data"]]


def created(api: Api, **attributes: object) -> requests.Response:
    """Create a case in SHOP."""
    relations = {"project": {"data": {"type": "project", "id": SHOP}}}
    body = {"data": {"type": "case", "attributes": {"title": "New", **attributes}, "relationships": relations}}
    return api("POST", "/cases", body)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["SHOP-8", "SHOP-7"]),
        ("project:SHOP", ["SHOP-8", "SHOP-7"]),
        ('project:"SHOP"', ["SHOP-8", "SHOP-7"]),
        ("project:PAY", []),
        ("status:open", ["SHOP-8"]),
        ("status:in_progress project:SHOP", ["SHOP-7"]),
        ('"price is null"', ["SHOP-7"]),
        ("nobody", ["SHOP-8"]),
        ("hidden", []),
        ("-creation_source:ERROR_TRACKING", ["SHOP-8"]),
        ("type:ERROR_TRACKING_ISSUE", ["SHOP-7"]),
    ],
)
def test_the_filter_sees_titles_and_attributes_but_no_descriptions(api: Api, query: str, found: list[str]) -> None:
    assert keys_of(api("GET", "/cases", filter=query)) == found


def test_pages_count_from_one_and_meta_counts_pages(api: Api) -> None:
    for number in range(3):
        assert created(api, title=f"Case {number}").status_code == 201
    seen: list[str] = []
    for page in (1, 2, 3):
        answer = api("GET", "/cases", **{"page[size]": 2, "page[number]": page, "sort[asc]": "true"})
        assert answer.json()["meta"] == {
            "total_cases": 5,
            "page": {"current": page, "size": 2 if page < 3 else 1, "total": 3},
        }
        seen += keys_of(answer)
    assert seen == ["SHOP-7", "SHOP-8", "SHOP-9", "SHOP-10", "SHOP-11"]
    beyond = api("GET", "/cases", **{"page[size]": 2, "page[number]": 4})
    assert (beyond.json()["data"], beyond.json()["meta"]["page"]["size"]) == ([], 0)
    assert keys_of(api("GET", "/cases", **{"page[size]": 2})) == ["SHOP-11", "SHOP-10"]


def test_a_page_holds_at_most_a_hundred(api: Api, datadog: DatadogState) -> None:
    project = datadog.company.projects[SHOP]
    for number in range(110):
        datadog.add_case(project, f"Case {number}", type_id=ERROR_TRACKING, source="MANUAL")
    assert len(api("GET", "/cases", **{"page[size]": 5000}).json()["data"]) == 100


def test_a_case_looks_as_recorded(api: Api) -> None:
    case = api("GET", "/cases/SHOP-7").json()["data"]
    attributes = case["attributes"]
    assert case["id"] == attributes["internal_id"]
    assert (attributes["status"], attributes["status_group"], attributes["status_name"]) == (
        "IN_PROGRESS",
        "SG_IN_PROGRESS",
        "In Progress",
    )
    assert attributes["type"] == "ERROR_TRACKING_ISSUE"
    assert attributes["type_id"] == ERROR_TRACKING
    assert attributes["comment_count"] == 1
    assert set(attributes["jira_issue"]) == {"status", "result"}
    assert set(attributes["jira_issue"]["result"]) == {"account_id", "issue_id", "issue_key", "issue_url"}
    assert attributes["jira_issue"]["result"]["issue_url"] == "https://acme.atlassian.net/browse/SHOP-1"
    assert attributes["created_by_author"]["content"]["ID"] == case["relationships"]["created_by"]["data"]["id"]
    plain = api("GET", f"/cases/{id_of_case(api, 'SHOP-8')}").json()["data"]["attributes"]
    assert (plain["key"], plain["insights"]) == ("SHOP-8", [])
    assert "jira_issue" not in plain


def id_of_case(api: Api, key: str) -> str:
    """The id of a case."""
    return str(api("GET", f"/cases/{key}").json()["data"]["id"])


def test_creating_takes_the_next_key(api: Api) -> None:
    answer = created(api, type_id=ERROR_TRACKING, description="why", priority="P2", status_name="In Progress")
    assert answer.status_code == 201
    attributes = answer.json()["data"]["attributes"]
    assert attributes["key"] == "SHOP-9"
    assert (attributes["description"], attributes["priority"], attributes["status"]) == ("why", "P2", "IN_PROGRESS")


@pytest.mark.parametrize(
    ("attributes", "error"),
    [
        ({"title": ""}, {"status": "400", "title": "Bad Request"}),
        ({"type_id": "00000000-0000-0000-0000-00000000ffff"}, {"status": "400", "title": "Bad Request"}),
        (
            {"priority": "P1234"},
            {
                "title": "Generic Error",
                "detail": "invalid priority P1234. Must be one of P1, P2, P3, P4, P5, NOT_DEFINED",
            },
        ),
    ],
)
def test_a_case_that_cannot_be_created(
    api: Api, attributes: dict[str, object], error: dict[str, str], sandbox: RunningSandbox
) -> None:
    answer = created(api, **attributes)
    assert (answer.status_code, answer.json()) == (400, {"errors": [error]})
    assert sandbox.traffic.effects == ()


def test_an_unknown_project_is_404(api: Api, as_case: AsCase) -> None:
    answer = api("POST", "/cases", as_case(title="New"))
    assert (answer.status_code, answer.json()) == (
        404,
        {"errors": [{"code": "resource_not_found", "title": "project not found"}]},
    )


@pytest.mark.parametrize(
    ("change", "attributes", "field", "value"),
    [
        ("title", {"title": "Other"}, "title", "Other"),
        ("description", {"description": "Longer"}, "description", "Longer"),
        ("description", {"description": ""}, "description", ""),
        ("priority", {"priority": "P1"}, "priority", "P1"),
        ("status", {"status": "CLOSED"}, "status_name", "Closed"),
        ("status", {"status": "RESOLVED"}, "status", "CLOSED"),
        ("status", {"status_name": "In Progress"}, "status_group", "SG_IN_PROGRESS"),
        ("due_date", {"due_date": "2026-12-31"}, "due_date", "2026-12-31"),
        ("attributes", {"attributes": {"env": ["test"]}}, "attributes", {"env": ["test"]}),
    ],
)
def test_small_changes(
    api: Api, as_case: AsCase, change: str, attributes: dict[str, object], field: str, value: object
) -> None:
    answer = api("POST", f"/cases/SHOP-8/{change}", as_case(**attributes))
    assert answer.status_code == 200
    assert answer.json()["data"]["attributes"][field] == value
    assert api("GET", "/cases/SHOP-8").json()["data"]["attributes"][field] == value


def test_a_closed_case_has_a_date_and_an_open_one_has_none(api: Api, as_case: AsCase) -> None:
    closed = api("POST", "/cases/SHOP-8/status", as_case(status="CLOSED")).json()["data"]["attributes"]
    assert closed["closed_at"].endswith("Z")
    assert "closed_at" not in api("POST", "/cases/SHOP-8/status", as_case(status="OPEN")).json()["data"]["attributes"]


@pytest.mark.parametrize(
    ("change", "attributes", "detail"),
    [
        ("status", {"status": "OPENED"}, "invalid status OPENED. Must be one of NOT_STARTED, IN_PROGRESS, CLOSED,"),
        ("attributes", {"attributes": "env"}, 'error decoding attribute "attributes": invalid type'),
        ("priority", {}, 'missing required attribute "priority"'),
    ],
)
def test_small_changes_that_are_refused(
    api: Api, as_case: AsCase, change: str, attributes: dict[str, object], detail: str
) -> None:
    answer = api("POST", f"/cases/SHOP-8/{change}", as_case(**attributes))
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["detail"].startswith(detail)


def test_a_wrong_type_is_told(api: Api) -> None:
    answer = api("POST", "/cases/SHOP-8/title", {"data": {"type": "userx", "attributes": {"title": "x"}}})
    assert answer.json() == {
        "errors": [{"title": "Generic Error", "detail": 'got type "userx" expected one of "case"'}]
    }


def test_assigning_and_unassigning(api: Api, as_case: AsCase) -> None:
    ana = id_of("user", "ana@acme.com")
    answer = api("POST", "/cases/SHOP-8/assign", as_case(assignee_id=ana)).json()
    assert answer["data"]["relationships"]["assignee"] == {"data": {"type": "user", "id": ana}}
    assert ana in {each["id"] for each in answer["included"]}
    unassigned = api("POST", "/cases/SHOP-8/unassign", {"data": {"type": "case"}}).json()
    assert "assignee" not in unassigned["data"]["relationships"]


def test_archived_cases_leave_search_but_can_be_got(api: Api) -> None:
    assert api("POST", "/cases/SHOP-8/archive", {"data": {"type": "case"}}).status_code == 200
    assert keys_of(api("GET", "/cases")) == ["SHOP-7"]
    assert api("GET", "/cases/SHOP-8").status_code == 200
    assert api("POST", "/cases/SHOP-8/unarchive", {"data": {"type": "case"}}).status_code == 200
    assert keys_of(api("GET", "/cases")) == ["SHOP-8", "SHOP-7"]


def insight(identity: str) -> dict[str, str]:
    """An insight about an issue."""
    return {"type": "ERROR_TRACKING", "ref": f"/error-tracking?issueId={identity}", "resource_id": identity}


def test_an_insight_ties_the_issue_to_the_case_and_reviews_it(
    api: Api, as_case: AsCase, issue_id: Named, datadog: DatadogState
) -> None:
    cart = issue_id("cart-1")
    for _ in range(2):  # putting it again is harmless
        answer = api("PUT", "/cases/SHOP-8/insights", as_case(insights=[insight(cart)]))
        assert answer.json()["data"]["attributes"]["insights"] == [insight(cart)]
    issue = datadog.company.issues[cart]
    assert (issue.case_id, issue.state) == (id_of_case(api, "SHOP-8"), "ACKNOWLEDGED")
    moved = api("PUT", "/cases/SHOP-7/insights", as_case(insights=[insight(cart)])).json()["data"]["attributes"]
    assert {each["resource_id"] for each in moved["insights"]} == {cart, issue_id("web-1")}
    assert api("GET", "/cases/SHOP-8").json()["data"]["attributes"]["insights"] == []
    removed = api("DELETE", "/cases/SHOP-7/insights", as_case(insights=[insight(cart)]))
    assert [each["resource_id"] for each in removed.json()["data"]["attributes"]["insights"]] == [issue_id("web-1")]
    assert issue.case_id is None


@pytest.mark.parametrize("insights", [[], None, "x", [1], [{"type": "ERROR_TRACKING"}]])
def test_bad_insights_are_refused(api: Api, as_case: AsCase, insights: object) -> None:
    assert api("PUT", "/cases/SHOP-8/insights", as_case(insights=insights)).status_code == 400


def test_moving_gives_a_new_key_and_loses_the_ticket(api: Api, issue_id: Named, datadog: DatadogState) -> None:
    body = {"data": {"type": "project", "id": id_of("project", "ET")}}
    before = id_of_case(api, "SHOP-7")
    moved = api("PATCH", "/cases/SHOP-7/relationships/project", body).json()["data"]
    assert (moved["id"], moved["attributes"]["key"]) == (before, "ET-1")
    assert "jira_issue" not in moved["attributes"]
    assert moved["attributes"]["insights"] == [insight(issue_id("web-1"))]
    assert api("GET", "/cases/SHOP-7").status_code == 404
    unknown = {"data": {"type": "project", "id": "384521ba-0000-0000-0000-000000000000"}}
    assert api("PATCH", "/cases/ET-1/relationships/project", unknown).status_code == 404


def test_comments_are_cells_of_a_timeline_that_counts_from_zero(api: Api, as_case: AsCase) -> None:
    said = 'Hello "World"!\nBye.'
    answer = api("POST", "/cases/SHOP-7/comment", as_case(comment=said))
    assert answer.status_code == 200
    [cell] = answer.json()["data"]
    assert cell["attributes"]["cell_content"] == {"message": said}
    assert json.loads(cell["attributes"]["content"]) == {"message": said}
    pages = [
        api("GET", "/cases/SHOP-7/timelines", **{"page[size]": 1, "page[number]": page}).json() for page in (0, 1, 2)
    ]
    assert [len(page["data"]) for page in pages] == [1, 1, 0]
    assert pages[0]["data"][0]["id"] == cell["id"]
    path = f"/cases/SHOP-7/comment/{cell['id']}"
    edited = api("PUT", path, as_case(comment="Other"))
    assert (edited.status_code, edited.content) == (200, b"")
    assert api("DELETE", path).status_code == 204
    gone = api("DELETE", path)
    assert (gone.status_code, gone.json()["errors"][0]["title"]) == (404, "timeline cell not found")
    assert api("DELETE", "/cases/SHOP-7/comment/1").json()["errors"][0]["title"] == "Invalid Parameter"
    assert api("POST", "/cases/SHOP-7/comment", as_case(comment=" ")).status_code == 400


def test_half_a_surrogate_pair_and_bad_json_do_no_harm(
    api: Api, as_case: AsCase, sandbox: RunningSandbox, keys: dict[str, str]
) -> None:
    url = f"{sandbox.url}/api/v2/cases/SHOP-8/title"
    body = rb'{"data":{"type":"case","attributes":{"title":"a\ud800b \ud83d\ude00 \\ud800"}}}'
    headers = {**keys, "Content-Type": "application/json"}
    renamed = requests.post(url, data=body, headers=headers, timeout=10).json()["data"]["attributes"]["title"]
    assert renamed == "a\ufffdb \U0001f600 \\ud800"
    for broken in (b"", b"{", b"[]", b'{"data": NaN}', b"\xff", b"[" * 100_000):
        assert requests.post(url, data=broken, headers=headers, timeout=10).status_code == 400
