"""What rules, or a change of them, do to issues that really came: where each goes, and the tickets that would have been made.

Every issue counts as if it had been new when it was first seen, whatever became of it since. The tickets of a rule are laid out
day by day (UTC) as runs would have made them: at most `max_per_day`, what is left over on the next days for as long as an issue
counts as new. A backfill by `since` is laid out in the same way, by the day on which an issue was first seen.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from reconciler.model.declared import Configuration, Rule
from reconciler.model.issue import Issue
from reconciler.rules.routing import compile_rules

SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Effect:
    """What one rule does: the issues it takes, the tickets it makes, how many on its worst day (the first such), and how many
    new issues get none because of `max_per_day`. `destination` is account, project and ticket type.
    """

    destination: tuple[str, str, str]
    issues: int = 0
    tickets: int = 0
    peak: int = 0
    peak_day: date | None = None
    without: int = 0


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
    new: list[datetime] = field(default_factory=list)


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
    return (rule.name, rule.match, rule.auto_create, destination_of(rule, configuration))


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
            one.new.append(issue.first_seen)
    window, days = configuration.limits.new_issue_window, Counter[date]()
    effects = {}
    for rule in configuration.rules:
        one = taken.get(rule.name) or _Taken()
        made = tickets_by_day(one.new, rule.auto_create.max_per_day, window, end)
        days.update(made)
        peak_day, peak = _peak(made)
        total = made.total()
        effects[rule.name] = Effect(
            destination_of(rule, configuration), one.issues, total, peak, peak_day, len(one.new) - total
        )
    peak_day, peak = _peak(days)
    return _Tried(configuration, routes, effects, Totals(unrouted, days.total(), peak, peak_day))


def tickets_by_day(moments: Iterable[datetime], most: int | None, window: timedelta, end: datetime) -> Counter[date]:
    """How many tickets new issues, first seen at these moments, get on each day: at most `most` a day, the rest on later days
    until the window of an issue has passed. Nothing is made from `end` on.
    """
    arrivals: defaultdict[date, list[datetime]] = defaultdict(list)
    for moment in sorted(moments):
        arrivals[moment.astimezone(UTC).date()].append(moment)
    if most is None:
        return Counter({day: len(found) for day, found in arrivals.items()})
    made: Counter[date] = Counter()
    waiting: list[datetime] = []
    day = min(arrivals, default=date.max)
    while arrivals or waiting:
        midnight = datetime.combine(day, time(), UTC)
        if midnight >= end:
            break
        waiting = [moment for moment in waiting if moment >= midnight - window] + arrivals.pop(day, [])
        if waiting and most:
            made[day] = min(most, len(waiting))
            waiting = waiting[most:]
        day = day + timedelta(days=1) if waiting else min(arrivals, default=day)
    return made


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
