"""What rules, or a change of them, do to issues that really came: where each goes, and the tickets that would have been made.

Every issue counts as if it had been new when it was first seen, whatever became of it since. The tickets of a rule are laid out
day by day (UTC) as runs would have made them: at most `max_per_day`, what is left over on the next days for as long as an issue
counts as new. A backfill by `since` is laid out in the same way, by the day on which an issue was first seen. Where a rule groups
alike issues, each ticket counts as open for the whole window: who would have closed it is not known.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from operator import itemgetter
from typing import TypeAlias

from reconciler.model.declared import Configuration, Rule
from reconciler.model.issue import Issue
from reconciler.rules.alike import Shared, shared
from reconciler.rules.routing import compile_rules

SAMPLES = 3

Arrival: TypeAlias = tuple[datetime, Shared | None]
"""When an issue was first seen, and what it shares with alike ones."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one rule does: the issues it takes, the tickets it makes, how many on its worst day (the first such), and how many
    new issues get none because of `max_per_day`; `joined` of them share the ticket of an alike one. `destination` is account,
    project and ticket type.
    """

    destination: tuple[str, str, str]
    issues: int = 0
    tickets: int = 0
    peak: int = 0
    peak_day: date | None = None
    without: int = 0
    joined: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """One rule, now and before; None where it does not stand."""

    rule: str
    now: Effect | None
    before: Effect | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an issue goes: by which rule to which account, project and ticket type."""

    rule: str
    destination: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Move:
    """Issues that one change moves alike; None for "no rule". `samples` are the latest."""

    before: Place | None
    now: Place | None
    issues: int
    samples: tuple[Issue, ...]

    @property
    def is_elsewhere(self) -> bool:
        """Whether the tickets would stand somewhere else, and not just come from another rule."""
        return (self.before and self.before.destination) != (self.now and self.now.destination)


@dataclass(frozen=True, slots=True)
class Totals:
    """One configuration as a whole."""

    unrouted: int = 0
    tickets: int = 0
    peak: int = 0
    peak_day: date | None = None


@dataclass(frozen=True, slots=True)
class Backtest:
    """The whole: `issues` were seen from `start` to `end`, `new` of them for the first time. `before` and `moves` are of a
    comparison only. `truncated` names parts of the search in which issues may be missing.
    """

    start: datetime
    end: datetime
    issues: int
    new: int
    rules: tuple[Compared, ...]
    now: Totals
    before: Totals | None = None
    moves: tuple[Move, ...] = ()
    truncated: tuple[str, ...] = ()
    base: str | None = None


@dataclass(frozen=True, slots=True)
class _Tried:
    """One configuration, tried on all issues."""

    configuration: Configuration
    routes: Mapping[str, Rule | None]
    effects: Mapping[str, Effect]
    totals: Totals


@dataclass(slots=True)
class _Taken:
    """What one rule takes."""

    issues: int = 0
    new: list[Arrival] = field(default_factory=list)


def backtest(
    now: Configuration, before: Configuration | None, issues: Sequence[Issue], start: datetime, end: datetime
) -> Backtest:
    """Try the rules on the issues. Raises SyntaxFault for a rule whose text is no query."""
    ordered = sorted(issues, key=lambda issue: (issue.first_seen, issue.id))
    after = _tried(now, ordered, start, end)
    former = _tried(before, ordered, start, end) if before is not None else None
    names = dict.fromkeys([*after.effects, *(former.effects if former else ())])
    return Backtest(
        start,
        end,
        len(ordered),
        sum(start <= issue.first_seen < end for issue in ordered),
        tuple(Compared(name, after.effects.get(name), former.effects.get(name) if former else None) for name in names),
        after.totals,
        former.totals if former else None,
        _moves(former, after, ordered) if former else (),
    )


def destination_of(rule: Rule, configuration: Configuration) -> tuple[str, str, str]:
    """Account, project and ticket type of the rule's tickets."""
    goal, binding = rule.destination, configuration.bindings[rule.destination.binding]
    return (goal.account or binding.account, goal.project or binding.project, goal.issue_type or binding.issue_type)


def routes_alike(one: Configuration, other: Configuration) -> bool:
    """Whether the rules of both are the same, and lead to the same places: then no issue can fare differently."""
    return [_meaning(rule, one) for rule in one.rules] == [_meaning(rule, other) for rule in other.rules]


def _meaning(rule: Rule, configuration: Configuration) -> tuple[object, ...]:
    return (rule.name, rule.match, rule.auto_create, rule.group_by, destination_of(rule, configuration))


def _tried(configuration: Configuration, issues: Sequence[Issue], start: datetime, end: datetime) -> _Tried:
    routes = compile_rules(configuration.rules).route(issues)
    taken: defaultdict[str, _Taken] = defaultdict(_Taken)
    unrouted = 0
    for issue, rule in zip(issues, routes.values(), strict=True):
        if rule is None:
            unrouted += 1
            continue
        one = taken[rule.name]
        one.issues += 1
        if rule.auto_create.enabled and start <= issue.first_seen < end:
            alike = shared(issue, rule.group_by.attributes) if rule.group_by is not None else None
            one.new.append((issue.first_seen, alike))
    window, days = configuration.limits.new_issue_window, Counter[date]()
    effects = {}
    for rule in configuration.rules:
        one = taken.get(rule.name) or _Taken()
        together = rule.group_by.window if rule.group_by is not None else timedelta()
        made, joined = tickets_by_day(one.new, rule.auto_create.max_per_day, window, end, together)
        days.update(made)
        peak_day, peak = _peak(made)
        total = made.total()
        effects[rule.name] = Effect(
            destination_of(rule, configuration),
            one.issues,
            total,
            peak,
            peak_day,
            len(one.new) - total - joined,
            joined,
        )
    peak_day, peak = _peak(days)
    return _Tried(configuration, routes, effects, Totals(unrouted, days.total(), peak, peak_day))


def tickets_by_day(
    issues: Iterable[Arrival], most: int | None, window: timedelta, end: datetime, together: timedelta
) -> tuple[Counter[date], int]:
    """How many tickets new issues get on each day: at most `most` a day, the rest on later days until the window of an issue has
    passed; and how many join the ticket of an alike one, made at most `together` before. Nothing is made from `end` on.
    """
    arrivals: defaultdict[date, list[Arrival]] = defaultdict(list)
    for arrival in sorted(issues, key=itemgetter(0)):
        arrivals[arrival[0].astimezone(UTC).date()].append(arrival)
    led = _Led(together)
    waiting: list[Arrival] = []
    day = min(arrivals, default=date.max)
    while arrivals or waiting:
        midnight = datetime.combine(day, time(), UTC)
        if midnight >= end:
            break
        due = [arrival for arrival in waiting if arrival[0] >= midnight - window] + arrivals.pop(day, [])
        waiting = [arrival for arrival in due if not led.takes(arrival, midnight, most)]
        day = day + timedelta(days=1) if waiting else min(arrivals, default=day)
    return led.made, led.joined


@dataclass(slots=True)
class _Led:
    """The tickets made so far, and what alike issues may join."""

    together: timedelta
    made: Counter[date] = field(default_factory=Counter)
    joined: int = 0
    since: dict[Shared, datetime] = field(default_factory=dict)

    def takes(self, arrival: Arrival, midnight: datetime, most: int | None) -> bool:
        """Whether the issue gets a ticket on the day that begins at midnight, or joins one."""
        moment, alike = arrival
        if alike is not None and alike in self.since and moment <= self.since[alike] + self.together:
            self.joined += 1
            return True
        day = midnight.date()
        if most is not None and self.made[day] >= most:
            return False
        self.made[day] += 1
        if alike is not None:
            self.since[alike] = max(moment, midnight)
        return True


def _peak(days: Mapping[date, int]) -> tuple[date | None, int]:
    worst = min(days, key=lambda day: (-days[day], day), default=None)
    return worst, days[worst] if worst is not None else 0


def _moves(before: _Tried, now: _Tried, issues: Sequence[Issue]) -> tuple[Move, ...]:
    counts: Counter[tuple[Place | None, Place | None]] = Counter()
    samples: defaultdict[tuple[Place | None, Place | None], list[Issue]] = defaultdict(list)
    known: dict[tuple[str | None, str | None], tuple[Place | None, Place | None]] = {}
    for issue in reversed(issues):
        old, new = before.routes[issue.id], now.routes[issue.id]
        names = (old.name if old else None, new.name if new else None)
        if names not in known:
            known[names] = (_place(old, before), _place(new, now))
        pair = known[names]
        if pair[0] == pair[1]:
            continue
        counts[pair] += 1
        if len(samples[pair]) < SAMPLES:
            samples[pair].append(issue)
    moves = [Move(old, new, number, tuple(samples[old, new])) for (old, new), number in counts.items()]
    return tuple(sorted(moves, key=_weight))


def _place(rule: Rule | None, tried: _Tried) -> Place | None:
    return None if rule is None else Place(rule.name, destination_of(rule, tried.configuration))


def _weight(move: Move) -> tuple[bool, bool, int, str, str]:
    """What a reviewer must see comes first: issues without a rule, then other places, then the most issues."""
    names = (move.before.rule if move.before else "", move.now.rule if move.now else "")
    return (move.now is not None, not move.is_elsewhere, -move.issues, *names)
