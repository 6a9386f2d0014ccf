"""The promised table to the letter, and one example for each rule that the table does not reach."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reconciler.sync import ConflictPolicy, Decision, Evidence, GroupState, IssueState, Policy, StatusGroup, decide

OPEN, IN_PROGRESS, CLOSED = StatusGroup
FOR_REVIEW, REVIEWED, RESOLVED, IGNORED, EXCLUDED = IssueState
NOBODY = Evidence(ticket_moved=False, case_moved=False)
NOBODY_BUT_TICKET = Evidence(case_moved=False)
NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


def group(hub: StatusGroup, *states: IssueState, ticket: StatusGroup | None = None, reviewing: str = "") -> GroupState:
    """A group with the issues a, b, c and so on; a ticket apart from its case where it is given."""
    named = dict(zip("abcdef", states, strict=False))
    return GroupState(ticket or hub, hub, named, frozenset(reviewing))


def codes(decision: Decision) -> list[str]:
    return [finding.code for finding in decision.findings]


def lost(decision: Decision) -> list[str]:
    return [conflict.what for conflict in decision.conflicts]


@pytest.mark.parametrize("policy", [Policy(one, reopen) for one in ConflictPolicy for reopen in (False, True)])
@pytest.mark.parametrize("author", [True, False, None])
@pytest.mark.parametrize(
    ("before", "event", "after"),
    [
        pytest.param(
            group(CLOSED, RESOLVED, RESOLVED, RESOLVED),
            group(CLOSED, FOR_REVIEW, RESOLVED, RESOLVED),
            group(OPEN, FOR_REVIEW, RESOLVED, RESOLVED),
            id="Done, all Resolved; one issue to For Review",
        ),
        pytest.param(
            group(OPEN, FOR_REVIEW, FOR_REVIEW, FOR_REVIEW),
            group(OPEN, RESOLVED, FOR_REVIEW, FOR_REVIEW),
            group(OPEN, RESOLVED, FOR_REVIEW, FOR_REVIEW),
            id="To Do, all For Review; one issue to Resolved",
        ),
        pytest.param(
            group(CLOSED, RESOLVED, RESOLVED),
            group(CLOSED, RESOLVED, RESOLVED, FOR_REVIEW),
            group(CLOSED, RESOLVED, RESOLVED, RESOLVED),
            id="Done; link an issue For Review",
        ),
        pytest.param(
            group(OPEN, FOR_REVIEW, FOR_REVIEW),
            group(OPEN, FOR_REVIEW, FOR_REVIEW, RESOLVED),
            group(OPEN, FOR_REVIEW, FOR_REVIEW, RESOLVED),
            id="To Do; link a Resolved issue",
        ),
        pytest.param(
            group(OPEN, FOR_REVIEW),
            group(OPEN, RESOLVED),
            group(CLOSED, RESOLVED),
            id="To Do; its one issue to Resolved",
        ),
        pytest.param(
            group(OPEN, RESOLVED, FOR_REVIEW, IGNORED),
            group(OPEN, RESOLVED, RESOLVED, IGNORED),
            group(CLOSED, RESOLVED, RESOLVED, IGNORED),
            id="the last open issue of several to Resolved",
        ),
    ],
)
def test_the_promised_table(
    before: GroupState, event: GroupState, after: GroupState, policy: Policy, author: bool | None
) -> None:
    decision = decide(before, event, policy, Evidence(ticket_moved=author is not False, case_moved=author))
    assert decision == Decision(after, reasons=decision.reasons)


@pytest.mark.parametrize("conflict", ConflictPolicy)
@pytest.mark.parametrize(
    "states", [(FOR_REVIEW,), (REVIEWED, FOR_REVIEW), (RESOLVED, REVIEWED, FOR_REVIEW), (IGNORED,)]
)
@pytest.mark.parametrize(("to", "state"), [(OPEN, FOR_REVIEW), (IN_PROGRESS, REVIEWED), (CLOSED, RESOLVED)])
@pytest.mark.parametrize("was", StatusGroup)
def test_when_the_ticket_moves_every_linked_issue_mirrors_it(
    was: StatusGroup, to: StatusGroup, state: IssueState, states: tuple[IssueState, ...], conflict: ConflictPolicy
) -> None:
    if was.progress > min(one.group.progress for one in states):
        was = OPEN
    decision = decide(group(was, *states), group(was, *states, ticket=to), Policy(conflict), Evidence())
    moved = was is not to
    expected = [one if one.group is to or not moved else state for one in states]
    assert decision == Decision(group(to, *expected), reasons=decision.reasons)


@pytest.mark.parametrize(
    ("conflict", "hub", "issues", "told"),
    [
        (ConflictPolicy.OPEN, OPEN, (FOR_REVIEW, RESOLVED), ["ticket"]),
        (ConflictPolicy.JIRA, IN_PROGRESS, (REVIEWED, REVIEWED), ["a"]),
        (ConflictPolicy.DATADOG, OPEN, (FOR_REVIEW, RESOLVED), ["ticket"]),
    ],
)
def test_ticket_and_an_issue_moved_apart(
    conflict: ConflictPolicy, hub: StatusGroup, issues: tuple[IssueState, ...], told: list[str]
) -> None:
    base, seen = group(CLOSED, RESOLVED, RESOLVED), group(CLOSED, FOR_REVIEW, RESOLVED, ticket=IN_PROGRESS)
    decision = decide(base, seen, Policy(conflict), Evidence(case_moved=False))
    assert decision.target == group(hub, *issues)
    assert lost(decision) == told


def test_a_policy_that_holds_writes_nothing_and_tells_both_changes() -> None:
    base, seen = group(CLOSED, RESOLVED), group(CLOSED, FOR_REVIEW, REVIEWED, ticket=IN_PROGRESS)
    decision = decide(base, seen, Policy(ConflictPolicy.HOLD), Evidence())
    assert (decision.target, decision.held, lost(decision)) == (seen, True, ["ticket", "a"])


@pytest.mark.parametrize(
    ("conflict", "hub", "told"),
    [
        (ConflictPolicy.OPEN, OPEN, ["ticket"]),
        (ConflictPolicy.JIRA, IN_PROGRESS, ["case"]),
        (ConflictPolicy.DATADOG, OPEN, ["ticket"]),
    ],
)
def test_ticket_and_case_moved_apart(conflict: ConflictPolicy, hub: StatusGroup, told: list[str]) -> None:
    base, seen = group(CLOSED, RESOLVED), group(OPEN, RESOLVED, ticket=IN_PROGRESS)
    decision = decide(base, seen, Policy(conflict), Evidence(case_moved=True))
    assert decision.target.case is hub
    assert lost(decision) == told


def test_a_case_by_an_unknown_author_that_equals_its_issues_merely_followed() -> None:
    base = group(OPEN, FOR_REVIEW)
    seen = group(IN_PROGRESS, RESOLVED, REVIEWED, ticket=OPEN)
    decision = decide(base, seen, Policy(), Evidence(ticket_moved=False))
    assert decision.target == group(IN_PROGRESS, RESOLVED, REVIEWED)
    assert (lost(decision), codes(decision)) == ([], [])


def test_a_case_that_followed_further_than_the_group_goes_is_told() -> None:
    base, seen = group(OPEN, RESOLVED), group(CLOSED, RESOLVED, RESOLVED, ticket=OPEN)
    decision = decide(base, seen, Policy(), Evidence(ticket_moved=False))
    assert (decision.target, codes(decision)) == (group(OPEN, RESOLVED, RESOLVED), ["case-followed"])


def test_an_automatic_review_is_nobodys_event() -> None:
    base, seen = group(OPEN, FOR_REVIEW, reviewing="a"), group(OPEN, REVIEWED)
    assert decide(base, seen, Policy(), NOBODY).target == seen
    assert decide(group(OPEN, FOR_REVIEW), seen, Policy(), NOBODY).target == group(IN_PROGRESS, REVIEWED)


def test_leaving_moves_nothing_but_is_told_where_all_that_is_left_is_closed() -> None:
    base = group(OPEN, RESOLVED, FOR_REVIEW)
    decision = decide(base, group(OPEN, RESOLVED), Policy(), NOBODY)
    assert (decision.target, codes(decision)) == (group(OPEN, RESOLVED), ["all-done"])


@pytest.mark.parametrize(("reopen", "state", "told"), [(False, EXCLUDED, ["excluded-kept"]), (True, FOR_REVIEW, [])])
def test_a_reopened_ticket_leaves_excluded_issues_unless_the_mapping_reopens_them(
    reopen: bool, state: IssueState, told: list[str]
) -> None:
    base, seen = group(CLOSED, EXCLUDED, IGNORED), group(CLOSED, EXCLUDED, IGNORED, ticket=OPEN)
    decision = decide(base, seen, Policy(reopen_excluded=reopen), NOBODY_BUT_TICKET)
    assert (decision.target, codes(decision)) == (group(OPEN, state, FOR_REVIEW), told)


def test_a_ticket_in_no_group_is_left_while_the_rest_goes_on() -> None:
    base = group(OPEN, FOR_REVIEW)
    decision = decide(base, GroupState(None, OPEN, {"a": RESOLVED}), Policy(), NOBODY)
    assert decision.target == GroupState(None, CLOSED, {"a": RESOLVED})
    assert codes(decision) == ["unmapped-status"]
    back = decide(GroupState(OPEN, CLOSED, {"a": RESOLVED}), group(CLOSED, RESOLVED, ticket=OPEN), Policy(), Evidence())
    assert back.target == group(CLOSED, RESOLVED)


def test_a_move_to_where_the_hub_stood_is_no_event_but_is_told_when_it_is_lost() -> None:
    base = GroupState(OPEN, CLOSED, {"a": RESOLVED})
    decision = decide(base, group(CLOSED, FOR_REVIEW), Policy(ConflictPolicy.JIRA), NOBODY_BUT_TICKET)
    assert (decision.target, lost(decision)) == (group(OPEN, FOR_REVIEW), ["ticket"])


@pytest.mark.parametrize(
    ("late", "hub", "state"), [(timedelta(seconds=1), OPEN, FOR_REVIEW), (timedelta(0), CLOSED, RESOLVED)]
)
def test_at_first_sight_an_error_after_the_ticket_was_closed_reopens_it(
    late: timedelta, hub: StatusGroup, state: IssueState
) -> None:
    evidence = Evidence(ticket_since=NOON, last_seen={"a": NOON + late})
    decision = decide(None, group(CLOSED, FOR_REVIEW, IGNORED), Policy(), evidence)
    assert (decision.target, decision.held) == (group(hub, state, IGNORED), False)


@pytest.mark.parametrize(
    ("seen", "evidence"),
    [
        pytest.param(
            group(CLOSED, FOR_REVIEW), Evidence(last_seen={"a": NOON}), id="when the ticket moved is not known"
        ),
        pytest.param(group(CLOSED, FOR_REVIEW), Evidence(ticket_since=NOON), id="when it was last seen is not known"),
        pytest.param(group(OPEN, RESOLVED, ticket=CLOSED), Evidence(), id="ticket and case are apart"),
        pytest.param(GroupState(None, OPEN, {"a": FOR_REVIEW}), Evidence(), id="the ticket is in no group"),
    ],
)
def test_at_first_sight_what_nobody_can_know_is_held(seen: GroupState, evidence: Evidence) -> None:
    decision = decide(None, seen, Policy(), evidence)
    assert (decision.target, decision.held, codes(decision)) == (seen, True, ["first-sight-conflict"])
    assert decision.conflicts == ()
