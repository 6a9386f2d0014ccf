"""A held group is decided by somebody: the ticket's view or the issues', for the status, the assignee, or both."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.declared import ConflictPolicy
from reconciler.model.state import IssueState, StatusGroup
from reconciler.sync.decide import decide
from reconciler.sync.decision import Evidence, Policy
from reconciler.sync.group import GroupState
from reconciler.sync.settling import Side, settle
from reconciler.sync.steps import aggregate

STATES = st.dictionaries(st.sampled_from("abc"), st.sampled_from(IssueState), min_size=1)
GROUPS = st.sampled_from(StatusGroup)
SEEN = st.builds(GroupState, GROUPS, GROUPS, STATES)


@given(SEEN, STATES, GROUPS, st.booleans())
def test_the_tickets_view_is_what_the_policy_jira_decides(
    seen: GroupState, known: dict[str, IssueState], other: StatusGroup, reopens: bool
) -> None:
    # A base that lets the ticket alone have moved among the two of the hub.
    hub = min(aggregate(known.values()), other, key=lambda group: group.progress)
    base = GroupState(hub, hub, known)
    if seen.ticket is hub:
        return
    policy = Policy(ConflictPolicy.JIRA, reopens)
    decided = decide(base, seen, policy, Evidence(ticket_moved=True, case_moved=False))
    assert settle(base, seen, Side.TICKET, policy).target == decided.target


@given(SEEN, st.none() | SEEN, st.sampled_from(Side))
def test_a_settlement_keeps_its_side_and_the_invariant(seen: GroupState, base: GroupState | None, side: Side) -> None:
    target = settle(base, seen, side, Policy(reopen_excluded=True)).target
    kept = target.issues == seen.issues if side is Side.ISSUES else target.ticket is seen.ticket
    assert kept
    assert target.ticket is target.case
    assert target.case.progress <= aggregate(target.issues.values()).progress


def test_the_view_of_a_ticket_without_a_group_cannot_be_taken() -> None:
    seen = GroupState(None, StatusGroup.OPEN, {"a": IssueState.RESOLVED})
    assert settle(None, seen, Side.TICKET, Policy()).held
    assert settle(None, seen, Side.ISSUES, Policy()).target == GroupState(None, StatusGroup.CLOSED, seen.issues)


@pytest.mark.parametrize(
    ("side", "after"),
    [
        ("ticket", {"SHOP-1": "Done", "one": "RESOLVED", "two": "RESOLVED"}),
        ("issues", {"SHOP-1": "To Do", "one": "OPEN", "two": "ACKNOWLEDGED"}),
    ],
)
def test_a_conflict_that_the_policy_holds(company: Any, side: str, after: dict[str, str]) -> None:
    company.apply()
    assert company.ticket("settle SHOP-1 --take ticket")["nothing_to_do"]
    company.act("--as bruno@acme.com ticket SHOP-1 status Done")
    company.act("issue one state OPEN")
    company.apply()
    assert company.ticket("show one")["held"]
    assert [company.state(name) for name in ("SHOP-1", "one", "two")] == ["Done", "OPEN", "ACKNOWLEDGED"]
    told = company.ticket(f"settle SHOP-1 --take {side} --field status")
    assert all(each["status"] == "applied" for each in told["outcomes"])
    assert {name: company.state(name) for name in after} == after
    assert not company.ticket("show SHOP-1")["held"]
    code, out, _ = company.run("plan --only sync --detailed-exitcode")
    assert code == 0, out


@pytest.mark.parametrize(("side", "person"), [("ticket", "bruno@acme.com"), ("issues", "alice@acme.com")])
def test_assignees_that_the_policy_holds(company: Any, side: str, person: str) -> None:
    company.apply()
    company.act("issue one assign none")
    company.apply()
    company.act("--as bruno@acme.com ticket SHOP-1 assign bruno@acme.com")
    company.act("issue one assign alice@acme.com")
    company.act("issue two assign alice@acme.com")
    company.apply()
    told = company.ticket(f"settle SHOP-1 --take {side}")
    assert told["changes"]
    world = company.running.world
    account = world.jira["acme"].ticket("SHOP-1").assignee
    assert world.jira["acme"].site.users[account].email == person
    held = {issue.assignee_id for issue in world.datadog.company.issues.values() if issue.name in {"one", "two"}}
    assert [world.datadog.company.users[each].email for each in held] == [person]
    assert company.ticket(f"settle SHOP-1 --take {side}")["nothing_to_do"]
