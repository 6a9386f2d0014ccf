"""Datadog's own client works against the simulator: every operation that the reconciler uses.

Bodies are given as JSON; the client turns them into its typed models and so checks them before it sends anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.exceptions import ApiException, ForbiddenException, NotFoundException
from datadog_api_client.v1.api.authentication_api import AuthenticationApi
from datadog_api_client.v2.api.case_management_api import CaseManagementApi
from datadog_api_client.v2.api.case_management_type_api import CaseManagementTypeApi
from datadog_api_client.v2.api.error_tracking_api import ErrorTrackingApi
from datadog_api_client.v2.api.jira_integration_api import JiraIntegrationApi
from datadog_api_client.v2.api.key_management_api import KeyManagementApi
from datadog_api_client.v2.api.software_catalog_api import SoftwareCatalogApi
from datadog_api_client.v2.api.teams_api import TeamsApi
from datadog_api_client.v2.api.users_api import UsersApi

from reconciler.sandbox.datadog.state import ERROR_TRACKING, id_of
from reconciler.sandbox.faults import Fault, FaultKind
from reconciler.sandbox.serve import RunningSandbox

Named = Callable[[str], str]
SHOP = id_of("project", "SHOP")
ANA = id_of("user", "ana@acme.com")


@pytest.fixture
def client(sandbox: RunningSandbox) -> Iterator[Any]:
    """The official client, pointed at the simulator."""
    configuration = Configuration(host=sandbox.datadog_url)
    configuration.api_key["apiKeyAuth"] = sandbox.credentials.api_key
    configuration.api_key["appKeyAuth"] = sandbox.credentials.app_key
    for gated in ("list_jira_accounts", "validate"):
        configuration.unstable_operations[gated] = True
    with ApiClient(configuration) as made:
        yield made


@pytest.fixture
def cases(client: Any) -> Any:
    """Case Management."""
    return CaseManagementApi(client)


@pytest.fixture
def errors(client: Any) -> Any:
    """Error Tracking."""
    return ErrorTrackingApi(client)


def body(sort: str, **attributes: object) -> dict[str, object]:
    """A JSON:API body."""
    return {"data": {"type": sort, "attributes": attributes}}


def test_keys(client: Any) -> None:
    assert AuthenticationApi(client).validate().valid is True
    assert str(KeyManagementApi(client).validate_api_key().status) == "ok"
    with pytest.warns(UserWarning, match="unstable operation"):
        assert KeyManagementApi(client).validate().data.attributes.valid is True


def test_wrong_keys(client: Any, cases: Any) -> None:
    client.configuration.api_key["appKeyAuth"] = "wrong"
    with pytest.raises(ForbiddenException) as refused:
        cases.get_projects()
    assert refused.value.body["errors"] == ["Forbidden"]


def search(start: datetime, end: datetime, **more: object) -> dict[str, object]:
    """A search for everything in a window."""
    moments = {"from": round(start.timestamp() * 1000), "to": round(end.timestamp() * 1000)}
    return {"data": {"type": "search_request", "attributes": {"query": "*", "persona": "ALL", **moments, **more}}}


def test_searching_issues(errors: Any, sandbox: RunningSandbox) -> None:
    now = sandbox.world.clock.now()
    wanted = search(now - timedelta(days=60), now, states=["OPEN", "ACKNOWLEDGED"], order_by="FIRST_SEEN")
    include = ["issue", "issue.case", "issue.team_owners", "issue.assignee"]
    found = errors.search_issues(wanted, include=include)
    assert {str(each.type) for each in found.included} == {"issue", "case", "team", "user"}
    assert [each.attributes.total_count for each in found.data] == [2, 2, 2]
    issues = [each for each in found.included if str(each.type) == "issue"]
    assert sorted(issue.attributes.service for issue in issues) == ["cart", "ios app", "web-store"]


def test_an_issue_and_its_changes(errors: Any, issue_id: Named) -> None:
    web, cart = issue_id("web-1"), issue_id("cart-1")
    issue = errors.get_issue(web, include=["assignee", "case", "team_owners"])
    assert str(issue.data.attributes.state) == "ACKNOWLEDGED"
    assert isinstance(issue.data.attributes.first_seen, int)
    assert issue.data.relationships.assignee.data.id == ANA
    [case] = [each for each in issue.included if str(each.type) == "case"]
    assert case.attributes.jira_issue.result.project_key == "SHOP"
    changed = errors.update_issue_state(
        web, {"data": {"type": "error_tracking_issue", "id": web, "attributes": {"state": "RESOLVED"}}}
    )
    assert str(changed.data.attributes.state) == "RESOLVED"
    assigned = errors.update_issue_assignee(cart, {"data": {"type": "assignee", "id": ANA}})
    assert str(assigned.data.attributes.state) == "ACKNOWLEDGED"
    assert errors.delete_issue_assignee(cart) is None
    with pytest.raises(NotFoundException) as missing:
        errors.get_issue("5f8ebd5c-6dd9-11f0-8a28-da7ad0900002")
    assert missing.value.body["errors"][0]["detail"] == "issue not found"


def test_a_regression_is_read(errors: Any, issue_id: Named) -> None:
    back = errors.get_issue(issue_id("ios-1")).data.attributes.regression
    assert back.regressed_at > back.resolved_at


def create(cases: Any, title: str = "New", **attributes: object) -> Any:
    """A new case in SHOP."""
    relationships = {"project": {"data": {"type": "project", "id": SHOP}}}
    data = {
        "type": "case",
        "attributes": {"title": title, "type_id": ERROR_TRACKING, **attributes},
        "relationships": relationships,
    }
    return cases.create_case({"data": data}).data


def test_a_case_and_its_small_changes(cases: Any) -> None:
    made = create(cases, description="why", priority="P4", status_name="Open")
    assert made.attributes.key == "SHOP-9"
    assert cases.get_case("SHOP-9").data.id == made.id
    assert cases.update_case_title("SHOP-9", body("case", title="T")).data.attributes.title == "T"
    assert cases.update_case_description("SHOP-9", body("case", description="D")).data.attributes.description == "D"
    assert str(cases.update_priority("SHOP-9", body("case", priority="P1")).data.attributes.priority) == "P1"
    changed = cases.update_status("SHOP-9", body("case", status="IN_PROGRESS")).data.attributes
    assert (str(changed.status), str(changed.status_group)) == ("IN_PROGRESS", "SG_IN_PROGRESS")
    closed = cases.update_status("SHOP-9", body("case", status_name="Closed")).data.attributes
    assert closed.closed_at is not None
    assert closed.modified_at.tzinfo is not None
    assert cases.update_case_due_date("SHOP-9", body("case", due_date="2026-12-31")).data.id == made.id
    assert cases.update_attributes("SHOP-9", body("case", attributes={"env": ["test"]})).data.id == made.id
    assert cases.assign_case("SHOP-9", body("case", assignee_id=ANA)).data.relationships.assignee.data.id == ANA
    assert cases.unassign_case("SHOP-9", {"data": {"type": "case"}}).data.id == made.id
    assert cases.archive_case("SHOP-9", {"data": {"type": "case"}}).data.id == made.id
    assert [case.attributes.key for case in cases.search_cases().data] == ["SHOP-8", "SHOP-7"]
    assert cases.unarchive_case("SHOP-9", {"data": {"type": "case"}}).data.id == made.id


def test_every_page_of_a_search(cases: Any) -> None:
    for number in range(5):
        create(cases, title=f"Case {number}")
    found = [case.attributes.key for case in cases.search_cases_with_pagination(page_size=2, filter="project:SHOP")]
    assert sorted(found) == sorted(f"SHOP-{number}" for number in range(7, 14))
    page = cases.search_cases(page_size=3, page_number=3, sort_field="created_at", sort_asc=True)
    assert (page.meta.page.current, page.meta.page.size, page.meta.page.total) == (3, 1, 3)


def test_insights(cases: Any, issue_id: Named, errors: Any) -> None:
    cart = issue_id("cart-1")
    insight = {"type": "ERROR_TRACKING", "ref": f"/error-tracking?issueId={cart}", "resource_id": cart}
    cases.add_case_insights("SHOP-8", body("case", insights=[insight]))
    assert errors.get_issue(cart).data.relationships.case.data.id == cases.get_case("SHOP-8").data.id
    cases.remove_case_insights("SHOP-8", body("case", insights=[insight]))
    assert cases.get_case("SHOP-8").data.attributes.to_dict()["insights"] == []


def test_a_ticket_on_a_case(cases: Any, sandbox: RunningSandbox) -> None:
    project = sandbox.world.jira["acme"].project("SHOP")
    wanted = {
        "jira_account_id": id_of("jira-account", "acme"),
        "project_id": project.id,
        "issue_type_id": project.types[0].type.id,
        "fields": {"labels": ["x"]},
    }
    assert cases.create_case_jira_issue("SHOP-8", body("issues", **wanted)) is None
    assert str(cases.get_case("SHOP-8").data.attributes.jira_issue.status) == "IN_PROGRESS"
    sandbox.act("clock", "+1m")
    ticket = cases.get_case("SHOP-8").data.attributes.jira_issue
    assert (str(ticket.status), ticket.result.issue_key) == ("COMPLETED", "SHOP-3")
    assert cases.unlink_jira_issue("SHOP-8") is None
    url = "https://acme.atlassian.net/browse/SHOP-2"
    assert cases.link_jira_issue_to_case("SHOP-8", body("issues", jira_issue_url=url)) is None
    with pytest.raises(ApiException) as refused:
        cases.link_jira_issue_to_case("SHOP-7", body("issues", jira_issue_url=url))
    assert refused.value.status == 409


def test_comments_and_the_timeline(cases: Any) -> None:
    [cell] = cases.comment_case("SHOP-8", body("case", comment="Hello")).data
    assert cell.attributes.cell_content.message == "Hello"
    assert cases.list_case_timeline("SHOP-8", page_size=5, page_number=0).data[0].id == cell.id
    assert cases.update_case_comment("SHOP-8", cell.id, body("case", comment="Bye")) is None
    assert cases.delete_case_comment("SHOP-8", cell.id) is None
    assert cases.list_case_timeline("SHOP-8").data == []


def test_projects_keep_settings_that_the_client_does_not_know(cases: Any) -> None:
    made = cases.create_project(body("project", key="SEC", name="Security")).data
    assert {project.attributes.key for project in cases.get_projects().data} == {"ET", "SEC", "SHOP"}
    settings = cases.get_project(SHOP).data.attributes.settings
    settings.integration_jira.sync = {
        "enabled": True,
        "properties": {"status": {"sync_type": "odd", "mapping": {"a": "b"}}},
    }
    settings.unheard_of = {"deep": 1}
    changed = cases.update_project(SHOP, body("project", settings=settings)).data.attributes.settings
    assert changed.to_dict() == cases.get_project(SHOP).data.attributes.settings.to_dict()
    assert changed.integration_jira.sync.properties.status.sync_type == "odd"
    assert changed.to_dict()["unheard_of"] == {"deep": 1}
    moved = cases.move_case_to_project("SHOP-8", {"data": {"type": "project", "id": made.id}}).data
    assert moved.attributes.key == "SEC-1"
    types = CaseManagementTypeApi(cases.api_client).get_all_case_types().data
    assert str(types[0].attributes.name) == "Standard"


def test_directory(client: Any) -> None:
    with pytest.warns(UserWarning, match="unstable operation"):
        [account] = JiraIntegrationApi(client).list_jira_accounts().data
    assert account.attributes.instance_url == "https://acme.atlassian.net"
    assert {team.attributes.handle for team in TeamsApi(client).list_teams().data} == {"shopist", "mobile"}
    assert [user.attributes.email for user in UsersApi(client).list_users(filter="ana@").data] == ["ana@acme.com"]
    entities = SoftwareCatalogApi(client).list_catalog_entity(filter_name="cart", filter_kind="service")
    assert entities.data[0].attributes.owner == "shopist"


def test_the_client_waits_as_long_as_the_headers_say(client: Any, cases: Any, sandbox: RunningSandbox) -> None:
    sandbox.stage_fault(Fault(FaultKind.RATE_LIMIT, retry_after="0"))
    client.configuration.enable_retry = True
    retrying = CaseManagementApi(ApiClient(client.configuration))
    assert len(retrying.get_projects().data) == 2
    retrying.api_client.close()
    assert [exchange.status for exchange in sandbox.traffic.exchanges] == [429, 200]
