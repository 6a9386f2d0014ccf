"""Admin webhooks. Reference: jira-api §7.1."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests

from reconciler.sandbox.jira.state import JiraState

Api = Callable[..., requests.Response]
ROOT = "/rest/webhooks/1.0/webhook"
HOOK = {
    "name": "datadog",
    "url": "https://hooks.example.com/jira",
    "events": ["jira:issue_updated", "comment_created"],
    "filters": {"issue-related-events-section": "project in (SHOP, PAY)"},
    "excludeBody": False,
    "enabled": True,
    "secret": "s3cr3t",
}


def test_a_webhook_has_no_id_but_in_its_address(api: Api) -> None:
    made = api("POST", "", HOOK, root=ROOT)
    assert made.status_code == 201
    assert "id" not in made.json()
    assert made.json()["isSigned"] is True
    assert "s3cr3t" not in made.text
    number = made.json()["self"].rpartition("/")[2]
    assert api("GET", f"/{number}", root=ROOT).json() == made.json()
    assert [each["name"] for each in api("GET", "", root=ROOT).json()] == ["chat", "datadog"]


def test_an_update_keeps_the_secret_it_does_not_mention(api: Api, live: JiraState) -> None:
    number = api("POST", "", HOOK, root=ROOT).json()["self"].rpartition("/")[2]
    changed = {name: each for name, each in HOOK.items() if name != "secret"} | {"enabled": False}
    answer = api("PUT", f"/{number}", changed, root=ROOT)
    assert (answer.status_code, answer.json()["enabled"], answer.json()["isSigned"]) == (200, False, True)
    assert live.site.webhooks[number].secret == "s3cr3t"
    assert api("DELETE", f"/{number}", root=ROOT).status_code == 204
    assert api("GET", f"/{number}", root=ROOT).status_code == 404


@pytest.mark.parametrize(
    ("change", "where"),
    [({"url": "http://hooks.example.com"}, "url"), ({"url": "nonsense"}, "url"), ({"name": ""}, "name")],
)
def test_a_webhook_that_cannot_be_is_refused(api: Api, change: dict[str, str], where: str) -> None:
    answer = api("POST", "", {**HOOK, **change}, root=ROOT)
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {where}


def test_its_query_must_be_readable(api: Api) -> None:
    broken = {**HOOK, "filters": {"issue-related-events-section": "project ="}}
    assert api("POST", "", broken, root=ROOT).status_code == 400
