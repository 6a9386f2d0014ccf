"""A second statement of the rules of sync, written from their description and not from the code.

It speaks in numbers (how far along: 0 open, 1 in progress, 2 closed) and in sets of what happened, and answers a plain
verdict. `decide` is held against it case by case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations_with_replacement, product
from typing import TypeAlias

import pytest

from reconciler.sync import ConflictPolicy, Decision, Evidence, GroupState, IssueState, Policy, StatusGroup

Case: TypeAlias = tuple[GroupState | None, GroupState, Policy, Evidence]
Shape: TypeAlias = tuple[dict[str, IssueState], dict[str, IssueState], frozenset[str]]

FAR = {StatusGroup.OPEN: 0, StatusGroup.IN_PROGRESS: 1, StatusGroup.CLOSED: 2}
GAMMA = {
    IssueState.OPEN: 0,
    IssueState.ACKNOWLEDGED: 1,
    IssueState.RESOLVED: 2,
    IssueState.IGNORED: 2,
    IssueState.EXCLUDED: 2,
}
SIGMA = (IssueState.OPEN, IssueState.ACKNOWLEDGED, IssueState.RESOLVED)
REVIEW = frozenset({IssueState.OPEN, IssueState.ACKNOWLEDGED})
CLOSED = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """What should come out. `conflicts` maps what was lost (ticket, case, an issue id) to what it becomes."""

    ticket: int | None
    case: int
    issues: dict[str, IssueState]
    held: bool
    conflicts: dict[str, int | IssueState | None]
    findings: frozenset[str]


@dataclass(frozen=True, slots=True)
class Issues:
    """What happened to the issues since the base, as sets; `forward`, `backward`, `edited` are of those known before."""

    was: dict[str, IssueState]
    kept: frozenset[str]
    joined: frozenset[str]
    left: frozenset[str]
    forward: frozenset[str]
    backward: frozenset[str]
    edited: frozenset[str]
    touched: bool
    lowest: int


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened since the base."""

    issues: Issues
    ticket_edited: bool
    ticket_event: bool
    case_event: bool
    case_followed: bool

    @property
    def changed(self) -> frozenset[str]:
        """The issues that are in another group now."""
        return self.issues.forward | self.issues.backward


def _lowest(numbers: Iterable[int]) -> int:
    return min(numbers, default=CLOSED)


def _issues(base: GroupState, seen: GroupState) -> Issues:
    before, after = frozenset(base.issues), frozenset(seen.issues)
    kept = before & after
    was = {}
    for k in kept:
        blurred = k in base.reviewing and {base.issues[k], seen.issues[k]} <= REVIEW
        was[k] = seen.issues[k] if blurred else base.issues[k]
    return Issues(
        was=was,
        kept=kept,
        joined=after - before,
        left=before - after,
        forward=frozenset(k for k in kept if GAMMA[seen.issues[k]] > GAMMA[was[k]]),
        backward=frozenset(k for k in kept if GAMMA[seen.issues[k]] < GAMMA[was[k]]),
        edited=frozenset(k for k in kept if seen.issues[k] is not was[k]),
        touched=bool(after - before) or any(base.issues[k] is not seen.issues[k] for k in kept),
        lowest=_lowest(GAMMA[state] for state in seen.issues.values()),
    )


# The cases come issues first: what happened to them is worked out once for all that surrounds them.
_latest: list[tuple[GroupState, GroupState, Issues]] = []


def _issues_once(base: GroupState, seen: GroupState) -> Issues:
    if _latest:
        old, last, found = _latest[0]
        if old.issues is base.issues and last.issues is seen.issues and old.reviewing is base.reviewing:
            return found
    _latest[:] = [(base, seen, _issues(base, seen))]
    return _latest[0][2]


def _happened(base: GroupState, seen: GroupState, evidence: Evidence) -> Happened:
    issues = _issues_once(base, seen)
    case_differs = base.case is not seen.case
    follows = issues.touched and FAR[seen.case] == issues.lowest
    ticket_edited = seen.ticket is not None and seen.ticket is not base.ticket and evidence.ticket_moved
    return Happened(
        issues=issues,
        ticket_edited=ticket_edited,
        ticket_event=ticket_edited and seen.ticket is not base.case,
        case_event=case_differs and (evidence.case_moved is True or (evidence.case_moved is None and not follows)),
        case_followed=case_differs and evidence.case_moved is None and follows,
    )


def _hub_event(seen: GroupState, happened: Happened, policy: Policy) -> int | str | None:
    """Step 1: where the hub was moved to, None where it was not, "hold" where that cannot be said."""
    ticket = FAR[seen.ticket] if seen.ticket is not None and happened.ticket_event else None
    case = FAR[seen.case] if happened.case_event else None
    if ticket is None or case is None or ticket == case:
        return case if ticket is None else ticket
    answers: dict[ConflictPolicy, int | str] = {
        ConflictPolicy.OPEN: min(ticket, case),
        ConflictPolicy.JIRA: ticket,
        ConflictPolicy.DATADOG: case,
        ConflictPolicy.HOLD: "hold",
    }
    return answers[policy.conflict]


def _who_wins(seen: GroupState, happened: Happened, policy: Policy, h: int | None) -> str:
    """The step that decides: nobody, hub (3), issues (4), clash (the hub, with progress kept) or hold."""
    changed = happened.changed
    if h is None:
        return "issues" if changed else "nobody"
    if all(GAMMA[seen.issues[k]] == h for k in changed):
        return "hub"
    rule = policy.conflict
    if rule in (ConflictPolicy.JIRA, ConflictPolicy.DATADOG) and not happened.ticket_event:
        rule = ConflictPolicy.OPEN
    if rule is ConflictPolicy.OPEN:
        reopened = any(GAMMA[seen.issues[k]] < h for k in happened.issues.backward)
        return "issues" if reopened else "clash"
    return {ConflictPolicy.JIRA: "hub", ConflictPolicy.DATADOG: "issues", ConflictPolicy.HOLD: "hold"}[rule]


def _by_issues(base: GroupState, seen: GroupState, happened: Happened) -> int:
    """Step 4: where the hub goes when the issues say it."""
    hub = FAR[base.case]
    kept, was = happened.issues.kept, happened.issues.was
    now = _lowest(GAMMA[seen.issues[k]] for k in kept)
    if not kept or now == _lowest(GAMMA[s] for s in was.values()):
        return hub
    ceiling = max(hub, _lowest(GAMMA[seen.issues[n]] for n in happened.issues.joined))
    wanted = min(ceiling, now)
    return hub if wanted > hub and not happened.issues.forward else wanted


def _mirrored(state: IssueState, hub: int, policy: Policy) -> IssueState:
    if GAMMA[state] == hub or (state is IssueState.EXCLUDED and not policy.reopen_excluded):
        return state
    return SIGMA[hub]


def _lifted(state: IssueState, hub: int) -> IssueState:
    return SIGMA[hub] if GAMMA[state] < hub else state


def _expected(base: GroupState, seen: GroupState, policy: Policy, evidence: Evidence) -> Verdict:
    happened = _happened(base, seen, evidence)
    event = _hub_event(seen, happened, policy)
    h = event if isinstance(event, int) else None
    wins = "hold" if event == "hold" else _who_wins(seen, happened, policy, h)
    if wins == "hold":
        return _held(seen, happened)
    hub = _by_issues(base, seen, happened) if wins == "issues" else FAR[base.case] if h is None else h
    own = _own(wins, happened, seen, hub)
    issues = {}
    for name, state in seen.issues.items():
        if name in happened.issues.joined:
            issues[name] = _lifted(state, hub)
        elif wins in ("hub", "clash"):
            issues[name] = state if name in own else _mirrored(state, hub, policy)
        else:
            issues[name] = state
    ticket = None if seen.ticket is None else hub
    conflicts: dict[str, int | IssueState | None] = {
        k: issues[k] for k in happened.issues.edited if issues[k] != seen.issues[k]
    }
    if happened.ticket_edited and seen.ticket is not None and FAR[seen.ticket] != hub:
        conflicts["ticket"] = hub
    if happened.case_event and FAR[seen.case] != hub:
        conflicts["case"] = hub
    findings = {
        "unmapped-status": seen.ticket is None,
        "case-followed": happened.case_followed and FAR[seen.case] != hub,
        "all-done": bool(happened.issues.left)
        and hub != CLOSED
        and bool(issues)
        and {GAMMA[s] for s in issues.values()} == {2},
        "excluded-kept": wins in ("hub", "clash")
        and hub != CLOSED
        and any(issues[k] is IssueState.EXCLUDED and k not in own for k in happened.issues.kept),
    }
    return Verdict(ticket, hub, issues, False, conflicts, frozenset(code for code, holds in findings.items() if holds))


def _own(wins: str, happened: Happened, seen: GroupState, hub: int) -> frozenset[str]:
    """Those that keep a state of their own, not by the mirror."""
    if wins != "clash" or len(seen.issues) == 1:
        return frozenset()
    return frozenset(k for k in happened.changed if GAMMA[seen.issues[k]] >= hub)


def _held(seen: GroupState, happened: Happened) -> Verdict:
    """Nothing is written; everything somebody changed is told."""
    ticket = None if seen.ticket is None else FAR[seen.ticket]
    told: dict[str, int | IssueState | None] = {k: seen.issues[k] for k in happened.changed}
    if happened.ticket_event:
        told["ticket"] = ticket
    if happened.case_event:
        told["case"] = FAR[seen.case]
    unmapped = frozenset({"unmapped-status"}) if seen.ticket is None else frozenset[str]()
    return Verdict(ticket, FAR[seen.case], dict(seen.issues), True, told, unmapped)


def _at_first_sight(seen: GroupState, evidence: Evidence) -> Verdict:
    undecided = Verdict(
        None if seen.ticket is None else FAR[seen.ticket],
        FAR[seen.case],
        dict(seen.issues),
        True,
        {},
        frozenset({"first-sight-conflict"}),
    )
    if seen.ticket is None:
        return undecided
    hub = FAR[seen.ticket]
    behind = {k for k, state in seen.issues.items() if GAMMA[state] < hub}
    since = evidence.ticket_since
    if behind and (since is None or behind - set(evidence.last_seen)):
        return undecided
    winners = {k for k in behind if since is not None and evidence.last_seen[k] > since}
    if winners:
        hub = _lowest(GAMMA[seen.issues[k]] for k in winners)
    elif seen.case is not seen.ticket:
        return undecided
    return Verdict(hub, hub, {k: _lifted(s, hub) for k, s in seen.issues.items()}, False, {}, frozenset())


def verdict_of(base: GroupState | None, seen: GroupState, policy: Policy, evidence: Evidence) -> Verdict:
    """What the rules say should come out."""
    return _at_first_sight(seen, evidence) if base is None else _expected(base, seen, policy, evidence)


def _told(decision: Decision) -> Verdict:
    """A decision in the words of a verdict."""
    target = decision.target
    losses: dict[str, int | IssueState | None] = {
        one.what: FAR[one.target] if isinstance(one.target, StatusGroup) else one.target for one in decision.conflicts
    }
    return Verdict(
        None if target.ticket is None else FAR[target.ticket],
        FAR[target.case],
        dict(target.issues),
        decision.held,
        losses,
        frozenset(finding.code for finding in decision.findings),
    )


def shapes(count: int, states: Iterable[IssueState] = tuple(IssueState)) -> Iterator[Shape]:
    """Every way in which `count` issues can have been and can be: known, joining, leaving, with a review to land.

    Issues are interchangeable (a law with a test of its own), so each combination comes in one order only.
    """
    values = [None, *states]
    ways = [(was, now, False) for was, now in product(values, values) if was is not now or was is not None]
    ways += [(IssueState.OPEN, now, True) for now in values]
    for chosen in combinations_with_replacement(ways, count):
        named = list(zip("abc", chosen, strict=False))
        yield (
            {name: was for name, (was, _, _) in named if was is not None},
            {name: now for name, (_, now, _) in named if now is not None},
            frozenset(name for name, (_, _, in_review) in named if in_review),
        )


def _sightings(
    ticket: StatusGroup | None, case: StatusGroup
) -> Iterator[tuple[StatusGroup | None, StatusGroup, Evidence]]:
    """Every way in which the hub can be seen. Who moved a side is varied only where that side differs from the base."""
    tickets = [(now, moved) for now in (*StatusGroup, None) for moved in (True, False)]
    cases = [(now, moved) for now in StatusGroup for moved in (True, False, None)]
    for (now, moved), (case_now, case_moved) in product(tickets, cases):
        if (now in (ticket, None) and not moved) or (case_now is case and case_moved is not None):
            continue
        yield now, case_now, Evidence(ticket_moved=moved, case_moved=case_moved)


def known_cases(found: Iterable[Shape], policies: Iterable[Policy], *, unmapped_before: bool) -> Iterator[Case]:
    """Every case with a base that the engine accepts: its hub is never further along than its least issue.

    With `unmapped_before`, the base's ticket is apart from its hub or without a group, as an unmapped ticket leaves it.
    """
    chosen = tuple(policies)
    for was, now, reviewing in found:
        excluded = IssueState.EXCLUDED in now.values()
        furthest = _lowest(GAMMA[state] for state in was.values())
        for case, ticket in product(StatusGroup, (*StatusGroup, None)):
            if FAR[case] > furthest or (ticket is not case) is not unmapped_before:
                continue
            base = GroupState(ticket, case, was, reviewing)
            for seen_ticket, seen_case, evidence in _sightings(ticket, case):
                seen = GroupState(seen_ticket, seen_case, now)
                for policy in chosen:
                    if excluded or not policy.reopen_excluded:
                        yield base, seen, policy, evidence


def first_cases(count: int, policies: Iterable[Policy]) -> Iterator[Case]:
    """Every case seen for the first time: per issue a state and a time before, at, after the ticket's move, or unknown."""
    moved_at = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    times = [None, *(moved_at + timedelta(microseconds=delta) for delta in (-1, 0, 1))]
    ways = list(product(IssueState, times))
    chosen = tuple(policies)
    for issues in combinations_with_replacement(ways, count):
        named = list(zip("abc", issues, strict=False))
        states = {name: state for name, (state, _) in named}
        last_seen = {name: time for name, (_, time) in named if time is not None}
        for ticket, case, since in product((*StatusGroup, None), StatusGroup, (moved_at, None)):
            evidence = Evidence(ticket_since=since, last_seen=last_seen)
            for policy in chosen:
                yield None, GroupState(ticket, case, states), policy, evidence


@dataclass(frozen=True, slots=True)
class Rules:
    """The second statement of the rules, and every case to hold a `decide` against."""

    def verdict(self, case: Case) -> Verdict:
        """What the rules say should come out."""
        return verdict_of(*case)

    def told(self, decision: Decision) -> Verdict:
        """What did come out, in the same words."""
        return _told(decision)

    def shapes(self, count: int, states: Iterable[IssueState]) -> Iterator[Shape]:
        """Every way in which `count` issues can have been and can be."""
        return shapes(count, states)

    def known(self, found: Iterable[Shape], policies: Iterable[Policy], *, unmapped_before: bool) -> Iterator[Case]:
        """Every case that has a base."""
        return known_cases(found, policies, unmapped_before=unmapped_before)

    def first(self, count: int, policies: Iterable[Policy]) -> Iterator[Case]:
        """Every case that has none."""
        return first_cases(count, policies)


@pytest.fixture(scope="session")
def rules() -> Rules:
    """The rules of sync, said a second time."""
    return Rules()
