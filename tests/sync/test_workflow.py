"""Ways through a workflow: the shortest permitted one, learned status by status, with what its screens need."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model.activity import Transition
from reconciler.model.state import StatusCategory
from reconciler.model.ticket import AllowedValue, CreateField, JiraStatus
from reconciler.sync.dead_end import MOST_HOPS, DeadEnd
from reconciler.sync.filling import Values
from reconciler.sync.workflow import Explore, Graph, Route, Step, route

NEW, DOING, DONE = StatusCategory.NEW, StatusCategory.INDETERMINATE, StatusCategory.DONE

BACKLOG = JiraStatus("1", "Backlog", NEW)
SELECTED = JiraStatus("2", "Selected for Development", NEW)
PROGRESS = JiraStatus("3", "In Progress", DOING)
REVIEW = JiraStatus("4", "In Review", DOING)
FINISHED = JiraStatus("5", "Done", DONE)
WONT_DO = JiraStatus("6", "Won't Do", DONE)

RESOLUTION = CreateField(
    "resolution",
    "Resolution",
    required=True,
    has_default=False,
    type="resolution",
    allowed=(AllowedValue("10000", "Done"), AllowedValue("10001", "Won't Do")),
)
SEVERITY = CreateField(
    "customfield_10040", "Severity", required=True, has_default=False, type="option", allowed=(AllowedValue("7", "S1"),)
)
NOTE = CreateField("customfield_10050", "Note", required=False, has_default=False, type="string")

Workflow = Mapping[str, tuple[Transition, ...]]

PAYMENTS: Workflow = {
    "1": (Transition("11", "Select", SELECTED), Transition("91", "Drop", WONT_DO)),
    "2": (Transition("21", "Start", PROGRESS), Transition("22", "Put back", BACKLOG)),
    "3": (Transition("31", "Ask for review", REVIEW), Transition("32", "Put back", SELECTED)),
    "4": (Transition("41", "Close", FINISHED, (RESOLUTION,)), Transition("42", "Rework", PROGRESS)),
    "5": (Transition("51", "Reopen", BACKLOG),),
    "6": (Transition("61", "Revive", FINISHED), Transition("62", "Revive", BACKLOG)),
}
RESOLVED = Values({"resolution": "Done"})


def explored(workflow: Workflow, start: JiraStatus, goal: JiraStatus, values: Values) -> tuple[Step, list[str]]:
    """What `route` ends with, and the statuses it had looked at, in order."""
    graph, looked = Graph(), list[str]()
    while isinstance(step := route(graph, start, goal, values), Explore):
        looked.append(step.status.id)
        known = workflow.get(step.status.id)
        graph = graph.without(step.status.id) if known is None else graph.learned(step.status.id, known)
        assert len(looked) == len(set(looked)), "no status is looked at twice"
    return step, looked


def way(workflow: Workflow, start: JiraStatus, goal: JiraStatus, values: Values = RESOLVED) -> Route:
    step, _ = explored(workflow, start, goal, values)
    assert isinstance(step, Route)
    return step


def dead_end(workflow: Workflow, start: JiraStatus, goal: JiraStatus, values: Values = RESOLVED) -> DeadEnd:
    step, _ = explored(workflow, start, goal, values)
    assert isinstance(step, DeadEnd)
    return step


def ids(found: Route) -> list[str]:
    return [hop.transition.id for hop in found.hops]


def test_no_direct_transition_takes_several_hops() -> None:
    found = way(PAYMENTS, BACKLOG, FINISHED)
    assert ids(found) == ["11", "21", "31", "41"]
    assert [dict(hop.fields) for hop in found.hops] == [{}, {}, {}, {"resolution": {"id": "10000"}}]
    assert str(found) == ("Backlog → Selected for Development → In Progress → In Review → Done (needs resolution)")


def test_never_the_same_status_again() -> None:
    looped = {"5": (Transition("50", "Done again", FINISHED), *PAYMENTS["5"])}
    step, looked = explored(looped, FINISHED, FINISHED, RESOLVED)
    assert step == Route(FINISHED)
    assert looked == []


def test_never_through_a_done_status_unless_it_is_the_target() -> None:
    """From Backlog, Won't Do leads to Done in two hops; four honest ones are taken instead."""
    assert WONT_DO.id not in {hop.transition.to.id for hop in way(PAYMENTS, BACKLOG, FINISHED).hops}
    assert ids(way(PAYMENTS, BACKLOG, WONT_DO)) == ["91"]
    assert ids(way(PAYMENTS, WONT_DO, FINISHED)) == ["61"]


def test_a_done_ticket_is_reopened_on_the_way_to_another_status() -> None:
    assert ids(way(PAYMENTS, FINISHED, PROGRESS)) == ["51", "11", "21"]


def test_a_cyclic_workflow_ends() -> None:
    cycle = {"1": (Transition("1", "on", SELECTED),), "2": (Transition("2", "back", BACKLOG),)}
    assert dead_end(cycle, BACKLOG, FINISHED).finding().code == "transition-no-path"


def test_an_unreachable_status_is_a_finding_with_the_available_transitions() -> None:
    finding = dead_end({**PAYMENTS, "4": ()}, REVIEW, FINISHED).finding()
    assert str(finding) == (
        "no way from 'In Review' to 'Done' within 5 transitions; Jira offers no transition from 'In Review' - check that our "
        "account may transition tickets in this project (Transition Issues); map the group to a status that can be reached, "
        "or add a transition to the workflow in Jira"
    )
    offered = dead_end({"1": PAYMENTS["1"], "2": ()}, BACKLOG, FINISHED).finding()
    assert "'Select' (→ 'Selected for Development'), 'Drop' (→ \"Won't Do\")" in offered.message


def test_a_way_longer_than_the_cap_is_left_to_people() -> None:
    chain = [JiraStatus(str(number), f"S{number}", DOING) for number in range(MOST_HOPS + 2)]
    line = {here.id: (Transition(here.id, "on", there),) for here, there in pairwise(chain)}
    assert len(way(line, chain[0], chain[MOST_HOPS]).hops) == MOST_HOPS
    assert dead_end(line, chain[0], chain[MOST_HOPS + 1]).finding().code == "transition-no-path"


@pytest.mark.parametrize(
    ("ways", "best"),
    [
        pytest.param([Transition("31", "b", FINISHED), Transition("9", "a", FINISHED)], "9", id="lowest number"),
        pytest.param(
            [Transition("1", "a", FINISHED, (NOTE,)), Transition("31", "b", FINISHED)], "31", id="without a screen"
        ),
        pytest.param(
            [Transition("1", "a", FINISHED, (RESOLUTION,)), Transition("31", "b", FINISHED, (NOTE,))],
            "31",
            id="fewest required fields",
        ),
    ],
)
def test_several_transitions_lead_to_one_status(ways: list[Transition], best: str) -> None:
    for order in (ways, ways[::-1]):
        assert ids(way({"1": tuple(order)}, BACKLOG, FINISHED)) == [best]


def test_among_ways_of_one_length_the_one_that_needs_least() -> None:
    diamond = {
        "1": (Transition("1", "a", SELECTED), Transition("2", "b", PROGRESS)),
        "2": (Transition("3", "c", FINISHED, (RESOLUTION,)),),
        "3": (Transition("4", "d", FINISHED),),
    }
    found = route(Graph(diamond), BACKLOG, FINISHED, RESOLVED)
    assert isinstance(found, Route)
    assert ids(found) == ["2", "4"]


def test_a_required_field_weighs_more_than_screens() -> None:
    diamond = {
        "1": (Transition("1", "a", SELECTED), Transition("2", "b", PROGRESS, (NOTE,))),
        "2": (Transition("3", "c", FINISHED, (RESOLUTION,)),),
        "3": (Transition("4", "d", FINISHED, (NOTE,)),),
    }
    found = route(Graph(diamond), BACKLOG, FINISHED, RESOLVED)
    assert isinstance(found, Route)
    assert ids(found) == ["2", "4"]


# --- what screens need


def test_a_transition_needs_a_field_that_the_mapping_does_not_give() -> None:
    finding = dead_end(PAYMENTS, REVIEW, FINISHED, Values({"resolutoin": "Done"})).finding()
    assert finding.code == "transition-field-required"
    assert str(finding) == (
        "the transition 'In Review' → 'Done' ('Close') requires 'Resolution', and the status mapping gives no value; available "
        "from 'In Review': 'Close' (→ 'Done'), 'Rework' (→ 'In Progress') - expected one of Done, Won't Do - add "
        "`resolution: …` under `fields:` of the status mapping's group - did you mean resolutoin?"
    )


def test_a_field_behind_the_next_hop_is_named_before_the_first_is_taken() -> None:
    finding = dead_end(PAYMENTS, BACKLOG, FINISHED, Values()).finding()
    assert finding.code == "transition-field-required"
    assert "'In Review' → 'Done'" in finding.message
    assert [stop.transition.id for stop in dead_end(PAYMENTS, BACKLOG, FINISHED, Values()).blocked] == ["41"]


def test_a_value_that_the_screen_does_not_take() -> None:
    finding = dead_end(PAYMENTS, REVIEW, FINISHED, Values({"Resolution": "Finished"})).finding()
    assert finding.code == "transition-field-value"
    assert "'Finished' is not one of its values" in finding.message
    assert "one of Done, Won't Do" in finding.message


def test_a_transition_that_can_be_filled_in_is_taken_by_a_longer_way() -> None:
    workflow = {
        "1": (Transition("1", "Close", FINISHED, (SEVERITY,)), Transition("2", "Start", PROGRESS)),
        "3": (Transition("3", "Finish", FINISHED),),
    }
    assert ids(way(workflow, BACKLOG, FINISHED)) == ["2", "3"]
    assert ids(way(workflow, BACKLOG, FINISHED, Values({"Severity": "s1"}))) == ["1"]


def test_a_default_need_not_be_sent() -> None:
    defaulted = CreateField("resolution", "Resolution", required=True, has_default=True, type="resolution")
    found = way({"4": (Transition("41", "Close", FINISHED, (defaulted,)),)}, REVIEW, FINISHED, Values())
    assert dict(found.hops[0].fields) == {}
    assert str(found) == "In Review → Done"


def test_an_optional_field_is_sent_with_the_last_hop_only() -> None:
    optional = CreateField("resolution", "Resolution", required=False, has_default=False, type="string")
    workflow = {
        "1": (Transition("1", "Start", PROGRESS, (optional,)),),
        "3": (Transition("3", "Finish", FINISHED, (optional,)),),
    }
    assert [dict(hop.fields) for hop in way(workflow, BACKLOG, FINISHED).hops] == [{}, {"resolution": "Done"}]


def test_a_required_field_of_a_hop_between_is_sent() -> None:
    workflow = {
        "1": (Transition("1", "Start", PROGRESS, (SEVERITY,)),),
        "3": (Transition("3", "Finish", FINISHED),),
    }
    found = way(workflow, BACKLOG, FINISHED, Values({"severity": "S1", "resolution": "Done"}))
    assert dict(found.hops[0].fields) == {"customfield_10040": {"id": "7"}}
    assert found.unused == ("resolution",)
    assert str(found) == "Backlog → In Progress (needs Severity) → Done"


@pytest.mark.parametrize(("is_cloud", "key"), [(True, "accountId"), (False, "name")])
def test_people_are_named_as_the_deployment_does(*, is_cloud: bool, key: str) -> None:
    owner = CreateField("customfield_1", "Owner", required=True, has_default=False, type="user")
    values = Values({"Owner": "ann@acme.com"}, {"ann@acme.com": "a1"}.get, is_cloud)
    found = way({"4": (Transition("41", "Close", FINISHED, (owner,)),)}, REVIEW, FINISHED, values)
    assert dict(found.hops[0].fields) == {"customfield_1": {key: "a1"}}


# --- learning


def test_only_what_could_shorten_the_way_is_looked_at() -> None:
    _, looked = explored(PAYMENTS, BACKLOG, FINISHED, RESOLVED)
    assert looked == ["1", "2", "3", "4"]
    _, looked = explored(PAYMENTS, REVIEW, FINISHED, RESOLVED)
    assert looked == ["4"]


def test_a_status_as_far_off_as_the_way_found_is_not_looked_at() -> None:
    fork = {
        "1": (Transition("1", "a", PROGRESS), Transition("2", "b", SELECTED)),
        "2": (Transition("3", "c", FINISHED),),
        "3": (Transition("4", "d", FINISHED),),
    }
    _, looked = explored(fork, BACKLOG, FINISHED, RESOLVED)
    assert looked == ["1", "2"]


def test_a_status_without_a_ticket_to_ask_is_told() -> None:
    blind = {name: ways for name, ways in PAYMENTS.items() if name != "3"}
    finding = dead_end(blind, BACKLOG, FINISHED).finding()
    assert "unknown, for want of a ticket to ask: the ways out of 'In Progress'" in finding.message
    assert finding.hint is not None
    assert finding.hint.startswith("put any ticket of this type into 'In Progress', this one too: the ways on are then")
    assert dead_end({**PAYMENTS, "3": ()}, BACKLOG, FINISHED).finding().hint != finding.hint


def test_a_status_that_was_blind_can_be_learned_later() -> None:
    graph = Graph().without("4").learned("4", PAYMENTS["4"])
    assert isinstance(route(graph, REVIEW, FINISHED, RESOLVED), Route)
    assert graph.blind == frozenset()


def test_status_renamed() -> None:
    """Ids lead; a name that changed between two reads does no harm."""
    renamed = JiraStatus("4", "Peer Review", DOING)
    assert ids(way(PAYMENTS, renamed, JiraStatus("5", "Closed", DONE))) == ["41"]


def test_status_removed_from_the_workflow() -> None:
    gone = JiraStatus("77", "QA", DOING)
    assert dead_end(PAYMENTS, BACKLOG, gone).finding().code == "transition-no-path"


# --- against every path there is

STATUSES = [
    JiraStatus(str(number), f"S{number}", category)
    for number, category in enumerate([NEW, DOING, DOING, DONE, DOING, DONE, DOING, NEW])
]


@st.composite
def workflows(draw: st.DrawFn) -> Workflow:
    """Any workflow over the statuses: sparse or dense, some statuses without anybody to ask."""
    size = draw(st.integers(2, len(STATUSES)))
    numbers = st.integers(0, size - 1)
    edges = draw(st.lists(st.tuples(numbers, numbers, st.booleans()), max_size=20))
    silent = draw(st.sets(numbers, max_size=2))
    return {
        STATUSES[here].id: tuple(
            Transition(str(100 + number), "t", STATUSES[to], (RESOLUTION,) if needs else ())
            for number, (source, to, needs) in enumerate(edges)
            if source == here
        )
        for here in range(size)
        if here == 0 or here not in silent
    }


def shortest(workflow: Workflow, start: JiraStatus, goal: JiraStatus) -> int | None:
    """The least number of hops, by walking every permitted path."""
    best: int | None = None
    trails: list[tuple[str, ...]] = [(start.id,)]
    while trails:
        trail = trails.pop()
        if trail[-1] == goal.id:
            best = len(trail) - 1 if best is None else min(best, len(trail) - 1)
        elif len(trail) <= MOST_HOPS and not (len(trail) > 1 and STATUSES[int(trail[-1])].category is DONE):
            trails += [(*trail, t.to.id) for t in workflow.get(trail[-1], ()) if t.to.id not in trail]
    return best


@given(workflow=workflows(), goal=st.sampled_from(STATUSES), fillable=st.booleans())
@settings(max_examples=400, deadline=None)
def test_the_way_is_the_shortest_permitted_one(workflow: Workflow, goal: JiraStatus, *, fillable: bool) -> None:
    start = STATUSES[0]
    step, _ = explored(workflow, start, goal, RESOLVED if fillable else Values())
    open_ways = {name: tuple(way for way in ways if fillable or not way.required) for name, ways in workflow.items()}
    best = shortest(open_ways, start, goal)
    if best is None:
        assert isinstance(step, DeadEnd)
        has_way = shortest(workflow, start, goal) is not None
        assert step.finding().code == ("transition-field-required" if has_way else "transition-no-path")
        return
    assert isinstance(step, Route)
    assert len(step.hops) == best
    here = start
    for number, hop in enumerate(step.hops, 1):
        assert hop.source.id == here.id
        assert hop.transition in workflow[here.id]
        assert hop.transition.to.id != here.id
        assert hop.transition.to.category is not DONE or number == len(step.hops)
        here = hop.transition.to
    assert here.id == goal.id


@given(workflow=workflows(), goal=st.sampled_from(STATUSES))
@settings(max_examples=150, deadline=None)
def test_the_order_in_which_jira_lists_transitions_does_not_matter(workflow: Workflow, goal: JiraStatus) -> None:
    shuffled = {name: tuple(reversed(ways)) for name, ways in reversed(list(workflow.items()))}
    assert explored(workflow, STATUSES[0], goal, RESOLVED) == explored(shuffled, STATUSES[0], goal, RESOLVED)
