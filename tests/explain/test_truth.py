"""What explain says of the next run is what the next run plans; it reads little, and writes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.sandbox.faults import Fault, FaultKind

SUBJECTS = (
    *("SHOP-1", "cart-1", "cart-2", "cart-3", "PAY-1", "ledger-1", "SHOP-3", "hostile-1", "SHOP-5", "first-1"),
    *("SHOP-4", "ops-1", "SHOP-2", "new-1", "new-2", "calm-1", "crash-1", "old-1", "reviewed-1", "et-1"),
)
HAPPENINGS = {
    "nothing": (),
    "a ticket moved": ("--as alice@acme.com ticket SHOP-1 status Done",),
    "Datadog moved a ticket": ("--as datadog@acme.com ticket SHOP-1 status Done",),
    "issues moved": ("issue cart-1 state RESOLVED", "issue cart-2 state RESOLVED"),
    "both moved": ("ticket SHOP-1 status Done", "issue cart-2 state OPEN"),
    "a step by step workflow": ("issue ledger-1 state RESOLVED",),
    "a case moved": ("case PAY-1 status Open",),
    "a new link": ("issue new-1 attach SHOP-1",),
    "an issue left": ("issue cart-1 detach",),
    "unlinked": ("case SHOP-1 unlink",),
    "a ticket moved away": ("ticket PAY-1 move SHOP",),
}


def planned(company: Any) -> dict[str, list[Any]]:
    """The changes of a plan by the ticket or issue that they are about."""
    code, out, err = company.run("plan", "--format", "json")
    assert code in {0, 1}, out + err
    by_subject: dict[str, list[Any]] = {}
    for change in json.loads(out)["changes"]:
        kind, _, name = change["address"].partition(".")
        if kind not in {"case_project", "webhook"}:
            subject = change["after"].get("ticket", name)
            by_subject.setdefault(subject, []).append(change)
    return by_subject


@pytest.mark.parametrize("happening", HAPPENINGS)
def test_the_next_run_does_what_was_told(company: Any, happening: str) -> None:
    company.adopt()
    agrees_with_the_plan(company, happening)


@pytest.mark.parametrize("happening", ["nothing", "a ticket moved", "a new link"])
def test_the_first_run_does_what_was_told(company: Any, happening: str) -> None:
    agrees_with_the_plan(company, happening)


@pytest.mark.parametrize("happening", HAPPENINGS)
def test_where_datadog_syncs_it_is_the_same(company: Any, happening: str) -> None:
    config = company.config / "config.yaml"
    config.write_text(config.read_text().replace("engine: reconciler", "engine: datadog"))
    company.adopt()
    company.act("miss 3")
    company.act("clock +1h")
    agrees_with_the_plan(company, happening, "clock +11m")


def agrees_with_the_plan(company: Any, happening: str, *later: str) -> None:
    for words in (*HAPPENINGS[happening], *later):
        company.act(words)
    plan = planned(company)
    for subject in SUBJECTS if happening == "nothing" else ("SHOP-1", "cart-1", "PAY-1", "new-1"):
        told = company.told(subject)
        members = sorted({member["address"].partition(".")[2] for member in told["members"]})
        expected = [change for name in members for change in plan.get(name, [])]
        assert sorted(told["changes"], key=str) == sorted(expected, key=str), subject


def test_the_moves_of_datadogs_own_user_are_known_by_the_tickets_it_made(company: Any) -> None:
    company.adopt()
    company.adopt()
    key = next(
        member["address"].removeprefix("ticket.")
        for member in company.told("new-1")["members"]
        if member["address"].startswith("ticket.")
    )
    company.act("--as datadog@acme.com ticket SHOP-1 status Done")
    step = company.told("SHOP-1")["history"][-1]
    assert (step["who"], step["ours"], step["new"]) == ("Datadog for Jira", True, True)
    assert company.told(key)["notes"][0].startswith("the ticket was asked for by rule 'cart'")


def test_explaining_writes_nothing_and_reads_only_what_belongs_to_the_group(company: Any) -> None:
    company.adopt()
    for subject, most in (("SHOP-1", 13), ("cart-1", 13), ("new-1", 15), ("crash-1", 3), ("SHOP-2", 6)):
        company.running.traffic.reset()
        told = company.told(subject)
        calls = [f"{exchange.method} {exchange.path}" for exchange in company.running.traffic.exchanges]
        assert company.running.traffic.effects == ()
        assert len(calls) == sum(told["calls"].values())
        assert len(calls) <= most, (subject, calls)


@pytest.mark.parametrize(
    ("subject", "path", "what"),
    [
        ("SHOP-1", "*/myself", "Jira acme: who we are"),
        ("SHOP-1", "*/changelog*", "who moved"),
        ("SHOP-1", "*/statuses", "its statuses"),
        ("cart-1", "*/bulkfetch", "ticket SHOP-1"),
        ("cart-1", "*/v2/cases/*", "the case of issue"),
        ("new-1", "*/createmeta/*", "the create screen"),
    ],
)
def test_what_cannot_be_read_is_told_and_ends_with_1(company: Any, subject: str, path: str, what: str) -> None:
    company.adopt() if subject != "new-1" else None
    company.running.stage_fault(Fault(FaultKind.STATUS, path=path, status=403, times=0))
    told = company.told(subject, code=1)
    assert not told["complete"]
    assert told["changes"] == []
    assert any(what in finding["message"] for finding in told["findings"]), told["findings"]


def test_signed_in_as_nobody_ends_it(company: Any) -> None:
    company.running.stage_fault(Fault(FaultKind.STATUS, path="*", system="jira", status=401, times=0))
    code, out, err = company.run("explain", "SHOP-1")
    assert (code, out) == (1, "")
    assert "401" in err
