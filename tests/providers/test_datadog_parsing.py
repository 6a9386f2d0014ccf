"""Recorded shapes as values, and that no broken shape is guessed at. Reference: datadog-api §1.2, §2."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import BadAnswer
from reconciler.model.case import CaseTicket, TicketProgress
from reconciler.model.issue import Team
from reconciler.model.state import IssueState, StatusGroup
from reconciler.providers.datadog import DatadogClient, parsing
from reconciler.providers.payload import Node

if TYPE_CHECKING:
    from tests.providers.conftest import ScriptedServer, Step

Json = dict[str, Any]
ISSUE_ID, CASE_ID = "5f8ebd5c-6dd9-11f0-8a28-da7ad0900002", "f1b32a47-621d-4c57-9642-045aeb83891e"
USER_ID, TEAM_ID = "87cb11a0-278c-440a-99fe-701223c80296", "221b0179-6447-4d03-91c3-3ca98bf60e8a"
CASE: Json = {
    "id": CASE_ID,
    "type": "case",
    "attributes": {
        "key": "ET-1",
        "title": "Error: HTTP error",
        "type": "ERROR_TRACKING_ISSUE",
        "status": "CLOSED",
        "status_group": "SG_CLOSED",
        "description": "",
        "created_at": "2025-08-21T17:20:22.807979Z",
        "modified_at": "2026-02-05T03:58:14.876711989Z",
        "insights": [
            {"type": "ERROR_TRACKING", "ref": f"/error-tracking?issueId={ISSUE_ID}", "resource_id": ISSUE_ID},
            {"type": "ERROR_TRACKING", "ref": "/error-tracking?issueId=by-reference&x=1"},
            {"type": "MONITOR", "ref": "/monitors/7", "resource_id": "7"},
        ],
        "jira_issue": {
            "status": "COMPLETED",
            "result": {
                "account_id": "fdcffa62",
                "issue_id": "1904866",
                "issue_key": "ET-123",
                "issue_url": "https://x.atlassian.net/browse/ET-123",
            },
        },
    },
    "relationships": {
        "assignee": {"data": {"id": USER_ID, "type": "user"}},
        "project": {"data": {"id": "384521ba", "type": "project"}},
    },
}
DOCUMENT: Json = {
    "data": {
        "id": ISSUE_ID,
        "type": "issue",
        "attributes": {
            "error_message": "HTTP error",
            "error_type": "Error",
            "file_path": "",
            "function_name": "",
            "is_crash": False,
            "first_seen": 1753944082256,
            "first_seen_version": "",
            "last_seen": 1755686259367,
            "last_seen_version": "1.2",
            "languages": ["JAVASCRIPT"],
            "platform": "BROWSER",
            "service": "synthetics-browser",
            "state": "RESOLVED",
            "regression": {"resolved_at": "2026-01-01T00:00:00Z", "regressed_at": "2026-01-02T00:00:00Z"},
        },
        "relationships": {
            "assignee": {"data": {"id": USER_ID, "type": "user"}},
            "case": {"data": {"id": CASE_ID, "type": "case"}},
            "team_owners": {"data": [{"id": TEAM_ID, "type": "team"}, {"id": "gone", "type": "team"}]},
        },
    },
    "included": [
        CASE,
        {"id": USER_ID, "type": "user", "attributes": {"email": "", "handle": "", "name": ""}},
        {"id": TEAM_ID, "type": "team", "attributes": {"handle": "shopist", "name": "Shopist", "summary": None}},
        {"id": "gone", "type": "team", "attributes": {"handle": "", "name": ""}},
    ],
}


def node(value: object) -> Node:
    return Node(value, "datadog", "GET /x")


def test_the_recorded_issue(server: ScriptedServer, datadog: DatadogClient, say: Callable[..., Step]) -> None:
    server.always(say(200, DOCUMENT))
    issue = datadog.issue(ISSUE_ID)
    assert server.arrived[0].query == {"include": "assignee,case,team_owners"}
    assert (issue.id, issue.state, issue.service) == (ISSUE_ID, IssueState.RESOLVED, "synthetics-browser")
    assert issue.first_seen == datetime(2025, 7, 31, 6, 41, 22, 256000, tzinfo=UTC)
    assert issue.teams == (Team("gone", ""), Team("shopist", "Shopist"))
    assert (issue.error_type, issue.file_path, issue.first_seen_version) == ("Error", None, None)
    assert (issue.last_seen_version, issue.platform, issue.languages) == ("1.2", "BROWSER", ("JAVASCRIPT",))
    assert (issue.assignee_id, issue.case_id) == (USER_ID, CASE_ID)
    assert issue.regression is not None
    assert (issue.regression.regressed_at.day, issue.regression.version) == (2, None)
    case = issue.case
    assert case is not None
    assert (case.key, case.project_id, case.status, case.assignee_id) == (
        "ET-1",
        "384521ba",
        StatusGroup.CLOSED,
        USER_ID,
    )
    assert case.issue_ids == (ISSUE_ID, "by-reference")
    assert case.modified_at == datetime(2026, 2, 5, 3, 58, 14, 876711, tzinfo=UTC)
    assert case.ticket == CaseTicket(
        TicketProgress.COMPLETED, "1904866", "ET-123", "https://x.atlassian.net/browse/ET-123", "fdcffa62"
    )


def test_what_is_absent_is_none() -> None:
    bare = {"id": "i", "type": "issue", "attributes": {"state": "OPEN", "first_seen": 0, "last_seen": 1}}
    issue = parsing.issue(node(bare), {})
    assert (issue.service, issue.teams, issue.case_id, issue.case, issue.assignee_id) == (None, (), None, None, None)
    empty = {**bare, "relationships": {"case": {"data": None}, "assignee": {}, "team_owners": {"data": None}}}
    assert parsing.issue(node(empty), {}) == issue


@pytest.mark.parametrize(
    ("said", "group"),
    [
        ({"status_group": "SG_OPEN", "status": "CLOSED"}, StatusGroup.OPEN),
        ({"status_group": "SG_IN_PROGRESS"}, StatusGroup.IN_PROGRESS),
        ({"status": "OPEN"}, StatusGroup.OPEN),
        ({"status": "IN_PROGRESS"}, StatusGroup.IN_PROGRESS),
        ({"status": "CLOSED"}, StatusGroup.CLOSED),
        ({"status": "RESOLVED"}, StatusGroup.CLOSED),
        ({"status": "TRIGGERED", "status_group": None}, StatusGroup.OPEN),
    ],
)
def test_the_group_of_a_case(said: Json, group: StatusGroup) -> None:
    case = copy.deepcopy(CASE)
    case["attributes"] = {"key": "ET-1", **said}
    assert parsing.case(node(case)).status is group


@pytest.mark.parametrize(
    ("said", "ticket"),
    [
        (None, None),
        ({"status": "IN_PROGRESS"}, CaseTicket(TicketProgress.IN_PROGRESS)),
        ({"status": "FAILED", "error_message": "no"}, CaseTicket(TicketProgress.FAILED, error="no")),
        (
            {"status": "COMPLETED", "result": {"issue_id": 7, "issue_key": "", "project_key": "ET"}},
            CaseTicket(TicketProgress.COMPLETED, "7"),
        ),
    ],
)
def test_the_ticket_of_a_case(said: Json | None, ticket: CaseTicket | None) -> None:
    case = copy.deepcopy(CASE)
    case["attributes"]["jira_issue"] = said
    assert parsing.case(node(case)).ticket == ticket


BROKEN: list[tuple[tuple[str | int, ...], object]] = [
    (("data",), None),
    (("data", "id"), ""),
    (("data", "attributes"), []),
    (("data", "attributes", "state"), "SNOOZED"),
    (("data", "attributes", "state"), None),
    (("data", "attributes", "service"), 7),
    (("data", "attributes", "first_seen"), "2026-01-01T00:00:00Z"),
    (("data", "attributes", "first_seen"), 10**30),
    (("data", "attributes", "first_seen"), None),
    (("data", "attributes", "is_crash"), "no"),
    (("data", "attributes", "languages"), "JAVASCRIPT"),
    (("data", "attributes", "regression"), {}),
    (("data", "attributes", "regression", "resolved_at"), "yesterday"),
    (("data", "relationships", "case", "data"), {}),
    (("data", "relationships", "team_owners", "data", 0, "id"), "not loaded"),
    (("included", 0, "attributes", "key"), None),
    (("included", 0, "attributes", "status_group"), "SG_UNHEARD_OF"),
    (("included", 0, "attributes", "jira_issue", "status"), "DONE"),
    (("included", 0, "attributes", "insights", 0, "type"), None),
    (("included", 0, "attributes", "insights", 1, "ref"), "/nowhere"),
    (("included", 0, "attributes", "created_at"), "2026-01-01T00:00:00"),
    (("included", 0, "relationships", "project"), None),
    (("included", 0, "type"), None),
    (("included",), {}),
]


@pytest.mark.parametrize(("path", "value"), BROKEN, ids=lambda value: str(value)[-40:])
def test_a_broken_shape_is_told_with_its_place(path: tuple[str | int, ...], value: object) -> None:
    document = copy.deepcopy(DOCUMENT)
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(BadAnswer, match="expected") as raised:
        parsing.issue(node(document).at("data"), parsing.included(node(document)))
    assert raised.value.call == "GET /x"
    assert "SNOOZED" not in raised.value.message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.data())
@settings(max_examples=150)
def test_no_mutation_escapes_as_another_error(data: st.DataObject) -> None:
    """Whatever single value is replaced by whatever, the answer is read or is a BadAnswer."""
    document = copy.deepcopy(DOCUMENT)
    place: Any = document
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(JSON)
    try:
        parsing.issue(node(document).at("data"), parsing.included(node(document)))
    except BadAnswer as error:
        refused = str(error)
    else:
        refused = "expected"
    assert "expected" in refused
