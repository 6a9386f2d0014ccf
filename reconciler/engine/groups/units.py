"""The changes of one group, which are written as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.model.resource import CaseStatus, CommentCopy, IssueStatus, TicketStatus
from reconciler.plan.change import Change, Create, Update
from reconciler.sync.remembered import People


@dataclass(frozen=True, slots=True)
class Unit:
    """The changes of one group. `ticket` is always among them: it carries the base."""

    ticket: Update
    issues: tuple[Update, ...] = ()
    case: Update | None = None
    comments: tuple[Create | Update, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """All of them."""
        return (*self.issues, self.ticket, *((self.case,) if self.case else ()), *self.comments)

    @property
    def ticket_sides(self) -> tuple[TicketStatus, TicketStatus]:
        """The ticket as it should be, and as the plan saw it."""
        after, before = self.ticket.after, self.ticket.before
        if not isinstance(after, TicketStatus) or not isinstance(before, TicketStatus):
            raise TypeError(f"{self.ticket.address} is not a change of a ticket's status")
        return after, before


def unit_of(changes: Sequence[Change], key: str) -> Unit | None:
    """The changes of the group of ticket `key`; None where its ticket is not among them."""
    ticket: Update | None = None
    case: Update | None = None
    issues: list[Update] = []
    comments: list[Create | Update] = []
    for change in changes:
        match change:
            case Update(after=TicketStatus(key=found)) if found == key:
                ticket = change
            case Update(after=CaseStatus(ticket=found)) if found == key:
                case = change
            case Update(after=IssueStatus(ticket=found)) if found == key:
                issues.append(change)
            case Create(after=CommentCopy(ticket=found)) | Update(after=CommentCopy(ticket=found)) if found == key:
                comments.append(change)
            case _:
                continue
    return Unit(ticket, tuple(issues), case, tuple(comments)) if ticket else None


def wanted_people(unit: Unit, held: People) -> People:
    """Who everything is to be assigned to. Not the base: an assignment that cannot travel is left out of that."""
    ticket, case = unit.ticket_sides[0], unit.case.after if unit.case else None
    issues = {
        wanted.issue_id: wanted.assignee.id or None
        for wanted in (change.after for change in unit.issues)
        if isinstance(wanted, IssueStatus) and wanted.assignee is not None
    }
    return People(
        (ticket.assignee.id or None) if ticket.assignee else held.ticket,
        (case.assignee.id or None) if isinstance(case, CaseStatus) and case.assignee else held.case,
        {**held.issues, **issues},
    )
