"""How many tickets a rule, and all rules together, have made in one day (UTC), counted from the marks in the cases: no run
remembers anything.

A ticket belongs to the day on which it was last about to be asked for. One that was begun and not finished is counted, too, and
is finished whatever the limit says. Only an archived case, or one whose mark somebody took out, is counted no more. What
somebody asked for against the rules counts for no rule.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from reconciler.engine.facts import Facts
from reconciler.engine.mark import BY_HAND, Mark, read_mark
from reconciler.engine.ports import DatadogReader
from reconciler.engine.state import Gathered
from reconciler.errors import ProviderError, Unauthorized
from reconciler.model.declared import Configuration, Rule
from reconciler.model.finding import Finding, Severity


def day_of(moment: datetime) -> date:
    """The day in UTC."""
    return moment.astimezone(UTC).date()


@dataclass(slots=True)
class MadeByDay:
    """The issues for which each rule began a ticket, by day."""

    issues: defaultdict[tuple[str, date], set[str]] = field(default_factory=lambda: defaultdict(set))

    def note(self, marks: Iterable[Mark]) -> None:
        """These were begun."""
        for mark in marks:
            self.issues[mark.rule, day_of(mark.at)].add(mark.issue_id)

    def count(self, rule: str, day: date) -> int:
        """How many tickets the rule began on the day."""
        found = self.issues.get((rule, day))
        return len(found) if found else 0

    def total(self, day: date) -> int:
        """How many tickets all rules began on the day."""
        return sum(len(found) for (rule, on), found in self.issues.items() if on == day and rule != BY_HAND)


@dataclass(slots=True)
class Allowance:
    """How many tickets may still be made on `day`: by each rule (`max_per_day`), and by all rules (`max_creates_per_day`)."""

    configuration: Configuration
    day: date
    made: MadeByDay = field(default_factory=MadeByDay)

    def refusal(self, rule: Rule) -> str | None:
        """Why the rule makes no more; None where it may."""
        most, in_all = rule.auto_create.max_per_day, self.configuration.limits.max_creates_per_day
        if most is not None and self.made.count(rule.name, self.day) >= most:
            return f"rule {rule.name!r} has made its {most} a day by now"
        if self.made.total(self.day) >= in_all:
            return f"all rules together have made their {in_all} a day by now"
        return None

    def last_words(self, rule: Rule) -> str | None:
        """What the next ticket says of itself, if it is the last that the rule, or all rules, may make on the day."""
        most, in_all = rule.auto_create.max_per_day, self.configuration.limits.max_creates_per_day
        if most is not None and self.made.count(rule.name, self.day) + 1 == most:
            return _last(f"rule {rule.name} has reached its limit of {_tickets(most)}", self.day, "of the rule ")
        if self.made.total(self.day) + 1 == in_all:
            return _last(f"all rules together have reached their limit of {_tickets(in_all)}", self.day, "")
        return None

    def last_note(self, rule: Rule) -> str:
        """The same for the reason in a plan; empty where it is not the last."""
        most, in_all = rule.auto_create.max_per_day, self.configuration.limits.max_creates_per_day
        if most is not None and self.made.count(rule.name, self.day) + 1 == most:
            return f"; the last of its {most} today"
        return f"; the last of {in_all} today" if self.made.total(self.day) + 1 == in_all else ""


def _tickets(number: int) -> str:
    return "1 ticket" if number == 1 else f"{number} tickets"


def _last(reached: str, day: date, whose: str) -> str:
    return f"With this one, {reached} a day for {day.isoformat()} (UTC): further new issues {whose}got none that day."


@dataclass(slots=True)
class Held:
    """The new issues that get no ticket today, by rule: over its own limit, or over that of all rules."""

    allowance: Allowance
    by_rule: Counter[str] = field(default_factory=Counter)
    in_all: int = 0

    def refuses(self, rule: Rule) -> bool:
        """Whether the rule makes no ticket more; the issue is counted then."""
        if self.allowance.refusal(rule) is None:
            return False
        most = rule.auto_create.max_per_day
        if most is not None and self.allowance.made.count(rule.name, self.allowance.day) >= most:
            self.by_rule[rule.name] += 1
        else:
            self.in_all += 1
        return True

    def report(self, gathered: Gathered) -> None:
        """One finding for each limit that was reached."""
        rules = {rule.name: rule for rule in self.allowance.configuration.rules}
        limits = self.allowance.configuration.limits
        hint = "they stay new: raise `{}`, widen `since` tomorrow, or create the important ones by hand"
        for name in sorted(self.by_rule):
            most = rules[name].auto_create.max_per_day
            text = f"rule {name!r}: {self.by_rule[name]} new issues get no ticket today, its limit is {most} a day"
            gathered.warn("rule-daily-limit", text, hint=hint.format("max_per_day"))
        if self.in_all:
            text = f"{self.in_all} new issues get no ticket today, the limit of all rules is {limits.max_creates_per_day} a day"
            origin = limits.written.at("max_creates_per_day") if limits.written else None
            found = Finding(
                "daily-limit", Severity.WARNING, text, origin=origin, hint=hint.format("max_creates_per_day")
            )
            gathered.findings.append(found)


@dataclass(slots=True)
class DailyGuard:
    """Asks again before each ticket whether one more may be made today: since the plan, another run may have made some, and
    midnight may have passed. The cases of the bound projects are read once for each apply that makes tickets.
    """

    configuration: Configuration
    datadog: DatadogReader
    made: MadeByDay = field(default_factory=MadeByDay)
    unread: dict[str, ProviderError] | None = None

    def refusal(self, name: str, case_project: str, now: datetime) -> str | None:
        """Why the rule makes no ticket now; None where it may. A count that cannot be read is a refusal; what cannot be read of
        other projects is their rules' loss.
        """
        rule = self._rule(name)
        if rule is None:
            return None
        unread = self._count()
        if case_project in unread:
            error = unread[case_project]
            return f"how many tickets rule {name!r} made today could not be counted, so it makes none: {error}"
        return Allowance(self.configuration, day_of(now), self.made).refusal(rule)

    def last_words(self, name: str, now: datetime) -> str | None:
        """What the next ticket of the rule says of itself, if it is the last that may be made today."""
        rule = self._rule(name)
        return Allowance(self.configuration, day_of(now), self.made).last_words(rule) if rule is not None else None

    def _count(self) -> dict[str, ProviderError]:
        """The projects whose cases cannot be read, and why."""
        if self.unread is None:
            self.unread = {}
            instance = self.configuration.connections.instance if self.configuration.connections else ""
            for key in sorted({binding.case_project for binding in self.configuration.bindings.values()}):
                try:
                    cases = self.datadog.cases(key)
                except Unauthorized:
                    raise
                except ProviderError as error:
                    self.unread[key] = error
                else:
                    marks = (read_mark(case.description, instance) for case in cases)
                    self.made.note(mark for mark in marks if mark is not None)
        return self.unread

    def _rule(self, name: str) -> Rule | None:
        return next((rule for rule in self.configuration.rules if rule.name == name), None)


def report_uncounted(configuration: Configuration, facts: Facts, gathered: Gathered) -> frozenset[str]:
    """The rules that make nothing because the cases of their project could not be read: neither what they made today nor the
    tickets that alike issues could join are known.
    """
    projects = {name: binding.case_project for name, binding in configuration.bindings.items()}
    found: defaultdict[str, list[str]] = defaultdict(list)
    for rule in configuration.rules:
        key = projects[rule.destination.binding]
        if rule.auto_create.enabled and key not in facts.cases:
            found[key].append(rule.name)
    for key, rules in sorted(found.items()):
        named = f"rule {rules[0]!r} makes" if len(rules) == 1 else f"{len(rules)} rules make"
        gathered.warn(
            "rule-not-counted",
            f"{named} no ticket: the cases of {key} could not be read, so what was made today is not known",
            hint="see why that read failed among the errors, and run again: the issues stay new",
        )
    return frozenset(name for rules in found.values() for name in rules)
