"""What holds for every decision, said without the rules: the laws, over groups of up to six issues."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.sync import (
    ConflictPolicy,
    Decision,
    Evidence,
    GroupState,
    IssueState,
    Policy,
    StatusGroup,
    decide,
)

NAMES = [f"i{number}" for number in range(6)]
LIVE = {IssueState.OPEN, IssueState.ACKNOWLEDGED}
MORE = settings(max_examples=250, deadline=None)
groups = st.sampled_from(list(StatusGroup))
states = st.sampled_from(list(IssueState))
policies = st.builds(Policy, st.sampled_from(list(ConflictPolicy)), st.booleans())
times = st.integers(0, 9).map(lambda minutes: datetime(2026, 3, 29, 1, tzinfo=UTC) + timedelta(minutes=minutes))
evidences = st.builds(
    Evidence,
    ticket_moved=st.booleans(),
    case_moved=st.sampled_from([True, False, None]),
    ticket_since=st.none() | times,
    last_seen=st.dictionaries(st.sampled_from(NAMES), times),
)
some_issues = st.dictionaries(st.sampled_from(NAMES), states)


def least(issues: list[IssueState]) -> int:
    return min((state.group.progress for state in issues), default=2)


@st.composite
def bases(draw: st.DrawFn, *, ticket_apart: bool = True) -> GroupState:
    """A base the engine accepts: its hub is no further along than its least issue; those in review are For Review."""
    issues = draw(some_issues)
    case = draw(groups.filter(lambda group: group.progress <= least(list(issues.values()))))
    ticket = draw(st.one_of(st.just(case), groups, st.none())) if ticket_apart else case
    still_open = sorted(name for name, state in issues.items() if state is IssueState.OPEN)
    reviewing = draw(st.sets(st.sampled_from(still_open))) if still_open else set[str]()
    return GroupState(ticket, case, issues, frozenset(reviewing))


@st.composite
def sights(draw: st.DrawFn) -> GroupState:
    return GroupState(draw(st.none() | groups), draw(groups), draw(some_issues))


@st.composite
def later(draw: st.DrawFn, base: GroupState) -> GroupState:
    """The group a little later: mostly as it was."""
    issues = dict(base.issues)
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=3)):
        state = draw(st.none() | states)
        if state is None:
            issues.pop(name, None)
        else:
            issues[name] = state
    return GroupState(draw(st.just(base.ticket) | groups), draw(st.just(base.case) | groups), issues)


cases = bases().flatmap(lambda base: st.tuples(st.just(base), sights() | later(base), policies, evidences))
all_cases = cases | st.tuples(st.none(), sights(), policies, evidences)


def edits(base: GroupState, seen: GroupState, evidence: Evidence) -> set[str]:
    """Everything that somebody surely changed, and the case where it may have been somebody."""
    made = {
        name
        for name, state in seen.issues.items()
        if name in base.issues
        and state is not base.issues[name]
        and not (name in base.reviewing and {state, base.issues[name]} <= LIVE)
    }
    if evidence.ticket_moved and seen.ticket not in (None, base.ticket):
        made.add("ticket")
    if evidence.case_moved is not False and seen.case is not base.case:
        made.add("case")
    return made


def parts(state: GroupState) -> dict[str, StatusGroup | IssueState | None]:
    return {**state.issues, "ticket": state.ticket, "case": state.case}


def codes(decision: Decision) -> set[str]:
    return {finding.code for finding in decision.findings}


@MORE
@given(bases(ticket_apart=False), policies, evidences)
def test_without_an_event_nothing_changes(base: GroupState, policy: Policy, evidence: Evidence) -> None:
    decision = decide(base, replace(base, reviewing=frozenset()), policy, evidence)
    assert decision.target == replace(base, reviewing=frozenset())
    assert (decision.held, decision.conflicts, decision.findings) == (False, (), ())


@MORE
@given(all_cases, evidences)
def test_what_was_decided_once_stays(
    case: tuple[GroupState | None, GroupState, Policy, Evidence], later_evidence: Evidence
) -> None:
    first = decide(*case)
    again = decide(first.target, first.target, case[2], later_evidence)
    assert first.held or (again.target, again.held, again.conflicts) == (first.target, False, ())


@MORE
@given(all_cases)
def test_the_hub_is_never_further_along_than_its_least_issue(
    case: tuple[GroupState | None, GroupState, Policy, Evidence],
) -> None:
    decision = decide(*case)
    target = decision.target
    assert decision.held or target.case.progress <= least(list(target.issues.values()))
    assert decision.held or target.ticket in (target.case, None)


@MORE
@given(cases)
def test_nobodys_edit_vanishes_unreported(case: tuple[GroupState, GroupState, Policy, Evidence]) -> None:
    base, seen, _, evidence = case
    decision = decide(*case)
    now, then = parts(decision.target), parts(seen)
    lost = {what for what in edits(base, seen, evidence) if now[what] is not then[what]}
    told = {conflict.what for conflict in decision.conflicts}
    if "case-followed" in codes(decision):
        told.add("case")
    assert lost <= told
    assert decision.held or {conflict.what for conflict in decision.conflicts} <= lost


@MORE
@given(cases)
def test_a_conflict_says_what_was_what_was_made_of_it_and_what_it_becomes(
    case: tuple[GroupState, GroupState, Policy, Evidence],
) -> None:
    base, seen, _, _ = case
    decision = decide(*case)
    was, now, becomes = parts(base), parts(seen), parts(decision.target)
    for one in decision.conflicts:
        assert (one.base, one.seen, one.target) == (was[one.what], now[one.what], becomes[one.what])
        assert one.rule == decision.reasons[0].rule
    assert len({one.what for one in decision.conflicts}) == len(decision.conflicts)


@MORE
@given(all_cases)
def test_what_is_held_is_left_and_said(case: tuple[GroupState | None, GroupState, Policy, Evidence]) -> None:
    base, seen, policy, _ = case
    decision = decide(*case)
    if decision.held:
        assert decision.target == seen
        assert decision.conflicts if base is not None else codes(decision) == {"first-sight-conflict"}
        assert base is None or policy.conflict is ConflictPolicy.HOLD
    assert len(decision.reasons) == 1


@MORE
@given(all_cases, st.permutations(NAMES), st.permutations(NAMES))
def test_neither_the_order_nor_the_names_of_issues_matter(
    case: tuple[GroupState | None, GroupState, Policy, Evidence], order: list[str], names: list[str]
) -> None:
    renamed = dict(zip(NAMES, names, strict=True))

    def other(state: GroupState) -> GroupState:
        issues = {renamed[name]: state.issues[name] for name in order if name in state.issues}
        return replace(state, issues=issues, reviewing=frozenset(renamed[name] for name in state.reviewing))

    base, seen, policy, evidence = case
    seen_then = {renamed[name]: time for name, time in evidence.last_seen.items()}
    one = decide(*case)
    two = decide(other(base) if base else None, other(seen), policy, replace(evidence, last_seen=seen_then))
    assert two.target == other(one.target)
    assert two.held is one.held
    assert {renamed.get(lost.what, lost.what) for lost in one.conflicts} == {lost.what for lost in two.conflicts}
    assert codes(one) == codes(two)
    reordered = decide(
        replace(base, issues=dict(reversed(list(base.issues.items())))) if base else None,
        replace(seen, issues=dict(reversed(list(seen.issues.items())))),
        policy,
        evidence,
    )
    assert reordered == one


@MORE
@given(cases)
def test_a_new_link_alone_never_moves_the_hub(case: tuple[GroupState, GroupState, Policy, Evidence]) -> None:
    base, seen, policy, evidence = case
    joined = {name: state for name, state in seen.issues.items() if name not in base.issues}
    alone = GroupState(base.ticket, base.case, {**base.issues, **joined})
    decision = decide(base, alone, policy, evidence)
    assert decision.target.case is base.case
    assert all(decision.target.issues[name] is state for name, state in base.issues.items())
    for name, state in joined.items():
        assert decision.target.issues[name].group.progress >= max(base.case.progress, state.group.progress)


@MORE
@given(cases, st.booleans())
def test_by_default_nothing_live_is_ever_hidden(
    case: tuple[GroupState, GroupState, Policy, Evidence], reopen_excluded: bool
) -> None:
    base, seen, _, evidence = case
    decision = decide(base, seen, Policy(reopen_excluded=reopen_excluded), evidence)
    for name, state in seen.issues.items():
        if name in base.issues and state.group.progress < base.issues[name].group.progress:
            assert decision.target.issues[name].group.progress <= state.group.progress


@MORE
@given(all_cases)
def test_an_excluded_issue_stays_excluded_unless_the_mapping_says_otherwise(
    case: tuple[GroupState | None, GroupState, Policy, Evidence],
) -> None:
    base, seen, policy, evidence = case
    decision = decide(base, seen, replace(policy, reopen_excluded=False), evidence)
    for name, state in seen.issues.items():
        if state is IssueState.EXCLUDED:
            assert decision.target.issues[name] is IssueState.EXCLUDED


@MORE
@given(cases, evidences)
def test_with_a_base_no_time_is_asked_for(
    case: tuple[GroupState, GroupState, Policy, Evidence], other: Evidence
) -> None:
    base, seen, policy, evidence = case
    timed = replace(evidence, ticket_since=other.ticket_since, last_seen=other.last_seen)
    assert decide(base, seen, policy, timed) == decide(base, seen, policy, evidence)


@MORE
@given(cases)
def test_an_unmapped_ticket_is_never_written_and_never_heard(
    case: tuple[GroupState, GroupState, Policy, Evidence],
) -> None:
    base, seen, policy, evidence = case
    unmapped = decide(base, replace(seen, ticket=None), policy, evidence)
    still = decide(replace(base, ticket=base.case), replace(seen, ticket=base.case), policy, evidence)
    assert unmapped.target.ticket is None
    assert "unmapped-status" in codes(unmapped)
    assert (unmapped.target.case, unmapped.target.issues) == (still.target.case, still.target.issues)


@MORE
@given(cases)
def test_a_ticket_that_datadog_moved_is_no_event(case: tuple[GroupState, GroupState, Policy, Evidence]) -> None:
    base, seen, policy, evidence = case
    by_nobody = replace(evidence, ticket_moved=False)
    reflex = decide(base, seen, policy, by_nobody)
    quiet = decide(base, replace(seen, ticket=base.ticket), policy, by_nobody)
    assert (reflex.target.case, reflex.target.issues) == (quiet.target.case, quiet.target.issues)
    assert "ticket" not in {conflict.what for conflict in reflex.conflicts}
