"""The way of a ticket through its workflow, where no single transition leads to the status it should have.

Jira tells the transitions out of a ticket's present status only, so the graph is learned: `route` says which status to look
at next (`Explore`) until it knows the shortest way or that there is none. Reference: jira-api §5.7.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from reconciler.model.activity import Transition
from reconciler.model.finding import Finding, Severity
from reconciler.model.nearest import listed, nearest
from reconciler.model.screen import Screen, Unfit, choice, field_value
from reconciler.model.state import StatusCategory
from reconciler.model.ticket import CreateField, JiraStatus

# Every hop notifies watchers and runs automations: a longer way than this is for people.
MOST_HOPS = 5


@dataclass(frozen=True, slots=True)
class Graph:
    """What is known of a ticket type's workflow: the transitions seen from each status, by its id. `blind` are the
    statuses in which no ticket could be asked: nothing is known to lead out of them.
    """

    seen: Mapping[str, tuple[Transition, ...]] = field(default_factory=dict)
    blind: frozenset[str] = frozenset()

    def learned(self, status_id: str, transitions: tuple[Transition, ...]) -> Graph:
        """The graph with the transitions that a ticket in this status offers."""
        return Graph({**self.seen, status_id: transitions}, self.blind - {status_id})

    def without(self, status_id: str) -> Graph:
        """The graph, knowing that no ticket in this status can be asked."""
        return replace(self, blind=self.blind | {status_id})

    def is_open(self, status_id: str) -> bool:
        """Whether looking at this status could still teach something."""
        return status_id not in self.seen and status_id not in self.blind


@dataclass(frozen=True, slots=True)
class Filling:
    """A transition's screen, filled in. `lacking` are required fields without a value, `unfit` values that do not fit."""

    payload: Mapping[str, object]
    lacking: tuple[CreateField, ...] = ()
    unfit: tuple[str, ...] = ()
    used: frozenset[str] = frozenset()

    @property
    def is_complete(self) -> bool:
        """Whether the transition can be taken with this."""
        return not self.lacking and not self.unfit


@dataclass(frozen=True, slots=True)
class Values:
    """What may be sent to screens: the mapping's fields as written, and who can be named in them."""

    written: Mapping[str, object] = field(default_factory=dict)
    people: Callable[[str], str | None] = field(default=lambda text: text)
    is_cloud: bool = True

    def fill(self, transition: Transition, *, is_last: bool) -> Filling:
        """Fill in the transition's screen. On the way to the last one only what is required is sent: a resolution, say,
        belongs to the status that it leads to.
        """
        screen = Screen(transition.name, transition.fields, self.people, self.is_cloud)
        required = {needed.id for needed in transition.required}
        payload: dict[str, object] = {}
        unfit: dict[str, str] = {}
        used = set()
        for name, value in sorted(self.written.items()):
            target = screen.field_named(name)
            if target is None or not (is_last or target.id in required):
                continue
            used.add(name)
            try:
                payload[target.id] = field_value(target, value, screen)
            except Unfit as fault:
                unfit[target.id] = f"field {target.name!r}: {fault.message}: expected {fault.expected}"
        filled = {*payload, *unfit}
        lacking = tuple(needed for needed in transition.required if needed.id not in filled)
        return Filling(payload, lacking, tuple(unfit[name] for name in sorted(unfit)), frozenset(used))


@dataclass(frozen=True, slots=True)
class Hop:
    """One transition to take, from where, and the fields to send with it."""

    source: JiraStatus
    transition: Transition
    fields: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """Where it leads, and what its screen insists on."""
        needs = ", ".join(_word(needed) for needed in self.transition.required)
        return f"{self.transition.to.name} (needs {needs})" if needs else self.transition.to.name


@dataclass(frozen=True, slots=True)
class Route:
    """The hops from one status to another; none where the ticket stands there already. `unused` names fields of the mapping
    that stand on no screen of the way and so are not sent.
    """

    start: JiraStatus
    hops: tuple[Hop, ...] = ()
    unused: tuple[str, ...] = ()

    def __str__(self) -> str:
        """`In Review → Done (needs resolution)`."""
        return " → ".join([self.start.name, *(str(hop) for hop in self.hops)])


@dataclass(frozen=True, slots=True)
class Explore:
    """Not known yet: look at the transitions of a ticket in this status, then ask again."""

    status: JiraStatus


@dataclass(frozen=True, slots=True)
class Blocked:
    """A transition that cannot be taken with the values there are."""

    source: JiraStatus
    transition: Transition
    filling: Filling


@dataclass(frozen=True, slots=True)
class DeadEnd:
    """There is no way that may be taken. `blocked` lie on a way that only lacks values; `unseen` are statuses on the way in
    which no ticket could be asked.
    """

    start: JiraStatus
    goal: JiraStatus
    available: tuple[Transition, ...]
    blocked: tuple[Blocked, ...] = ()
    unseen: tuple[JiraStatus, ...] = ()
    names: tuple[str, ...] = ()

    def finding(self) -> Finding:
        """What a person should read; the caller adds the address."""
        for stop in self.blocked:
            if stop.filling.lacking:
                return self._lacking(stop)
        for stop in self.blocked:
            way = f"{stop.source.name!r} → {stop.transition.to.name!r} ({stop.transition.name!r})"
            text = f"the transition {way} cannot be taken: {'; '.join(stop.filling.unfit)}"
            hint = "correct the value under `fields:` of the status mapping"
            return Finding("transition-field-value", Severity.ERROR, text, hint=hint)
        return self._no_way()

    def _lacking(self, stop: Blocked) -> Finding:
        needed = stop.filling.lacking[0]
        names = ", ".join(repr(item.name) for item in stop.filling.lacking)
        way = f"{stop.source.name!r} → {stop.transition.to.name!r} ({stop.transition.name!r})"
        near = nearest(needed.name, self.names) or nearest(needed.id, self.names)
        hint = f"add `{_word(needed)}: …` under `fields:` of the status mapping's group" + (
            f" - {near}" if near else ""
        )
        text = f"the transition {way} requires {names}, and the status mapping gives no value; {self._offers()}"
        return Finding("transition-field-required", Severity.ERROR, text, expected=choice(needed), hint=hint)

    def _no_way(self) -> Finding:
        text = f"no way from {self.start.name!r} to {self.goal.name!r} within {MOST_HOPS} transitions; {self._offers()}"
        if self.unseen:
            text += f"; unknown, for want of a ticket to ask: the ways out of {_names(self.unseen)}"
        hint = "map the group to a status that can be reached, or add a transition to the workflow in Jira"
        if self.unseen:
            there = " or ".join(repr(status.name) for status in self.unseen)
            hint = f"put any ticket of this type into {there}, this one too: the ways on are then learned from it; or {hint}"
        if not self.available:
            hint = "check that our account may transition tickets in this project (Transition Issues); " + hint
        return Finding("transition-no-path", Severity.ERROR, text, hint=hint)

    def _offers(self) -> str:
        if not self.available:
            return f"Jira offers no transition from {self.start.name!r}"
        ways = listed(f"{way.name!r} (→ {way.to.name!r})" for way in self.available)
        return f"available from {self.start.name!r}: {ways}"


Step: TypeAlias = Route | DeadEnd | Explore


def route(graph: Graph, start: JiraStatus, goal: JiraStatus, values: Values) -> Step:
    """The way with the fewest hops, never through a status of Jira's done category unless it is the goal.

    Among ways of the same length the one that needs the fewest fields, then shows the fewest screens, then has the lowest
    transition ids. The transitions out of `start` are the ticket's own: they are asked for first.
    """
    if start.id == goal.id:
        return Route(start)
    search = _Search(graph, start, goal, values)
    found = search.run()
    if isinstance(found, Explore):
        return found
    if found is not None:
        hops = tuple(Hop(source, way, filling.payload) for source, way, filling in found)
        used = frozenset[str]().union(*(filling.used for _, _, filling in found))
        return Route(start, hops, tuple(sorted(set(values.written) - used)))
    lenient = _Search(graph, start, goal, values, is_strict=False).run()
    if isinstance(lenient, Explore):
        return (
            lenient  # behind a screen that cannot be filled in: worth a look, so that the finding names the right one
        )
    blocked = tuple(Blocked(*step) for step in lenient or () if not step[2].is_complete)
    available = tuple(sorted(graph.seen.get(start.id, ()), key=lambda way: _number(way.id)))
    return DeadEnd(start, goal, available, blocked, search.unseen(), tuple(sorted(values.written)))


_Leg: TypeAlias = tuple[JiraStatus, Transition, Filling]
_Path: TypeAlias = tuple[_Leg, ...]


@dataclass(slots=True)
class _Search:
    """Breadth first, layer by layer; `reached` are all statuses found so far. Lenient: screens need not be fillable."""

    graph: Graph
    start: JiraStatus
    goal: JiraStatus
    values: Values
    is_strict: bool = True
    reached: dict[str, JiraStatus] = field(default_factory=dict)

    def run(self) -> _Path | Explore | None:
        """The best path; or what to look at before it can be told; or None."""
        layer: dict[str, _Path] = {self.start.id: ()}
        self.reached = {self.start.id: self.start}
        for _ in range(MOST_HOPS):
            ahead: dict[str, _Path] = {}
            for path in self._extended(layer):
                to = path[-1][1].to
                if to.id not in ahead or _cost(path) < _cost(ahead[to.id]):
                    ahead[to.id] = path
            if self.goal.id in ahead:
                return ahead[self.goal.id]
            unknown = sorted((name for name in layer if self.graph.is_open(name)), key=_number)
            if unknown:
                return Explore(self.reached[unknown[0]])
            self.reached |= {name: path[-1][1].to for name, path in ahead.items()}
            layer = ahead
        return None

    def _extended(self, layer: Mapping[str, _Path]) -> Iterator[_Path]:
        for name, path in layer.items():
            for way in self.graph.seen.get(name, ()):
                is_last = way.to.id == self.goal.id
                if way.to.id in self.reached or (way.to.category is StatusCategory.DONE and not is_last):
                    continue
                filling = self.values.fill(way, is_last=is_last)
                if filling.is_complete or not self.is_strict:
                    yield (*path, (self.reached[name], way, filling))

    def unseen(self) -> tuple[JiraStatus, ...]:
        """The statuses reached in which no ticket could be asked."""
        return tuple(self.reached[name] for name in sorted(self.reached, key=_number) if name in self.graph.blind)


def _cost(path: _Path) -> tuple[int, int, int, list[tuple[int, str]]]:
    lacking = sum(not filling.is_complete for _, _, filling in path)
    required = sum(len(way.required) for _, way, _ in path)
    screens = sum(bool(way.fields) for _, way, _ in path)
    return (lacking, required, screens, [_number(way.id) for _, way, _ in path])


def _number(text: str) -> tuple[int, str]:
    """Ids as numbers where they are numbers: 9 before 31."""
    return (int(text), text) if text.isascii() and text.isdigit() else (0, text)


def _word(needed: CreateField) -> str:
    """A field as one writes it: the system's own by id, a custom one by name."""
    return needed.name if needed.id.startswith("customfield_") else needed.id


def _names(statuses: tuple[JiraStatus, ...]) -> str:
    return listed(repr(status.name) for status in statuses)
