"""A simulated Jira Data Center: what it has, what it has not, how it names people, and pycontribs' client against it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from jira import JIRA, JIRAError

from reconciler.sandbox.serve import RunningSandbox, start

WORLD = Path(__file__).with_name("worlds") / "dc.yaml"
TOKEN = "sandbox-personal-token"
HOOK = {
    "name": "Datadog Webhook",
    "url": "https://app.datadoghq.com/intake/webhook/jira?api_key=sandbox-webhook-key",
    "events": ["jira:issue_updated", "comment_created"],
}
Call = Callable[..., requests.Response]


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    """The Data Center site, version 10.3.5."""
    with start(WORLD) as running:
        yield running
        assert running.failures == ()


@pytest.fixture
def call(sandbox: RunningSandbox) -> Iterator[Call]:
    """Calls below the site's address, with the personal access token unless told."""
    with requests.Session() as session:
        session.trust_env = False

        def send(
            method: str,
            path: str,
            body: object = None,
            *,
            authorization: str | None = f"Bearer {TOKEN}",
            **query: object,
        ) -> requests.Response:
            headers = {} if authorization is None else {"Authorization": authorization}
            params = {name: str(value) for name, value in query.items()}
            url = f"{sandbox.jira_urls['dc']}{path}"
            return session.request(method, url, params=params, json=body, headers=headers, timeout=10)

        yield send


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/rest/api/3/myself", None),
        ("GET", "/rest/api/3/search/jql", None),
        ("GET", "/rest/api/2/search/jql", None),
        ("POST", "/rest/api/2/search/approximate-count", {"jql": "project = SHOP"}),
        ("POST", "/rest/api/2/issue/bulkfetch", {"issueIdsOrKeys": ["SHOP-1"]}),
        ("GET", "/rest/api/2/issue/SHOP-1/changelog", None),
        ("POST", "/rest/api/2/changelog/bulkfetch", {"issueIdsOrKeys": ["SHOP-1"]}),
        ("GET", "/rest/api/2/project/search", None),
        ("POST", "/rest/api/2/comment/list", {"ids": [1]}),
        ("GET", "/rest/api/2/priority/search", None),
        ("GET", "/rest/api/2/user/bulk", None),
        ("GET", "/rest/api/2/webhook", None),
        ("GET", "/rest/webhooks/1.0/webhook", None),
    ],
)
def test_what_only_cloud_has_is_nowhere(call: Call, method: str, path: str, body: object) -> None:
    refused = call(method, path, body)
    assert refused.status_code == 404
    assert refused.json()["status-code"] == 404


def test_it_says_what_it_is(call: Call) -> None:
    told = call("GET", "/rest/api/2/serverInfo", authorization=None).json()
    assert (told["deploymentType"], told["version"], told["versionNumbers"]) == ("Server", "10.3.5", [10, 3, 5])


@pytest.mark.parametrize(
    "authorization",
    ["Bearer wrong", "Basic cmVjb25jaWxlckBhY21lLmNvbTpzYW5kYm94LXBlcnNvbmFsLXRva2Vu", "Basic ?", "Digest x"],
)
def test_wrong_credentials_are_refused_and_not_taken_for_a_visitor(call: Call, authorization: str) -> None:
    """The second is the token as a password, which it is not."""
    refused = call("GET", "/rest/api/2/serverInfo", authorization=authorization)
    assert (refused.status_code, refused.headers["X-Seraph-LoginReason"]) == (401, "AUTHENTICATED_FAILED")


def test_a_captcha_locks_everybody_out_until_it_is_solved(sandbox: RunningSandbox, call: Call) -> None:
    sandbox.act("captcha", "on")
    denied = call("GET", "/rest/api/2/myself")
    assert (denied.status_code, denied.headers["X-Seraph-LoginReason"]) == (403, "AUTHENTICATION_DENIED")
    sandbox.act("captcha", "off")
    welcome = call("GET", "/rest/api/2/myself")
    assert (welcome.status_code, welcome.headers["X-AUSERNAME"], welcome.headers["Retry-After"]) == (
        200,
        "svc-reconciler",
        "0",
    )


def test_people_are_named_by_login_and_changelogs_by_key(sandbox: RunningSandbox, call: Call) -> None:
    me = call("GET", "/rest/api/2/myself").json()
    assert (me["name"], me["key"], "accountId" in me) == ("svc-reconciler", "svc-reconciler", False)
    assert call("PUT", "/rest/api/2/issue/SHOP-1/assignee", {"name": "aruiz"}).status_code == 204
    shown = call("GET", "/rest/api/2/issue/SHOP-1", expand="changelog", fields="assignee").json()
    assert (shown["fields"]["assignee"]["name"], shown["fields"]["assignee"]["key"]) == ("aruiz", "JIRAUSER10203")
    newest = shown["changelog"]["histories"][0]
    assert (newest["author"]["name"], newest["items"]) == (
        "svc-reconciler",
        [
            {
                "field": "assignee",
                "fieldtype": "jira",
                "from": None,
                "fromString": None,
                "to": "JIRAUSER10203",
                "toString": "Ana Ruiz",
            }
        ],
    )
    assert call("PUT", "/rest/api/2/issue/SHOP-1/assignee", {"name": None}).status_code == 204
    assert call("GET", "/rest/api/2/issue/SHOP-1").json()["fields"]["assignee"] is None
    refused = call("PUT", "/rest/api/2/issue/SHOP-1/assignee", {"name": "nobody"})
    assert (refused.status_code, refused.json()["errors"]) == (400, {"assignee": "User 'nobody' does not exist."})
    assert call("PUT", "/rest/api/2/issue/SHOP-1/assignee", {"accountId": "x"}).status_code == 400
    assert "statuscategorychangedate" not in call("GET", "/rest/api/2/issue/SHOP-1").json()["fields"]


@pytest.mark.parametrize(
    ("path", "query", "logins"),
    [
        ("/user/search", {"username": "ana"}, ["aruiz"]),
        ("/user/search", {"username": "bokri"}, ["bokri"]),
        ("/user/search", {"username": "ben@acme.com"}, ["bokri"]),
        ("/user/search", {"username": "."}, ["aruiz", "bokri", "svc-datadog", "svc-reconciler"]),
        ("/user/search", {"username": "lleft"}, []),
        ("/user/assignable/search", {"project": "SHOP", "username": "aruiz"}, ["aruiz"]),
    ],
)
def test_people_are_found_by_login_name_and_address(
    call: Call, path: str, query: dict[str, str], logins: list[str]
) -> None:
    assert [each["name"] for each in call("GET", f"/rest/api/2{path}", **query).json()] == logins


def test_one_person_is_read_by_login_or_key(call: Call) -> None:
    by_key = call("GET", "/rest/api/2/user", key="JIRAUSER10203").json()
    assert by_key == call("GET", "/rest/api/2/user", username="aruiz").json()
    assert call("GET", "/rest/api/2/user", username="nobody").status_code == 404
    assert call("GET", "/rest/api/2/user/search", query="ana").status_code == 400


def test_search_pages_by_start_and_knows_the_total(call: Call) -> None:
    body = {"jql": "project = SHOP ORDER BY key ASC", "maxResults": 2, "fields": ["summary"]}
    first = call("POST", "/rest/api/2/search", body).json()
    last = call("GET", "/rest/api/2/search", jql=body["jql"], startAt=2, maxResults=2, fields="summary").json()
    assert (first["total"], first["startAt"], first["maxResults"]) == (3, 0, 2)
    assert [each["key"] for each in [*first["issues"], *last["issues"]]] == ["SHOP-1", "SHOP-2", "SHOP-3"]
    assert call("POST", "/rest/api/2/search", {"jql": "", "maxResults": 0}).json()["total"] == 3


def test_search_knows_no_entity_properties(call: Call) -> None:
    refused = call("POST", "/rest/api/2/search", {"jql": "project = SHOP", "properties": ["x"]})
    assert (refused.status_code, 'field "properties"' in refused.json()["errorMessages"][0]) == (400, True)
    assert call("PUT", "/rest/api/2/issue/SHOP-1/properties/x", {"a": 1}).status_code == 201
    assert call("GET", "/rest/api/2/issue/SHOP-1", properties="x").json()["properties"] == {"x": {"a": 1}}


def test_an_unknown_key_spoils_a_query_unless_it_is_not_validated(call: Call) -> None:
    jql = "key in (SHOP-1, SHOP-99)"
    refused = call("POST", "/rest/api/2/search", {"jql": jql})
    assert (refused.status_code, refused.json()["errorMessages"]) == (
        400,
        ["An issue with key 'SHOP-99' does not exist for field 'key'."],
    )
    lenient = call("POST", "/rest/api/2/search", {"jql": jql, "validateQuery": False}).json()
    assert [each["key"] for each in lenient["issues"]] == ["SHOP-1"]
    assert lenient["warningMessages"] == refused.json()["errorMessages"]


def test_create_screens_come_as_values_and_need_the_permission(sandbox: RunningSandbox, call: Call) -> None:
    types = call("GET", "/rest/api/2/issue/createmeta/SHOP/issuetypes").json()
    assert (types["isLast"], [each["name"] for each in types["values"]]) == (True, ["Bug", "Task"])
    task = types["values"][1]["id"]
    fields = call("GET", f"/rest/api/2/issue/createmeta/SHOP/issuetypes/{task}").json()["values"]
    severity = next(each for each in fields if each["name"] == "Severity")
    assert (severity["required"], "key" in severity, severity["fieldId"]) == (True, False, "customfield_10101")
    sandbox.act("permission", "CREATE_ISSUES", "deny", "reconciler@acme.com", "SHOP")
    assert call("GET", "/rest/api/2/issue/createmeta/SHOP/issuetypes").status_code == 400


def test_permissions_are_all_told_old_keys_among_them(sandbox: RunningSandbox, call: Call) -> None:
    sandbox.act("permission", "EDIT_ISSUES", "deny", "reconciler@acme.com", "SHOP")
    told = call("GET", "/rest/api/2/mypermissions", projectKey="SHOP").json()["permissions"]
    assert (told["EDIT_ISSUES"]["havePermission"], told["ASSIGN_ISSUES"]["havePermission"]) == (False, True)
    assert (told["EDIT_ISSUE"]["havePermission"], told["EDIT_ISSUE"]["deprecatedKey"]) == (False, True)


def test_transitions_tell_less_and_rich_text_is_markup(call: Call) -> None:
    offered = call("GET", "/rest/api/2/issue/SHOP-1/transitions", expand="transitions.fields").json()["transitions"]
    assert {name for each in offered for name in each} == {"id", "name", "to", "opsbarSequence", "fields"}
    assert call("GET", "/rest/api/2/issue/SHOP-1").json()["fields"]["description"] == "h3. Seen\n*often*"
    made = call("POST", "/rest/api/2/issue/SHOP-1/comment", {"body": "{code}x{code}"}).json()
    assert (made["body"], made["author"]["name"], "jsdPublic" in made) == ("{code}x{code}", "svc-reconciler", False)
    assert call("POST", "/rest/api/2/issue/SHOP-1/comment", {"body": {"type": "doc"}}).status_code == 400


def test_tickets_are_created_for_logins(call: Call) -> None:
    fields = {"project": {"key": "SHOP"}, "issuetype": {"name": "Bug"}, "summary": "New", "assignee": {"name": "bokri"}}
    made = call("POST", "/rest/api/2/issue", {"fields": fields})
    assert made.status_code == 201
    shown = call("GET", f"/rest/api/2/issue/{made.json()['key']}").json()["fields"]
    assert (shown["assignee"]["name"], shown["reporter"]["name"]) == ("bokri", "svc-reconciler")
    refused = call("POST", "/rest/api/2/issue", {"fields": {**fields, "assignee": {"accountId": "5b10"}}})
    assert refused.json()["errors"] == {"assignee": "expected 'key' or 'name' property"}


def test_projects_are_a_plain_list(call: Call) -> None:
    assert [each["key"] for each in call("GET", "/rest/api/2/project").json()] == ["SHOP"]


@pytest.mark.parametrize("shape", ["old", "new"])
def test_webhooks_of_version_10_have_ids_and_a_place_of_their_own(call: Call, shape: str) -> None:
    filters = {"issue-related-events-section": "project = SHOP"}
    said = (
        {"filters": filters, "enabled": True}
        if shape == "old"
        else {"active": True, "configuration": {"FILTERS": json.dumps(filters)}}
    )
    root = "/rest/jira-webhook/1.0/webhooks"
    made = call("POST", root, {**HOOK, **said})
    assert (made.status_code, made.json()["active"]) == (201, True)
    listed = call("GET", root).json()
    assert [(each["id"], json.loads(each["configuration"]["FILTERS"])) for each in listed] == [
        (made.json()["id"], filters)
    ]
    place = f"{root}/{made.json()['id']}"
    assert call("PUT", place, {**made.json(), "active": False}).status_code == 200
    assert call("GET", place).json()["active"] is False
    assert call("DELETE", place).status_code == 204


def test_before_version_10_webhooks_are_where_cloud_has_them(tmp_path: Path) -> None:
    world = tmp_path / "world.yaml"
    world.write_text(WORLD.read_text(encoding="utf-8").replace("[10, 3, 5]", "[9, 12, 0]"), encoding="utf-8")
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with start(world) as running, requests.Session() as session:
        session.trust_env = False
        base = running.jira_urls["dc"]
        old, new = f"{base}/rest/webhooks/1.0/webhook", f"{base}/rest/jira-webhook/1.0/webhooks"
        made = session.post(old, json=HOOK, headers=headers, timeout=10)
        assert (made.status_code, "id" in made.json(), made.json()["enabled"]) == (201, False, True)
        assert session.get(new, headers=headers, timeout=10).status_code == 404


def test_datadog_creates_tickets_there_but_syncs_nothing(sandbox: RunningSandbox, call: Call) -> None:
    hook = {**HOOK, "active": True}
    assert call("POST", "/rest/jira-webhook/1.0/webhooks", hook).status_code == 201
    sandbox.act("ticket", "SHOP-2", "status", "Done")
    sandbox.act("issue", "alone", "state", "RESOLVED")
    datadog = sandbox.world.datadog
    group = datadog.find_case("SHOP-2")
    assert group is not None
    assert (group.status_name, {each.state for each in datadog.issues_of(group)}) == ("Open", {"OPEN"})
    assert sandbox.world.jira["dc"].ticket("SHOP-1").histories == ()
    assert next(iter(datadog.company.accounts.values())).last_webhook is not None


@pytest.fixture
def client(sandbox: RunningSandbox) -> JIRA:
    """pycontribs' client, signed in with the personal access token."""
    options = {"server": sandbox.jira_urls["dc"], "check_update": False}
    return JIRA(options=options, token_auth=TOKEN, max_retries=0, timeout=10)


def test_the_official_client_works_on_a_ticket_from_end_to_end(client: JIRA) -> None:
    assert (client.server_info()["deploymentType"], client.myself()["name"]) == ("Server", "svc-reconciler")
    found = client.search_issues("project = SHOP ORDER BY key ASC", maxResults=2)
    assert [each.key for each in found] == ["SHOP-1", "SHOP-2"]
    made = client.create_issue(project="SHOP", issuetype={"name": "Bug"}, summary="By the client", description="*bold*")
    client.assign_issue(made, "aruiz")
    client.transition_issue(made, "Done")
    client.add_comment(made, "hello")
    again = client.issue(made.key, expand="changelog")
    assert (again.fields.assignee.name, again.fields.status.name, again.fields.description) == (
        "aruiz",
        "Done",
        "*bold*",
    )
    assert [item.field for entry in again.changelog.histories for item in entry.items] == [
        "resolution",
        "status",
        "assignee",
    ]
    assert [each.body for each in client.comments(made)] == ["hello"]


def test_the_official_client_sees_users_projects_and_transitions(client: JIRA) -> None:
    assert [each.name for each in client.search_users("ana")] == ["aruiz"]
    assert [each.key for each in client.projects()] == ["SHOP"]
    assert [each["name"] for each in client.transitions("SHOP-3")] == ["Start"]
    assert client.my_permissions(projectKey="SHOP")["permissions"]["BROWSE"]["havePermission"] is True
    with pytest.raises(JIRAError, match="Issue does not exist"):
        client.issue("SHOP-99")
    assert [each.name for each in client.project_issue_types("SHOP")] == ["Bug", "Task"]
