"""How many tickets a rule has made in one day (UTC), counted from the marks in the cases: no run remembers anything.

A ticket belongs to the day on which it was last about to be asked for. One that was begun and not finished is counted, too, and
is finished whatever the limit says. Only an archived case, or one whose mark somebody took out, is counted no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from reconciler.engine.mark import Mark, read_mark
from reconciler.engine.ports import DatadogReader
from reconciler.errors import ProviderError, Unauthorized
from reconciler.model.declared import Configuration, Rule


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


def limit_text(rule: str, most: int, day: date) -> str:
    """What the last ticket of the day says of itself."""
    tickets = "1 ticket" if most == 1 else f"{most} tickets"
    return f"With this one, rule {rule} has reached its limit of {tickets} a day for {day.isoformat()} (UTC): further new issues of the rule got none that day."


@dataclass(slots=True)
class DailyGuard:
    """Asks again before each ticket whether its rule may make one more today: since the plan, another run may have made some,
    and midnight may have passed. The cases of a project are read once for each apply, and only for a rule with a limit.
    """

    configuration: Configuration
    datadog: DatadogReader
    made: MadeByDay = field(default_factory=MadeByDay)
    read: set[str] = field(default_factory=set)

    def refusal(self, rule: str, case_project: str, now: datetime) -> str | None:
        """Why the rule makes no ticket now; None where it may. A count that cannot be read is a refusal."""
        most = self._limit(rule)
        if most is None:
            return None
        if case_project not in self.read:
            try:
                cases = self.datadog.cases(case_project)
            except Unauthorized:
                raise
            except ProviderError as error:
                return f"how many tickets rule {rule!r} made today could not be counted, so it makes none: {error}"
            instance = self.configuration.connections.instance if self.configuration.connections else ""
            marks = (read_mark(case.description, instance) for case in cases)
            self.made.note(mark for mark in marks if mark is not None)
            self.read.add(case_project)
        if self.made.count(rule, day_of(now)) >= most:
            return f"rule {rule!r} has made its {most} a day by now"
        return None

    def last_words(self, rule: str, now: datetime) -> str | None:
        """What the next ticket of the rule says of itself, if it is the last that the rule may make today."""
        most = self._limit(rule)
        if most is None or self.made.count(rule, day_of(now)) + 1 != most:
            return None
        return limit_text(rule, most, day_of(now))

    def _limit(self, name: str) -> int | None:
        return next((rule.auto_create.max_per_day for rule in self.configuration.rules if rule.name == name), None)


def uncounted(rules: Iterable[Rule], case_projects: Mapping[str, str], read: Iterable[str]) -> tuple[Rule, ...]:
    """The rules with a limit of which the cases could not be read. `case_projects` gives that of each binding."""
    known = frozenset(read)
    return tuple(
        rule
        for rule in rules
        if rule.auto_create.enabled
        and rule.auto_create.max_per_day is not None
        and case_projects[rule.destination.binding] not in known
    )
