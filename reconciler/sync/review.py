"""Datadog's automatic review: an OPEN issue that we assign becomes ACKNOWLEDGED by itself. Foreseen, it is nobody's event.

The base says at once what will stand. Until the review has surely landed, OPEN is as good. Reference: datadog-api §1.5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from reconciler.model.state import IssueState
from reconciler.sync.group import GroupState

# How long the review may take to land. Reference: design, "Automatic review".
REVIEW_WINDOW = timedelta(minutes=15)


def foreseen(group: GroupState) -> frozenset[str]:
    """The issues that a base says are reviewed because they will be."""
    return frozenset(name for name in group.reviewing if group.issues.get(name) is IssueState.ACKNOWLEDGED)


def with_reviews(target: GroupState, assigned: Iterable[str]) -> GroupState:
    """What will stand once Datadog has reviewed the issues that are assigned and otherwise left OPEN."""
    reviewed = {name: IssueState.ACKNOWLEDGED for name in assigned if target.issues.get(name) is IssueState.OPEN}
    return replace(target, issues={**target.issues, **reviewed})


def landing(base: GroupState, since: Mapping[str, datetime], now: datetime) -> GroupState:
    """The base to decide from: within the window a foreseen review may still be to land, after it it is a fact."""
    may_land = {name for name in foreseen(base) if now - since.get(name, now) <= REVIEW_WINDOW}
    return _open_again(base, may_land, base.reviewing - (foreseen(base) - may_land))


def unforeseen(intent: GroupState) -> GroupState:
    """What a broken run meant to write, without what it foresaw: an issue that it did not come to assign is not reviewed."""
    return _open_again(intent, foreseen(intent), intent.reviewing)


def _open_again(group: GroupState, names: Iterable[str], reviewing: frozenset[str]) -> GroupState:
    return replace(group, issues={**group.issues, **dict.fromkeys(names, IssueState.OPEN)}, reviewing=reviewing)
