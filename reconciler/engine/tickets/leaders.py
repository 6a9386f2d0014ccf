"""Which open ticket a new issue joins, where its rule groups alike issues: known from the cases, whatever run made it.

A ticket takes alike issues while it is open, stands where the rule sends its tickets, and was asked for at most the window
before the issue was first seen. The youngest such ticket is joined; a closed one, or another rule's, never.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.engine.facts import Facts
from reconciler.engine.mark import Mark, alike_marker
from reconciler.model.case import Case, TicketProgress
from reconciler.model.declared import Configuration, ProjectBinding, Rule, StatusMapping
from reconciler.model.issue import Issue
from reconciler.model.state import StatusCategory, StatusGroup
from reconciler.model.ticket import Ticket
from reconciler.rules.alike import Shared, shared
from reconciler.sync.group import ticket_group


@dataclass(frozen=True, slots=True)
class Leader:
    """An issue whose ticket takes alike ones. `case` and `ticket` are keys, None where the plan is to make them; `issues` is how
    many the ticket has.
    """

    issue_id: str
    since: datetime
    case: str | None = None
    ticket: str | None = None
    issues: int = 1

    def takes(self, issue: Issue, rule: Rule) -> bool:
        """Whether the issue came within the window."""
        return rule.group_by is not None and issue.first_seen <= self.since + rule.group_by.window


@dataclass(frozen=True, slots=True)
class Likeness:
    """What an issue shares with alike ones of its rule: for people, and as the mark in the case of their ticket."""

    shared: Shared
    marker: str


def is_open(ticket: Ticket, mapping: StatusMapping | None) -> bool:
    """Whether the ticket takes further issues. One whose status has no group is judged by Jira's category."""
    group = ticket_group(ticket.status, mapping)
    if group is None:
        return ticket.status.category is not StatusCategory.DONE
    return group is not StatusGroup.CLOSED


def likeness(instance: str, issue: Issue, rule: Rule) -> Likeness | None:
    """What the issue may join others by; None where its rule groups none, or where it lacks an attribute."""
    found = shared(issue, rule.group_by.attributes) if rule.group_by else None
    return Likeness(found, alike_marker(instance, rule.name, found)) if found is not None else None


@dataclass(slots=True)
class Leaders:
    """The tickets that alike issues may join: those that stand, and those of this plan."""

    configuration: Configuration
    facts: Facts
    now: datetime
    cases: dict[tuple[str, str], list[tuple[str, Case, Mark]]] = field(init=False)
    known: dict[tuple[str, str], list[Leader]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cases = defaultdict(list)
        for project, cases in sorted(self.facts.cases.items()):
            for case in cases:
                mark = self.facts.marks.get(case.id)
                if mark is not None and mark.alike is not None and mark.issue_id in case.issue_ids:
                    self.cases[mark.rule, mark.alike].append((project, case, mark))

    def of(self, issue: Issue, rule: Rule, alike: Likeness) -> Leader | None:
        """The youngest ticket that the issue joins; None where it is to get its own."""
        fitting = [leader for leader in self._leaders(rule, alike) if leader.takes(issue, rule)]
        return max(fitting, key=lambda leader: (leader.since, leader.case or ""), default=None)

    def is_undecided(self, rule: Rule, alike: Likeness) -> bool:
        """Whether there is a ticket that the issue may belong to, and the tickets could not be read."""
        binding = self.configuration.bindings[rule.destination.binding]
        site = self.facts.sites.get(binding.account)
        if site is not None and site.tickets is not None:
            return False
        return any(
            case.ticket is not None
            and case.ticket.progress is TicketProgress.COMPLETED
            and project == binding.case_project
            for project, case, _ in self.cases.get((rule.name, alike.marker), ())
        )

    def expect(self, leader: Leader, rule: Rule, alike: Likeness) -> None:
        """This plan makes, or finishes, the ticket of such an issue."""
        self._leaders(rule, alike).append(leader)

    def _leaders(self, rule: Rule, alike: Likeness) -> list[Leader]:
        key = (rule.name, alike.marker)
        if key not in self.known:
            binding = self.configuration.bindings[rule.destination.binding]
            self.known[key] = self._standing(binding, self.cases.get(key, ()))
        return self.known[key]

    def _standing(self, binding: ProjectBinding, cases: Sequence[tuple[str, Case, Mark]]) -> list[Leader]:
        mapping = self.configuration.mappings.get(binding.status_mapping or "")
        found = []
        for project, case, mark in cases:
            ticket = self._ticket(binding, case)
            if (
                project == binding.case_project
                and not case.archived
                and ticket is not None
                and is_open(ticket, mapping)
            ):
                found.append(Leader(mark.issue_id, mark.at, case.key, ticket.key, len(case.issue_ids)))
        return found

    def _ticket(self, binding: ProjectBinding, case: Case) -> Ticket | None:
        """The case's ticket; one that cannot be seen takes no issues."""
        site = self.facts.sites.get(binding.account)
        held = case.ticket
        if site is None or site.tickets is None or held is None or held.progress is not TicketProgress.COMPLETED:
            return None
        return site.tickets.get(held.ticket_id or held.key or "")
