"""What happens between a plan and its writes: a group that moved is left alone, and a plan over a limit is not touched."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.plan.outcome import Status
from tests.sync_live.company import Company
from tests.sync_live.world import Seed


def begun(company: Company) -> None:
    """The ticket of two issues was moved: both are to follow."""
    company.declare("open", "unknown")
    company.begin(Seed(1, "open", ["OPEN", "OPEN"]), remembered=True)
    company.act("ticket SHOP-1 status Done")


@pytest.mark.parametrize(
    "meanwhile",
    [
        "ticket SHOP-1 status To Do",
        "ticket SHOP-1 delete",
        "issue 1-a state IGNORED",
        "case SHOP-1 status IN_PROGRESS",
        "issue 1-b detach",
    ],
)
def test_a_group_that_moved_since_it_was_planned_is_not_written(meanwhile: str, company: Company) -> None:
    begun(company)
    plan = company.plan()
    assert len(plan.changes) >= 3
    company.act(meanwhile)
    company.running.traffic.reset()
    outcomes = company.carry_out(plan)
    assert {outcome.status for outcome in outcomes} == {Status.STALE}
    assert {outcome.detail for outcome in outcomes} == {
        "the group is not as it was planned: somebody moved it meanwhile"
    }
    assert company.running.traffic.writes == ()


def test_a_plan_over_a_limit_is_not_touched(company: Company) -> None:
    begun(company)
    plan = replace(company.plan(), over_limit=("limit-closes",))
    company.running.traffic.reset()
    outcomes = company.carry_out(plan)
    assert len(outcomes) == len(plan.changes)
    assert {(outcome.status, outcome.detail) for outcome in outcomes} == {(Status.SKIPPED, "the plan is over a limit")}
    assert company.running.traffic.exchanges == ()
