"""The way of a ticket through its workflow, where no single transition leads to the status it should have.

Jira tells the transitions out of a ticket's present status only, so the graph is learned: `route` says which status to look
at next (`Explore`) until it knows the shortest way or that there is none. Where nobody stands in a status, the workflow as it
is declared may tell the ways on, to an administrator. Reference: jira-api §5.7.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from reconciler.model.activity import Transition
from reconciler.model.finding import Finding, Severity
from reconciler.model.nearest import listed
from reconciler.model.state import StatusCategory
from reconciler.model.ticket import JiraStatus
from reconciler.model.workflow import DeclaredTransition, DeclaredWorkflow, Withheld
from reconciler.sync.dead_end import MOST_HOPS, Blocked, DeadEnd
from reconciler.sync.filling import Filling, Values, written_name

AS_DECLARED = "(as declared)"


@dataclass(frozen=True, slots=True)
class Graph:
    """What is known of a ticket type's workflow: the transitions seen from each status, by its id. `blind` are the
    statuses in which no ticket could be asked: of the ways out of them only what is `declared` is known. None: not asked for.
    """

    seen: Mapping[str, tuple[Transition, ...]] = field(default_factory=dict)
    blind: frozenset[str] = frozenset()
    declared: DeclaredWorkflow | Withheld | None = None

    def learned(self, status_id: str, transitions: tuple[Transition, ...]) -> Graph:
        """The graph with the transitions that a ticket in this status offers."""
        return replace(self, seen={**self.seen, status_id: transitions}, blind=self.blind - {status_id})

    def without(self, status_id: str) -> Graph:
        """The graph, knowing that no ticket in this status can be asked."""
        return replace(self, blind=self.blind | {status_id})

    def told(self, declared: DeclaredWorkflow | Withheld) -> Graph:
        """The graph with the workflow as it is declared, or with why that could not be read."""
        return replace(self, declared=declared)

    def is_open(self, status_id: str) -> bool:
        """Whether a ticket in this status could still teach something."""
        return status_id not in self.seen and status_id not in self.blind

    def leaving(self, status_id: str) -> tuple[DeclaredTransition, ...]:
        """What is declared to lead out of this status; nothing where that is not known."""
        return self.declared.leaving(status_id) if isinstance(self.declared, DeclaredWorkflow) else ()

    def ways(self, status_id: str) -> tuple[Transition, ...]:
        """The ways out of this status: as a ticket offered them, or else as they are declared."""
        if status_id in self.seen:
            return self.seen[status_id]
        return tuple(each.transition for each in self.leaving(status_id))


@dataclass(frozen=True, slots=True)
class Hop:
    """One transition to take, from where, and the fields to send with it. `is_declared`: nobody has seen it offered."""

    source: JiraStatus
    transition: Transition
    fields: Mapping[str, object] = field(default_factory=dict)
    is_declared: bool = False

    def __str__(self) -> str:
        """Where it leads, and what its screen insists on."""
        if self.is_declared:
            return f"{self.transition.to.name} {AS_DECLARED}"
        needs = ", ".join(written_name(needed) for needed in self.transition.required)
        return f"{self.transition.to.name} (needs {needs})" if needs else self.transition.to.name

    def agrees(self, reviewed: str) -> bool:
        """Whether this is the hop that was reviewed. What was reviewed as declared may turn out to need fields; what was seen
        then must be seen so again, at the latest when the ticket is there.
        """
        name = self.transition.to.name
        if self.is_declared:
            return reviewed == name or reviewed.startswith(f"{name} (")
        return reviewed in {str(self), f"{name} {AS_DECLARED}"}


@dataclass(frozen=True, slots=True)
class Route:
    """The hops from one status to another; none where the ticket stands there already. `unused` names fields of the mapping
    that stand on no screen of the way and so are not sent. `declared` are the transitions that nobody has seen offered, by
    the name of the workflow that they are read from.
    """

    start: JiraStatus
    hops: tuple[Hop, ...] = ()
    unused: tuple[str, ...] = ()
    declared: tuple[DeclaredTransition, ...] = ()
    workflow: str = ""

    def __str__(self) -> str:
        """`In Review → Done (needs resolution)`."""
        return " → ".join([self.start.name, *(str(hop) for hop in self.hops)])

    def finding(self) -> Finding | None:
        """What a person should know who lets a ticket go where nobody could be asked; the caller adds the address."""
        sources = [repr(hop.source.name) for hop in self.hops if hop.is_declared]
        if not sources:
            return None
        obstacles = [
            f"{each.transition.name!r} has {' and '.join(each.obstacles)}" for each in self.declared if each.obstacles
        ]
        told = f"; {'; '.join(obstacles)}: what that asks for shows only when the ticket is there" if obstacles else ""
        text = f"the way on from {listed(sources)} is read from the workflow {self.workflow!r}: no ticket stands there to be asked"
        return Finding(
            "transition-declared",
            Severity.WARNING if obstacles else Severity.INFO,
            text + told,
            hint="look at that transition in Jira: where it is refused to us, the ticket stays there, and the next plan says so",
        )


@dataclass(frozen=True, slots=True)
class Explore:
    """Not known yet: look at the transitions of a ticket in this status, then ask again."""

    status: JiraStatus


Step: TypeAlias = Route | DeadEnd | Explore


def route(graph: Graph, start: JiraStatus, goal: JiraStatus, values: Values) -> Step:
    """The way with the fewest hops, never through a status of Jira's done category unless it is the goal.

    Among ways of the same length the one that needs the fewest fields, then shows the fewest screens, then has the lowest
    transition ids. The transitions out of `start` are the ticket's own: they are asked for first. What is only declared is gone
    by where tickets tell of no way at all: a way that was seen offered, though longer, strands nobody.
    """
    if start.id == goal.id:
        return Route(start)
    search = _Search(replace(graph, declared=None), start, goal, values)
    found = search.run()
    if found is None and search.unseen():
        found = _Search(graph, start, goal, values).run()
    if isinstance(found, Explore):
        return found
    if found is not None:
        return _routed(graph, start, found, values)
    lenient = _Search(graph, start, goal, values, is_strict=False).run()
    if isinstance(lenient, Explore):
        return (
            lenient  # behind a screen that cannot be filled in: worth a look, so that the finding names the right one
        )
    return DeadEnd(
        start,
        goal,
        _in_order(graph.seen.get(start.id, ())),
        tuple(Blocked(*step) for step in lenient or () if not step[2].is_complete),
        search.unseen(),
        tuple(sorted(values.written)),
        graph.declared,
        _not_offered(graph, start, goal),
    )


def onward(graph: Graph, expected: Hop, goal: JiraStatus, values: Values) -> Hop | DeadEnd:
    """The hop as the ticket offers it, now that it stands there; or that it does not, or not with these values."""
    source, to = expected.source, expected.transition.to
    offered = graph.seen.get(source.id, ())
    legs = [
        (source, way, values.fill(way, is_last=to.id == goal.id)) for way in _in_order(offered) if way.to.id == to.id
    ]
    best = min(legs, key=lambda leg: _cost((leg,)), default=None)
    if best is not None and best[2].is_complete:
        return Hop(source, best[1], best[2].payload)
    blocked = (Blocked(*best),) if best is not None else ()
    hidden = _not_offered(graph, source, to)
    names = tuple(sorted(values.written))
    return DeadEnd(source, to, _in_order(offered), blocked, (), names, graph.declared, hidden)


_Leg: TypeAlias = tuple[JiraStatus, Transition, Filling]
_Path: TypeAlias = tuple[_Leg, ...]


def _routed(graph: Graph, start: JiraStatus, path: _Path, values: Values) -> Route:
    hops = tuple(
        Hop(source, way, filling.payload, is_declared=source.id not in graph.seen) for source, way, filling in path
    )
    used = frozenset[str]().union(*(filling.used for _, _, filling in path))
    declared = tuple(
        each
        for hop in hops
        if hop.is_declared
        for each in graph.leaving(hop.source.id)
        if each.transition == hop.transition
    )
    unused = () if declared else tuple(sorted(set(values.written) - used))
    workflow = graph.declared.name if declared and isinstance(graph.declared, DeclaredWorkflow) else ""
    return Route(start, hops, unused, declared, workflow)


def _not_offered(graph: Graph, start: JiraStatus, goal: JiraStatus) -> tuple[Blocked, ...]:
    """The transitions on the declared way that are not among those a ticket in their status offered to us."""
    if not isinstance(graph.declared, DeclaredWorkflow):
        return ()
    everywhere = frozenset(each.transition.to.id for each in graph.declared.transitions) | {start.id}
    path = _Search(Graph({}, everywhere, graph.declared), start, goal, Values()).run()
    if path is None or isinstance(path, Explore):
        return ()
    return tuple(
        Blocked(*leg) for leg in path if leg[1].id not in {way.id for way in graph.seen.get(leg[0].id, (leg[1],))}
    )


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
        """The best path; or what to look at before it can be told; or None.

        Where the workflow was read, only the statuses on the best path are looked at: what is declared never seems to need more
        than what is offered, so looking elsewhere cannot bring a better one.
        """
        is_told = isinstance(self.graph.declared, DeclaredWorkflow)
        layer: dict[str, _Path] = {self.start.id: ()}
        self.reached = {self.start.id: self.start}
        for _ in range(MOST_HOPS):
            ahead: dict[str, _Path] = {}
            for path in self._extended(layer):
                to = path[-1][1].to
                if to.id not in ahead or _cost(path) < _cost(ahead[to.id]):
                    ahead[to.id] = path
            if self.goal.id in ahead:
                best = ahead[self.goal.id]
                doubtful = [source for source, _, _ in best if self.graph.is_open(source.id)]
                return Explore(doubtful[0]) if doubtful else best
            unknown = sorted((name for name in layer if self.graph.is_open(name)), key=_number)
            if unknown and not is_told:
                return Explore(self.reached[unknown[0]])
            self.reached |= {name: path[-1][1].to for name, path in ahead.items()}
            layer = ahead
        return None

    def _extended(self, layer: Mapping[str, _Path]) -> Iterator[_Path]:
        for name, path in layer.items():
            for way in self.graph.ways(name):
                is_last = way.to.id == self.goal.id
                if way.to.id in self.reached or (way.to.category is StatusCategory.DONE and not is_last):
                    continue
                filling = self.values.fill(way, is_last=is_last)
                if filling.is_complete or not self.is_strict:
                    yield (*path, (self.reached[name], way, filling))

    def unseen(self) -> tuple[JiraStatus, ...]:
        """The statuses reached in which no ticket could be asked."""
        return tuple(self.reached[name] for name in sorted(self.reached, key=_number) if name in self.graph.blind)


def _in_order(ways: Sequence[Transition]) -> tuple[Transition, ...]:
    return tuple(sorted(ways, key=lambda way: _number(way.id)))


def _cost(path: _Path) -> tuple[int, int, int, list[tuple[int, str]]]:
    lacking = sum(not filling.is_complete for _, _, filling in path)
    required = sum(len(way.required) for _, way, _ in path)
    screens = sum(bool(way.fields) for _, way, _ in path)
    return (lacking, required, screens, [_number(way.id) for _, way, _ in path])


def _number(text: str) -> tuple[int, str]:
    """Ids as numbers where they are numbers: 9 before 31."""
    return (int(text), text) if text.isascii() and text.isdigit() else (0, text)
