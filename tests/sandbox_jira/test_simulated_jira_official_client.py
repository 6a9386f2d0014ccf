"""The official Python client drives the simulated site through every operation of ours that it knows.

It refuses to read create screens on Cloud, and knows neither bulk reads nor admin webhooks: those have their tests elsewhere.
"""

from __future__ import annotations

import pytest
from jira import JIRA, JIRAError

from reconciler.sandbox.jira import people
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.serve import RunningSandbox


@pytest.fixture
def client(sandbox: RunningSandbox) -> JIRA:
    """Signed in as the reconciler's account."""
    return JIRA(
        server=sandbox.jira_urls["acme"],
        basic_auth=("reconciler@acme.com", "sandbox-jira-token"),
        max_retries=0,
        options={"rest_api_version": "3"},
    )


@pytest.fixture
def client_2(sandbox: RunningSandbox) -> JIRA:
    """The same on version 2, the client's own default."""
    return JIRA(
        server=sandbox.jira_urls["acme"], basic_auth=("reconciler@acme.com", "sandbox-jira-token"), max_retries=0
    )


def test_it_knows_where_and_who_it_is(client: JIRA) -> None:
    info = client.server_info()
    assert (info["deploymentType"], info["baseUrl"]) == ("Cloud", "https://acme.atlassian.net")
    assert client.myself()["emailAddress"] == "reconciler@acme.com"
    allowed = client.my_permissions(projectKey="SHOP", permissions="CREATE_ISSUES,ADMINISTER")["permissions"]
    assert [each["havePermission"] for each in allowed.values()] == [True, True]


def test_it_reads_projects_types_statuses_and_fields(client: JIRA) -> None:
    assert [each.key for each in client.projects()] == ["PAY", "SHOP"]
    project = client.project("PAY")
    assert (project.name, [each.name for each in project.components]) == ("Payments", ["Ledger", "Cards"])
    assert [each.name for each in client.issue_types_for_project("PAY")] == ["Bug", "Story"]
    assert {each.name for each in client.statuses()} >= {"To Do", "In Review", "Won't Do"}
    assert "Severity" in {each["name"] for each in client.fields()}
    assert next(each.name for each in client.priorities()) == "Highest"
    assert next(each.name for each in client.resolutions()) == "Done"


def test_it_creates_edits_and_deletes_a_ticket(client_2: JIRA) -> None:
    made = client_2.create_issue(project="SHOP", issuetype="Bug", summary="Boom", description="As text", labels=["x"])
    assert (made.fields.summary, made.fields.description, made.fields.labels) == ("Boom", "As text", ["x"])
    made.update(fields={"summary": "Bang"}, update={"labels": [{"add": "y"}]})
    again = client_2.issue(made.key)
    assert (again.fields.summary, again.fields.labels) == ("Bang", ["x", "y"])
    again.delete()
    with pytest.raises(JIRAError) as gone:
        client_2.issue(made.key)
    assert gone.value.status_code == 404


def test_it_learns_which_field_was_missing(client: JIRA) -> None:
    with pytest.raises(JIRAError) as refused:
        client.create_issue(project="PAY", issuetype="Bug", summary="Boom")
    assert refused.value.status_code == 400
    assert "Severity is required." in refused.value.text


def test_it_takes_transitions_by_name(client_2: JIRA, live: JiraState) -> None:
    people.set_status(live, "PAY-7", "In Review", forced=True)
    assert {each["name"] for each in client_2.transitions("PAY-7")} == {"Finish", "Back to work"}
    client_2.transition_issue("PAY-7", "Finish", fields={"resolution": {"name": "Duplicate"}}, comment="Same as before")
    done = client_2.issue("PAY-7", expand="changelog")
    assert (done.fields.status.name, done.fields.resolution.name) == ("Done", "Duplicate")
    assert done.changelog.histories[0].items[-1].toString == "Done"
    assert done.fields.comment.comments[-1].body == "Same as before"


def test_it_assigns_by_address(client: JIRA) -> None:
    client.assign_issue("SHOP-1", "ben@acme.com")
    assert client.issue("SHOP-1").fields.assignee.displayName == "Ben Okafor"
    client.assign_issue("SHOP-1", None)
    assert client.issue("SHOP-1").fields.assignee is None
    found = client.search_assignable_users_for_issues(query="ana", project="SHOP")
    assert [each.displayName for each in found] == ["Ana Ruiz"]


def test_it_comments(client_2: JIRA) -> None:
    made = client_2.add_comment("SHOP-1", "A word")
    made.update(body="Two words")
    assert [each.body for each in client_2.comments("SHOP-1")][-1] == "Two words"
    client_2.comment("SHOP-1", made.id).delete()
    assert len(client_2.comments("SHOP-1")) == 1


def test_it_searches_through_all_pages(client: JIRA, live: JiraState) -> None:
    for number in range(7):
        people.create(live, "SHOP", "Task", f"Chore {number}")
    found = client.enhanced_search_issues("type = Task ORDER BY key", maxResults=0, fields="summary")
    assert [each.key for each in found] == ["SHOP-2", *(f"SHOP-{number}" for number in range(5, 12))]
    posted = client.enhanced_search_issues("type = Task", maxResults=3, use_post=True, fields=["summary"])
    assert len(posted) == 3
    assert client.approximate_issue_count("type = Task") == 8
    with pytest.raises(JIRAError, match="does not exist for the field 'project'"):
        client.enhanced_search_issues("project = NOPE")


def test_it_keeps_properties_and_remote_links(client: JIRA) -> None:
    client.add_issue_property("SHOP-1", "base", {"v": 1})
    assert client.issue_property("SHOP-1", "base").value.v == 1
    assert [each.key for each in client.issue_properties("SHOP-1")] == ["base"]
    client.issue_property("SHOP-1", "base").delete()
    assert client.issue_properties("SHOP-1") == []
    client.add_simple_link("SHOP-1", {"url": "https://a.example/1", "title": "One"})
    assert [each.object.title for each in client.remote_links("SHOP-1")] == ["One"]


def test_a_wrong_token_is_let_in_as_nobody(sandbox: RunningSandbox) -> None:
    nobody = JIRA(server=sandbox.jira_urls["acme"], basic_auth=("reconciler@acme.com", "wrong"), max_retries=0)
    assert nobody.enhanced_search_issues("project = SHOP") == []
    with pytest.raises(JIRAError) as refused:
        nobody.myself()
    assert refused.value.status_code == 401
