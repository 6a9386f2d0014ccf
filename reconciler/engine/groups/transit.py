"""Bringing a ticket to a status: Jira shows only the transitions out of the present one, so the workflow is learned.

What is learned serves every ticket of the type in this run. Reference: jira-api §5.7.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from reconciler.engine.ports import JiraReader
from reconciler.engine.scope import Systems, WritableSystems
from reconciler.errors import OutcomeUnknown, ProviderError, Unauthorized
from reconciler.model.finding import Finding
from reconciler.model.ticket import JiraStatus, Ticket
from reconciler.model.workflow import DeclaredWorkflow, Withheld
from reconciler.sync.dead_end import DeadEnd
from reconciler.sync.filling import Values
from reconciler.sync.workflow import Explore, Graph, Hop, Route, onward, route

_Kind: TypeAlias = tuple[str, str, str]


class NoWay(Exception):
    """The ticket cannot be brought there as it was reviewed. `finding` says what ways there are."""

    def __init__(self, detail: str, finding: Finding | None = None) -> None:
        super().__init__(detail)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Trip:
    """A ticket of an account, the status it should have, and what may be sent to the screens on the way."""

    account: str
    ticket: Ticket
    goal: JiraStatus
    values: Values

    @property
    def kind(self) -> _Kind:
        """What shares a workflow: the account, the project and the ticket type."""
        return (self.account, self.ticket.project_key, self.ticket.type.id)


@dataclass(slots=True)
class Transit:
    """Finds ways through workflows, and takes them."""

    systems: Systems
    graphs: dict[_Kind, Graph] = field(default_factory=dict)

    def way(self, trip: Trip) -> Route | DeadEnd:
        """The hops from where the ticket stands, asking as few tickets as it takes."""
        jira, ticket = self.systems.jira[trip.account], trip.ticket
        graph = self.learn(trip, ticket.status)
        step = route(graph, ticket.status, trip.goal, trip.values)
        while isinstance(step, Explore) or _is_in_the_dark(graph, step):
            if isinstance(step, Explore):
                graph = _explored(jira, ticket, graph, step.status)
            else:
                graph = graph.told(_declared(jira, ticket))
            step = route(graph, ticket.status, trip.goal, trip.values)
        self.graphs[trip.kind] = graph
        return step

    def onward(self, trip: Trip, expected: Hop) -> Hop | DeadEnd:
        """A hop of the way as the ticket itself offers it, now that it has come so far."""
        graph = self.learn(trip, expected.source)
        return onward(graph, expected, trip.goal, trip.values)

    def learn(self, trip: Trip, status: JiraStatus) -> Graph:
        """What is known with what the ticket offers in the status that it has."""
        offered = self.systems.jira[trip.account].transitions(trip.ticket.id)
        graph = self.graphs.get(trip.kind, Graph()).learned(status.id, offered)
        self.graphs[trip.kind] = graph
        return graph


def _is_in_the_dark(graph: Graph, step: Route | DeadEnd) -> bool:
    """Whether tickets tell of no way, or of none at all, and the workflow itself, which is read once, may tell more."""
    return isinstance(step, DeadEnd) and bool(step.unseen or not step.available) and graph.declared is None


def _explored(jira: JiraReader, ticket: Ticket, graph: Graph, status: JiraStatus) -> Graph:
    sample = jira.ticket_in_status(ticket.project_key, ticket.type.id, status.id)
    if sample is None or sample.status.id != status.id:
        return graph.without(status.id)
    return graph.learned(status.id, jira.transitions(sample.id))


def _declared(jira: JiraReader, ticket: Ticket) -> DeclaredWorkflow | Withheld:
    """The workflow of the ticket's type. It only helps: without it there is what tickets tell."""
    try:
        return jira.workflow(ticket.project_key, ticket.type.id)
    except Unauthorized:
        raise
    except ProviderError as error:
        return Withheld(f"the workflow could not be read: {error}")


def take(systems: WritableSystems, transit: Transit, trip: Trip, reviewed: Sequence[str]) -> None:
    """Bring the ticket to the status by the hops that were reviewed. Raises NoWay where these are no longer the way.

    What a transition needs, and whether we may take it, is read again in each status on the way.
    """
    found = transit.way(trip)
    if isinstance(found, DeadEnd):
        finding = found.finding()
        raise NoWay(str(finding), finding)
    if len(found.hops) != len(reviewed) or not all(map(Hop.agrees, found.hops, reviewed)):
        raise NoWay(f"the way is another one by now: {found}")
    for number, (hop, text) in enumerate(zip(found.hops, reviewed, strict=True)):
        if number == 0:
            _hop(systems, trip, hop)
            continue
        with _come_so_far(trip, hop.source):
            _hop(systems, trip, _as_offered(transit, trip, hop, text))


def _as_offered(transit: Transit, trip: Trip, hop: Hop, reviewed: str) -> Hop:
    offered = transit.onward(trip, hop)
    if isinstance(offered, DeadEnd):
        finding = offered.finding()
        raise NoWay(str(finding), finding)
    if not offered.agrees(reviewed):
        raise NoWay(f"the way on is another one than was reviewed: {offered}")
    return offered


@contextmanager
def _come_so_far(trip: Trip, status: JiraStatus) -> Iterator[None]:
    """Say of whatever goes wrong on the way where it left the ticket."""
    told = f"{trip.ticket.key} has come as far as {status.name!r} on its way to {trip.goal.name!r}"
    try:
        yield
    except NoWay as dead:
        raise NoWay(f"{told}: {dead}", dead.finding) from dead
    except ProviderError as error:
        error.message = f"{error.message} - {told}"
        raise


def _hop(systems: WritableSystems, trip: Trip, hop: Hop) -> None:
    jira = systems.jira[trip.account]
    try:
        jira.transition(trip.ticket.id, hop.transition.id, hop.fields)
    except OutcomeUnknown:
        now = jira.tickets((trip.ticket.id,)).get(trip.ticket.id)
        if now is None or now.status.id != hop.transition.to.id:
            raise
