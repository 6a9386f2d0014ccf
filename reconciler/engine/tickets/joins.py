"""The new issues that join the ticket of an alike one, in place of tickets of their own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC

from reconciler.engine.state import Gathered
from reconciler.engine.tickets.leaders import Leader, Leaders, Likeness
from reconciler.model.case import Case
from reconciler.model.declared import Rule
from reconciler.model.issue import Issue
from reconciler.model.resource import JoinRequest


def why_new(issue: Issue, rule: Rule) -> str:
    """Why the rule is about the issue."""
    seen = issue.first_seen.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"new in {issue.service or 'no service'} since {seen}; rule {rule.name!r} matches: {rule.match}"


@dataclass(slots=True)
class Joins:
    """Wants the links of one plan."""

    leaders: Leaders
    gathered: Gathered
    joined: Counter[str] = field(default_factory=Counter)
    undecided: Counter[str] = field(default_factory=Counter)

    def join(self, issue: Issue, rule: Rule, alike: Likeness) -> bool:
        """Want the issue on the ticket of an alike one. False where it is to get a ticket of its own."""
        if self.leaders.is_undecided(rule, alike):
            self.undecided[rule.name] += 1
            return True
        leader = self.leaders.of(issue, rule, alike)
        if leader is None:
            return False
        binding = self.leaders.configuration.bindings[rule.destination.binding]
        request = JoinRequest(
            issue_id=issue.id,
            rule=rule.name,
            case_project=binding.case_project,
            account=binding.account,
            leader=leader.issue_id,
            alike=alike.marker,
            first_seen=issue.first_seen,
            ticket=leader.ticket,
            case=leader.case,
            shared=dict(alike.shared),
        )
        place = rule.written.at("group_by") if rule.written else None
        self.gathered.want(request, self._reason(issue, rule, alike, leader), place)
        self.joined[leader.issue_id] += 1
        return True

    def expect(self, issue: Issue, rule: Rule, alike: Likeness | None, begun: Case | None) -> None:
        """The issue gets a ticket of its own by this plan, which alike ones may join."""
        if alike is None:
            return
        mark = self.leaders.facts.marks.get(begun.id) if begun is not None else None
        if begun is None:
            self.leaders.expect(Leader(issue.id, self.leaders.now), rule, alike)
        elif mark is not None and mark.alike == alike.marker:
            self.leaders.expect(Leader(issue.id, mark.at), rule, alike)

    def report(self, gathered: Gathered) -> None:
        """Say where nothing was done because it could not be known what to do."""
        for name, number in sorted(self.undecided.items()):
            gathered.warn(
                "group-by-unread",
                f"rule {name!r}: {number} new issues get no ticket, as the tickets that they may join could not be read",
                hint="see why that read failed among the errors, and run again: the issues stay new",
            )

    def _reason(self, issue: Issue, rule: Rule, alike: Likeness, leader: Leader) -> str:
        words = ", ".join(f"{name} {' and '.join(values)}" for name, values in alike.shared)
        if leader.ticket is None:
            place = f"the ticket of issue {leader.issue_id}"
        else:
            others = leader.issues + self.joined[leader.issue_id]
            place = f"{leader.ticket}, with {others} other issue{'s' if others > 1 else ''}"
        return f"joins {place}: alike in {words}; {why_new(issue, rule)}"
