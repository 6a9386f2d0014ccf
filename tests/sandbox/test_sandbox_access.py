"""Keys, permissions, rate limits, and the directory behind them."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import parsedate_to_datetime

import pytest
import requests

from reconciler.sandbox.datadog.records import ALL_PERMISSIONS, Behaviour
from reconciler.sandbox.datadog.state import DatadogState, id_of
from reconciler.sandbox.serve import RunningSandbox

Api = Callable[..., requests.Response]
ISSUE = f"/error-tracking/issues/{id_of('issue', 'cart-1')}"


@pytest.mark.parametrize(
    ("path", "names", "status", "body"),
    [
        ("/api/v1/validate", ["DD-API-KEY"], 200, {"valid": True}),
        ("/api/v1/validate", [], 403, {"errors": ["API key required"]}),
        ("/api/v2/validate_keys", ["DD-API-KEY", "DD-APPLICATION-KEY"], 200, {"status": "ok"}),
        ("/api/v2/validate_keys", ["DD-API-KEY"], 403, {"errors": ["Forbidden"]}),
        ("/api/v2/cases", ["DD-APPLICATION-KEY"], 403, {"errors": ["Forbidden"]}),
    ],
)
def test_keys(
    sandbox: RunningSandbox, keys: dict[str, str], path: str, names: list[str], status: int, body: object
) -> None:
    headers = {name: keys[name] for name in names}
    answer = requests.get(sandbox.url + path, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()) == (status, body)
    assert answer.headers["Content-Type"] == "application/json"


def test_a_wrong_key_is_forbidden(sandbox: RunningSandbox, keys: dict[str, str]) -> None:
    for name in keys:
        answer = requests.get(f"{sandbox.url}/api/v2/cases", headers={**keys, name: "wrong"}, timeout=10)
        assert (answer.status_code, answer.json()) == (403, {"errors": ["Forbidden"]})


def test_the_organisation_of_the_key(api: Api) -> None:
    told = api("GET", "/validate").json()["data"]
    assert (told["type"], told["attributes"]["valid"]) == ("validate_v2", True)


@pytest.mark.parametrize(
    ("missing", "method", "path"),
    [
        ("error_tracking_read", "GET", ISSUE),
        ("error_tracking_read", "POST", "/error-tracking/issues/search"),
        ("error_tracking_write", "PUT", f"{ISSUE}/state"),
        ("cases_write", "PUT", f"{ISSUE}/assignee"),
        ("cases_read", "GET", "/cases"),
        ("cases_read", "GET", "/cases/projects"),
        ("cases_write", "POST", "/cases"),
        ("cases_write", "PUT", "/cases/SHOP-7/insights"),
        ("cases_write", "POST", "/cases/SHOP-7/relationships/jira_issues"),
        ("cases_write", "PATCH", f"/cases/projects/{id_of('project', 'SHOP')}"),
        ("integrations_read", "GET", "/integration/jira/accounts"),
        ("teams_read", "GET", "/team"),
        ("user_access_read", "GET", "/users"),
        ("apm_service_catalog_read", "GET", "/catalog/entity"),
    ],
)
def test_a_missing_permission_is_forbidden_and_has_no_effect(
    api: Api, datadog: DatadogState, sandbox: RunningSandbox, missing: str, method: str, path: str
) -> None:
    datadog.company.permissions = [each for each in ALL_PERMISSIONS if each != missing]
    answer = api(method, path, {})
    assert (answer.status_code, answer.json()) == (403, {"errors": ["Forbidden"]})
    assert sandbox.traffic.effects == ()
    datadog.company.permissions = list(ALL_PERMISSIONS)
    assert api(method, path, {}).status_code != 403


def test_the_limit_is_announced_and_then_kept(api: Api, datadog: DatadogState) -> None:
    datadog.company.behaviour = Behaviour(rate_limit=2, rate_period=3600)
    answers = [api("GET", "/cases") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert {answer.headers["X-RateLimit-Limit"] for answer in answers} == {"2"}
    assert {answer.headers["X-RateLimit-Name"] for answer in answers} == {"get_v2_cases"}
    assert 0 < int(answers[2].headers["X-RateLimit-Reset"]) <= 3600
    assert answers[2].json() == {"errors": ["Too many requests"]}
    assert api("GET", "/cases/projects").status_code == 200  # another operation, another count


def test_teams_are_found_by_a_fuzzy_keyword(api: Api) -> None:
    handles = [
        each["attributes"]["handle"] for each in api("GET", "/team", **{"filter[keyword]": "APPS"}).json()["data"]
    ]
    assert handles == ["mobile"]
    assert len(api("GET", "/team", **{"page[size]": 1, "page[number]": 1}).json()["data"]) == 1


def test_users_are_found_by_part_of_their_address(api: Api) -> None:
    body = api("GET", "/users", filter="ANA@", **{"filter[status]": "Active"}).json()
    assert [each["attributes"]["email"] for each in body["data"]] == ["ana@acme.com"]
    assert body["meta"]["page"] == {"total_count": 3, "total_filtered_count": 1}
    assert api("GET", "/users", **{"filter[status]": "Disabled"}).json()["data"][0]["attributes"]["disabled"] is True
    assert api("GET", f"/users/{id_of('user', 'ana@acme.com')}").json()["data"]["type"] == "users"
    assert api("GET", "/users/nobody").json() == {"errors": ["User not found"]}


def test_the_owner_of_a_service(api: Api) -> None:
    [entity] = api("GET", "/catalog/entity", **{"filter[kind]": "service", "filter[name]": "cart"}).json()["data"]
    assert entity["attributes"]["owner"] == "shopist"


def test_connected_accounts_and_their_absence(api: Api, datadog: DatadogState) -> None:
    body = api("GET", "/integration/jira/accounts").json()
    [account] = body["data"]
    assert set(account["attributes"]) == {"consumer_key", "instance_url", "last_webhook_timestamp"}
    assert "PUBLIC KEY" in body["meta"]["public_key"]
    datadog.company.accounts[account["id"]].last_webhook = None
    again = api("GET", "/integration/jira/accounts").json()["data"][0]["attributes"]
    assert "last_webhook_timestamp" not in again
    datadog.company.accounts.clear()
    assert api("GET", "/integration/jira/accounts").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("POST", "/cases/types", 405), ("PUT", "/cases", 405)],
)
def test_operations_that_do_not_exist(api: Api, sandbox: RunningSandbox, method: str, path: str, status: int) -> None:
    answer = api(method, path)
    assert answer.status_code == status
    assert set(answer.json()) == {"errors"}
    assert sandbox.traffic.exchanges[-1].route is None


def test_who_the_key_belongs_to_and_what_it_may_do(datadog: DatadogState, api: Api) -> None:
    owner = api("GET", "/current_user").json()["data"]
    assert owner["attributes"]["email"] == "sandbox-keys@acme.com"
    route = f"/users/{owner['id']}/permissions"
    assert {each["attributes"]["name"] for each in api("GET", route).json()["data"]} == set(ALL_PERMISSIONS)
    datadog.company.permissions = ["cases_read", "user_access_read"]
    assert [each["attributes"]["name"] for each in api("GET", route).json()["data"]] == datadog.company.permissions
    assert api("GET", "/users/nobody/permissions").status_code == 404
    datadog.company.permissions = ["cases_read"]
    assert api("GET", route).status_code == 403


def test_each_answer_says_what_the_systems_own_clock_shows(api: Api, sandbox: RunningSandbox) -> None:
    sandbox.act("clock", "+3d")
    sandbox.act("clock", "+1h", "--site", "acme")
    with sandbox.world.deed():
        now = sandbox.world.clock.now()
    dates = [
        parsedate_to_datetime(answer.headers["Date"])
        for answer in (
            api("GET", "/validate"),
            requests.get(f"{sandbox.jira_urls['acme']}/rest/api/3/serverInfo", timeout=5),
        )
    ]
    assert [round((date - now).total_seconds() / 600) for date in dates] == [0, 6]
