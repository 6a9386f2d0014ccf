"""What a ticket remembers: written and read back, and anything else was never seen."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.memory.base import TicketMemory
from reconciler.model.state import IssueState, StatusGroup
from reconciler.sync.group import GroupState
from reconciler.sync.remembered import Intent, People, Remembered, Write
from reconciler.sync.steps import aggregate

NOW = datetime(2026, 11, 23, tzinfo=UTC)
moments = st.integers(0, 10**9).map(lambda milliseconds: NOW + timedelta(milliseconds=milliseconds))
names = st.text(min_size=1, max_size=5)
groups = st.builds(
    GroupState,
    ticket=st.none() | st.sampled_from(StatusGroup),
    case=st.sampled_from(StatusGroup),
    issues=st.dictionaries(names, st.sampled_from(IssueState), max_size=4),
    reviewing=st.just(frozenset()) | st.frozensets(names, max_size=2),
)


def is_possible(group: GroupState) -> bool:
    """The hub is no further along than the least of the issues, those under review counted as For Review."""
    states = [IssueState.OPEN if name in group.reviewing else state for name, state in group.issues.items()]
    return group.case.progress <= aggregate(states).progress


people = st.builds(People, st.none() | names, st.none() | names, st.dictionaries(names, st.none() | names, max_size=3))
bases = st.builds(
    Remembered,
    group=groups.filter(is_possible),
    at=moments,
    since=moments,
    changelog=st.none() | names,
    case_left=st.none() | st.sampled_from(StatusGroup),
    reviewing_since=st.dictionaries(names, moments, max_size=2),
    people=st.none() | people,
    copied=st.frozensets(names, max_size=3),
    intent=st.none()
    | st.builds(Intent, groups, groups, moments, st.none() | names)
    | st.builds(Intent, groups, groups, moments, st.none() | names, people, people, people),
    writes=st.lists(st.builds(Write, st.sampled_from(StatusGroup), moments), max_size=3).map(tuple),
)


@given(bases)
def test_a_base_reads_back_through_json(base: Remembered) -> None:
    memory = TicketMemory("acme")
    assert memory.decode(json.loads(json.dumps(memory.encode(base)))) == base


@given(bases)
def test_a_base_of_another_instance_is_not_ours(base: Remembered) -> None:
    assert TicketMemory("other").decode(TicketMemory("acme").encode(base)) is None


@given(groups.filter(lambda group: not is_possible(group)))
def test_a_base_that_no_decision_leaves_was_never_seen(group: GroupState) -> None:
    memory = TicketMemory("acme")
    assert memory.decode(memory.encode(Remembered(group, NOW, NOW))) is None


GOOD = dict(
    TicketMemory("acme").encode(Remembered(GroupState(None, StatusGroup.OPEN, {"i": IssueState.OPEN}), NOW, NOW))
)


def base_with(**changed: Any) -> dict[str, Any]:
    return GOOD | {"base": GOOD["base"] | changed}


@pytest.mark.parametrize(
    "value",
    [
        None,
        "text",
        [],
        {},
        GOOD | {"version": 2},
        GOOD | {"version": "1"},
        GOOD | {"base": None},
        GOOD | {"at": "yesterday"},
        GOOD | {"at": "2026-11-23T00:00:00"},
        GOOD | {"since": None},
        GOOD | {"changelog": 7},
        GOOD | {"reviewing_since": ["i"]},
        GOOD | {"intent": {"before": GOOD["base"]}},
        GOOD | {"people": {"ticket": 3, "case": None, "issues": {}}},
        GOOD | {"writes": [["open"]]},
        base_with(case="done"),
        base_with(ticket=3),
        base_with(issues={"i": "FIXED"}),
        base_with(issues=["i"]),
        base_with(reviewing="i"),
        base_with(reviewing=[3]),
        GOOD | {"base": {key: item for key, item in GOOD["base"].items() if key != "reviewing"}},
    ],
)
def test_a_broken_or_forged_base_was_never_seen(value: object) -> None:
    assert TicketMemory("acme").decode(value) is None
