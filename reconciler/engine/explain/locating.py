"""From what somebody asks about to the issue, the case and the ticket that belong together, in as few reads as that takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from reconciler.engine.explain.subject import Asked, AskedIssue, AskedTicket, NotUnderstood, site_of
from reconciler.engine.ports import JiraReader
from reconciler.engine.reads import Reads
from reconciler.engine.scope import Systems, Tools
from reconciler.errors import NotFound, ReconcilerError, Refused
from reconciler.model.case import Case
from reconciler.model.declared import Configuration, ProjectBinding
from reconciler.model.issue import Issue
from reconciler.model.ticket import JiraServer, Ticket


class NothingFound(ReconcilerError):
    """There is no such issue or ticket, or none that we may see."""


@dataclass(frozen=True, slots=True)
class Located:
    """What belongs together, as far as it is there. `issue` is the one asked about, or one of those linked to the ticket;
    `servers` are the Jira sites that had to be asked who they are.
    """

    issue: Issue | None = None
    case: Case | None = None
    ticket: Ticket | None = None
    account: str | None = None
    servers: Mapping[str, JiraServer] = field(default_factory=dict)


@dataclass(slots=True)
class Locating:
    """Finds the group of a subject. What cannot be read at the very start ends it: there is no story then."""

    configuration: Configuration
    systems: Systems
    tools: Tools
    reads: Reads
    cases: dict[str, tuple[Case, ...]] = field(default_factory=dict)

    def locate(self, asked: Asked) -> Located:
        """Raises NothingFound, NotUnderstood for the page of an unknown site, and ProviderError."""
        match asked:
            case AskedIssue(issue_id=issue_id):
                return self._from_issue(issue_id)
            case AskedTicket():
                return self._from_ticket(asked)

    def binding_of(self, case: Case) -> ProjectBinding | None:
        """The binding of the case's project; None where that is not bound."""
        project = case.key.rpartition("-")[0].casefold()
        return next((bound for bound in self._bindings() if bound.case_project.casefold() == project), None)

    def cases_of_account(self, account: str) -> tuple[Case, ...]:
        """All cases of the projects that are bound to a Jira account, read once: a page of 100 each call."""
        if account not in self.cases:
            projects = sorted({bound.case_project for bound in self._bindings() if bound.account == account})
            started = [
                self.reads.start(f"Datadog: the cases of {key}", partial(self.systems.datadog.cases, key))
                for key in projects
            ]
            self.cases[account] = tuple(case for read in started for case in read.value() or ())
        return self.cases[account]

    # --- from an issue

    def _from_issue(self, issue_id: str) -> Located:
        try:
            issue = self.systems.datadog.issue(issue_id)
        except (NotFound, Refused) as error:
            raise NothingFound(
                f"Datadog shows us no issue {issue_id!r}: {error.message}",
                hint="take the id behind `issueId=` of the issue's page; absent and invisible look alike: see Error Tracking Read",
            ) from None
        case = self._case(issue)
        located = Located(issue, case)
        if case is None or case.ticket is None or case.ticket.key is None:
            return located
        located = self._with_account(located, case)
        if located.account is None:
            return located
        name = case.ticket.ticket_id or case.ticket.key
        read = self.reads.start(
            f"Jira {located.account}: ticket {case.ticket.key}", self._ticket(located.account, name)
        )
        found = read.value()
        return replace(located, ticket=found.get(name) if found else None)

    def _case(self, issue: Issue) -> Case | None:
        if issue.case_id is None:
            return None
        read = self.reads.start(
            f"Datadog: the case of issue {issue.id}", partial(self.systems.datadog.case, issue.case_id)
        )
        return read.value()

    def _with_account(self, located: Located, case: Case) -> Located:
        """The account of the case's ticket: that of its binding; without one, that of the ticket's page."""
        binding = self.binding_of(case)
        if binding is not None:
            return replace(located, account=binding.account)
        if case.ticket is None or case.ticket.url is None:
            return located
        account, servers = self._account_at(case.ticket.url)
        return replace(located, account=account, servers=servers)

    # --- from a ticket

    def _from_ticket(self, asked: AskedTicket) -> Located:
        accounts = sorted(self.systems.jira)
        servers: Mapping[str, JiraServer] = {}
        if asked.url is not None:
            account, servers = self._account_at(asked.url)
            if account is None:
                known = ", ".join(f"{name} ({servers[name].url})" for name in sorted(servers))
                raise NotUnderstood(
                    f"{asked.url!r} leads to none of the declared Jira sites: {known or 'none is declared'}",
                    hint="declare the site in Connections, or give the key alone; the page itself is never fetched",
                )
            accounts = [account]
        found = {name: ticket for name in accounts if (ticket := self._ticket(name, asked.key)().get(asked.key))}
        if not found:
            raise NothingFound(
                f"Jira shows us no ticket {asked.key}",
                hint="absent and invisible look alike to Jira: check the key, and the Browse Projects permission",
            )
        if len(found) > 1:
            raise NotUnderstood(
                f"{asked.key} is a ticket of several sites: {', '.join(found)}", hint="give the address of its page"
            )
        account, ticket = next(iter(found.items()))
        issue, case = self._owner(account, ticket)
        return Located(issue, case, ticket, account, servers)

    def _owner(self, account: str, ticket: Ticket) -> tuple[Issue | None, Case | None]:
        """The case that owns the ticket: of an issue that is remembered on it, else found among all cases of the account."""
        memory = self.tools.memory
        remembered = memory.decode(ticket.properties.get(memory.property_key))
        for name in sorted(remembered.group.issues)[:1] if remembered else ():
            issue = self.reads.start(f"Datadog: issue {name}", partial(self._issue_or_none, name)).value()
            case = self._case(issue) if issue else None
            if issue is not None and case is not None and owns(case, ticket):
                return issue, case
        owners = [case for case in self.cases_of_account(account) if owns(case, ticket)]
        return None, owners[0] if owners else None

    def _issue_or_none(self, issue_id: str) -> Issue | None:
        """Names that are remembered on a ticket may be forged or out of date: they prove nothing."""
        try:
            return self.systems.datadog.issue(issue_id)
        except (NotFound, Refused):
            return None

    # --- sites

    def _account_at(self, url: str) -> tuple[str | None, Mapping[str, JiraServer]]:
        """The account of a page: by the address declared, else by the one that each site gives as its own."""
        connections = self.configuration.connections
        declared = {name: jira.url for name, jira in connections.jira.items()} if connections else {}
        account = site_of(url, declared)
        if account is not None and account in self.systems.jira:
            return account, {}
        servers = {name: self._jira(name).server() for name in sorted(self.systems.jira)}
        return site_of(url, {name: server.url for name, server in servers.items()}), servers

    def _ticket(self, account: str, name: str) -> partial[Mapping[str, Ticket]]:
        return partial(self._jira(account).tickets, (name,), (self.tools.memory.property_key,))

    def _jira(self, account: str) -> JiraReader:
        return self.systems.jira[account]

    def _bindings(self) -> list[ProjectBinding]:
        return [self.configuration.bindings[name] for name in sorted(self.configuration.bindings)]


def owns(case: Case, ticket: Ticket) -> bool:
    """Whether the ticket is the case's. By its id where that is known: a moved ticket has another key."""
    if case.ticket is None:
        return False
    if case.ticket.ticket_id is not None:
        return case.ticket.ticket_id == ticket.id
    return case.ticket.key == ticket.key
