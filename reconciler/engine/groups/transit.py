"""Bringing a ticket to a status: Jira shows only the transitions out of the present one, so the workflow is learned.

What is learned serves every ticket of the type in this run. Reference: jira-api §5.7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reconciler.engine.ports import JiraReader
from reconciler.engine.scope import Systems, WritableSystems
from reconciler.errors import OutcomeUnknown
from reconciler.model.finding import Finding
from reconciler.model.ticket import JiraStatus, Ticket
from reconciler.sync.workflow import DeadEnd, Explore, Graph, Hop, Route, Values, route


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


@dataclass(slots=True)
class Transit:
    """Finds ways through workflows, and takes them."""

    systems: Systems
    graphs: dict[tuple[str, str, str], Graph] = field(default_factory=dict)

    def way(self, trip: Trip) -> Route | DeadEnd:
        """The hops from where the ticket stands, asking as few tickets as it takes."""
        jira, ticket = self.systems.jira[trip.account], trip.ticket
        kind = (trip.account, ticket.project_key, ticket.type.id)
        graph = self.graphs.get(kind, Graph()).learned(ticket.status.id, jira.transitions(ticket.id))
        step = route(graph, ticket.status, trip.goal, trip.values)
        while isinstance(step, Explore):
            graph = self._explored(jira, ticket, graph, step.status)
            step = route(graph, ticket.status, trip.goal, trip.values)
        self.graphs[kind] = graph
        return step

    @staticmethod
    def _explored(jira: JiraReader, ticket: Ticket, graph: Graph, status: JiraStatus) -> Graph:
        sample = jira.ticket_in_status(ticket.project_key, ticket.type.id, status.id)
        if sample is None or sample.status.id != status.id:
            return graph.without(status.id)
        return graph.learned(status.id, jira.transitions(sample.id))


def take(systems: WritableSystems, transit: Transit, trip: Trip, reviewed: Sequence[str]) -> None:
    """Bring the ticket to the status by the hops that were reviewed. Raises NoWay where these are no longer the way."""
    found = transit.way(trip)
    if isinstance(found, DeadEnd):
        finding = found.finding()
        raise NoWay(str(finding), finding)
    if [str(hop) for hop in found.hops] != list(reviewed):
        raise NoWay(f"the way is another one by now: {found}")
    for hop in found.hops:
        _hop(systems, trip, hop)


def _hop(systems: WritableSystems, trip: Trip, hop: Hop) -> None:
    jira = systems.jira[trip.account]
    try:
        jira.transition(trip.ticket.id, hop.transition.id, hop.fields)
    except OutcomeUnknown:
        now = jira.tickets((trip.ticket.id,)).get(trip.ticket.id)
        if now is None or now.status.id != hop.transition.to.id:
            raise
