"""The story of each sort of group, as a person reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.sandbox.faults import Fault, FaultKind

Golden = Callable[[str, str], None]


def test_a_group_that_was_never_seen(company: Any, golden: Golden) -> None:
    golden("first-sight.txt", company.text("SHOP-1"))


def test_a_group_in_step(company: Any, golden: Golden) -> None:
    company.adopt()
    golden("in-step.txt", company.text("SHOP-1"))


def test_a_conflict_with_who_and_when(company: Any, golden: Golden) -> None:
    company.adopt()
    company.act("--as bruno@acme.com ticket SHOP-1 status Done")
    company.act("issue cart-1 state OPEN")
    story = company.text("cart-1")
    golden("conflict.txt", story)
    assert "conflict: ticket was in_progress, is closed, becomes open" in " ".join(story.split())


def test_the_hops_of_a_ticket(company: Any, golden: Golden) -> None:
    company.adopt()
    company.act("issue ledger-1 state RESOLVED")
    golden("hops.txt", company.text("PAY-1"))


def test_a_new_issue_that_gets_a_ticket(company: Any, golden: Golden) -> None:
    golden("new-issue.txt", company.text("new-1"))


def test_two_cases_own_one_ticket(company: Any, golden: Golden) -> None:
    golden("shared.txt", company.text("SHOP-5"))


@pytest.mark.parametrize(
    ("subject", "next_run"),
    [
        ("SHOP-2", "no case of a bound project owns this ticket"),
        ("SHOP-4", "binding 'ops' does not sync the status both ways"),
        ("SHOP-6", "no case of a bound project owns this ticket"),
        ("et-1", "no binding is declared for case project ET"),
        ("calm-1", "rule 'calm' says where its tickets go, but makes none by itself"),
        ("crash-1", "no rule matches it"),
        ("old-1", "it is not new: first seen 2026-09-23 09:00 UTC, and rule 'cart' counts from 2026-11-01 09:00 UTC"),
        ("reviewed-1", "only an issue that is For Review gets a ticket by itself, and this one is Reviewed"),
        ("new-2", "new in web-shop since 2026-11-02 06:00 UTC; rule 'web' matches"),
    ],
)
def test_why_the_next_run_does_what_it_does(company: Any, subject: str, next_run: str) -> None:
    told = company.told(subject)
    assert next_run in told["next_run"]
    assert bool(told["changes"]) is (subject == "new-2")


def test_what_kept_each_rule_from_matching(company: Any) -> None:
    trials = company.told("crash-1")["routed"]["trials"]
    assert [(trial["rule"], trial["because"]) for trial in trials] == [
        ("web", "service:web-* does not hold: the issue's service is calm"),
        ("calm", "-is_crash:true does not hold: the issue's is_crash is true"),
        ("cart", "service:cart does not hold: the issue's service is calm"),
    ]
    lines = (company.config / "config.yaml").read_text().splitlines()
    assert all(trial["query"] in lines[trial["origin"]["line"] - 1] for trial in trials)


def test_hostile_names_do_nothing(company: Any) -> None:
    for subject in ("SHOP-3", "hostile-1"):
        story = company.text(subject)
        assert not {"\x1b", "\x07", "\u202e"} & set(story)
        assert not [line for line in story.splitlines() if len(line) > 80 or line.strip().startswith("::")]
        assert "##[" not in story
        assert company.told(subject)["members"][-1]["title"].startswith("\x1b[31m")


def test_a_moved_ticket_answers_to_its_old_key(company: Any) -> None:
    company.adopt()
    company.act("ticket SHOP-1 move PAY")
    moved = company.told("shop-1")
    ticket = moved["members"][-1]["address"]
    assert ticket.startswith("ticket.PAY-")
    assert moved["notes"] == [f"SHOP-1 was moved: it is {ticket.removeprefix('ticket.')} now"]


def test_names_of_people_on_both_sides(company: Any) -> None:
    company.act("issue cart-1 assign bruno@acme.com")
    people = {member["address"]: member["assignee"] for member in company.told("SHOP-1")["members"]}
    assert people["ticket.SHOP-1"] == "Alice"
    assert people["case.SHOP-1"] == "Bruno in Datadog"
    assert people[f"issue.{company.issue('cart-1')}"] == "Bruno in Datadog"


def test_a_run_that_was_broken_off(company: Any) -> None:
    company.adopt()
    company.act("issue ledger-1 state RESOLVED")
    company.running.stage_fault(Fault(FaultKind.STATUS, method="POST", path="*/transitions", times=0))
    company.run("apply", "--yes")
    company.running.clear_faults()
    told = company.told("PAY-1")
    assert told["remembered"]["intent"]["after"]["case"] == "closed"
    assert "broken off" in company.text("PAY-1")


def test_datadogs_own_sync_is_given_its_time_and_then_mended(company: Any) -> None:
    config = company.config / "config.yaml"
    config.write_text(config.read_text().replace("engine: reconciler", "engine: datadog"))
    company.adopt()
    company.act("miss 1")
    company.act("--as alice@acme.com ticket SHOP-1 status Done")
    waiting = company.told("SHOP-1")
    assert waiting["changes"] == []
    assert "Datadog syncs this group by itself, and has 0:10:00 after the last move" in waiting["next_run"]
    company.act("clock +11m")
    assert {change["address"] for change in company.told("SHOP-1")["changes"]} >= {
        "ticket.SHOP-1",
        f"issue.{company.issue('cart-1')}",
        f"issue.{company.issue('cart-2')}",
    }


def test_an_archived_case_is_no_group(company: Any) -> None:
    company.act("case SHOP-1 archive")
    assert company.told("cart-1")["next_run"] == "case SHOP-1 is archived: its group is not synced"


def test_a_deleted_ticket_is_told_apart_from_none(company: Any) -> None:
    company.act("ticket SHOP-1 delete")
    told = company.told("cart-1")
    assert "has ticket SHOP-1, which was deleted or is not visible" in told["next_run"]
    assert told["changes"] == []
