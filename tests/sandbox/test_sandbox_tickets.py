"""Tickets that Datadog creates in Jira: asked for, made a while later, linked, refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests

from reconciler.sandbox.datadog.records import Behaviour
from reconciler.sandbox.datadog.state import DatadogState, id_of
from reconciler.sandbox.serve import RunningSandbox

Api = Callable[..., requests.Response]
Named = Callable[[str], str]
AsCase = Callable[..., dict[str, object]]
TICKET = "/cases/SHOP-8/relationships/jira_issues"
ACCOUNT = id_of("jira-account", "acme")


@pytest.fixture
def order(sandbox: RunningSandbox) -> Callable[..., dict[str, object]]:
    """The body that asks for a ticket of a type in SHOP."""
    project = sandbox.world.jira["acme"].project("SHOP")
    types = {each.type.name: each.type.id for each in project.types}

    def body(kind: str = "Bug", **fields: object) -> dict[str, object]:
        attributes = {
            "jira_account_id": ACCOUNT,
            "project_id": project.id,
            "issue_type_id": types[kind],
            "fields": fields,
        }
        return {"data": {"type": "issues", "attributes": attributes}}

    return body


def ticket_of(api: Api, key: str) -> dict[str, object] | None:
    """What the case says of its ticket."""
    found = api("GET", f"/cases/{key}").json()["data"]["attributes"].get("jira_issue")
    return found if isinstance(found, dict) else None


def keys_in_jira(sandbox: RunningSandbox) -> list[str]:
    """The keys of all tickets there are."""
    return sorted(ticket.key for ticket in sandbox.world.jira["acme"].site.tickets.values())


def test_a_ticket_is_accepted_first_and_made_later(
    api: Api, sandbox: RunningSandbox, order: Callable[..., dict[str, object]], as_case: AsCase, issue_id: Named
) -> None:
    insight = {"type": "ERROR_TRACKING", "ref": "x", "resource_id": issue_id("ios-1")}
    api("PUT", "/cases/SHOP-8/insights", as_case(insights=[insight]))
    api("PUT", f"/error-tracking/issues/{issue_id('ios-1')}/state", open_again())
    answer = api("POST", TICKET, order(labels=["ddet-1"]))
    assert (answer.status_code, answer.content) == (202, b"")
    assert ticket_of(api, "SHOP-8") == {"status": "IN_PROGRESS"}
    assert keys_in_jira(sandbox) == ["SHOP-1", "SHOP-2"]
    sandbox.act("clock", "+29s")
    assert ticket_of(api, "SHOP-8") == {"status": "IN_PROGRESS"}
    sandbox.act("clock", "+2s")
    made = ticket_of(api, "SHOP-8")
    assert made is not None
    assert made["status"] == "COMPLETED"
    assert made["result"] == {
        "issue_id": sandbox.world.jira["acme"].ticket("SHOP-3").id,
        "issue_key": "SHOP-3",
        "issue_url": "https://acme.atlassian.net/browse/SHOP-3",
        "account_id": ACCOUNT,
    }
    ticket = sandbox.world.jira["acme"].ticket("SHOP-3")
    assert (ticket.summary, ticket.labels) == ("Nobody works on this", ("ddet-1",))
    assert "hidden words" in str(ticket.description)
    assert ticket.creator == sandbox.world.jira["acme"].site.app_user
    assert sandbox.world.datadog.company.issues[issue_id("ios-1")].state == "ACKNOWLEDGED"


def open_again() -> dict[str, object]:
    """The body that puts an issue back to For Review."""
    return {"data": {"type": "error_tracking_issue", "attributes": {"state": "OPEN"}}}


def test_what_jira_refuses_fails_and_only_the_issue_tells_why(
    api: Api, sandbox: RunningSandbox, order: Callable[..., dict[str, object]], as_case: AsCase, issue_id: Named
) -> None:
    insight = {"type": "ERROR_TRACKING", "ref": "x", "resource_id": issue_id("cart-1")}
    api("PUT", "/cases/SHOP-8/insights", as_case(insights=[insight]))
    assert api("POST", TICKET, order("Task")).status_code == 202  # Task wants a Severity
    sandbox.act("clock", "+1m")
    assert ticket_of(api, "SHOP-8") == {"status": "FAILED"}
    [case] = api("GET", f"/error-tracking/issues/{issue_id('cart-1')}", include="case").json()["included"]
    assert case["attributes"]["jira_issue"]["status"] == "FAILED"
    assert "Severity" in case["attributes"]["jira_issue"]["error_message"]
    assert keys_in_jira(sandbox) == ["SHOP-1", "SHOP-2"]


@pytest.mark.parametrize(("policy", "status", "tickets"), [("refuse", 409, 3), ("create", 202, 4)])
def test_a_second_order_on_one_case(
    api: Api,
    sandbox: RunningSandbox,
    datadog: DatadogState,
    order: Callable[..., dict[str, object]],
    policy: str,
    status: int,
    tickets: int,
) -> None:
    datadog.company.behaviour = Behaviour(second_ticket="create" if policy == "create" else "refuse")
    assert api("POST", TICKET, order()).status_code == 202
    sandbox.act("clock", "+1m")
    assert ticket_of(api, "SHOP-8") is not None
    assert api("POST", TICKET, order()).status_code == status
    sandbox.act("clock", "+1m")
    assert ticket_of(api, "SHOP-8") is not None
    assert len(keys_in_jira(sandbox)) == tickets


def test_orders_that_are_refused_at_once(api: Api, order: Callable[..., dict[str, object]]) -> None:
    body = order()
    assert api("POST", "/cases/SHOP-99/relationships/jira_issues", body).status_code == 404
    nowhere = {"jira_account_id": "x", "project_id": "1", "issue_type_id": "2"}
    unknown = {"data": {"type": "issues", "attributes": nowhere}}
    assert api("POST", TICKET, unknown).json()["errors"][0]["detail"] == "jira account not found"
    assert api("POST", TICKET, {"data": {"type": "issues", "attributes": {}}}).status_code == 400
    assert ticket_of(api, "SHOP-8") is None


def link(url: str) -> dict[str, object]:
    """The body that links an existing ticket."""
    return {"data": {"type": "issues", "attributes": {"jira_issue_url": url}}}


SITE = "https://acme.atlassian.net/browse"


def test_linking_an_existing_ticket_and_unlinking_it(api: Api) -> None:
    for _ in range(2):  # the same again is no conflict
        answer = api("PATCH", TICKET, link(f"{SITE}/SHOP-2"))
        assert (answer.status_code, answer.content) == (204, b"")
    found = ticket_of(api, "SHOP-8")
    assert found is not None
    assert (found["status"], dict(found["result"] if isinstance(found["result"], dict) else {})["issue_key"]) == (
        "COMPLETED",
        "SHOP-2",
    )
    assert api("DELETE", TICKET).status_code == 204
    assert api("DELETE", TICKET).status_code == 204
    assert ticket_of(api, "SHOP-8") is None


@pytest.mark.parametrize(
    ("case", "url", "status"),
    [
        ("SHOP-7", f"{SITE}/SHOP-2", 409),  # the case has another ticket
        ("SHOP-8", f"{SITE}/SHOP-1", 409),  # another case has the ticket
        ("SHOP-8", f"{SITE}/SHOP-99", 400),
        ("SHOP-8", "https://evil.example/browse/SHOP-2", 400),
        ("SHOP-8", "https://acme.atlassian.net.evil.example/browse/SHOP-2", 400),
        ("SHOP-8", "not a url", 400),
        ("SHOP-99", f"{SITE}/SHOP-2", 404),
    ],
)
def test_links_that_are_refused(api: Api, sandbox: RunningSandbox, case: str, url: str, status: int) -> None:
    assert api("PATCH", f"/cases/{case}/relationships/jira_issues", link(url)).status_code == status
    assert sandbox.traffic.effects == ()


def test_a_world_may_allow_two_cases_to_share_a_ticket(api: Api, datadog: DatadogState) -> None:
    datadog.company.behaviour = Behaviour(shared_ticket="allow")
    assert api("PATCH", TICKET, link(f"{SITE}/SHOP-1")).status_code == 204
