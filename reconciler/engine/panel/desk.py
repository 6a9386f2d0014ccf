"""What every action begins with: reading what was named, and refusing what cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from reconciler.engine.explain.locating import Located, Locating
from reconciler.engine.explain.subject import Asked, AskedIssue, AskedTicket, asked_about
from reconciler.engine.mark import Mark, read_mark
from reconciler.engine.panel.action import NotPossible, TicketShown
from reconciler.engine.reads import Reads
from reconciler.engine.scope import Systems, Tools
from reconciler.model.case import Case, TicketProgress
from reconciler.model.declared import Configuration
from reconciler.model.finding import Finding
from reconciler.model.issue import Issue
from reconciler.model.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Desk:
    """One action's view of the configuration and of both systems. Holds reading ports only."""

    locating: Locating

    @property
    def configuration(self) -> Configuration:
        """What is declared."""
        return self.locating.configuration

    @property
    def systems(self) -> Systems:
        """Both systems, to be read."""
        return self.locating.systems

    @property
    def tools(self) -> Tools:
        """What the engine is lent."""
        return self.locating.tools

    @property
    def reads(self) -> Reads:
        """The reads of this action."""
        return self.locating.reads

    @property
    def instance(self) -> str:
        """The name of this set-up in every mark."""
        connections = self.configuration.connections
        return connections.instance if connections else ""

    @property
    def calls(self) -> Mapping[str, int]:
        """The requests sent so far, by system."""
        jira = self.systems.jira
        return {"datadog": self.systems.datadog.calls} | {f"jira:{name}": jira[name].calls for name in sorted(jira)}

    def issue(self, text: str) -> Located:
        """The issue that the text names, with its case and ticket. Raises NotPossible where it names a ticket."""
        asked = asked_about(text)
        if not isinstance(asked, AskedIssue):
            raise NotPossible(
                f"{_named(asked)} is a ticket: an issue is wanted here",
                hint="give the issue's id, or its page (…issueId=ID)",
            )
        return self.locating.locate(asked)

    def ticket(self, text: str) -> tuple[AskedTicket, Located]:
        """The ticket that the text names, with the case that owns it. Its page is never fetched. Raises NotPossible where
        the text names an issue.
        """
        asked = asked_about(text)
        if not isinstance(asked, AskedTicket):
            raise NotPossible(
                f"{_named(asked)} is an issue: a ticket is wanted here",
                hint="give the ticket's key (SHOP-3), or its page (…/browse/SHOP-3)",
            )
        return asked, self.locating.locate(asked)

    def group(self, text: str) -> Located:
        """The group of an issue or a ticket, whichever the text names."""
        return self.locating.locate(asked_about(text))

    def mark(self, case: Case) -> Mark | None:
        """What the case says of itself, if it is the record of a creation."""
        return read_mark(case.description, self.instance)

    def failures(self) -> tuple[Finding, ...]:
        """What could not be read."""
        return tuple(self.reads.failures[what] for what in sorted(self.reads.failures))

    def shown(self, ticket: Ticket, case: Case | None, account: str | None) -> TicketShown:
        """The ticket with its page: the one Datadog knows, else the one at its site."""
        url = case.ticket.url if case and case.ticket else None
        if url is None and account is not None:
            url = page_of(self.systems.jira[account].server().url, ticket.key)
        return TicketShown(ticket.key, url)

    def must_be_read(self) -> None:
        """Raises NotPossible where something could not be read: an absence must not be concluded from that."""
        for finding in self.failures():
            raise NotPossible(f"{finding.message}; nothing was written", hint=finding.hint)


@contextmanager
def desk(configuration: Configuration, systems: Systems, tools: Tools) -> Iterator[Desk]:
    """A desk for one action."""
    with Reads(tools.reporter) as reads:
        yield Desk(Locating(configuration, systems, tools, reads))


def page_of(site_url: str, key: str) -> str:
    """The page of a ticket."""
    return f"{site_url.rstrip('/')}/browse/{key}"


def refuse_second_ticket(issue: Issue, case: Case, *, wanted: str) -> None:
    """An issue has at most one ticket. Raises NotPossible where its case has one, in whatever progress."""
    if case.ticket is None:
        return
    key = case.ticket.key or case.ticket.ticket_id or "?"
    match case.ticket.progress:
        case TicketProgress.COMPLETED:
            where = f" ({case.ticket.url})" if case.ticket.url else ""
            raise NotPossible(
                f"issue {issue.id} has a ticket already: {key}{where}, through case {case.key}",
                hint=f"an issue has at most one ticket: `reconciler ticket unlink {issue.id}` first, if {wanted} is right",
            )
        case TicketProgress.IN_PROGRESS:
            raise NotPossible(
                f"Datadog is creating a ticket for issue {issue.id} on case {case.key} at this moment",
                hint="wait until it is there; `reconciler ticket show` tells",
            )
        case TicketProgress.FAILED:
            told = issue.case.ticket.error if issue.case and issue.case.ticket else None
            raise NotPossible(
                f"Jira refused the ticket of case {case.key}: {told or case.ticket.error or 'Datadog keeps no reason'}",
                hint=f"mend the cause, then ask again with `reconciler ticket create {issue.id} --retry`",
            )


def _named(asked: Asked) -> str:
    return asked.issue_id if isinstance(asked, AskedIssue) else asked.key
