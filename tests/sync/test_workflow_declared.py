"""Ways through statuses where no ticket stands, known from the workflow as it is declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model.activity import Transition
from reconciler.model.finding import Severity
from reconciler.model.state import StatusCategory
from reconciler.model.ticket import AllowedValue, CreateField, JiraStatus
from reconciler.model.workflow import DeclaredTransition, DeclaredWorkflow, Withheld
from reconciler.sync.dead_end import MOST_HOPS, DeadEnd
from reconciler.sync.filling import Values
from reconciler.sync.workflow import Explore, Graph, Hop, Route, Step, onward, route

NEW, DOING, DONE = StatusCategory.NEW, StatusCategory.INDETERMINATE, StatusCategory.DONE
OPENED, PROGRESS = JiraStatus("1", "To Do", NEW), JiraStatus("2", "In Progress", DOING)
REVIEW, FINISHED = JiraStatus("3", "In Review", DOING), JiraStatus("4", "Done", DONE)
RESOLUTION = CreateField(
    "resolution",
    "Resolution",
    required=True,
    has_default=False,
    type="resolution",
    allowed=(AllowedValue("7", "Done"),),
)
START, REVIEWED = Transition("11", "Start", PROGRESS), Transition("21", "Review", REVIEW)
FINISH, STOP = Transition("31", "Finish", FINISHED), Transition("41", "Stop", OPENED)
CAREFUL = DeclaredWorkflow(
    "careful",
    (
        DeclaredTransition(START, frozenset({"1"})),
        DeclaredTransition(REVIEWED, frozenset({"2"})),
        DeclaredTransition(FINISH, frozenset({"3"}), has_screen=True, has_conditions=True),
        DeclaredTransition(STOP, None),
    ),
)
FROM_PROGRESS = Graph().learned("2", (REVIEWED, STOP)).without("1").without("3")
RESOLVED = Values({"resolution": "Done"})


def way(step: Step) -> Route:
    assert isinstance(step, Route), step
    return step


def no_way(step: Step | Hop) -> DeadEnd:
    assert isinstance(step, DeadEnd), step
    return step


def test_a_status_where_nobody_stands_is_passed_as_declared() -> None:
    found = way(route(FROM_PROGRESS.told(CAREFUL), PROGRESS, FINISHED, RESOLVED))
    assert str(found) == "In Progress → In Review → Done (as declared)"
    assert [hop.is_declared for hop in found.hops] == [False, True]
    assert found.unused == (), "whether the resolution is asked for shows when the ticket is there"
    finding = found.finding()
    assert finding is not None
    assert (finding.code, finding.severity) == ("transition-declared", Severity.WARNING)
    assert finding.message == (
        "the way on from 'In Review' is read from the workflow 'careful': no ticket stands there to be asked; "
        "'Finish' has conditions and a screen: what that asks for shows only when the ticket is there"
    )


def test_nothing_in_the_way_is_a_note_and_a_way_that_was_seen_is_none() -> None:
    plain = DeclaredWorkflow("plain", (DeclaredTransition(FINISH, None),))
    finding = way(route(FROM_PROGRESS.told(plain), PROGRESS, FINISHED, RESOLVED)).finding()
    assert finding is not None
    assert (finding.severity, "has" in finding.message) == (Severity.INFO, False)
    assert way(route(FROM_PROGRESS.learned("3", (FINISH,)), PROGRESS, FINISHED, RESOLVED)).finding() is None


def test_a_longer_way_that_was_seen_is_taken_before_a_shorter_one_that_is_declared() -> None:
    aside = JiraStatus("9", "Verified", DOING)
    seen = Graph().learned("2", (REVIEWED, Transition("22", "Verify", aside))).without("3")
    seen = seen.learned("9", (Transition("91", "Back", OPENED),)).learned("1", (Transition("12", "Close", FINISHED),))
    assert [hop.transition.id for hop in way(route(seen.told(CAREFUL), PROGRESS, FINISHED, RESOLVED)).hops] == [
        "22",
        "91",
        "12",
    ]


def test_a_ticket_in_a_status_of_the_declared_way_is_asked_first() -> None:
    graph = Graph().learned("1", (START,)).without("2").told(CAREFUL)
    assert route(graph, OPENED, FINISHED, RESOLVED) == Explore(REVIEW)
    asked = graph.learned("3", (replace(FINISH, fields=(RESOLUTION,)),))
    assert str(way(route(asked, OPENED, FINISHED, RESOLVED))) == (
        "To Do → In Progress → In Review (as declared) → Done (needs resolution)"
    )
    assert no_way(route(asked, OPENED, FINISHED, Values())).finding().code == "transition-field-required"


def test_a_declared_transition_that_tickets_were_not_offered_is_named() -> None:
    finding = no_way(route(FROM_PROGRESS.learned("3", ()).told(CAREFUL), PROGRESS, FINISHED, RESOLVED)).finding()
    assert "the workflow 'careful' has 'In Review' → 'Done' ('Finish'), which is not offered to us" in finding.message
    assert finding.hint is not None
    assert finding.hint.startswith("look at the conditions there, and whether our account has Transition Issues")


def test_a_workflow_without_a_way_is_told_apart_from_one_that_is_withheld() -> None:
    dead = DeclaredWorkflow("dead", (DeclaredTransition(REVIEWED, None),))
    assert (
        no_way(route(FROM_PROGRESS.told(dead), PROGRESS, FINISHED, RESOLVED))
        .finding()
        .message.endswith("; the workflow 'dead' has none")
    )
    withheld = FROM_PROGRESS.told(Withheld("it is secret", "ask nicely"))
    finding = no_way(route(withheld, PROGRESS, FINISHED, RESOLVED)).finding()
    assert finding.message.endswith("the ways out of 'To Do', 'In Review' (it is secret)")
    assert finding.hint is not None
    put, asked, mapped = finding.hint.split("; or ")
    assert put.startswith("put any ticket of this type into 'To Do' or 'In Review'")
    assert (asked, mapped.split(",")[0]) == ("ask nicely", "map the group to a status that can be reached")


def test_the_declared_way_never_goes_through_a_done_status_either() -> None:
    closed = JiraStatus("8", "Closed", DONE)
    flow = DeclaredWorkflow(
        "odd",
        (
            DeclaredTransition(Transition("51", "Close", closed), frozenset({"3"})),
            DeclaredTransition(Transition("52", "Reopen", FINISHED), frozenset({"8"})),
        ),
    )
    assert isinstance(route(FROM_PROGRESS.told(flow), PROGRESS, FINISHED, RESOLVED), DeadEnd)


@pytest.mark.parametrize(
    ("hop", "reviewed", "agrees"),
    [
        (Hop(REVIEW, FINISH), "Done", True),
        (Hop(REVIEW, FINISH), "Done (as declared)", True),
        (Hop(REVIEW, replace(FINISH, fields=(RESOLUTION,))), "Done (needs resolution)", True),
        (Hop(REVIEW, replace(FINISH, fields=(RESOLUTION,))), "Done (as declared)", True),
        (Hop(REVIEW, replace(FINISH, fields=(RESOLUTION,))), "Done", False),
        (Hop(REVIEW, FINISH), "Done (needs resolution)", False),
        (Hop(REVIEW, FINISH, is_declared=True), "Done (needs resolution)", True),
        (Hop(REVIEW, FINISH, is_declared=True), "Done", True),
        (Hop(REVIEW, FINISH, is_declared=True), "Done (as declared)", True),
        (Hop(REVIEW, FINISH, is_declared=True), "Donegal", False),
        (Hop(REVIEW, STOP), "Done (as declared)", False),
    ],
)
def test_what_agrees_with_what_was_reviewed(hop: Hop, reviewed: str, *, agrees: bool) -> None:
    assert hop.agrees(reviewed) is agrees


EXPECTED = Hop(REVIEW, FINISH, is_declared=True)


def there(*offered: Transition) -> Graph:
    return Graph(declared=CAREFUL).learned("3", offered)


def test_a_hop_is_taken_as_the_ticket_offers_it() -> None:
    asking = replace(FINISH, id="77", fields=(RESOLUTION,))
    hop = onward(there(STOP, asking), EXPECTED, FINISHED, RESOLVED)
    assert hop == Hop(REVIEW, asking, {"resolution": {"id": "7"}})
    free = replace(FINISH, id="99")
    assert onward(there(asking, free), EXPECTED, FINISHED, RESOLVED) == Hop(REVIEW, free), "the one that asks for less"


def test_a_field_of_the_last_status_is_not_sent_before_it() -> None:
    optional = replace(FINISH, fields=(replace(RESOLUTION, required=False),))
    assert onward(there(optional), EXPECTED, OPENED, RESOLVED) == Hop(REVIEW, optional, {})
    assert onward(there(optional), EXPECTED, FINISHED, RESOLVED) == Hop(REVIEW, optional, {"resolution": {"id": "7"}})


def test_a_hop_that_is_not_offered_or_cannot_be_filled_in_ends_the_way() -> None:
    gone = no_way(onward(there(STOP), EXPECTED, FINISHED, RESOLVED)).finding()
    assert (gone.code, "'Finish'), which is not offered to us" in gone.message) == ("transition-no-path", True)
    asking = replace(FINISH, fields=(RESOLUTION,))
    assert no_way(onward(there(asking), EXPECTED, FINISHED, Values())).finding().code == "transition-field-required"


# --- against every path there is

STATUSES = [JiraStatus(str(n), f"S{n}", c) for n, c in enumerate([NEW, DOING, DOING, DONE, DOING, DONE, DOING, NEW])]
Ways = Mapping[str, tuple[Transition, ...]]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Ways, frozenset[str]]:
    """Any workflow over the statuses, and those in which somebody stands; the first is the ticket's own."""
    numbers = st.integers(0, len(STATUSES) - 1)
    edges = draw(st.lists(st.tuples(numbers, numbers), max_size=16, unique=True))
    ways = {
        here.id: tuple(
            Transition(str(100 + number), "t", STATUSES[to])
            for number, (source, to) in enumerate(edges)
            if STATUSES[source] == here
        )
        for here in STATUSES
    }
    peopled = draw(st.sets(numbers, max_size=4)) | {0}
    return ways, frozenset(STATUSES[number].id for number in peopled)


def reachable(ways: Ways, goal: JiraStatus) -> bool:
    """Whether any permitted path leads there, by walking all of them."""
    trails: list[tuple[str, ...]] = [("0",)]
    while trails:
        trail = trails.pop()
        if trail[-1] == goal.id:
            return True
        if len(trail) <= MOST_HOPS and (len(trail) == 1 or STATUSES[int(trail[-1])].category is not DONE):
            trails += [(*trail, each.to.id) for each in ways[trail[-1]] if each.to.id not in trail]
    return False


@given(world=worlds(), goal=st.sampled_from(STATUSES[1:]), is_told=st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_way_is_found_exactly_where_there_is_one(
    world: tuple[Ways, frozenset[str]], goal: JiraStatus, *, is_told: bool
) -> None:
    ways, peopled = world
    declared = DeclaredWorkflow(
        "w", tuple(DeclaredTransition(way, frozenset({name})) for name, some in ways.items() for way in some)
    )
    graph = Graph(declared=declared) if is_told else Graph()
    looked: list[str] = []
    while isinstance(step := route(graph, STATUSES[0], goal, Values()), Explore):
        assert step.status.id not in looked, "no status is looked at twice"
        looked.append(step.status.id)
        known = step.status.id in peopled
        graph = graph.learned(step.status.id, ways[step.status.id]) if known else graph.without(step.status.id)
    by_tickets = {name: some if name in peopled else () for name, some in ways.items()}
    assert isinstance(step, Route) is reachable(ways if is_told else by_tickets, goal)
    for hop in step.hops if isinstance(step, Route) else ():
        assert hop.transition in ways[hop.source.id]
        assert hop.is_declared is (hop.source.id not in peopled)
    if isinstance(step, Route) and reachable(by_tickets, goal):
        assert step.declared == (), "what tickets tell comes first"
