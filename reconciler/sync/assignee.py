"""Who a group should be assigned to, from who it was and who it is. Pure.

Somebody assigns the ticket (or the case alone): everything follows. Somebody assigns an issue: ticket and case follow, the
other issues keep theirs. Nobody is a value like any other; somebody *unknown* never travels, least of all as nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from reconciler.model.declared import ConflictPolicy
from reconciler.model.finding import Finding, Severity
from reconciler.sync.directory import Directory, Lookups, Unmatched
from reconciler.sync.remembered import People

_UNKNOWN_HINT = "pair the two in a UserMapping, or let both systems know the person by one e-mail"


@dataclass(frozen=True, slots=True)
class Assignment:
    """Somebody's change that does not survive. `what` is "ticket", "case" or an issue id; ids are those of its system."""

    what: str
    base: str | None
    seen: str | None
    target: str | None


@dataclass(frozen=True, slots=True)
class AssigneeDecision:
    """`target` is who everything should be assigned to: as seen where nothing is to be written. `base` is what to remember
    once that is written; a change that could not travel is left out of it and so is tried again. While `lookups` is not
    empty nothing is decided: read what it names, add it to the directory, ask again. `reason` is for people.
    """

    target: People
    base: People
    conflicts: tuple[Assignment, ...] = ()
    findings: tuple[Finding, ...] = ()
    lookups: Lookups = field(default_factory=Lookups)
    reason: str = ""


def decide_assignee(
    base: People | None, seen: People, policy: ConflictPolicy, directory: Directory, *, ticket_moved: bool = True
) -> AssigneeDecision:
    """Who should be assigned. `base` is what the last completed sync left, None at first sight. `ticket_moved`: somebody
    assigned the ticket since, not we; it matters only where both sides were assigned to the same person.

    With the policies `open` and `jira` the ticket wins where both sides were assigned to different people; `datadog` lets
    the issue win, `hold` nobody.
    """
    if base is None:
        return _FirstSight(seen, directory).decide()
    return _Sight(base, seen, policy, directory, ticket_moved).decide()


def rolled_forward(before: People, after: People, seen: People) -> People:
    """What a broken run would have left: a value that is still as it was `before` counts as written, which is as it should be
    `after`. Decide with that run's base and this as seen, then write whatever really differs.
    """
    issues = {
        name: after.issues[name] if name in after.issues and before.issues.get(name) == person else person
        for name, person in seen.issues.items()
    }
    return People(
        after.ticket if seen.ticket == before.ticket else seen.ticket,
        after.case if seen.case == before.case else seen.case,
        issues,
    )


_Found: TypeAlias = "tuple[str | None] | Unmatched | Lookups"


def _ticket_id(person: str | None, directory: Directory) -> _Found:
    """A person of Datadog as the ticket's assignee, in a tuple because nobody is an answer."""
    match = None if person is None else directory.in_jira(person)
    return match if isinstance(match, Unmatched | Lookups) else (match,)


def _datadog_id(person: str | None, directory: Directory) -> _Found:
    match = None if person is None else directory.in_datadog(person)
    return match if isinstance(match, Unmatched | Lookups) else (match,)


def _unknown(code: str, unmatched: Unmatched, where: str) -> Finding:
    text = f"the assignee cannot be carried over to {where}: {unmatched.who!r} {unmatched.why.value}"
    return Finding(code, Severity.WARNING, text, hint=_UNKNOWN_HINT)


@dataclass(frozen=True, slots=True)
class _Sight:
    """One look at a group whose assignees are remembered."""

    base: People
    seen: People
    policy: ConflictPolicy
    directory: Directory
    ticket_moved: bool

    def decide(self) -> AssigneeDecision:
        """What moved, who wins, what follows."""
        issues = self._issue_events()
        is_case = self.seen.case != self.base.case
        there = {*issues.values(), *([self.seen.case] if is_case else [])}
        leads_all = is_case and not issues  # beside an issue's change the case may merely have followed it
        if self.seen.ticket == self.base.ticket:
            if not there:
                return self._settled(self._joined(self.seen), "nobody was assigned since")
            return self._datadog_leads(there, leads_all=leads_all)
        if not there:
            return self._ticket_leads("the ticket was assigned")
        return self._both(there, leads_all=leads_all)

    # --- what moved

    def _issue_events(self) -> dict[str, str | None]:
        """The issues that somebody assigned; new links are no event."""
        known = sorted(name for name in self.seen.issues if name in self.base.issues)
        return {n: self.seen.issues[n] for n in known if self.seen.issues[n] != self.base.issues[n]}

    # --- who wins

    def _both(self, there: set[str | None], *, leads_all: bool) -> AssigneeDecision:
        same = [self.directory.are_same(self.seen.ticket, person) for person in sorted(there, key=str)]
        wanted = _lookups(same)
        if wanted:
            return self._pending(wanted)
        if all(same):
            return self._agreed(there, leads_all=leads_all)
        match self.policy:
            case ConflictPolicy.HOLD:
                text = "ticket and Datadog were assigned to different people, and the policy is to hold"
                return self._held(text)
            case ConflictPolicy.DATADOG:
                return self._datadog_leads(there, leads_all=leads_all)
            case ConflictPolicy.JIRA | ConflictPolicy.OPEN:
                return self._ticket_leads("both sides were assigned to different people; the ticket wins")

    def _agreed(self, there: set[str | None], *, leads_all: bool) -> AssigneeDecision:
        """Both sides mean the same person: the ticket leads, unless it was we who carried an issue's assignee to it."""
        if not self.ticket_moved:
            return self._datadog_leads(there, leads_all=leads_all)
        known = (next(iter(there)),) if len(there) == 1 else None
        return self._ticket_leads("both sides were assigned to the same person", known)

    def _ticket_leads(self, reason: str, known: tuple[str | None] | None = None) -> AssigneeDecision:
        """Case and all issues take the ticket's assignee; `known` is that person in Datadog where it is clear already."""
        found = known or _datadog_id(self.seen.ticket, self.directory)
        if isinstance(found, Lookups):
            return self._pending(found)
        if isinstance(found, Unmatched):
            return self._stuck(_unknown("assignee-unknown-in-datadog", found, "Datadog"))
        (person,) = found
        return self._settled(People(self.seen.ticket, person, dict.fromkeys(self.seen.issues, person)), reason)

    def _datadog_leads(self, there: set[str | None], *, leads_all: bool) -> AssigneeDecision:
        """Ticket and case take what was assigned in Datadog; all issues too where it was the case alone."""
        person, is_clear = self._leader(there)
        if not is_clear:
            return self._held("several issues were assigned to different people, and a ticket takes only one")
        found = _ticket_id(person, self.directory)
        if isinstance(found, Lookups):
            return self._pending(found)
        if isinstance(found, Unmatched):
            return self._stuck(_unknown("assignee-unknown-in-jira", found, "Jira"))
        issues = dict.fromkeys(self.seen.issues, person) if leads_all else dict(self.seen.issues)
        target = self._joined(People(found[0], person, issues))
        return self._settled(target, f"{'the case' if leads_all else 'an issue'} was assigned in Datadog")

    def _leader(self, there: set[str | None]) -> tuple[str | None, bool]:
        """Whom Datadog means; among several, the one the case was given to as well."""
        if len(there) == 1:
            return next(iter(there)), True
        return self.seen.case, self.seen.case != self.base.case

    def _joined(self, target: People) -> People:
        """New links that nobody is assigned to take the case's assignee; they never move the group."""
        issues = {
            name: target.case if name not in self.base.issues and person is None else person
            for name, person in target.issues.items()
        }
        return People(target.ticket, target.case, issues)

    # --- what comes of it

    def _settled(self, target: People, reason: str) -> AssigneeDecision:
        return AssigneeDecision(target, target, self._lost(target), reason=reason)

    def _lost(self, target: People) -> tuple[Assignment, ...]:
        """Every assignment by somebody that does not survive."""
        lost = []
        if self.seen.ticket not in {self.base.ticket, target.ticket}:
            lost.append(Assignment("ticket", self.base.ticket, self.seen.ticket, target.ticket))
        if self.seen.case not in {self.base.case, target.case}:
            lost.append(Assignment("case", self.base.case, self.seen.case, target.case))
        for name, person in self._issue_events().items():
            if person != target.issues[name]:
                lost.append(Assignment(name, self.base.issues[name], person, target.issues[name]))
        return tuple(lost)

    def _held(self, text: str) -> AssigneeDecision:
        hint = "assign the ticket, or all of them to one person; `conflict:` of the binding says who wins"
        return self._stuck(Finding("assignee-conflict", Severity.WARNING, text, hint=hint))

    def _stuck(self, finding: Finding) -> AssigneeDecision:
        """Nothing is written, and what changed stays a change."""
        issues = {name: self.base.issues[name] for name in self.seen.issues if name in self.base.issues}
        remembered = People(self.base.ticket, self.base.case, issues)
        return AssigneeDecision(self.seen, remembered, findings=(finding,), reason=finding.message)

    def _pending(self, lookups: Lookups) -> AssigneeDecision:
        return AssigneeDecision(self.seen, self.base, lookups=lookups, reason="people are to be looked up first")


@dataclass(frozen=True, slots=True)
class _FirstSight:
    """A group whose assignees are not remembered: nobody's change is known, so only who is nobody is written."""

    seen: People
    directory: Directory

    def decide(self) -> AssigneeDecision:
        """The ticket's assignee fills in; where the ticket has none, Datadog's does."""
        there = {person for person in (self.seen.case, *self.seen.issues.values()) if person is not None}
        if self.seen.ticket is None:
            return self._from_datadog(there)
        return self._from_ticket(self.seen.ticket, there)

    def _from_ticket(self, assigned: str, there: set[str]) -> AssigneeDecision:
        same = [self.directory.are_same(assigned, person) for person in sorted(there)]
        wanted = _lookups(same)
        if wanted:
            return AssigneeDecision(self.seen, self.seen, lookups=wanted)
        if not all(same):
            return self._apart()
        if None not in {self.seen.case, *self.seen.issues.values()}:
            return AssigneeDecision(self.seen, self.seen, reason="seen for the first time, in step")
        found: _Found = (min(there),) if len(there) == 1 else _datadog_id(assigned, self.directory)
        if isinstance(found, Lookups):
            return AssigneeDecision(self.seen, self.seen, lookups=found)
        if isinstance(found, Unmatched):
            pending = People(None, self.seen.case, self.seen.issues)
            finding = _unknown("assignee-unknown-in-datadog", found, "Datadog")
            return AssigneeDecision(self.seen, pending, findings=(finding,), reason=finding.message)
        (person,) = found
        target = People(assigned, person, dict.fromkeys(self.seen.issues, person))
        return AssigneeDecision(target, target, reason="seen for the first time: the ticket's assignee fills in")

    def _from_datadog(self, there: set[str]) -> AssigneeDecision:
        if not there:
            return AssigneeDecision(self.seen, self.seen, reason="nobody is assigned")
        if len(there) > 1:
            return self._apart()
        (person,) = there
        found = _ticket_id(person, self.directory)
        if isinstance(found, Lookups):
            return AssigneeDecision(self.seen, self.seen, lookups=found)
        if isinstance(found, Unmatched):
            finding = _unknown("assignee-unknown-in-jira", found, "Jira")
            pending = People(None, None, dict.fromkeys(self.seen.issues))
            return AssigneeDecision(self.seen, pending, findings=(finding,), reason=finding.message)
        target = People(found[0], person, self.seen.issues)
        return AssigneeDecision(target, target, reason="seen for the first time: the issue's assignee fills in")

    def _apart(self) -> AssigneeDecision:
        text = (
            "seen for the first time and assigned to different people: nothing is written, the next assignment travels"
        )
        hint = "assign the ticket to whom it should be"
        finding = Finding("assignee-first-sight", Severity.WARNING, text, hint=hint)
        return AssigneeDecision(self.seen, self.seen, findings=(finding,), reason=text)


def _lookups(answers: Iterable[bool | Lookups]) -> Lookups:
    """Everything that must be read before all of these answers are known."""
    wanted = Lookups()
    for answer in answers:
        if isinstance(answer, Lookups):
            wanted |= answer
    return wanted
