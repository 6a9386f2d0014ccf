"""What a run of sync costs: nothing where nothing is to do, and calls and memory that a formula foretells."""

from __future__ import annotations

import math
import tracemalloc
from typing import Any

import pytest

from reconciler.model.state import IssueState

Company = Any
Seeds = Any

# Datadog pages cases by 100 and returns 100 issues a search at most; Jira reads 100 tickets a call.
MANY = 100
# The keys, who we are and where, the case projects, the Jira accounts, the project, its permissions and its statuses.
ONCE = 8
# From so many linked issues on, a search costs less than reading them one by one.
SEARCHED = 20
BYTES_A_GROUP = 30_000


def expected(groups: int) -> int:
    """The calls of a plan of so many groups of one issue each, nothing of which moved.

    A search that is full is asked again state by state; the state that is full is halved in time until no half is.
    """
    halves = 2 ** max(0, math.ceil(math.log2(groups / MANY)))
    searches = 1 if groups < MANY else 1 + len(IssueState) + 2 * (halves - 1)
    issues = groups if groups < SEARCHED else searches
    return ONCE + math.ceil(groups / MANY) + math.ceil(groups / MANY) + issues


@pytest.mark.parametrize("groups", [1, 19, 20, 250])
def test_with_nothing_to_do_nothing_is_written_and_reads_are_those_of_the_formula(
    groups: int, company: Company, seed: Seeds
) -> None:
    company.begin(*(seed(number, "open", ["OPEN"]) for number in range(1, groups + 1)), remembered=True)
    traffic = company.running.traffic
    traffic.reset()
    ran = company.run()
    assert ran.plan.changes == ()
    assert traffic.writes == ()
    assert len(traffic.exchanges) <= 1.1 * expected(groups), [each.path for each in traffic.exchanges]


@pytest.mark.slow
def test_two_thousand_groups_are_planned_in_bounded_memory_and_the_calls_are_told(
    company: Company, seed: Seeds
) -> None:
    company.begin(*(seed(number, "open", ["OPEN"]) for number in range(1, 2001)), remembered=True)
    company.act("ticket SHOP-1234 status Done")
    before = company.systems.datadog.calls + company.systems.jira["acme"].calls
    company.running.traffic.reset()
    tracemalloc.start()
    try:
        plan = company.plan()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert {change.address.name for change in plan.changes} >= {"SHOP-1234"}
    calls = sum(plan.calls.values()) - before
    assert calls == len(company.running.traffic.exchanges)
    # One group moved: who moved its ticket is one call more.
    assert calls <= 1.1 * (expected(2000) + 1)
    assert peak < 2000 * BYTES_A_GROUP, f"{peak / 2000:.0f} bytes a group"
