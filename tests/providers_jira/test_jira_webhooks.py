"""Admin webhooks: listed, made once, replaced whole; their URLs and secrets stay out of sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.errors import BadAnswer, Forbidden, NotFound, OutcomeUnknown, ProviderError, Superseded, Unauthorized
from reconciler.model.ticket import JiraWebhook
from reconciler.providers.jira.cloud import JiraClient
from reconciler.providers.jira.webhooks import what_webhooks_need

if TYPE_CHECKING:
    from tests.providers_jira.conftest import Reply, ScriptedJira

Json = dict[str, Any]
Replies = type["Reply"]

ALL = "/rest/webhooks/1.0/webhook"
CANARY = "https://hooks.example.com/intake/canary-hook-7731"
DECLARED = JiraWebhook(
    id="72",
    name="Datadog",
    url=CANARY,
    events=frozenset({"jira:issue_updated", "comment_created", "jira:issue_created"}),
    jql="project in (SHOP, PAY)",
)


def listed(identity: str, **more: object) -> Json:
    return {
        "name": "Datadog",
        "description": "made by hand",
        "url": CANARY,
        "events": ["jira:issue_updated"],
        "filters": {"issue-related-events-section": "project = SHOP", "other-section": "x"},
        "excludeBody": True,
        "enabled": False,
        "isSigned": True,
        "self": f"https://acme.atlassian.net{ALL}/{identity}",
        "lastUpdatedUser": "5b10",
        "lastUpdatedDisplayName": "Jane",
        "lastUpdated": 1763881200000,
        **more,
    }


def test_all_webhooks_in_order(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("GET", ALL, reply([listed("100"), listed("72"), listed("9")]))
    found = client.webhooks()
    assert [webhook.id for webhook in found] == ["9", "72", "100"]
    assert (found[0].enabled, found[0].exclude_body, found[0].jql) == (False, True, "project = SHOP")


def test_a_new_webhook_is_sent_once_and_known_by_its_address(
    client: JiraClient, jira: ScriptedJira, reply: Replies
) -> None:
    jira.on("POST", ALL, reply(listed("73", enabled=True), 201))
    assert client.create_webhook(DECLARED).id == "73"
    (call,) = jira.asked
    assert call.body == {
        "name": "Datadog",
        "description": "",
        "url": CANARY,
        "events": ["comment_created", "jira:issue_created", "jira:issue_updated"],
        "filters": {"issue-related-events-section": "project in (SHOP, PAY)"},
        "excludeBody": False,
        "enabled": True,
    }


@pytest.mark.parametrize("answer", [(None, 201), ({"name": "x"}, 201), ({"errorMessages": ["boom"]}, 500), ([], 200)])
def test_a_webhook_that_may_have_been_made_is_not_made_again(
    client: JiraClient, jira: ScriptedJira, reply: Replies, answer: tuple[object, int]
) -> None:
    jira.on("POST", ALL, reply(*answer))
    with pytest.raises(OutcomeUnknown) as caught:
        client.create_webhook(DECLARED)
    assert len(jira.asked) == 1
    assert "canary" not in str(caught.value)


def test_a_replaced_webhook_keeps_what_we_do_not_manage_and_never_sends_a_secret(
    client: JiraClient, jira: ScriptedJira, reply: Replies
) -> None:
    jira.on("GET", ALL + "/72", reply(listed("72", secret="canary-secret", sslVerificationRequired=True)))
    jira.on("PUT", ALL + "/72", reply(listed("72")))
    client.update_webhook(DECLARED)
    (sent,) = jira.calls("PUT", ALL + "/72")
    assert sent.body == {
        "name": "Datadog",
        "description": "made by hand",
        "url": CANARY,
        "events": ["comment_created", "jira:issue_created", "jira:issue_updated"],
        "filters": {"issue-related-events-section": "project in (SHOP, PAY)", "other-section": "x"},
        "excludeBody": False,
        "enabled": True,
        "sslVerificationRequired": True,
    }


def test_what_jira_echoes_does_not_show_the_address(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("POST", ALL, reply({"errorMessages": [f"The URL {CANARY} is not allowed"], "errors": {"url": CANARY}}, 400))
    with pytest.raises(ProviderError, match="is not allowed") as caught:
        client.create_webhook(DECLARED)
    assert "canary" not in f"{caught.value} {caught.value.hint} {vars(caught.value)}"


def test_a_twin_is_told(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("POST", ALL, reply({"errorMessages": ["A webhook with these details exists."]}, 409))
    with pytest.raises(Superseded) as caught:
        client.create_webhook(DECLARED)
    assert "plan again" in (caught.value.hint or "")


def test_a_webhook_that_went_away_is_told(client: JiraClient, jira: ScriptedJira) -> None:
    with pytest.raises(NotFound) as caught:
        client.update_webhook(DECLARED)
    assert "plan again" in (caught.value.hint or "")
    assert [call.method for call in jira.asked] == ["GET"]


@pytest.mark.parametrize("status", [401, 403])
def test_only_an_administrator_sees_webhooks(
    client: JiraClient, jira: ScriptedJira, reply: Replies, status: int
) -> None:
    jira.on("GET", ALL, reply({"errorMessages": ["no"]}, status))
    with pytest.raises(Forbidden) as caught:
        client.webhooks()
    assert caught.value.status == status
    assert '"Administer Jira" (Global permissions)' in (caught.value.hint or "")


def test_a_refused_token_is_not_taken_for_a_missing_permission(
    client: JiraClient, jira: ScriptedJira, reply: Replies
) -> None:
    jira.on("GET", ALL, reply(None, 401, {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}))
    with pytest.raises(Unauthorized, match="signed in as nobody"):
        client.webhooks()


@pytest.mark.parametrize("body", [{}, None, [{"self": "x/1"}], [listed("72", filters="x")]])
def test_a_broken_list_is_no_absence(client: JiraClient, jira: ScriptedJira, reply: Replies, body: object) -> None:
    jira.on("GET", ALL, reply(body))
    with pytest.raises(BadAnswer):
        client.webhooks()


@pytest.mark.parametrize(
    ("url", "through_gateway"), [("https://acme.atlassian.net", False), ("https://api.atlassian.com/ex/jira/1", True)]
)
def test_the_gateway_has_no_webhooks_and_the_hint_says_so(url: str, through_gateway: object) -> None:
    hint = what_webhooks_need(url)
    assert '"Administer Jira"' in hint
    assert ("the site's own URL" in hint) is through_gateway
