"""Whole workflows of the simulated Jira, what their steps forbid, and projects that change their key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
from jira import JIRA

from reconciler.sandbox.failure import SandboxError
from reconciler.sandbox.jira import people, people_projects
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.serve import RunningSandbox

if TYPE_CHECKING:
    from tests.sandbox_jira.conftest import Api

ANA = ("ana@acme.com", "anas-token")
BY_NAME = {"workflowNames": ["payments"]}


def ids(live: JiraState, key: str, type_name: str) -> dict[str, str]:
    project = live.project(key)
    type_ = live.type_of(project, type_name)
    assert type_ is not None
    return {"projectId": project.id, "issueTypeId": type_.type.id}


def test_a_workflow_by_project_and_type_by_name_and_by_id(api: Api, live: JiraState) -> None:
    told = api("POST", "/workflows", {"projectAndIssueTypes": [ids(live, "PAY", "Bug"), ids(live, "PAY", "Story")]})
    assert told.status_code == 200
    (flow,) = told.json()["workflows"]
    assert (flow["name"], flow["scope"]) == ("payments", {"type": "GLOBAL"})
    assert api("POST", "/workflows", BY_NAME).json() == told.json()
    assert api("POST", "/workflows", {"workflowIds": [flow["id"]]}).json() == told.json()
    named = {each["statusReference"]: each["name"] for each in told.json()["statuses"]}
    ways = {
        each["name"]: (
            each["type"],
            [named[link["fromStatusReference"]] for link in each["links"]],
            named[each["toStatusReference"]],
        )
        for each in flow["transitions"]
    }
    assert ways["Create"] == ("INITIAL", [], "Backlog")
    assert ways["Finish"] == ("DIRECTED", ["In Review"], "Done")
    assert ways["Reopen"] == ("DIRECTED", ["Done", "Won't Do"], "Backlog")
    rules = {each["name"]: each for each in flow["transitions"]}
    assert rules["Finish"]["transitionScreen"]["ruleKey"] == "system:transition-screen"
    assert rules["Back to work"]["validators"][0]["parameters"]["fieldsRequired"] == "assignee"
    assert "conditions" not in rules["Finish"]
    (simple,) = api("POST", "/workflows", {"workflowNames": ["simple"]}).json()["workflows"]
    assert {each["type"] for each in simple["transitions"]} == {"INITIAL", "GLOBAL"}


def test_it_is_for_administrators_of_jira_cloud(api: Api, live: JiraState) -> None:
    assert api("POST", "/workflows", BY_NAME, signed_in=ANA).status_code == 401
    people.permit(live, "reconciler@acme.com", "ADMINISTER", allowed=False)
    assert api("POST", "/workflows", BY_NAME).status_code == 401
    people.permit(live, "reconciler@acme.com", "ADMINISTER", allowed=True)
    assert api("POST", "/workflows", BY_NAME).status_code == 200
    live.site.deployment = "data_center"
    assert api("POST", "/workflows", BY_NAME, root="/rest/api/2").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"surprise": []},
        {"workflowNames": "payments"},
        {"projectAndIssueTypes": [{"projectId": "10"}]},
        {"projectAndIssueTypes": [{"projectId": "10", "issueTypeId": "1"}]},
        {"projectAndIssueTypes": "all"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(api: Api, body: dict[str, object]) -> None:
    assert api("POST", "/workflows", body).status_code == 400


def test_a_condition_is_shown_and_keeps_the_transition_from_others(api: Api, live: JiraState) -> None:
    people.set_status(live, "PAY-7", "In Review", forced=True)
    people_projects.restrict(live, "payments", "Finish", "ana@acme.com")
    offered = api("GET", "/issue/PAY-7/transitions").json()["transitions"]
    assert [each["name"] for each in offered] == ["Back to work"]
    hers = api("GET", "/issue/PAY-7/transitions", signed_in=ANA).json()["transitions"]
    assert [each["name"] for each in hers] == ["Finish", "Back to work"]
    (flow,) = api("POST", "/workflows", BY_NAME).json()["workflows"]
    (finish,) = [each for each in flow["transitions"] if each["name"] == "Finish"]
    (rule,) = finish["conditions"]["conditions"]
    assert rule["parameters"]["accountIds"] == live.user("ana@acme.com").id
    people_projects.restrict(live, "payments", "Finish", None)
    assert len(api("GET", "/issue/PAY-7/transitions").json()["transitions"]) == 2


def refusals(api: Api) -> list[tuple[int, object]]:
    asked: list[requests.Response] = [
        api("PUT", "/issue/PAY-7", {"fields": {"summary": "New"}}),
        api("PUT", "/issue/PAY-7/properties/mine", {"a": 1}),
        api("DELETE", "/issue/PAY-7/properties/mine"),
    ]
    return [(each.status_code, each.json() if each.content else None) for each in asked]


def test_a_status_that_makes_tickets_read_only(api: Api, live: JiraState) -> None:
    assert api("PUT", "/issue/PAY-7/properties/mine", {"a": 1}).status_code == 201
    people_projects.set_read_only(live, "payments", "Done", read_only=True)
    (edit, write, delete) = refusals(api)
    assert edit[0] == 400
    assert "cannot be set" in str(edit[1])
    assert write == delete
    assert (write[0], "due to its current status in the workflow" in str(write[1])) == (403, True)
    assert api("GET", "/issue/PAY-7/editmeta").json() == {"fields": {}}
    assert api("POST", "/issue/PAY-7/comment", {"body": {"type": "doc", "version": 1, "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": "Still talking."}]}]}}).status_code == 201  # fmt: skip
    assert [each["name"] for each in api("GET", "/issue/PAY-7/transitions").json()["transitions"]] == ["Reopen"]
    (flow,) = api("POST", "/workflows", BY_NAME).json()["workflows"]
    assert [each["properties"] for each in flow["statuses"] if each["properties"]] == [{"jira.issue.editable": "false"}]
    people.set_status(live, "PAY-7", "Backlog", forced=True)
    assert [status for status, _ in refusals(api)] == [204, 200, 204]
    people.set_status(live, "PAY-7", "Done", forced=True)
    people_projects.set_read_only(live, "payments", "Done", read_only=False)
    assert api("PUT", "/issue/PAY-7", {"fields": {"summary": "Newer"}}).status_code == 204


def test_a_project_with_another_key_is_found_by_both(sandbox: RunningSandbox, live: JiraState) -> None:
    client = JIRA(
        server=sandbox.jira_urls["acme"], basic_auth=("reconciler@acme.com", "sandbox-jira-token"), max_retries=0
    )
    before = client.issue("SHOP-1")
    assert people_projects.rename_project(live, "SHOP", "web") == "SHOP is called WEB now, and its tickets with it"
    assert (client.project("SHOP").key, client.project("WEB").id) == ("WEB", before.fields.project.id)
    assert [each.key for each in client.projects()] == ["PAY", "WEB"]
    found = client.issue("SHOP-1", expand="changelog")
    assert (found.key, found.id, found.fields.updated) == ("WEB-1", before.id, before.fields.updated)
    assert [each.id for each in found.changelog.histories] == [
        each.id for each in client.issue("WEB-1", expand="changelog").changelog.histories
    ]
    assert client.create_issue(project="SHOP", issuetype="Bug", summary="Boom").key == "WEB-5"
    people_projects.rename_project(live, "WEB", "SHOP")
    assert (client.project("WEB").key, client.issue("WEB-2").key, client.issue("SHOP-5").key) == (
        "SHOP",
        "SHOP-2",
        "SHOP-5",
    )


@pytest.mark.parametrize("key", ["PAY", "S", "9X", "A-B"])
def test_a_key_that_cannot_be_had(live: JiraState, key: str) -> None:
    with pytest.raises(SandboxError):
        people_projects.rename_project(live, "SHOP", key)


def test_a_former_key_is_nobody_elses(live: JiraState) -> None:
    people_projects.rename_project(live, "SHOP", "WEB")
    with pytest.raises(SandboxError):
        people_projects.rename_project(live, "PAY", "SHOP")
