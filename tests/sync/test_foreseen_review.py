"""Datadog's automatic review, foreseen: what the base says, and what is decided from it before and after it surely landed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.model.state import IssueState, StatusGroup
from reconciler.sync.group import GroupState
from reconciler.sync.review import REVIEW_WINDOW, foreseen, landing, unforeseen, with_reviews

OPEN, REVIEWED, RESOLVED = IssueState.OPEN, IssueState.ACKNOWLEDGED, IssueState.RESOLVED
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
BASE = GroupState(
    StatusGroup.OPEN,
    StatusGroup.OPEN,
    {"assigned": REVIEWED, "linked": OPEN, "by-somebody": REVIEWED},
    frozenset({"assigned", "linked"}),
)


def test_only_an_issue_left_open_is_reviewed_for_being_assigned() -> None:
    target = GroupState(StatusGroup.OPEN, StatusGroup.OPEN, {"a": OPEN, "b": RESOLVED, "c": OPEN})
    assert with_reviews(target, {"a", "b"}).issues == {"a": REVIEWED, "b": RESOLVED, "c": OPEN}
    assert with_reviews(target, ()) == target


def test_foreseen_is_what_is_in_review_and_reviewed_already() -> None:
    assert foreseen(BASE) == {"assigned"}


@pytest.mark.parametrize(
    ("age", "issues", "reviewing"),
    [
        (timedelta(0), {"assigned": OPEN, "linked": OPEN, "by-somebody": REVIEWED}, {"assigned", "linked"}),
        (REVIEW_WINDOW, {"assigned": OPEN, "linked": OPEN, "by-somebody": REVIEWED}, {"assigned", "linked"}),
        (
            REVIEW_WINDOW + timedelta(seconds=1),
            {"assigned": REVIEWED, "linked": OPEN, "by-somebody": REVIEWED},
            {"linked"},
        ),
    ],
)
def test_until_it_has_surely_landed_both_states_are_nobodys_event(
    age: timedelta, issues: dict[str, IssueState], reviewing: set[str]
) -> None:
    since = dict.fromkeys(BASE.reviewing, NOW - age)
    assert landing(BASE, since, NOW) == replace(BASE, issues=issues, reviewing=frozenset(reviewing))


def test_a_broken_run_meant_no_review() -> None:
    assert unforeseen(BASE) == replace(BASE, issues={**BASE.issues, "assigned": OPEN})
