"""The members of a group as they are told: an issue, a case, a ticket, and the names behind the ids of people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from reconciler.engine.explain.explanation import Member
from reconciler.engine.reads import Reads, found
from reconciler.engine.scope import Systems
from reconciler.model.address import Address, Kind
from reconciler.model.case import Case
from reconciler.model.finding import Severity
from reconciler.model.issue import Issue
from reconciler.model.state import StatusGroup
from reconciler.model.ticket import Ticket

# A ticket may have hundreds of issues, each with another assignee: so many names are asked for, a call each.
MOST_NAMES = 20

CASE_WORDS = {StatusGroup.OPEN: "Open", StatusGroup.IN_PROGRESS: "In Progress", StatusGroup.CLOSED: "Closed"}


@dataclass(slots=True)
class People:
    """The people of Datadog by id, each asked for once. Who cannot be read is told by id: a name decides nothing."""

    systems: Systems
    reads: Reads
    names: dict[str, str] = field(default_factory=dict)

    def meet(self, ids: Iterable[str | None]) -> None:
        """Ask for the names of these people, at once."""
        unknown = sorted({one for one in ids if one is not None and one not in self.names})[:MOST_NAMES]
        started = {
            one: self.reads.start(
                f"Datadog: who is {one}", found(partial(self.systems.datadog.user, one)), Severity.WARNING
            )
            for one in unknown
        }
        for one, read in started.items():
            for user in read.value() or ():
                self.names[one] = user.name or user.email

    def name(self, user_id: str | None) -> str | None:
        """The name, or the id where that is all there is; None for nobody."""
        return None if user_id is None else self.names.get(user_id, user_id)


def issue_member(issue: Issue, people: People, issue_url: str) -> Member:
    """An issue, by what went wrong and where."""
    return Member(
        Address(Kind.ISSUE, issue.id),
        f"{issue.error_type or 'Error'} in {issue.service or 'no service'}",
        issue.state.label,
        issue.state.group,
        people.name(issue.assignee_id),
        issue_url.format(id=issue.id),
    )


def case_member(case: Case, people: People) -> Member:
    """A case."""
    return Member(
        Address(Kind.CASE, case.key), case.title, CASE_WORDS[case.status], case.status, people.name(case.assignee_id)
    )


def ticket_member(ticket: Ticket, group: StatusGroup | None, site_url: str | None) -> Member:
    """A ticket; `site_url` is the site's own address, None where that could not be read."""
    return Member(
        Address(Kind.TICKET, ticket.key),
        ticket.summary,
        ticket.status.name,
        group,
        ticket.assignee.name if ticket.assignee else None,
        f"{site_url.rstrip('/')}/browse/{ticket.key}" if site_url else None,
    )
