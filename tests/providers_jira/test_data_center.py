"""Jira Data Center over the wire: its paths, its paging, its credential, and where its webhooks are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.engine.ports import JiraWriter
from reconciler.errors import BadAnswer, ConfigError, Forbidden, ProviderError, Unauthorized
from reconciler.model.activity import CommentMark
from reconciler.model.ticket import JiraWebhook
from reconciler.providers.http_limits import Limiter
from reconciler.providers.jira.data_center import DataCenterClient, connect_data_center
from reconciler.providers.jira.parsing import TICKET_FIELDS
from reconciler.providers.jira.signin import AccessToken
from reconciler.providers.secrets import Secret

if TYPE_CHECKING:
    from tests.providers_jira.conftest import Reply, ScriptedJira

Json = dict[str, Any]
Replies = type["Reply"]
TicketJson = Callable[..., Json]

OLD = "/rest/webhooks/1.0/webhook"
NEW = "/rest/jira-webhook/1.0/webhooks"
MARK = CommentMark("datadog", "c1", "0f")
HOOK = JiraWebhook(
    "7", "Datadog", "https://hooks.example.com/canary-7", frozenset({"jira:issue_updated"}), "project = A"
)

CALLS: Mapping[str, Callable[[DataCenterClient], object]] = {
    "server": lambda jira: jira.server(),
    "myself": lambda jira: jira.myself(),
    "permissions": lambda jira: jira.permissions(["EDIT_ISSUES"]),
    "project_keys": lambda jira: jira.project_keys(),
    "project": lambda jira: jira.project("SHOP"),
    "statuses": lambda jira: jira.statuses("SHOP"),
    "create_fields": lambda jira: jira.create_fields("SHOP", "1"),
    "webhooks": lambda jira: jira.webhooks(),
    "tickets": lambda jira: jira.tickets(["SHOP-1"]),
    "tickets_with_label": lambda jira: jira.tickets_with_label("x"),
    "assignable_users": lambda jira: jira.assignable_users("SHOP", "jane"),
    "create_webhook": lambda jira: jira.create_webhook(HOOK),
    "update_webhook": lambda jira: jira.update_webhook(HOOK),
    "add_label": lambda jira: jira.add_label("SHOP-1", "x"),
    "set_summary": lambda jira: jira.set_summary("SHOP-1", "x"),
    "set_property": lambda jira: jira.set_property("SHOP-1", "k", {"v": 1}),
    "histories": lambda jira: jira.histories(["10140"]),
    "transitions": lambda jira: jira.transitions("10140"),
    "ticket_in_status": lambda jira: jira.ticket_in_status("SHOP", "10002", "3"),
    "is_editable": lambda jira: jira.is_editable("10140"),
    "comments": lambda jira: jira.comments("10140"),
    "users": lambda jira: jira.users("jane"),
    "user": lambda jira: jira.user("5b10"),
    "transition": lambda jira: jira.transition("10140", "31", {}),
    "assign": lambda jira: jira.assign("10140", None),
    "add_comment": lambda jira: jira.add_comment("10140", "text", MARK),
    "edit_comment": lambda jira: jira.edit_comment("10140", "10300", "text", MARK),
}


class UnusedClock:
    """Nothing waits here."""

    def now(self) -> datetime:
        return datetime(2026, 11, 23, tzinfo=UTC)

    def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


def test_every_call_of_the_port_is_in_the_table() -> None:
    silent = {"ahead", "calls", "workflow"}  # they ask for nothing here
    assert set(CALLS) == {name for name in dir(JiraWriter) if not name.startswith("_")} - silent


@pytest.mark.parametrize("name", CALLS)
def test_no_call_is_one_of_cloud(dc: DataCenterClient, jira: ScriptedJira, reply: Replies, name: str) -> None:
    jira.on_anything(reply({}, 400))
    with pytest.raises(ProviderError):
        CALLS[name](dc)
    assert jira.asked
    for asked in jira.asked:
        assert not any(part in asked.path for part in ("/rest/api/3/", "bulkfetch", "/search/jql", "project/search"))
        assert "query" not in asked.query


@pytest.mark.parametrize("status", [200, 401, 403])
@pytest.mark.parametrize("name", CALLS)
def test_a_bad_token_is_noticed_on_every_call(
    dc: DataCenterClient, jira: ScriptedJira, reply: Replies, name: str, status: int
) -> None:
    jira.on_anything(reply({}, status, {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}))
    with pytest.raises(Unauthorized, match="did not accept the personal access token") as caught:
        CALLS[name](dc)
    assert "Personal Access Tokens" in (caught.value.hint or "")
    assert dc.calls == 1


def test_a_captcha_is_told_from_a_bad_token(dc: DataCenterClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on_anything(reply({}, 403, {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"}))
    with pytest.raises(Unauthorized) as caught:
        dc.myself()
    assert "CAPTCHA" in (caught.value.hint or "")


def test_the_token_goes_by_itself(dc: DataCenterClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("GET", "/rest/api/2/myself", reply({"name": "svc", "displayName": "Bot"}))
    assert dc.myself().id == "svc"
    headers = jira.asked[0].headers
    assert headers["authorization"] == "Bearer canary-access-token-9"
    assert headers["x-atlassian-token"] == "no-check"


@pytest.mark.parametrize("name", CALLS)
def test_no_error_shows_the_token(dc: DataCenterClient, jira: ScriptedJira, reply: Replies, name: str) -> None:
    jira.on_anything(reply({"errorMessages": ["Bearer canary-access-token-9 is wrong"]}, 400))
    with pytest.raises(ProviderError) as caught:
        CALLS[name](dc)
    shown = f"{caught.value} {caught.value.hint} {vars(caught.value)}"
    assert "is wrong" in shown
    assert "canary" not in shown


def test_a_credential_does_not_show_itself() -> None:
    assert "canary" not in repr(AccessToken(Secret("canary-token")))


@pytest.mark.parametrize("url", ["https://acme.atlassian.net", "https://api.atlassian.com/ex/jira/1"])
def test_the_address_of_a_cloud_is_refused(url: str) -> None:
    clock = UnusedClock()
    with pytest.raises(ConfigError, match="is one of Jira Cloud") as caught:
        connect_data_center("dc", url, Secret("t"), clock=clock, limiter=Limiter(clock))
    assert "deployment: cloud" in (caught.value.hint or "")


def test_permissions_are_picked_from_all_that_there_are(
    dc: DataCenterClient, jira: ScriptedJira, reply: Replies
) -> None:
    told = {"EDIT_ISSUES": {"havePermission": True}, "ADMINISTER": {"havePermission": False}, "OLD": {}}
    jira.on("GET", "/rest/api/2/mypermissions", reply({"permissions": told}))
    assert dc.permissions(["ADMINISTER", "EDIT_ISSUES", "NEW"], "SHOP") == {
        "ADMINISTER": False,
        "EDIT_ISSUES": True,
        "NEW": False,
    }
    dc.permissions(["EDIT_ISSUES"])
    assert [call.query for call in jira.asked] == [{"projectKey": "SHOP"}, {}]


def test_projects_come_at_once(dc: DataCenterClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("GET", "/rest/api/2/project", reply([{"key": "SHOP"}, {"key": "PAY"}]))
    assert dc.project_keys() == ("PAY", "SHOP")


def test_the_create_screen_is_a_list_of_values(dc: DataCenterClient, jira: ScriptedJira, reply: Replies) -> None:
    where = "/rest/api/2/issue/createmeta/SHOP/issuetypes/1"
    field = {"fieldId": "summary", "name": "Summary", "required": True, "schema": {"type": "string"}}
    jira.on("GET", where, reply({"startAt": 0, "total": 1, "isLast": True, "values": [field]}))
    assert [one.id for one in dc.create_fields("SHOP", "1")] == ["summary"]
    jira.on("GET", where, reply({"errorMessages": ["No permission to view the requested project."]}, 400))
    with pytest.raises(ProviderError) as caught:
        dc.create_fields("SHOP", "1")
    assert "Create Issues" in (caught.value.hint or "")


def test_a_ticket_is_read_strongly_one_call_each(
    dc: DataCenterClient, jira: ScriptedJira, reply: Replies, ticket_json: TicketJson
) -> None:
    shown = ticket_json(10140, "PAY-7", assignee={"name": "jane", "displayName": "Jane"})
    jira.on("GET", "/rest/api/2/issue/SHOP-1", reply({**shown, "properties": {"p": {"v": 1}}}))
    found = dc.tickets(["SHOP-1", "SHOP-9", "SHOP-1", "no key"], ["p"])
    assert list(found) == ["SHOP-1"]
    ticket = found["SHOP-1"]
    assert (ticket.key, ticket.assignee and ticket.assignee.id, ticket.properties) == ("PAY-7", "jane", {"p": {"v": 1}})
    assert sorted(call.path for call in jira.asked) == ["/rest/api/2/issue/SHOP-1", "/rest/api/2/issue/SHOP-9"]
    assert jira.asked[0].query == {"fields": ",".join(TICKET_FIELDS), "properties": "p"}


def test_a_failed_read_is_no_absence(dc: DataCenterClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("GET", "/rest/api/2/issue/SHOP-1", reply({"errorMessages": ["no"]}, 403))
    with pytest.raises(Forbidden):
        dc.tickets(["SHOP-1"])


def test_the_search_is_read_page_by_page(
    dc: DataCenterClient, jira: ScriptedJira, reply: Replies, ticket_json: TicketJson
) -> None:
    jira.on(
        "POST",
        "/rest/api/2/search",
        reply({"startAt": 0, "total": 3, "issues": [ticket_json(102, "SHOP-2"), ticket_json(9, "SHOP-1")]}),
        reply({"startAt": 2, "total": 3, "issues": [ticket_json(103, "SHOP-3")]}),
    )
    assert [ticket.key for ticket in dc.tickets_with_label("ddet-x")] == ["SHOP-1", "SHOP-2", "SHOP-3"]
    assert [call.body["startAt"] for call in jira.asked] == [0, 2]
    assert jira.asked[0].body["jql"] == 'labels = "ddet-x"'


def test_a_search_that_ends_too_early_is_not_all(dc: DataCenterClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("POST", "/rest/api/2/search", reply({"startAt": 0, "total": 1, "issues": []}))
    with pytest.raises(BadAnswer):
        dc.tickets_with_label("ddet-x")


def served(version: int) -> Json:
    numbers = [version, 3, 5]
    return {"baseUrl": "https://jira.acme.com", "deploymentType": "Server", "versionNumbers": numbers}


def new_hook(**more: object) -> Json:
    configuration = {"FILTERS": '{"issue-related-events-section": "project = OLD", "x": "y"}', "EXCLUDE_BODY": "true"}
    return {
        "id": 7,
        "name": "Datadog",
        "url": HOOK.url,
        "events": ["comment_created"],
        "configuration": {**configuration, "other": "kept"},
        "active": False,
        "scopeType": "global",
        "sslVerificationRequired": True,
        "createdDate": 1763881200000,
        "statistics": {},
        **more,
    }


@pytest.mark.parametrize(("version", "where"), [(8, OLD), (9, OLD), (10, NEW), (11, NEW)])
def test_webhooks_stand_elsewhere_from_version_10_on(
    dc: DataCenterClient, jira: ScriptedJira, reply: Replies, version: int, where: str
) -> None:
    jira.on("GET", "/rest/api/2/serverInfo", reply(served(version)))
    jira.on("GET", where, reply([]))
    assert dc.webhooks() == dc.webhooks() == ()
    assert [call.path for call in jira.asked] == ["/rest/api/2/serverInfo", where, where]


def test_a_new_webhook_is_read_from_its_configuration(dc: DataCenterClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("GET", "/rest/api/2/serverInfo", reply(served(10)))
    jira.on("GET", NEW, reply([new_hook()]))
    (found,) = dc.webhooks()
    assert (found.id, found.jql, found.enabled, found.exclude_body) == ("7", "project = OLD", False, True)


@pytest.mark.parametrize("packed", ["{", "[1]", "{}x"])
def test_a_broken_configuration_is_no_empty_filter(
    dc: DataCenterClient, jira: ScriptedJira, reply: Replies, packed: str
) -> None:
    jira.on("GET", "/rest/api/2/serverInfo", reply(served(10)))
    jira.on("GET", NEW, reply([new_hook(configuration={"FILTERS": packed})]))
    with pytest.raises(BadAnswer):
        dc.webhooks()


def test_a_new_webhook_is_changed_where_it_keeps_things(
    dc: DataCenterClient, jira: ScriptedJira, reply: Replies
) -> None:
    jira.on("GET", "/rest/api/2/serverInfo", reply(served(10)))
    jira.on("GET", NEW + "/7", reply(new_hook()))
    jira.on("PUT", NEW + "/7", reply({}))
    dc.update_webhook(HOOK)
    assert jira.calls("PUT", NEW + "/7")[0].body == {
        "name": "Datadog",
        "url": HOOK.url,
        "events": ["jira:issue_updated"],
        "filters": {"issue-related-events-section": "project = A", "x": "y"},
        "excludeBody": False,
        "configuration": {
            "FILTERS": '{"issue-related-events-section": "project = A", "x": "y"}',
            "EXCLUDE_BODY": "false",
            "other": "kept",
        },
        "active": True,
        "sslVerificationRequired": True,
    }


def test_a_new_webhook_is_made(dc: DataCenterClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("GET", "/rest/api/2/serverInfo", reply(served(10)))
    jira.on("POST", NEW, reply(new_hook(), 201))
    assert dc.create_webhook(HOOK).id == "7"
    assert jira.calls("POST", NEW)[0].body == {
        "name": "Datadog",
        "url": HOOK.url,
        "events": ["jira:issue_updated"],
        "filters": {"issue-related-events-section": "project = A"},
        "excludeBody": False,
        "active": True,
    }
