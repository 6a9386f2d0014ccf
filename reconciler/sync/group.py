"""A group as sync sees it: one ticket, its case, and all issues linked to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model.declared import StatusMapping, Unmapped
from reconciler.model.state import IssueState, StatusCategory, StatusGroup
from reconciler.model.ticket import JiraStatus

_BY_CATEGORY = {
    StatusCategory.NEW: StatusGroup.OPEN,
    StatusCategory.INDETERMINATE: StatusGroup.IN_PROGRESS,
    StatusCategory.DONE: StatusGroup.CLOSED,
}


@dataclass(frozen=True, slots=True)
class GroupState:
    """How far along each member of a group is. `ticket` is None where the ticket's status has no group; `reviewing` holds
    the issues whose automatic review by Datadog may still land.
    """

    ticket: StatusGroup | None
    case: StatusGroup
    issues: Mapping[str, IssueState]
    reviewing: frozenset[str] = field(default_factory=frozenset)


def ticket_group(status: JiraStatus, mapping: StatusMapping | None) -> StatusGroup | None:
    """The group of a ticket's status: by the mapping's `from` lists, in any case of letters, else by Jira's category unless
    the mapping holds. None where it has no group.
    """
    if mapping is not None:
        for group, mapped in mapping.groups.items():
            if status.name.casefold() in {name.casefold() for name in (mapped.to, *mapped.sources)}:
                return group
        if mapping.unmapped is Unmapped.HOLD:
            return None
    return _BY_CATEGORY.get(status.category)
