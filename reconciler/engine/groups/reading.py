"""Reading groups whole: a group of which some member could not be read takes part in no decision, and says why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from reconciler.engine.facts import Facts, SiteFacts
from reconciler.engine.groups.group import Group, Home
from reconciler.engine.groups.naming import Naming
from reconciler.engine.groups.people import Assigning
from reconciler.engine.groups.talk import Talking
from reconciler.engine.ownership import syncs_status
from reconciler.engine.reads import Read, Reads, found
from reconciler.engine.scope import Systems, Tools
from reconciler.model.activity import History
from reconciler.model.address import Address, Kind
from reconciler.model.case import Case, TicketProgress
from reconciler.model.declared import Configuration, ProjectBinding
from reconciler.model.finding import Finding, Severity
from reconciler.model.issue import Issue
from reconciler.model.ticket import JiraStatus, Ticket


@dataclass(slots=True)
class GroupReading:
    """Gathers the groups of all bindings whose status is synced. `warnings` say what is wrong with those left out."""

    configuration: Configuration
    systems: Systems
    tools: Tools
    facts: Facts
    reads: Reads
    warnings: list[Finding] = field(default_factory=list)

    def groups(self) -> tuple[Group, ...]:
        """Every group that could be read whole, in order of binding and ticket."""
        linked = self._linked()
        issues = self._issues(linked)
        groups = [
            group for home, case, ticket in linked if (group := self._group(home, case, ticket, issues)) is not None
        ]
        histories = self._histories(groups)
        known = [self._with_history(group, histories) for group in groups]
        whole = [group for group in known if group is not None]
        assigning = Assigning(self.configuration, self.systems, self.reads)
        assigned = assigning.decided(whole)
        sites = {name: site.server.url for name, site in self.facts.sites.items()}
        talked = Talking(self.systems, self.reads, sites, self.tools.clock.now()).decided(assigned)
        names = Naming(self.systems, self.reads).names(talked, assigning.directories)
        return tuple(replace(group, home=replace(group.home, names=names)) for group in talked)

    def _linked(self) -> list[tuple[Home, Case, Ticket]]:
        """Cases with the ticket they are linked to, each ticket once."""
        linked: list[tuple[Home, Case, Ticket]] = []
        for name in sorted(self.configuration.bindings):
            binding = self.configuration.bindings[name]
            site = self.facts.sites.get(binding.account)
            if site is None or site.tickets is None or not syncs_status(binding):
                continue
            home = self._home(binding, site)
            for case in self.facts.cases.get(binding.case_project, ()):
                ticket = self._ticket_of(case, site)
                if ticket is not None:
                    linked.append((home, case, ticket))
        owners = Counter(ticket.id for _, _, ticket in linked)
        self._report_shared([(case, ticket) for _, case, ticket in linked if owners[ticket.id] > 1])
        return [entry for entry in linked if owners[entry[2].id] == 1]

    def _ticket_of(self, case: Case, site: SiteFacts) -> Ticket | None:
        if case.ticket is None or case.ticket.progress is not TicketProgress.COMPLETED or not case.issue_ids:
            return None
        ticket = (site.tickets or {}).get(case.ticket.ticket_id or case.ticket.key or "")
        if ticket is None:
            key = case.ticket.key or case.ticket.ticket_id or "?"
            self._warn(
                "ticket-invisible",
                key,
                f"ticket {key} of case {case.key} was deleted, or our Jira user may not see it: its group is left alone",
                "if it is gone for good, unlink it from the case in Datadog",
            )
        return ticket

    def _home(self, binding: ProjectBinding, site: SiteFacts) -> Home:
        connections = self.configuration.connections
        declared = connections.jira.get(binding.account) if connections else None
        creators = {
            ticket.creator.id
            for case in self.facts.cases.get(binding.case_project, ())
            if case.id in self.facts.marks and case.ticket is not None
            for ticket in [(site.tickets or {}).get(case.ticket.ticket_id or case.ticket.key or "")]
            if ticket is not None and ticket.creator is not None
        }
        services = declared.service_accounts if declared else ()
        fans_out = connections.datadog.case_fans_out if connections and connections.datadog else None
        home = Home(
            binding,
            self.configuration.mappings.get(binding.status_mapping or ""),
            self._workflow(binding, site),
            frozenset({site.me.id, *creators, *services}),
            knows_datadog=bool(creators or services),
        )
        return replace(home, case_fans_out=fans_out) if fans_out else home

    @staticmethod
    def _workflow(binding: ProjectBinding, site: SiteFacts) -> tuple[JiraStatus, ...]:
        by_type = site.statuses.get(binding.project, {})
        return tuple({status.id: status for statuses in by_type.values() for status in statuses}.values())

    def _issues(self, linked: list[tuple[Home, Case, Ticket]]) -> dict[str, Issue]:
        """The linked issues: those that the search returned, the others singly."""
        wanted = sorted({issue for _, case, _ in linked for issue in case.issue_ids})
        known = dict(self.facts.issues or {})
        missing = [name for name in wanted if name not in known]
        single = {
            name: self.reads.start(f"Datadog: issue {name}", found(partial(self.systems.datadog.issue, name)))
            for name in missing
        }
        for name, read in single.items():
            for issue in read.value() or ():
                known[name] = issue
        return known

    def _group(self, home: Home, case: Case, ticket: Ticket, issues: Mapping[str, Issue]) -> Group | None:
        absent = [name for name in case.issue_ids if name not in issues]
        if absent:
            self._warn(
                "group-unreadable",
                ticket.key,
                f"{len(absent)} of {len(case.issue_ids)} issues of case {case.key} could not be read ({absent[0]}): the group is left alone",
                "absent and invisible look alike: check Error Tracking Read, or detach the issue from the case",
            )
            return None
        memory = self.tools.memory
        remembered = memory.decode(ticket.properties.get(memory.property_key))
        return Group(home, ticket, case, {name: issues[name] for name in sorted(case.issue_ids)}, remembered)

    def _histories(self, groups: list[Group]) -> dict[str, Read[Mapping[str, History]]]:
        wanted: dict[str, list[str]] = {}
        for group in groups:
            if group.wants_history:
                wanted.setdefault(group.home.binding.account, []).append(group.ticket.id)
        return {
            account: self.reads.start(
                f"Jira {account}: who moved {len(ids)} tickets",
                partial(self.systems.jira[account].histories, sorted(ids)),
            )
            for account, ids in sorted(wanted.items())
        }

    def _with_history(self, group: Group, histories: Mapping[str, Read[Mapping[str, History]]]) -> Group | None:
        if not group.wants_history:
            return group
        by_ticket = histories[group.home.binding.account].value()
        history = (by_ticket or {}).get(group.ticket.id)
        if history is None:
            self._warn(
                "group-unreadable",
                group.ticket.key,
                f"who moved {group.ticket.key} could not be read: its group is left alone",
                "run again",
            )
            return None
        return replace(group, history=history)

    def _report_shared(self, shared: list[tuple[Case, Ticket]]) -> None:
        by_ticket: dict[str, list[str]] = {}
        for case, ticket in shared:
            by_ticket.setdefault(ticket.key, []).append(case.key)
        for key, cases in sorted(by_ticket.items()):
            self._warn(
                "ticket-shared",
                key,
                f"cases {', '.join(sorted(cases))} all own ticket {key}: none of them is synced",
                "unlink all but one, and attach their issues to that case",
            )

    def _warn(self, code: str, key: str, message: str, hint: str) -> None:
        self.warnings.append(Finding(code, Severity.WARNING, message, Address(Kind.TICKET, key), hint=hint))
