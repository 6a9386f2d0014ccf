"""The base on a ticket: written and read back, and anything else is never seen."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.memory.base import TicketMemory
from reconciler.model.state import IssueState, StatusGroup
from reconciler.sync.group import GroupState

NOW = datetime(2026, 11, 23, tzinfo=UTC)
groups = st.builds(
    GroupState,
    ticket=st.none() | st.sampled_from(StatusGroup),
    case=st.sampled_from(StatusGroup),
    issues=st.dictionaries(st.text(min_size=1), st.sampled_from(IssueState), max_size=4),
    reviewing=st.frozensets(st.text(min_size=1), max_size=2),
)


@given(groups)
def test_a_base_reads_back(group: GroupState) -> None:
    memory = TicketMemory("acme")
    assert memory.decode(memory.encode(group, NOW)) == group


@given(groups)
def test_a_base_of_another_instance_is_not_ours(group: GroupState) -> None:
    assert TicketMemory("other").decode(TicketMemory("acme").encode(group, NOW)) is None


GOOD = dict(TicketMemory("acme").encode(GroupState(None, StatusGroup.OPEN, {"i": IssueState.OPEN}), NOW))


@pytest.mark.parametrize(
    "value",
    [
        None,
        "text",
        [],
        {},
        GOOD | {"version": 2},
        GOOD | {"base": None},
        GOOD | {"base": {**GOOD["base"], "case": "done"}},
        GOOD | {"base": {**GOOD["base"], "ticket": 3}},
        GOOD | {"base": {**GOOD["base"], "issues": {"i": "FIXED"}}},
        GOOD | {"base": {**GOOD["base"], "issues": ["i"]}},
        GOOD | {"base": {key: item for key, item in GOOD["base"].items() if key != "reviewing"}},
    ],
)
def test_a_broken_or_forged_base_was_never_seen(value: object) -> None:
    assert TicketMemory("acme").decode(value) is None
