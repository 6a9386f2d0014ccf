"""What should become of a group: decided by sync, as values that a plan can hold and apply can write."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reconciler.engine.groups.group import Group, is_native
from reconciler.engine.groups.members import assigned_issues, members_of, ticket_pair
from reconciler.model.address import Address, Kind
from reconciler.model.declared import FansOut, StatusMapping
from reconciler.model.finding import Finding, Severity
from reconciler.model.resource import CaseStatus, GroupMember, IssueStatus, Named, TicketStatus
from reconciler.model.state import IssueState, StatusGroup
from reconciler.sync.decide import decide
from reconciler.sync.decision import Decision, Evidence, Policy
from reconciler.sync.filling import Values
from reconciler.sync.group import GroupState
from reconciler.sync.mapping import target_status
from reconciler.sync.recovery import Rolled, roll_forward
from reconciler.sync.remembered import Remembered
from reconciler.sync.review import REVIEW_WINDOW, landing, unforeseen, with_reviews

# A ticket that we wrote so often within so long, to and fro, has another writer. Reference: design, "Echoes".
ALTERNATION = timedelta(hours=24)
MOST_TURNS = 3


@dataclass(frozen=True, slots=True)
class Outlook:
    """What becomes of a group: `members` should stand where `before` stands, and `base` be remembered.

    `members` and `before` name the same addresses; a group of which nothing is to be written has none.
    """

    group: Group
    decision: Decision
    before: tuple[GroupMember | None, ...] = ()
    members: tuple[GroupMember, ...] = ()
    base: Remembered | None = None
    rolled: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def outlook(group: Group, now: datetime, settled: Decision | None = None) -> Outlook:
    """Decide one group. Pure: the same facts give the same outlook. `settled` stands where somebody has decided it."""
    rolled = _rolled(group) if settled is None else None
    decision = _decided(group, rolled, now) if settled is None else settled
    found = _located(group, [*decision.findings, *_rolled_findings(rolled)])
    names = rolled.names if rolled else ()
    if decision.held:
        return Outlook(group, decision, findings=found, rolled=names)
    result = _planned(group, decision, now)
    return replace(result, findings=(*found, *result.findings), rolled=names)


def policy_of(group: Group) -> Policy:
    """What the group's binding and mapping say of conflicts and of excluded issues."""
    mapping = group.home.mapping
    return Policy(group.home.binding.sync.conflict, mapping.reopen_excluded if mapping else False)


def _decided(group: Group, rolled: Rolled | None, now: datetime) -> Decision:
    """What sync decides. Where Datadog's own user is not known, a move of the ticket that its sync explains counts as its."""
    remembered = group.remembered
    known = landing(remembered.group, remembered.reviewing_since, now) if remembered else None
    base = rolled.base if rolled else known
    seen = rolled.seen if rolled else group.seen
    policy = policy_of(group)
    evidence = Evidence(
        ticket_moved=remembered is None or group.somebody_moved_since(_known_entry(remembered)),
        case_moved=False if remembered and remembered.case_left is seen.case else None,
        ticket_since=group.ticket_since,
        last_seen=group.last_seen,
    )
    if is_native(group) and not group.home.knows_datadog and base is not None and evidence.ticket_moved:
        native = decide(base, seen, policy, replace(evidence, ticket_moved=False))
        if (native.target.ticket, native.target.issues) == (seen.ticket, seen.issues):
            return native
    return decide(base, seen, policy, evidence)


def _known_entry(remembered: Remembered) -> str | None:
    """The changelog entry up to which moves are accounted for: a broken run had seen more than the base before it."""
    return remembered.intent.changelog if remembered.intent else remembered.changelog


def _rolled(group: Group) -> Rolled | None:
    if group.remembered is None or group.remembered.intent is None:
        return None
    intent = replace(group.remembered.intent, after=unforeseen(group.remembered.intent.after))
    moved = group.somebody_moved_since(intent.changelog)
    return roll_forward(intent, group.seen, ticket_moved=moved, last_seen=group.last_seen)


def _rolled_findings(rolled: Rolled | None) -> list[Finding]:
    if rolled is None or not rolled.names:
        return []
    text = f"a run was broken off: taken as written by it: {', '.join(rolled.names)}"
    return [Finding("rolled-forward", Severity.INFO, text)]


def _located(group: Group, findings: list[Finding]) -> tuple[Finding, ...]:
    address = Address(Kind.TICKET, group.ticket.key)
    return tuple(replace(finding, address=finding.address or address) for finding in findings)


def _planned(group: Group, decision: Decision, now: datetime) -> Outlook:
    """What is to be written for a decision that is not held, and the base that it leaves."""
    target, seen = with_reviews(decision.target, _left_open(group)), group.seen
    status, findings = _ticket_status(group, target.ticket, now)
    if any(finding.severity is Severity.ERROR for finding in findings):
        return Outlook(group, decision, findings=_located(group, findings))
    writes_case = target.case is not seen.case and _may_write_case(group, target)
    left = None if target.case is seen.case or writes_case else seen.case
    if left is not None:
        text = f"case {group.case.key} stays {left.value} while the group is {target.case.value}: writing it could move issues"
        findings.append(Finding("case-apart", Severity.INFO, text, hint="set `case_fans_out: no` once that is known"))
    base = _base(group, target, left, now)
    pairs = members_of(group, target.issues, target.case if writes_case else seen.case)
    pair = ticket_pair(group, status, base, is_written=bool(pairs))
    pairs = [pair, *pairs] if pair is not None else pairs
    told = [
        *findings,
        *(group.assignees.findings if group.assignees else ()),
        *(group.talk.findings if group.talk else ()),
    ]
    before, after = tuple(each[0] for each in pairs), tuple(each[1] for each in pairs)
    return Outlook(group, decision, before, after, base, findings=_located(group, told))


def _ticket_status(group: Group, wanted: StatusGroup | None, now: datetime) -> tuple[Named, list[Finding]]:
    """The status the ticket should have; its own where the group is right, or where it cannot be moved (a finding)."""
    present = Named(group.ticket.status.id, group.ticket.status.name)
    if wanted is None or group.seen.ticket is wanted:
        return present, []
    if _has_another_writer(group, wanted, now):
        text = f"we moved the ticket to and fro {MOST_TURNS} times within a day: somebody else writes it too, so it is left"
        return present, [Finding("another-writer", Severity.ERROR, text, hint="find the automation that moves it back")]
    goal = target_status(group.ticket.status, wanted, group.home.mapping, group.home.statuses)
    if goal is not None:
        return Named(goal.id, goal.name), []
    text = f"the ticket should go to {wanted.value}, for which its workflow has no status by this mapping"
    hint = "complete the binding's status mapping"
    return present, [Finding("status-target-unknown", Severity.ERROR, text, hint=hint)]


def _has_another_writer(group: Group, wanted: StatusGroup, now: datetime) -> bool:
    recent = [
        write.group for write in (group.remembered.writes if group.remembered else ()) if now - write.at < ALTERNATION
    ]
    turns = [*recent[-MOST_TURNS:], wanted]
    return len(turns) > MOST_TURNS and all(first is not second for first, second in itertools.pairwise(turns))


def _may_write_case(group: Group, target: GroupState) -> bool:
    """Writing the case could move every issue: only where they are all to be there anyway, or it is known not to."""
    if group.home.case_fans_out is FansOut.NO:
        return True
    return all(state.group is target.case for state in target.issues.values())


def _base(group: Group, target: GroupState, left: StatusGroup | None, now: datetime) -> Remembered:
    old = group.remembered
    ticket = target.ticket if target.ticket is not None else (old.group.ticket if old else None)
    reviewing = _reviewing(group, target, now)
    history = group.history.last_id if group.history else None
    people = group.assignees.base if group.assignees else old.people if old else None
    copied = group.talk.copied if group.talk else old.copied if old else frozenset[str]()
    return Remembered(
        group=GroupState(ticket, target.case, target.issues, frozenset(reviewing)),
        at=now,
        since=old.since if old else now,
        changelog=history or (old.changelog if old else None),
        case_left=left,
        reviewing_since=reviewing,
        people=people,
        copied=copied,
        writes=old.writes if old else (),
    )


def _left_open(group: Group) -> frozenset[str]:
    """The issues that we assign while they are OPEN: Datadog reviews them for it, unless we set their state afterwards."""
    return frozenset(name for name in assigned_issues(group) if group.issues[name].state is IssueState.OPEN)


def _reviewing(group: Group, target: GroupState, now: datetime) -> dict[str, datetime]:
    """The issues whose automatic review may still land: assigned ones, for which it is foreseen, and OPEN ones that were newly
    linked or have waited less than the window.
    """
    coming = {name: now for name in _left_open(group) if target.issues.get(name) is IssueState.ACKNOWLEDGED}
    old = group.remembered
    if old is None:
        return dict(sorted(coming.items()))
    still_open = {name for name, state in target.issues.items() if state is IssueState.OPEN}
    waiting = {
        name: since
        for name, since in old.reviewing_since.items()
        if name in old.group.reviewing & still_open and now - since <= REVIEW_WINDOW
    }
    joined = {name: now for name in still_open if name not in old.group.issues}
    return dict(sorted((joined | waiting | coming).items()))


def screen_values(mapping: StatusMapping | None, group: StatusGroup) -> Values:
    """What may be sent to the screens on the way to a group."""
    mapped = mapping.groups.get(group) if mapping else None
    return Values(mapped.fields if mapped else {})


def native_repair(group: Group, result: Outlook) -> bool:
    """Whether Datadog's sync missed only what we may mend without fanning out: issues not yet where a moved ticket put them.

    The case may follow where all of them are to be in its group. Where Datadog's own user is not known nothing is mended: its
    move of the ticket could not be told from somebody's.
    """
    writes = [member for member in result.members if not isinstance(member, TicketStatus)]
    ticket = [member for member in result.members if isinstance(member, TicketStatus)]
    stays = all(member.status.id == group.ticket.status.id for member in ticket)
    together = all(state.group is result.decision.target.case for state in result.decision.target.issues.values())
    issues = [member for member in writes if isinstance(member, IssueStatus)]
    others = [member for member in writes if not isinstance(member, IssueStatus | CaseStatus)]
    fits = bool(issues) and not others and (len(writes) == len(issues) or together)
    return stays and fits and not result.decision.conflicts and group.home.knows_datadog
