"""The sentences with which Jira refuses, as recorded from a real site. Reference: jira-api §2."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.serve import RunningSandbox, start

Api = Callable[..., requests.Response]
DOC = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "hi"}]}]}
UNBOUNDED = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
BAD_PAYLOAD = {"errorMessages": ["Invalid request payload. Refer to the REST API documentation and try again."]}
NOT_JSON = {"errorMessages": ["There was an error parsing JSON. Check that your request body is valid."]}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    """One site for all: nothing here changes it, and every test of a write says so."""
    with start(Path(__file__).with_name("world.yaml")) as running:
        yield running
        assert running.failures == ()


def said(*messages: str, **errors: str) -> dict[str, object]:
    return {"errorMessages": list(messages), "errors": errors}


NO_TICKET = said("Issue does not exist or you do not have permission to see it.")
TOO_LONG = "The entered text is too long. It exceeds the allowed limit of 32,767 characters."
NOT_ADF = "Operation value must be an Atlassian Document (see the Atlassian Document Format)"


@pytest.mark.parametrize(
    ("path", "query", "status", "body"),
    [
        ("/issue/NOPE-1", {}, 404, NO_TICKET),
        ("/issue/NOPE-1/transitions", {}, 404, NO_TICKET),
        ("/project/NOPE", {}, 404, said("No project could be found with key 'NOPE'.")),
        ("/mypermissions", {}, 400, said("The 'permissions' query parameter is required.")),
        ("/mypermissions", {"permissions": "FLY"}, 400, said(FLY="Unrecognized permission")),
        (
            "/mypermissions",
            {"permissions": "BROWSE_PROJECTS", "projectKey": "NOPE"},
            404,
            said("Could not find project with provided key."),
        ),
        (
            "/issue/SHOP-1/comment",
            {"orderBy": "author"},
            400,
            said("The field to order by should be one of [created]. Instead, it was: author."),
        ),
        ("/user/search", {}, 400, said("The username or property query parameter must be provided")),
        (
            "/user/search",
            {"username": "ana"},
            400,
            said("The query parameter 'username' is not supported in GDPR strict mode."),
        ),
        ("/user/assignable/search", {}, 400, said("No project, issue key or issue ID was provided")),
        ("/search/jql", {}, 400, said(UNBOUNDED)),
        ("/search/jql", {"jql": "order by key"}, 400, said(UNBOUNDED)),
        (
            "/search/jql",
            {"jql": "project = SHOP", "maxResults": 0},
            400,
            said("The max results parameter has to be between 1 and 5,000."),
        ),
        (
            "/search/jql",
            {"jql": "project = SHOP", "maxResults": 6000},
            400,
            said("The max results parameter has to be between 1 and 5,000."),
        ),
        (
            "/search/jql",
            {"jql": "project = SHOP", "nextPageToken": "garbage"},
            400,
            said("The provided next page token is invalid or expired."),
        ),
        (
            "/search/jql",
            {"jql": "project = NOPE"},
            400,
            said("The value 'NOPE' does not exist for the field 'project'."),
        ),
        (
            "/issue/createmeta/SHOP/issuetypes",
            {"maxResults": 300},
            400,
            said("Parameter 'maxResults' must not exceed the limit '200'")
            | {"httpStatusCode": {"empty": False, "present": True}},
        ),
        (
            "/project/search",
            {"orderBy": "zz"},
            400,
            said(
                "The field to order by should be one of [name, key, owner, category, issueCount, lastIssueUpdatedTime, "
                "archivedDate, deletedDate]. Instead, it was: zz."
            ),
        ),
        ("/webhook", {}, 403, said("Only Connect and OAuth 2.0 apps can use this operation.")),
    ],
)
def test_a_read_is_refused(api: Api, path: str, query: dict[str, object], status: int, body: object) -> None:
    answer = api("GET", path, **query)
    assert (answer.status_code, answer.json()) == (status, body)


@pytest.mark.parametrize("version", ["/rest/api/2", "/rest/api/3", "/rest/api/latest"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_old_search_is_gone(api: Api, version: str, method: str) -> None:
    answer = api(method, "/search", root=version, jql="project = SHOP")
    assert answer.status_code == 410
    assert answer.json()["errorMessages"] == [
        "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration guideline is "
        "available at https://developer.atlassian.com/changelog/#CHANGE-2046"
    ]


BUG = {"project": {"key": "SHOP"}, "issuetype": {"name": "Bug"}, "summary": "s"}
PAY_BUG = {**BUG, "project": {"key": "PAY"}}


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({}, {"project": "Specify a valid project ID or key"}),
        ({"project": {"key": "NOPE"}}, {"project": "Specify a valid project ID or key"}),
        ({"project": {"key": "SHOP"}}, {"issuetype": "Specify an issue type"}),
        ({**BUG, "issuetype": {"name": "Story"}}, {"issuetype": "Specify a valid issue type"}),
        ({**BUG, "summary": " "}, {"summary": "You must specify a summary of the issue."}),
        ({**BUG, "summary": "a\nb"}, {"summary": "The summary is invalid because it contains newline characters."}),
        ({**BUG, "summary": "x" * 256}, {"summary": "Summary must be less than 255 characters."}),
        ({**BUG, "description": "plain"}, {"description": NOT_ADF}),
        (
            {
                **BUG,
                "description": {
                    **DOC,
                    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "x" * 32768}]}],
                },
            },
            {"description": TOO_LONG},
        ),
        ({**BUG, "labels": ["a b"]}, {"labels": "The label 'a b' contains spaces which is invalid."}),
        (
            {**BUG, "customfield_1": 1, "environment": "x"},
            {
                "customfield_1": "Field 'customfield_1' cannot be set. It is not on the appropriate screen, or unknown.",
                "environment": "Field 'environment' cannot be set. It is not on the appropriate screen, or unknown.",
            },
        ),
        (
            {**BUG, "resolution": {"name": "Done"}},
            {"resolution": "Field 'resolution' cannot be set. It is not on the appropriate screen, or unknown."},
        ),
        ({**BUG, "priority": {"name": "Urgent"}}, {"priority": "Priority name 'Urgent' is not valid"}),
        ({**BUG, "assignee": {"accountId": "x"}}, {"assignee": "User 'x' does not exist."}),
        ({**BUG, "duedate": "soon"}, {"duedate": "Error parsing date string: soon"}),
        ({**BUG, "customfield_10103": "five"}, {"customfield_10103": "Operation value must be a number"}),
        (PAY_BUG, {"customfield_10101": "Severity is required."}),
        (
            {**PAY_BUG, "customfield_10101": {"value": "S9"}, "components": [{"name": "Nope"}]},
            {"customfield_10101": "Option value 'S9' is not valid", "components": "Component name 'Nope' is not valid"},
        ),
        (
            {**PAY_BUG, "customfield_10101": {"value": "S1 critical"}, "customfield_10102": {"value": "Red"}},
            {"customfield_10102": "Specify the value for Squads in an array"},
        ),
    ],
)
def test_a_ticket_is_not_created(api: Api, live: JiraState, fields: object, errors: dict[str, str]) -> None:
    before = live.to_json()
    answer = api("POST", "/issue", {"fields": fields})
    assert (answer.status_code, answer.json()) == (400, said(**errors))
    assert live.to_json() == before


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "reply"),
    [
        ("POST", "/issue", None, 400, said("No Issue Create payload supplied")),
        ("POST", "/issue", b"not json", 400, NOT_JSON),
        ("POST", "/issue", b"[1]", 400, BAD_PAYLOAD),
        ("POST", "/search/jql", {"jql": "project = SHOP", "colour": 1}, 400, BAD_PAYLOAD),
        ("POST", "/search/jql", {"jql": "project = SHOP", "maxResults": "x"}, 400, BAD_PAYLOAD),
        ("POST", "/search/approximate-count", {"jql": "order by key"}, 400, said(UNBOUNDED)),
        ("POST", "/issue/bulkfetch", {"issueIdsOrKeys": []}, 400, said("No issues were provided.")),
        ("POST", "/issue/SHOP-1/transitions", {}, 400, said("Missing 'transition' identifier")),
        (
            "POST",
            "/issue/SHOP-1/transitions",
            {"transition": {"id": "x"}},
            400,
            said("'transition' identifier must be an integer"),
        ),
        (
            "POST",
            "/issue/SHOP-1/transitions",
            {"transition": {"id": "99"}},
            400,
            said("Transition id '99' is not valid for this issue."),
        ),
        (
            "POST",
            "/issue/PAY-7/transitions",
            {"transition": {"id": 41}},
            400,
            said(
                "It seems that you have tried to perform a workflow operation (Finish) that is not valid for the current "
                "state of this issue (PAY-7). The likely cause is that somebody has changed the issue recently, please look "
                "at the issue history for details."
            ),
        ),
        (
            "PUT",
            "/issue/SHOP-1",
            {"fields": {"status": {"name": "Done"}}},
            400,
            said(status="Field 'status' cannot be set. It is not on the appropriate screen, or unknown."),
        ),
        (
            "PUT",
            "/issue/SHOP-1",
            {"fields": {"labels": []}, "update": {"labels": [{"add": "x"}]}},
            400,
            said(labels="Field 'labels' cannot appear in both 'fields' and 'update'"),
        ),
        ("PUT", "/issue/SHOP-1/assignee", {"accountId": "x"}, 400, said(assignee="User 'x' does not exist.")),
        ("POST", "/issue/SHOP-1/comment", {"body": "plain"}, 400, said(comment="Comment body is not valid!")),
        (
            "POST",
            "/issue/SHOP-1/comment",
            {"body": {"type": "doc", "version": 1, "content": []}},
            400,
            said(comment="Comment body is not valid!"),
        ),
        (
            "POST",
            "/issue/SHOP-1/comment",
            {"body": {**DOC, "content": [{"type": "paragraph", "content": [{"type": "text", "text": ""}]}]}},
            400,
            said("INVALID_INPUT"),
        ),
        ("DELETE", "/issue/SHOP-1/comment/1", None, 404, said("Can not find a comment for the id: 1.")),
        (
            "GET",
            "/issue/SHOP-1/properties/nope",
            None,
            404,
            said("The property with key 'nope' does not exist on the issue."),
        ),
    ],
)
def test_a_request_is_refused_and_changes_nothing(
    api: Api, live: JiraState, method: str, path: str, body: object, status: int, reply: object
) -> None:
    before = live.to_json()
    answer = api(method, path, raw=body) if isinstance(body, bytes) else api(method, path, body)
    assert (answer.status_code, answer.json()) == (status, reply)
    assert live.to_json() == before


@pytest.mark.parametrize(
    ("method", "path", "query", "status", "detail"),
    [
        ("GET", "/issue/SHOP-1/nope", {}, 404, "No endpoint GET /rest/api/3/issue/SHOP-1/nope."),
        ("GET", "/issue/SHOP-1/comment", {"maxResults": "x"}, 400, "Failed to convert 'maxResults' with value: 'x'"),
    ],
)
def test_the_router_answers_with_a_problem(
    api: Api, method: str, path: str, query: dict[str, object], status: int, detail: str
) -> None:
    answer = api(method, path, **query)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json()["detail"] == detail
    assert answer.json()["instance"] == f"/rest/api/3{path}"
