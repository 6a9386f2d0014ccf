"""What should become of a group: decided by sync, as values that a plan can hold and apply can write."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from reconciler.engine.group import Group, seen_fingerprint
from reconciler.model.address import Address, Kind
from reconciler.model.declared import FansOut, StatusMapping
from reconciler.model.finding import Finding, Severity
from reconciler.model.resource import CaseStatus, GroupMember, IssueStatus, Named, TicketStatus
from reconciler.model.state import IssueState, StatusGroup
from reconciler.plan.encoding import canonical, to_json
from reconciler.sync.decide import decide
from reconciler.sync.decision import Decision, Evidence, Policy
from reconciler.sync.group import GroupState
from reconciler.sync.recovery import Rolled, roll_forward
from reconciler.sync.remembered import Remembered
from reconciler.sync.workflow import Values

# A ticket that we wrote so often within so long, to and fro, has another writer. Reference: design, "Echoes".
ALTERNATION = timedelta(hours=24)
MOST_TURNS = 3
# How long Datadog's automatic review of a linked issue may take to land. Reference: design, "Automatic review".
REVIEW_WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What becomes of a group: `members` should stand where `before` stands, and `base` be remembered.

    `members` and `before` name the same addresses; a group of which nothing is to be written has none.
    """

    group: Group
    decision: Decision
    before: tuple[GroupMember, ...] = ()
    members: tuple[GroupMember, ...] = ()
    base: Remembered | None = None
    rolled: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def outlook(group: Group, now: datetime) -> Outlook:
    """Decide one group. Pure: the same facts give the same outlook, so apply can ask again just before it writes."""
    rolled = _rolled(group)
    remembered = group.remembered
    base = rolled.base if rolled else remembered.group if remembered else None
    seen = rolled.seen if rolled else group.seen
    evidence = Evidence(
        ticket_moved=remembered is None or group.somebody_moved_since(remembered.changelog, remembered.at),
        case_moved=False if remembered and remembered.case_left is seen.case else None,
        ticket_since=group.ticket_since,
        last_seen=group.last_seen,
    )
    mapping = group.home.mapping
    policy = Policy(group.home.binding.sync.conflict, mapping.reopen_excluded if mapping else False)
    decision = decide(base, seen, policy, evidence)
    found = _located(group, [*decision.findings, *_rolled_findings(rolled)])
    if decision.held:
        return Outlook(group, decision, findings=found, rolled=rolled.names if rolled else ())
    result = _planned(group, decision, now)
    return replace(result, findings=(*found, *result.findings), rolled=rolled.names if rolled else ())


def _rolled(group: Group) -> Rolled | None:
    if group.remembered is None or group.remembered.intent is None:
        return None
    intent = group.remembered.intent
    moved = group.somebody_moved_since(intent.changelog, intent.at)
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
    target, seen = decision.target, group.seen
    status, findings = _ticket_status(group, target.ticket, now)
    writes_case = target.case is not seen.case and _may_write_case(group, target)
    left = None if target.case is seen.case or writes_case else seen.case
    if left is not None:
        text = f"case {group.case.key} stays {left.value} while the group is {target.case.value}: writing it could move issues"
        findings.append(Finding("case-apart", Severity.INFO, text, hint="set `case_fans_out: no` once that is known"))
    base = _base(group, target, left, now)
    old, new = _fingerprint(group.remembered), _fingerprint(base)
    before, members = _members(group, target, writes_case)
    is_written = bool(members) or status.id != group.ticket.status.id
    old, new = _fingerprint(group.remembered), _fingerprint(base)
    if is_written or old != new:
        place = (group.ticket.key, group.home.binding.account, group.home.binding.case_project, group.case.key)
        held = Named(group.ticket.status.id, group.ticket.status.name)
        unsettled = f"{old or 'nothing'}, out of step" if is_written else old
        remembered = _json(group.remembered.group, group.remembered.case_left) if group.remembered else {}
        seen_now = seen_fingerprint(group)
        before.insert(0, TicketStatus(*place, held, unsettled, base=remembered, seen=seen_now))
        members.insert(0, TicketStatus(*place, status, new, base=_json(base.group, left), seen=seen_now))
    located = _located(group, findings)
    return Outlook(group, decision, tuple(before), tuple(members), base, findings=located)


def _members(group: Group, target: GroupState, writes_case: bool) -> tuple[list[GroupMember], list[GroupMember]]:
    """The issues and the case that are to be written, before and after."""
    seen, key = group.seen, group.ticket.key
    names = [name for name in sorted(seen.issues) if target.issues[name] is not seen.issues[name]]
    before: list[GroupMember] = [IssueStatus(name, key, seen.issues[name]) for name in names]
    after: list[GroupMember] = [IssueStatus(name, key, target.issues[name]) for name in names]
    if writes_case:
        before.append(CaseStatus(group.case.key, key, seen.case))
        after.append(CaseStatus(group.case.key, key, target.case))
    return before, after


def _json(group: GroupState, left: StatusGroup | None) -> dict[str, Any]:
    """A base as a plan shows and carries it: without times."""
    return {"group": to_json(group), "case_left": left.value if left else None}


def _ticket_status(group: Group, wanted: StatusGroup | None, now: datetime) -> tuple[Named, list[Finding]]:
    """The status the ticket should have; its own where the group is right, or where it cannot be moved (a finding)."""
    present = Named(group.ticket.status.id, group.ticket.status.name)
    if wanted is None or group.seen.ticket is wanted:
        return present, []
    if _has_another_writer(group, wanted, now):
        text = f"we moved the ticket to and fro {MOST_TURNS} times within a day: somebody else writes it too, so it is left"
        return present, [Finding("another-writer", Severity.ERROR, text, hint="find the automation that moves it back")]
    mapping = group.home.mapping
    mapped = mapping.groups.get(wanted) if mapping else None
    name = mapped.to if mapped else ""
    for status in group.home.statuses:
        if status.name.casefold() == name.casefold():
            return Named(status.id, status.name), []
    text = f"the ticket should go to {wanted.value}, for which {'no mapping is declared' if not mapped else f'{name!r} does not exist in its workflow'}"
    return present, [
        Finding("status-target-unknown", Severity.ERROR, text, hint="complete the binding's status mapping")
    ]


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
    return Remembered(
        group=GroupState(ticket, target.case, target.issues, frozenset(reviewing)),
        at=now,
        since=old.since if old else now,
        changelog=history or (old.changelog if old else None),
        case_left=left,
        reviewing_since=reviewing,
        people=old.people if old else None,
        writes=old.writes if old else (),
    )


def _reviewing(group: Group, target: GroupState, now: datetime) -> dict[str, datetime]:
    """The issues whose automatic review may still land: newly linked ones, and those that have waited less than the window."""
    old = group.remembered
    if old is None:
        return {}
    waiting = {
        name: since
        for name, since in old.reviewing_since.items()
        if name in old.group.reviewing and now - since <= REVIEW_WINDOW
    }
    joined = {name: now for name in target.issues if name not in old.group.issues}
    return {
        name: since for name, since in sorted((joined | waiting).items()) if target.issues.get(name) is IssueState.OPEN
    }


def _fingerprint(remembered: Remembered | None) -> str | None:
    """Changes with what is remembered of the group, not with when. A broken run's intent makes it differ."""
    if remembered is None:
        return None
    facts = [to_json(remembered.group), to_json(remembered.case_left), to_json(remembered.people)]
    digest = hashlib.sha256(canonical([*facts, remembered.intent is not None]).encode()).hexdigest()[:8]
    number = len(remembered.group.issues)
    return f"{remembered.group.case.value} · {number} issue{'s' if number != 1 else ''} · {digest}"


def screen_values(mapping: StatusMapping | None, group: StatusGroup) -> Values:
    """What may be sent to the screens on the way to a group."""
    mapped = mapping.groups.get(group) if mapping else None
    return Values(mapped.fields if mapped else {})


def native_repair(group: Group, result: Outlook) -> bool:
    """Whether Datadog's sync missed only what we may mend without fanning out: issues not yet where a moved ticket put them."""
    writes = [member for member in result.members if not isinstance(member, TicketStatus)]
    ticket = [member for member in result.members if isinstance(member, TicketStatus)]
    stays = all(member.status.id == group.ticket.status.id for member in ticket)
    only_issues = bool(writes) and all(isinstance(member, IssueStatus) for member in writes)
    return stays and only_issues and not result.decision.conflicts
