"""`decide` against a second statement of its rules, over every case of up to three issues.

Issues are interchangeable, so each combination is looked at in one order. Evidence is varied only where it can matter: who
moved a side, where that side differs from the base. A base whose hub is further along than its least issue does not come:
the engine treats such a base as never written.

Up to two issues are taken whole, thinned only where the ticket was unmapped before. Three issues in all five states are 4.6 million cases, so an ordinary run takes every 127th
of them, and every fifth of those in one state per group (strides that share no factor with what varies innermost). With
`SYNC_PROOF=whole` in the environment, and `--timeout=0`, all 6.5 million cases are taken, in a few minutes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from typing import Protocol, TypeAlias

import pytest

from reconciler.sync import ConflictPolicy, Decision, Evidence, GroupState, IssueState, Policy, decide

Case: TypeAlias = tuple[GroupState | None, GroupState, Policy, Evidence]
Shape: TypeAlias = tuple[dict[str, IssueState], dict[str, IssueState], frozenset[str]]

POLICIES = [Policy(conflict, reopen) for conflict in ConflictPolicy for reopen in (False, True)]
ALL = tuple(IssueState)
ONE_EACH = (IssueState.OPEN, IssueState.ACKNOWLEDGED, IssueState.RESOLVED)
WHOLE = os.environ.get("SYNC_PROOF") == "whole"


class Rules(Protocol):
    def verdict(self, case: Case) -> object: ...
    def told(self, decision: Decision) -> object: ...
    def shapes(self, count: int, states: tuple[IssueState, ...]) -> Iterator[Shape]: ...
    def known(self, found: Iterator[Shape], policies: list[Policy], *, unmapped_before: bool) -> Iterator[Case]: ...
    def first(self, count: int, policies: list[Policy]) -> Iterator[Case]: ...


def compared(rules: Rules, cases: Iterator[Case]) -> tuple[int, list[str]]:
    """How many cases there were, and the first few in which `decide` and the rules differ."""
    number, differing = 0, []
    for case in cases:
        number += 1
        told, right = rules.told(decide(*case)), rules.verdict(case)
        if told != right:
            differing.append(f"{case}\n  decided  {told}\n  expected {right}")
            if len(differing) == 3:
                break
    return number, differing


@pytest.mark.slow
@pytest.mark.parametrize("conflict", ConflictPolicy)
@pytest.mark.parametrize(
    ("count", "states", "unmapped_before", "every", "cases"),
    [
        pytest.param(0, ALL, False, 1, 126, id="no issue"),
        pytest.param(1, ALL, False, 1, 4_578, id="one issue"),
        pytest.param(2, ALL, False, 1, 86_478, id="two issues"),
        pytest.param(3, ONE_EACH, False, 5, 71_400, id="three issues in one state per group"),
        pytest.param(3, ALL, False, 127, 1_142_484, id="three issues in any state"),
        pytest.param(0, ALL, True, 1, 399, id="no issue, ticket unmapped before"),
        pytest.param(1, ALL, True, 1, 14_497, id="one issue, ticket unmapped before"),
        pytest.param(2, ALL, True, 37, 273_847, id="two issues, ticket unmapped before"),
    ],
)
def test_every_decision_on_a_known_group_is_the_one_the_rules_say(
    rules: Rules,
    count: int,
    states: tuple[IssueState, ...],
    unmapped_before: bool,
    every: int,
    cases: int,
    conflict: ConflictPolicy,
) -> None:
    step = 1 if WHOLE else every
    policies = [Policy(conflict, reopen) for reopen in (False, True)]
    found = rules.known(rules.shapes(count, states), policies, unmapped_before=unmapped_before)
    number, differing = compared(rules, islice(found, 0, None, step))
    assert differing == []
    assert number == -(-cases // step)


@pytest.mark.slow
@pytest.mark.parametrize(("count", "cases"), [(0, 192), (1, 3_840), (2, 40_320)])
def test_every_decision_at_first_sight_is_the_one_the_rules_say(rules: Rules, count: int, cases: int) -> None:
    assert compared(rules, rules.first(count, POLICIES)) == (cases, [])


@pytest.mark.slow
def test_every_decision_on_three_issues_at_first_sight_is_the_one_the_rules_say(rules: Rules) -> None:
    assert compared(rules, rules.first(3, [Policy(ConflictPolicy.DATADOG, reopen_excluded=True)])) == (36_960, [])
