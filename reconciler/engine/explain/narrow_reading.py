"""One group, read as a run reads all of them, from the reads that belong to it.

The cases beside it are read where the next run would write, or where it matters who moved the ticket: only they tell whether
another case owns the same ticket, and by whom Datadog makes tickets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from reconciler.engine.explain.locating import Located, Locating, owns
from reconciler.engine.facts import Facts, SiteFacts
from reconciler.engine.groups.group import Group
from reconciler.engine.groups.outlook import outlook
from reconciler.engine.groups.reading import GroupReading
from reconciler.engine.mark import Mark, read_mark
from reconciler.model.case import Case
from reconciler.model.declared import ProjectBinding
from reconciler.model.issue import Issue
from reconciler.model.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Narrow:
    """What was read. `group` is None where it could not be read whole, or is not one: `reading.warnings` say why; `issues`
    are those that could be read even so.
    """

    reading: GroupReading
    group: Group | None
    issues: tuple[Issue, ...]


@dataclass(slots=True)
class NarrowReading:
    """Reads the group of what was located."""

    locating: Locating
    located: Located
    sites: dict[str, SiteFacts] = field(default_factory=dict)

    def read(self, case: Case, ticket: Ticket, binding: ProjectBinding) -> Narrow:
        """The group of a case and its ticket."""
        self._know_site(binding, ticket)
        known = {self.located.issue.id: self.located.issue} if self.located.issue else {}
        first = self._read((case,), binding, known)
        if first.group is None:
            return first
        now = self.locating.tools.clock.now()
        if not first.group.wants_history and not outlook(first.group, now).members:
            return first
        beside = self._beside(binding, ticket)
        if not beside:
            return first
        again = self._read(beside, binding, dict(first.group.issues))
        return again if again.group else replace(again, issues=first.issues)

    def mark(self, case: Case) -> Mark | None:
        """What the case says of itself, if it is ours."""
        connections = self.locating.configuration.connections
        return read_mark(case.description, connections.instance if connections else "")

    def _read(self, cases: Sequence[Case], binding: ProjectBinding, issues: dict[str, Issue]) -> Narrow:
        """The group, given these cases only."""
        locating = self.locating
        bound = {binding.name: binding}
        facts = Facts(sites=self.sites, issues=dict(issues))
        for case in cases:
            home = locating.binding_of(case) or binding
            bound[home.name] = home
            facts.cases[home.case_project] = (*facts.cases.get(home.case_project, ()), case)
            if (mark := self.mark(case)) is not None:
                facts.marks[case.id] = mark
        configuration = replace(locating.configuration, bindings=bound)
        reading = GroupReading(configuration, locating.systems, locating.tools, facts, locating.reads)
        group = next(iter(reading.groups()), None)
        return Narrow(reading, group, tuple(group.issues.values()) if group else tuple(issues.values()))

    def _beside(self, binding: ProjectBinding, ticket: Ticket) -> list[Case]:
        """The cases that own the ticket; and those whose tickets Datadog made for us, without their issues: they tell only by
        whom it makes tickets. Nothing where the cases could not be read.
        """
        cases = self.locating.cases_of_account(binding.account)
        owners = [case for case in cases if owns(case, ticket)]
        if not owners:
            return []
        made = [
            replace(case, issue_ids=())
            for case in cases
            if case not in owners and case.ticket is not None and self.mark(case) is not None
        ]
        links = [case.ticket for case in made if case.ticket is not None]
        names = sorted({name for link in links if (name := link.ticket_id or link.key) is not None})
        site = self.sites.get(binding.account)
        if names and site is not None:
            what = f"Jira {binding.account}: who creates Datadog's tickets"
            read = self.locating.reads.start(what, partial(self.locating.systems.jira[binding.account].tickets, names))
            site.tickets = {**(site.tickets or {}), **(read.value() or {})}
        known = site.tickets or {} if site else {}
        return [
            *owners,
            *(case for case in made if case.ticket and (case.ticket.ticket_id or case.ticket.key) in known),
        ]

    def _know_site(self, binding: ProjectBinding, ticket: Ticket) -> None:
        """Read the binding's Jira account, once; what cannot be read is missing."""
        account = binding.account
        if account in self.sites or account not in self.locating.systems.jira:
            return
        jira, reads, what = self.locating.systems.jira[account], self.locating.reads, f"Jira {account}:"
        server = self.located.servers.get(account)
        telling = reads.start(f"{what} the server", jira.server) if server is None else None
        me = reads.start(f"{what} who we are", jira.myself)
        of_project = partial(jira.statuses, binding.project)
        statuses = reads.start(f"{what} project {binding.project}, its statuses", of_project)
        server = telling.value() if telling is not None else server
        user, by_type = me.value(), statuses.value()
        if server is not None and user is not None and by_type is not None:
            link = self.located.case.ticket if self.located.case else None
            names = (ticket.id, ticket.key, *((link.ticket_id, link.key) if link else ()))
            tickets = {name: ticket for name in names if name}
            self.sites[account] = SiteFacts(server, user, statuses={binding.project: by_type}, tickets=tickets)
