"""Who may see and do what: nobody, somebody with a wrong token, somebody who lacks a permission. Reference: jira-api §0, §2, §3."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests

from reconciler.sandbox.jira import people, people_projects
from reconciler.sandbox.jira.state import JiraState

Api = Callable[..., requests.Response]
DOC = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "hi"}]}]}
WRONG = ("reconciler@acme.com", "expired")
BEN = ("ben@acme.com", "bens-token")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "expected"),
    [
        ("GET", "/search/jql?jql=project%20%3D%20SHOP", None, 200, {"issues": [], "isLast": True}),
        ("GET", "/search/jql?jql=project%20%3D%20NOPE", None, 200, {"issues": [], "isLast": True}),
        ("GET", "/search/jql?jql=colour%20%3D%20red", None, 200, {"issues": [], "isLast": True}),
        ("POST", "/issue/bulkfetch", {"issueIdsOrKeys": ["SHOP-1"]}, 200, {"issues": [], "issueErrors": []}),
        ("GET", "/status", None, 200, []),
        ("GET", "/user/search?query=ana", None, 200, []),
    ],
)
def test_a_wrong_token_is_nobody_and_finds_nothing(
    api: Api, method: str, path: str, body: object, status: int, expected: object
) -> None:
    answer = api(method, path, body, signed_in=WRONG)
    assert (answer.status_code, answer.json()) == (status, expected)
    assert answer.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"


def test_a_wrong_token_is_refused_only_where_somebody_must_be_signed_in(api: Api) -> None:
    assert api("GET", "/myself", signed_in=WRONG).status_code == 401
    assert api("GET", "", root="/rest/webhooks/1.0/webhook", signed_in=WRONG).status_code == 401
    assert api("GET", "/serverInfo", signed_in=WRONG).json()["deploymentType"] == "Cloud"
    assert api("GET", "/issue/SHOP-1", signed_in=WRONG).status_code == 404
    assert api("GET", "/project/search", signed_in=WRONG).json()["values"] == []


def test_nobody_may_write(api: Api, live: JiraState) -> None:
    before = live.to_json()
    bug = {"fields": {"project": {"key": "SHOP"}, "issuetype": {"name": "Bug"}, "summary": "s"}}
    answers = [
        api("POST", "/issue", bug, signed_in=None),
        api("PUT", "/issue/SHOP-1", {"fields": {"summary": "x"}}, signed_in=None),
        api("DELETE", "/issue/SHOP-1", signed_in=None),
        api("POST", "/issue/SHOP-1/comment", {"body": DOC}, signed_in=None),
        api("PUT", "/issue/SHOP-1/properties/k", {"a": 1}, signed_in=None),
        api("POST", "", {"name": "n", "url": "https://x.example"}, root="/rest/webhooks/1.0/webhook", signed_in=None),
    ]
    assert [answer.status_code for answer in answers] == [400, 404, 404, 404, 404, 401]
    assert all("X-Seraph-LoginReason" not in answer.headers for answer in answers)
    assert live.to_json() == before


def test_a_deactivated_account_is_nobody(api: Api) -> None:
    assert api("GET", "/myself", signed_in=("gone@acme.com", "ginas-token")).status_code == 401
    assert api("GET", "/myself", signed_in=("ANA@acme.com", "anas-token")).json()["displayName"] == "Ana Ruiz"
    assert api("GET", "/myself", signed_in=("ana@acme.com", "bens-token")).status_code == 401


def test_missing_permissions_are_shown_and_felt(api: Api, live: JiraState) -> None:
    keys = "BROWSE_PROJECTS,CREATE_ISSUES,ADMINISTER"
    here = api("GET", "/mypermissions", signed_in=BEN, permissions=keys, projectKey="SHOP").json()["permissions"]
    assert {key: each["havePermission"] for key, each in here.items()} == {
        "BROWSE_PROJECTS": True,
        "CREATE_ISSUES": False,
        "ADMINISTER": False,
    }
    anywhere = api("GET", "/mypermissions", signed_in=BEN, permissions=keys).json()["permissions"]
    assert anywhere["CREATE_ISSUES"]["havePermission"] is True
    before = live.to_json()
    bug = {"fields": {"project": {"key": "SHOP"}, "issuetype": {"name": "Bug"}, "summary": "s"}}
    created = api("POST", "/issue", bug, signed_in=BEN)
    assert created.json()["errors"] == {"project": "You cannot create issues in this project."}
    edited = api("PUT", "/issue/SHOP-1", {"fields": {"summary": "x"}}, signed_in=BEN)
    assert edited.status_code == 400
    assert "cannot be set" in edited.json()["errors"]["summary"]
    assert api("GET", "/issue/SHOP-1/transitions", signed_in=BEN).json()["transitions"] == []
    assert api("PUT", "/issue/SHOP-1/assignee", {"accountId": None}, signed_in=BEN).status_code == 403
    assert api("PUT", "/issue/SHOP-1/properties/k", {"a": 1}, signed_in=BEN).status_code == 403
    comment = api("POST", "/issue/SHOP-1/comment", {"body": DOC}, signed_in=BEN)
    assert comment.json()["errorMessages"] == ["You do not have the permission to comment on this issue."]
    assert api("GET", "", root="/rest/webhooks/1.0/webhook", signed_in=BEN).status_code == 403
    assert live.to_json() == before


def test_create_screens_are_empty_without_the_permission(api: Api, live: JiraState) -> None:
    assert api("GET", "/issue/createmeta/SHOP/issuetypes", signed_in=BEN).json()["issueTypes"] == []
    bug = live.project("SHOP").types[0].type.id
    assert api("GET", f"/issue/createmeta/SHOP/issuetypes/{bug}", signed_in=BEN).json()["fields"] == []


def test_what_is_hidden_is_absent_everywhere(api: Api, live: JiraState) -> None:
    hidden = live.ticket("SHOP-4")
    assert api("GET", "/issue/SHOP-4", signed_in=BEN).status_code == 404
    fetched = api("POST", "/issue/bulkfetch", {"issueIdsOrKeys": ["SHOP-4", "SHOP-1"]}, signed_in=BEN).json()
    assert [each["key"] for each in fetched["issues"]] == ["SHOP-1"]
    assert fetched["issueErrors"] == []
    found = api("POST", "/search/jql", {"jql": "project = SHOP", "fields": ["summary"]}, signed_in=BEN).json()
    assert hidden.id not in {each["id"] for each in found["issues"]}
    assert api("GET", "/issue/SHOP-4").status_code == 200


def test_a_project_that_may_not_be_browsed_does_not_exist(api: Api, live: JiraState) -> None:
    people.permit(live, "reconciler@acme.com", "BROWSE_PROJECTS", allowed=False, project_key="PAY")
    assert api("GET", "/project/PAY").status_code == 404
    assert api("GET", "/issue/PAY-7").status_code == 404
    assert [each["key"] for each in api("GET", "/project/search").json()["values"]] == ["SHOP"]
    answer = api("POST", "/issue", {"fields": {"project": {"key": "PAY"}, "issuetype": {"name": "Bug"}}})
    assert answer.json()["errors"] == {"project": "Specify a valid project ID or key"}


def test_an_archived_project_is_read_but_not_written(api: Api, live: JiraState) -> None:
    people_projects.archive_project(live, "PAY")
    assert [each["key"] for each in api("GET", "/project/search").json()["values"]] == ["SHOP"]
    assert api("GET", "/project/PAY").json()["archived"] is True
    answer = api(
        "POST", "/issue", {"fields": {"project": {"key": "PAY"}, "issuetype": {"name": "Story"}, "summary": "s"}}
    )
    assert answer.json()["errors"] == {"project": "Specify a valid project ID or key"}
    assert api("GET", "/issue/PAY-7").status_code == 200
    assert api("GET", "/issue/PAY-7/transitions").json()["transitions"] == []
    assert api("PUT", "/issue/PAY-7", {"fields": {"summary": "s"}}).status_code == 400
    assert api("PUT", "/issue/PAY-7/properties/x", {"y": 1}).status_code == 403


def test_permissions_are_checked_in_bulk(api: Api, live: JiraState) -> None:
    shop, pay = (int(live.project(key).id) for key in ("SHOP", "PAY"))
    ticket = int(live.ticket("PAY-7").id)
    asked = {
        "globalPermissions": ["ADMINISTER", "USER_PICKER"],
        "projectPermissions": [{"permissions": ["EDIT_ISSUES"], "projects": [shop, pay], "issues": [ticket]}],
    }
    assert api("POST", "/permissions/check", asked, signed_in=BEN).json() == {
        "globalPermissions": ["USER_PICKER"],
        "projectPermissions": [{"permission": "EDIT_ISSUES", "projects": [pay], "issues": [ticket]}],
    }
