"""The small steps a state or a group can take: σ, μ, λ and the aggregate."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model.state import IssueState, StatusGroup
from reconciler.sync.decision import Policy


def state_for(group: StatusGroup) -> IssueState:
    """σ: the issue state that stands for a group."""
    return {
        StatusGroup.OPEN: IssueState.OPEN,
        StatusGroup.IN_PROGRESS: IssueState.ACKNOWLEDGED,
        StatusGroup.CLOSED: IssueState.RESOLVED,
    }[group]


def mirror(state: IssueState, group: StatusGroup, policy: Policy) -> IssueState:
    """μ: the state of an issue that follows the hub. EXCLUDED stays unless the mapping reopens it."""
    if state.group is group or (state is IssueState.EXCLUDED and not policy.reopen_excluded):
        return state
    return state_for(group)


def lift(state: IssueState, group: StatusGroup) -> IssueState:
    """λ: the state of an issue that joins a hub: at least as far along."""
    return state if state.group.progress >= group.progress else state_for(group)


def least(groups: Iterable[StatusGroup]) -> StatusGroup:
    """The least far along; closed where there are none."""
    return min(groups, key=lambda group: group.progress, default=StatusGroup.CLOSED)


def aggregate(states: Iterable[IssueState]) -> StatusGroup:
    """A: the group of the least-progressed issue; closed where there are none."""
    return least(state.group for state in states)
