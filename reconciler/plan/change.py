"""One difference and the act that removes it. The impossible pair (an update from nothing) cannot be built."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from reconciler.model.address import Address
from reconciler.model.resource import CaseStatus, CommentCopy, IssueStatus, Reason, Resource, TicketStatus


@dataclass(frozen=True, slots=True)
class Create:
    """It is not there; `after` should be."""

    after: Resource
    reason: Reason = field(default=Reason(""), compare=False)

    action = "create"
    sign = "+"

    @property
    def address(self) -> Address:
        """What is created."""
        return self.after.address


@dataclass(frozen=True, slots=True)
class Update:
    """`before` stands there; `after` should. Both have one address."""

    before: Resource
    after: Resource
    reason: Reason = field(default=Reason(""), compare=False)

    action = "update"
    sign = "~"

    @property
    def address(self) -> Address:
        """What is updated."""
        return self.after.address


@dataclass(frozen=True, slots=True)
class Delete:
    """`before` stands there and should not."""

    before: Resource
    reason: Reason = field(default=Reason(""), compare=False)

    action = "delete"
    sign = "-"

    @property
    def address(self) -> Address:
        """What is deleted."""
        return self.before.address


Change: TypeAlias = Create | Update | Delete


def group_key(change: Change) -> str | None:
    """The ticket whose group the change belongs to; None where it is about something else."""
    match change:
        case Create(after=resource) | Update(after=resource) | Delete(before=resource):
            return (
                resource.ticket if isinstance(resource, TicketStatus | CaseStatus | IssueStatus | CommentCopy) else None
            )


def moved_groups(changes: Iterable[Change]) -> frozenset[str]:
    """The groups of which more than the memory is written, by ticket key."""
    moved = set()
    for change in changes:
        match change:
            case Update(before=TicketStatus() as before, after=TicketStatus() as after) if (
                before.status,
                before.assignee,
            ) == (after.status, after.assignee):
                continue
            case _:
                moved.add(group_key(change) or "")
    return frozenset(moved)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of an update. `path` is dotted (`directions.status`); values are JSON-able; a field that is absent is None."""

    path: str
    before: object
    after: object
