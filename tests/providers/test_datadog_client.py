"""Cases whole or not at all, the keys, every write to the letter, and what broken answers become."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.engine.ports import TicketCall
from reconciler.errors import (
    BadAnswer,
    Forbidden,
    NotFound,
    OutcomeUnknown,
    ProviderError,
    Superseded,
    Unauthorized,
)
from reconciler.model.state import IssueState
from reconciler.providers.datadog import DatadogClient, connect_datadog
from reconciler.providers.http import Limiter
from reconciler.providers.secrets import Secret

if TYPE_CHECKING:
    from tests.providers.conftest import Arrived, PatientClock, ScriptedServer, Step

Json = dict[str, Any]
Say = Callable[..., "Step"]
PROJECT = "d4bbe1af-0000-4000-8000-000000000001"


def case_json(number: int, key: str = "SHOP", project: str = PROJECT, **attributes: object) -> Json:
    return {
        "id": f"case-{key}-{number}",
        "type": "case",
        "attributes": {"key": f"{key}-{number}", "title": f"Case {number}", "status_group": "SG_OPEN", **attributes},
        "relationships": {"project": {"data": {"id": project, "type": "project"}}},
    }


class FakeCases:
    """Answers case searches in pages, from 1, as recorded: `size` is of this page, `total` counts pages."""

    def __init__(self, cases: list[Json], say: Say, *, meta: bool = True) -> None:
        self.cases = cases
        self.say = say
        self.meta = meta

    def __call__(self, asked: Arrived) -> Step:
        assert (asked.method, asked.path) == ("GET", "/api/v2/cases")
        assert asked.query["filter"] == "project:SHOP"
        return self.say(200, self.page(int(asked.query["page[number]"]), int(asked.query["page[size]"])))

    def page(self, number: int, size: int) -> Json:
        shown = self.cases[(number - 1) * size : number * size]
        total = -(-len(self.cases) // size)
        meta = {"total_cases": len(self.cases), "page": {"current": number, "size": len(shown), "total": total}}
        return {"data": shown, **({"meta": meta} if self.meta else {})}


@pytest.mark.parametrize("meta", [True, False])
@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
def test_all_pages_of_a_project(
    count: int, meta: bool, server: ScriptedServer, datadog: DatadogClient, say: Say
) -> None:
    server.script = FakeCases([case_json(number) for number in range(count, 0, -1)], say, meta=meta)
    found = datadog.cases("SHOP")
    assert [case.key for case in found] == [f"SHOP-{number}" for number in range(1, count + 1)]
    assert datadog.calls == (max(1, -(-count // 100)) if meta else count // 100 + 1)


def test_archived_and_foreign_cases_are_left_out(server: ScriptedServer, datadog: DatadogClient, say: Say) -> None:
    cases = [case_json(1), case_json(2, archived_at="2026-11-01T00:00:00Z"), case_json(3, "SHOPPING", "other")]
    server.script = FakeCases(cases, say)
    assert [case.key for case in datadog.cases("SHOP")] == ["SHOP-1"]


class Repeating(FakeCases):
    def page(self, number: int, size: int) -> Json:
        return {**super().page(1, size), "meta": super().page(number, size).get("meta")}


class Short(FakeCases):
    def page(self, number: int, size: int) -> Json:
        page = super().page(number, size)
        return {**page, "data": page["data"][:-1]}


class Shrinking(FakeCases):
    """One case is archived between the pages, so that the last one slips onto a page already read."""

    def page(self, number: int, size: int) -> Json:
        if number > 1:
            self.cases = self.cases[1:]
        return super().page(number, size)


class Endless(FakeCases):
    def page(self, number: int, size: int) -> Json:
        page = super().page(number, size)
        page["meta"]["page"]["total"] = 10**12
        return page


class TwoProjects(FakeCases):
    def page(self, number: int, size: int) -> Json:
        page = super().page(number, size)
        page["data"][0]["relationships"]["project"]["data"]["id"] = f"another-{number}"
        return page


@pytest.mark.parametrize("kind", [Repeating, Short, Shrinking, Endless, TwoProjects])
def test_pages_that_do_not_add_up_are_an_error(
    kind: type[FakeCases], server: ScriptedServer, datadog: DatadogClient, say: Say
) -> None:
    server.script = kind([case_json(number) for number in range(1, 151)], say)
    with pytest.raises(BadAnswer) as raised:
        datadog.cases("SHOP")
    assert raised.value.call == "GET /api/v2/cases"


def test_endless_repetition_without_a_count_ends(server: ScriptedServer, datadog: DatadogClient, say: Say) -> None:
    cases = [case_json(number) for number in range(1, 101)]
    server.always(say(200, {"data": cases}))
    with pytest.raises(BadAnswer, match="repeats"):
        datadog.cases("SHOP")
    assert datadog.calls == 4


def test_a_project_that_changed_while_it_was_read_is_read_again(
    server: ScriptedServer, datadog: DatadogClient, say: Say
) -> None:
    class ShrinksOnce(FakeCases):
        def page(self, number: int, size: int) -> Json:
            if number == 2 and len(self.cases) == 101:
                self.cases = self.cases[1:]
            return super().page(number, size)

    server.script = ShrinksOnce([case_json(number) for number in range(1, 102)], say)
    assert len(datadog.cases("SHOP")) == 100
    assert datadog.calls == 3


def test_a_page_that_cannot_be_read_is_no_absence(server: ScriptedServer, datadog: DatadogClient, say: Say) -> None:
    pages = FakeCases([case_json(number) for number in range(1, 301)], say)
    server.script = lambda asked: say(403) if asked.query["page[number]"] == "3" else pages(asked)
    with pytest.raises(Forbidden, match="not permitted") as raised:
        datadog.cases("SHOP")
    assert "Cases Read (cases_read)" in (raised.value.hint or "")


CALL = TicketCall("acc", "10772", "12730", {"labels": ["x"], "priority": {"id": "3"}})
CASE_BODY = {"data": case_json(7)}
PROJECT_BODY = {"data": {"id": PROJECT, "type": "project", "attributes": {"key": "SHOP", "name": "Shopist"}}}
WRITES: list[tuple[str, Callable[[DatadogClient], object], tuple[str, str], Json, int, object]] = [
    (
        "create_case_project",
        lambda client: client.create_case_project("SHOP", "Shopist"),
        ("POST", "/api/v2/cases/projects"),
        {"data": {"type": "project", "attributes": {"key": "SHOP", "name": "Shopist"}}},
        201,
        PROJECT_BODY,
    ),
    (
        "update_case_project",
        lambda client: client.update_case_project(PROJECT, {"notification": {"enabled": True}}),
        ("PATCH", f"/api/v2/cases/projects/{PROJECT}"),
        {"data": {"type": "project", "attributes": {"settings": {"notification": {"enabled": True}}}}},
        200,
        PROJECT_BODY,
    ),
    (
        "create_case",
        lambda client: client.create_case(PROJECT, "Title", "Text"),
        ("POST", "/api/v2/cases"),
        {
            "data": {
                "type": "case",
                "attributes": {
                    "title": "Title",
                    "type_id": "00000000-0000-0000-0000-000000000005",
                    "description": "Text",
                },
                "relationships": {"project": {"data": {"type": "project", "id": PROJECT}}},
            }
        },
        201,
        CASE_BODY,
    ),
    (
        "describe_case",
        lambda client: client.describe_case("SHOP-7", "New"),
        ("POST", "/api/v2/cases/SHOP-7/description"),
        {"data": {"type": "case", "attributes": {"description": "New"}}},
        200,
        CASE_BODY,
    ),
    (
        "move_case",
        lambda client: client.move_case("SHOP-7", "p2"),
        ("PATCH", "/api/v2/cases/SHOP-7/relationships/project"),
        {"data": {"type": "project", "id": "p2"}},
        200,
        CASE_BODY,
    ),
    (
        "attach_issue",
        lambda client: client.attach_issue("SHOP-7", "i1"),
        ("PUT", "/api/v2/cases/SHOP-7/insights"),
        {
            "data": {
                "type": "case",
                "attributes": {
                    "insights": [{"type": "ERROR_TRACKING", "ref": "/error-tracking?issueId=i1", "resource_id": "i1"}]
                },
            }
        },
        200,
        CASE_BODY,
    ),
    (
        "request_ticket",
        lambda client: client.request_ticket("SHOP-7", CALL),
        ("POST", "/api/v2/cases/SHOP-7/relationships/jira_issues"),
        {
            "data": {
                "type": "issues",
                "attributes": {
                    "jira_account_id": "acc",
                    "project_id": "10772",
                    "issue_type_id": "12730",
                    "fields": {"labels": ["x"], "priority": {"id": "3"}},
                },
            }
        },
        202,
        None,
    ),
    (
        "link_ticket",
        lambda client: client.link_ticket("SHOP-7", "https://acme.atlassian.net/browse/SHOP-1"),
        ("PATCH", "/api/v2/cases/SHOP-7/relationships/jira_issues"),
        {"data": {"type": "issues", "attributes": {"jira_issue_url": "https://acme.atlassian.net/browse/SHOP-1"}}},
        204,
        None,
    ),
    (
        "set_issue_state",
        lambda client: client.set_issue_state("i1", IssueState.RESOLVED),
        ("PUT", "/api/v2/error-tracking/issues/i1/state"),
        {"data": {"type": "error_tracking_issue", "id": "i1", "attributes": {"state": "RESOLVED"}}},
        200,
        {"data": {}},
    ),
]
ONCE = {"create_case_project", "create_case", "request_ticket"}


@pytest.mark.parametrize(
    ("name", "act", "where", "body", "status", "answer"), WRITES, ids=lambda value: str(value)[:24]
)
def test_a_write_is_sent_to_the_letter(
    name: str,
    act: Callable[[DatadogClient], object],
    where: tuple[str, str],
    body: Json,
    status: int,
    answer: object,
    server: ScriptedServer,
    datadog: DatadogClient,
    say: Say,
) -> None:
    server.always(say(status, answer))
    act(datadog)
    assert [(asked.method, asked.path) for asked in server.arrived] == [where], name
    assert server.arrived[0].body == body
    assert server.arrived[0].query == {}


@pytest.mark.parametrize(("name", "act"), [write[:2] for write in WRITES], ids=[write[0] for write in WRITES])
def test_a_lost_answer_repeats_a_write_only_where_that_is_harmless(
    name: str, act: Callable[[DatadogClient], object], server: ScriptedServer, datadog: DatadogClient, say: Say
) -> None:
    server.always(say(503, {"errors": ["try later"]}))
    with pytest.raises(OutcomeUnknown, match="try later"):
        act(datadog)
    assert len(server.arrived) == (1 if name in ONCE else 2)


@pytest.mark.parametrize(("name", "act"), [write[:2] for write in WRITES], ids=[write[0] for write in WRITES])
def test_a_missing_permission_is_named_as_the_ui_names_it(
    name: str, act: Callable[[DatadogClient], object], server: ScriptedServer, datadog: DatadogClient, say: Say
) -> None:
    server.always(say(403, {"errors": ["Forbidden"]}))
    with pytest.raises(Forbidden) as raised:
        act(datadog)
    needed = (
        "Error Tracking Issue Write (error_tracking_write)" if "issue_state" in name else "Cases Write (cases_write)"
    )
    assert needed in (raised.value.hint or "")


@pytest.mark.parametrize(
    ("read", "needed"),
    [
        (lambda client: client.issue("i1"), "Error Tracking Read (error_tracking_read)"),
        (lambda client: client.case("SHOP-1"), "Cases Read (cases_read)"),
        (lambda client: client.case_projects(), "Cases Read (cases_read)"),
        (lambda client: client.jira_accounts(), "Integrations Manage"),
    ],
)
def test_a_read_that_is_not_permitted_names_what_it_needs(
    read: Callable[[DatadogClient], object], needed: str, server: ScriptedServer, datadog: DatadogClient, say: Say
) -> None:
    server.always(say(403, {"errors": ["Forbidden"]}))
    with pytest.raises(Forbidden) as raised:
        read(datadog)
    assert needed in (raised.value.hint or "")


@pytest.mark.parametrize("answer", [None, {}, {"data": None}, {"data": {"id": "x"}}, [], {"data": {"attributes": {}}}])
@pytest.mark.parametrize(
    "act", [lambda client: client.create_case(PROJECT, "T", "D"), lambda client: client.create_case_project("K", "N")]
)
def test_a_creation_whose_answer_says_nothing_is_unknown(
    act: Callable[[DatadogClient], object], answer: object, server: ScriptedServer, datadog: DatadogClient, say: Say
) -> None:
    server.always(say(201, answer))
    with pytest.raises(OutcomeUnknown):
        act(datadog)
    assert len(server.arrived) == 1


URL = "https://acme.atlassian.net/browse/SHOP-1"


@pytest.mark.parametrize(
    ("linked", "error"), [(URL, None), (URL + "/", None), (URL + "2", Superseded), (None, Superseded)]
)
def test_a_link_that_is_refused_is_kept_where_it_is_already_ours(
    linked: str | None, error: type[ProviderError] | None, server: ScriptedServer, datadog: DatadogClient, say: Say
) -> None:
    ticket: Json = {"jira_issue": {"status": "COMPLETED", "result": {"issue_url": linked}}} if linked else {}
    refusal = say(409, {"errors": [{"title": "already linked"}]})
    server.script = lambda asked: refusal if asked.method == "PATCH" else say(200, {"data": case_json(1, **ticket)})
    if error is None:
        datadog.link_ticket("SHOP-1", URL)
    else:
        with pytest.raises(error, match="already linked"):
            datadog.link_ticket("SHOP-1", URL)


@pytest.mark.parametrize("part", ["", ".", ".."])
def test_no_id_leaves_its_segment(part: str, server: ScriptedServer, datadog: DatadogClient) -> None:
    with pytest.raises(ValueError, match="not an id"):
        datadog.case(part)
    assert server.connections == 0


def test_ids_are_quoted(server: ScriptedServer, datadog: DatadogClient, say: Say) -> None:
    server.always(say(404, {"errors": [{"code": "resource_not_found", "title": "case not found"}]}))
    with pytest.raises(NotFound) as raised:
        datadog.case("../projects?x=1#")
    assert server.arrived[0].path == "/api/v2/cases/../projects?x=1#"
    assert raised.value.call == "GET /api/v2/cases/..%2Fprojects%3Fx%3D1%23"


@pytest.mark.parametrize(
    ("keys", "validate", "words"),
    [
        (403, {"valid": True}, "the application key is not accepted"),
        (401, {"valid": True}, "the application key is not accepted"),
        (403, {"valid": False}, "the API key, or both keys, are not accepted"),
        (403, None, "the API key, or both keys, are not accepted"),
    ],
)
def test_wrong_keys(
    keys: int, validate: object, words: str, server: ScriptedServer, datadog: DatadogClient, say: Say
) -> None:
    valid = say(200, validate) if validate else say(403, {"errors": ["Forbidden"]})
    server.script = lambda asked: valid if asked.path == "/api/v1/validate" else say(keys, {"errors": ["Forbidden"]})
    with pytest.raises(Unauthorized, match=words) as raised:
        datadog.validate_keys()
    assert "Organization Settings > Application Keys" in (raised.value.hint or "")


def test_right_keys(server: ScriptedServer, clock: PatientClock, say: Say) -> None:
    server.always(say(200, {"status": "ok"}))
    client = connect_datadog(
        server.url, Secret("api-canary"), Secret("app-canary"), clock=clock, limiter=Limiter(clock)
    )
    client.validate_keys()
    client.close()
    headers = server.arrived[0].headers
    assert (headers["dd-api-key"], headers["dd-application-key"]) == ("api-canary", "app-canary")
    assert headers["x-datadog-managed-by"] == "iac"
    assert client.calls == 1
    assert client.calls_by_route == {"GET /api/v2/validate_keys": 1}


ACCOUNT = {
    "type": "jira-account",
    "id": "454f9b49",
    "attributes": {"consumer_key": "datadog", "instance_url": "https://acme.atlassian.net"},
}


def test_jira_accounts(server: ScriptedServer, datadog: DatadogClient, say: Say) -> None:
    heard = copy.deepcopy(ACCOUNT)
    heard["attributes"] |= {"instance_url": "https://a.example", "last_webhook_timestamp": "2026-01-15T10:30:00Z"}  # type: ignore[operator]
    server.always(say(200, {"data": [ACCOUNT, heard], "meta": {"public_key": "-----BEGIN"}}))
    first, second = datadog.jira_accounts()
    assert (first.url, second.url) == ("https://a.example", "https://acme.atlassian.net")
    assert first.last_webhook is not None
    assert first.last_webhook.isoformat() == "2026-01-15T10:30:00+00:00"
    assert second.last_webhook is None


def test_no_integration_is_no_accounts(server: ScriptedServer, datadog: DatadogClient, say: Say) -> None:
    server.always(say(404, {"errors": [{"status": "404", "title": "Not Found"}]}))
    assert datadog.jira_accounts() == ()


@pytest.mark.parametrize("answer", [None, {}, {"data": 7}, b"<html>"])
def test_a_strange_answer_is_not_no_accounts(
    answer: object, server: ScriptedServer, datadog: DatadogClient, say: Say
) -> None:
    for status in (200, 404):
        server.always(say(status, answer))
        with pytest.raises(BadAnswer):
            datadog.jira_accounts()


def test_projects_keep_every_setting(server: ScriptedServer, datadog: DatadogClient, say: Say) -> None:
    settings: Mapping[str, object] = {
        "integration_jira": {
            "enabled": True,
            "sync": {"properties": {"status": {"sync_type": "TWO WAY", "x": [1.5, None]}}},
        },
        "notification": {"destinations": [1, 2, 3]},
        "unheard_of": {"ünï": False},
    }
    pay = {"id": "2", "type": "project", "attributes": {"key": "PAY", "name": "Payments", "settings": settings}}
    shop = {"id": "1", "type": "project", "attributes": {"key": "SHOP", "settings": None}}
    server.always(say(200, {"data": [shop, pay]}))
    first, second = datadog.case_projects()
    assert (first.key, first.settings) == ("PAY", settings)
    assert (second.key, second.name, second.settings) == ("SHOP", "SHOP", {})
    server.always(say(200, {"data": pay}))
    assert datadog.case_project("2") == first
    datadog.update_case_project("2", first.settings)
    assert server.arrived[-1].body["data"]["attributes"]["settings"] == settings
