"""Who we are: the credential that is sent, and noticing on every single call that Jira did not accept it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from reconciler.engine.activity_ports import JiraActivityWriter
from reconciler.engine.ports import JiraWriter
from reconciler.errors import ConfigError, ProviderError, Unauthorized
from reconciler.model.activity import CommentMark
from reconciler.model.ticket import JiraUser, JiraWebhook
from reconciler.providers.http_limits import Limiter
from reconciler.providers.jira.cloud import JiraClient, connect_jira
from reconciler.providers.jira.signin import ApiToken, check_site_url, is_gateway
from reconciler.providers.secrets import Secret

if TYPE_CHECKING:
    from tests.providers_jira.conftest import Reply, ScriptedJira

Replies = type["Reply"]
MARK = CommentMark("datadog", "c1", "0f")
WEBHOOK = JiraWebhook("1", "x", "https://hooks.example.com/x")

CALLS: dict[str, Callable[[JiraClient], object]] = {
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
    "create_webhook": lambda jira: jira.create_webhook(WEBHOOK),
    "update_webhook": lambda jira: jira.update_webhook(WEBHOOK),
    "add_label": lambda jira: jira.add_label("SHOP-1", "x"),
    "set_summary": lambda jira: jira.set_summary("SHOP-1", "x"),
    "set_property": lambda jira: jira.set_property("SHOP-1", "k", {"v": 1}),
    "histories": lambda jira: jira.histories(["10140"]),
    "transitions": lambda jira: jira.transitions("10140"),
    "ticket_in_status": lambda jira: jira.ticket_in_status("SHOP", "10002", "3"),
    "workflow": lambda jira: jira.workflow("SHOP", "10002"),
    "is_editable": lambda jira: jira.is_editable("10140"),
    "comments": lambda jira: jira.comments("10140"),
    "users": lambda jira: jira.users("jane"),
    "user": lambda jira: jira.user("5b10"),
    "transition": lambda jira: jira.transition("10140", "31", {}),
    "assign": lambda jira: jira.assign("10140", None),
    "add_comment": lambda jira: jira.add_comment("10140", "text", MARK),
    "edit_comment": lambda jira: jira.edit_comment("10140", "10300", "text", MARK),
}

ANONYMOUS: dict[str, object] = {
    "project_keys": {"startAt": 0, "total": 0, "isLast": True, "values": []},
    "tickets": {"issues": []},
    "tickets_with_label": {"issues": [], "isLast": True},
    "assignable_users": [],
    "webhooks": [],
    "statuses": [],
    "histories": {"issueChangeLogs": []},
    "transitions": {"transitions": []},
    "is_editable": {"fields": {}},
    "ticket_in_status": {"issues": [], "isLast": True},
    "comments": {"startAt": 0, "total": 0, "comments": []},
    "users": [],
}
"""What an anonymous visitor is told: plausible and empty."""


class UnusedClock:
    """Nothing waits here."""

    def now(self) -> datetime:
        return datetime(2026, 11, 23, tzinfo=UTC)

    def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


def test_every_call_of_the_port_is_in_the_table() -> None:
    port = {name for name in (*dir(JiraWriter), *dir(JiraActivityWriter)) if not name.startswith("_")} - {
        "ahead",
        "calls",
    }
    assert set(CALLS) == port


@pytest.mark.parametrize("status", [200, 401, 403, 404])
@pytest.mark.parametrize("name", CALLS)
def test_a_bad_token_is_noticed_on_every_call(
    client: JiraClient, jira: ScriptedJira, reply: Replies, name: str, status: int
) -> None:
    jira.on_anything(reply(ANONYMOUS.get(name, {}), status, {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}))
    with pytest.raises(Unauthorized, match="signed in as nobody") as caught:
        CALLS[name](client)
    assert "/rest/" in caught.value.call
    assert caught.value.status == status
    assert "id.atlassian.com" in (caught.value.hint or "")
    assert "https://api.atlassian.com/ex/jira/<cloudId>" in (caught.value.hint or "")
    assert client.calls == 1


@pytest.mark.parametrize("reason", ["AUTHENTICATION_DENIED", "authentication_denied", "OK, AUTHENTICATION_DENIED"])
def test_a_locked_account_is_told_what_to_do(
    client: JiraClient, jira: ScriptedJira, reply: Replies, reason: str
) -> None:
    jira.on_anything(reply({"issues": []}, 200, {"X-Seraph-LoginReason": reason}))
    with pytest.raises(Unauthorized) as caught:
        client.tickets(["SHOP-1"])
    assert "CAPTCHA" in (caught.value.hint or "")


@pytest.mark.parametrize("reason", ["OK", "", "OUT"])
def test_other_reasons_are_no_matter(client: JiraClient, jira: ScriptedJira, reply: Replies, reason: str) -> None:
    jira.on_anything(reply({"issues": []}, 200, {"X-Seraph-LoginReason": reason}))
    assert client.tickets(["10001"]) == {}


def test_401_says_where_a_token_comes_from(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("GET", "/rest/api/3/myself", reply({"code": 401, "message": "Unauthorized; scope does not match"}, 401))
    with pytest.raises(Unauthorized, match="scope does not match") as caught:
        client.myself()
    assert "id.atlassian.com" in (caught.value.hint or "")


def test_the_credential_goes_with_every_call(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("GET", "/rest/api/3/myself", reply({"accountId": "5b10", "accountType": "atlassian", "displayName": "Bot"}))
    assert client.myself() == JiraUser("5b10", "Bot")
    (call,) = jira.asked
    assert call.headers["accept"] == "application/json"
    scheme, _, credentials = call.headers["authorization"].partition(" ")
    assert (scheme, base64.b64decode(credentials).decode()) == ("Basic", "bot@acme.example:canary-token-5311")


@pytest.mark.parametrize("name", CALLS)
def test_no_error_shows_the_credential(client: JiraClient, jira: ScriptedJira, reply: Replies, name: str) -> None:
    basic = base64.b64encode(b"bot@acme.example:canary-token-5311").decode()
    sentence = f"Basic {basic} of bot@acme.example with canary-token-5311 is wrong"
    jira.on_anything(reply({"errorMessages": [sentence], "errors": {"x": sentence}}, 400))
    with pytest.raises(ProviderError) as caught:
        CALLS[name](client)
    shown = f"{caught.value} {caught.value.hint} {vars(caught.value)}"
    assert "is wrong" in shown
    assert not any(secret in shown for secret in ("canary", basic, "bot@acme"))


def test_a_credential_does_not_show_itself() -> None:
    assert "canary" not in repr(ApiToken(Secret("canary@acme.example"), Secret("canary-token")))


def test_a_colon_in_the_address_is_refused() -> None:
    with pytest.raises(ConfigError, match="colon"):
        ApiToken(Secret("bot@acme.example:x"), Secret("t")).headers()


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.atlassian.net",
        "https://acme.atlassian.net/",
        "https://api.atlassian.com/ex/jira/11223344-a1b2-3b33-c444-def123456789",
        "https://api.atlassian.com/ex/jira/11223344-a1b2-3b33-c444-def123456789/",
        "http://127.0.0.1:8080/jira",
        "https://jira.acme.com/context",
    ],
)
def test_addresses_that_can_be_the_base(url: str) -> None:
    credential, clock = ApiToken(Secret("bot@acme.example"), Secret("t")), UnusedClock()
    client = connect_jira("acme", url, credential, clock=clock, limiter=Limiter(clock))
    assert client.calls == 0
    client.close()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("https://acme.atlassian.net/jira/software/projects/SHOP", "expected https://acme.atlassian.net alone"),
        ("https://acme.atlassian.net/rest/api/3", "expected https://acme.atlassian.net alone"),
        ("https://api.atlassian.com", "expected https://api.atlassian.com/ex/jira/<cloudId>"),
        ("https://api.atlassian.com/ex/jira/", "expected https://api.atlassian.com/ex/jira/<cloudId>"),
        ("https://api.atlassian.com/ex/confluence/123", "expected https://api.atlassian.com/ex/jira/<cloudId>"),
    ],
)
def test_addresses_that_cannot(url: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match="Jira account 'acme'") as caught:
        check_site_url("acme", url)
    assert sentence in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://API.atlassian.com/ex/jira/1", True),
        ("https://acme.atlassian.net", False),
        ("http://127.0.0.1:1", False),
    ],
)
def test_the_gateway_is_known_by_its_host(url: str, expected: object) -> None:
    assert is_gateway(url) is expected


def test_reachability_needs_no_sign_in(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on(
        "GET",
        "/rest/api/3/serverInfo",
        reply({"baseUrl": "https://acme.atlassian.net", "deploymentType": "Cloud", "versionNumbers": [1001, 0, 0]}),
    )
    server = client.server()
    assert (server.url, server.is_cloud, server.version) == ("https://acme.atlassian.net", True, (1001, 0, 0))
