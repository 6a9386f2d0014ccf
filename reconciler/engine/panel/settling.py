"""Preparing a settlement: a group that sync holds is decided by somebody, for one side, and planned like any other."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from reconciler.engine.explain.locating import Located
from reconciler.engine.explain.narrow_reading import NarrowReading
from reconciler.engine.groups.group import Group
from reconciler.engine.groups.naming import names_of
from reconciler.engine.groups.outlook import outlook, policy_of
from reconciler.engine.groups.people import Assigning
from reconciler.engine.groups.syncing import derive_settled
from reconciler.engine.ownership import syncs_status
from reconciler.engine.panel.action import Action, NotPossible, Settling
from reconciler.engine.panel.desk import Desk
from reconciler.engine.panel.planned import plan_of
from reconciler.engine.state import Gathered
from reconciler.model.address import Address, Kind
from reconciler.model.declared import ConflictPolicy
from reconciler.plan.plan import Plan
from reconciler.sync.decision import Decision
from reconciler.sync.remembered import People, Remembered
from reconciler.sync.settling import Side, settle

# The findings by which sync says that it holds the assignees of a group.
_HELD_PEOPLE = frozenset({"assignee-conflict", "assignee-first-sight"})
# No id of anybody: a base that says so differs from whoever is assigned.
_SOMEBODY_ELSE = ""


class Field(Enum):
    """What of a group can be held."""

    STATUS = "status"
    ASSIGNEE = "assignee"


def prepare_settlement(desk: Desk, text: str, side: Side, fields: frozenset[Field]) -> Action:
    """What deciding a held group writes. `fields` empty: everything that is held. Raises NotPossible where there is no such
    group, or the side's view cannot be taken.
    """
    located = desk.group(text)
    group = _group(desk, located)
    natural = outlook(group, desk.tools.clock.now())
    held = _held(group, natural.decision)
    wanted = held & fields if fields else held
    told = Action(
        name="settle",
        address=Address(Kind.TICKET, group.ticket.key),
        title=f"Settle {group.ticket.key} for the {'ticket' if side is Side.TICKET else 'issues'}",
        ticket=desk.shown(group.ticket, group.case, group.home.binding.account),
        case=group.case.key,
    )
    if not wanted:
        which = " and ".join(sorted(field.value for field in fields)) or "group"
        note = f"the {which} of {group.ticket.key} is not held: nothing to decide"
        return replace(told, notes=(note,), calls=desk.calls)
    if Field.STATUS in held - wanted:
        raise NotPossible(
            f"the status of {group.ticket.key} is held as well, and a group is written whole",
            hint="leave --field out, or name both",
        )
    plan, notes = _planned(desk, group, natural.decision, side, wanted)
    return replace(told, notes=notes, writing=Settling(plan), findings=plan.findings, calls=desk.calls)


def _planned(
    desk: Desk, group: Group, natural: Decision, side: Side, wanted: frozenset[Field]
) -> tuple[Plan, tuple[str, ...]]:
    """What is to be written, and why, in the words of the decision."""
    if Field.ASSIGNEE in wanted:
        group = _with_people(desk, group, side)
    decision = natural
    if Field.STATUS in wanted:
        base = group.remembered.group if group.remembered else None
        decision = settle(base, group.seen, side, policy_of(group))
    if decision.held:
        raise NotPossible(
            f"the ticket's view cannot be taken: its status {group.ticket.status.name!r} belongs to no status group",
            hint="move the ticket to a status that the mapping names, or take the issues' view",
        )
    gathered = Gathered()
    derive_settled(outlook(group, desk.tools.clock.now(), decision), desk.systems, gathered)
    gathered.findings.extend(desk.failures())
    notes = tuple(reason.text for reason in decision.reasons) if Field.STATUS in wanted else ()
    return plan_of(desk, gathered), notes


def _group(desk: Desk, located: Located) -> Group:
    case, ticket = located.case, located.ticket
    if case is None or ticket is None:
        raise NotPossible(
            f"{ticket.key if ticket else 'the issue'} is no group: "
            + ("no case of a bound project owns it" if ticket else "it has no ticket that we can see"),
            hint="`reconciler ticket show` tells what is linked",
        )
    binding = desk.locating.binding_of(case)
    if binding is None or case.archived or not syncs_status(binding):
        raise NotPossible(
            f"the group of {ticket.key} is not synced", hint=f"`reconciler explain {ticket.key}` says why"
        )
    narrow = NarrowReading(desk.locating, located).read(case, ticket, binding)
    desk.must_be_read()
    if narrow.group is None:
        told = "; ".join(finding.message for finding in narrow.reading.warnings)
        raise NotPossible(
            f"the group of {ticket.key} cannot be read whole: {told}", hint=f"`reconciler explain {ticket.key}`"
        )
    return narrow.group


def _held(group: Group, decision: Decision) -> frozenset[Field]:
    people = group.assignees.findings if group.assignees else ()
    is_held = {
        Field.STATUS: decision.held,
        Field.ASSIGNEE: any(finding.code in _HELD_PEOPLE for finding in people),
    }
    return frozenset(field for field, held in is_held.items() if held)


def _with_people(desk: Desk, group: Group, side: Side) -> Group:
    """The group with its assignees decided for one side: as if only that side had been assigned since the base."""
    seen = group.people
    chosen = {person for person in seen.issues.values() if person is not None}
    if side is Side.ISSUES and len(chosen) > 1:
        raise NotPossible(
            f"the issues of {group.ticket.key} are assigned to different people, and a ticket takes only one",
            hint="assign them to one person first, or take the ticket's view",
        )
    if side is Side.TICKET:
        base, policy = People(_SOMEBODY_ELSE, seen.case, dict(seen.issues)), ConflictPolicy.JIRA
    else:
        moved = {
            name: _SOMEBODY_ELSE if person is not None or not chosen else person for name, person in seen.issues.items()
        }
        base, policy = People(seen.ticket, seen.case, moved), ConflictPolicy.DATADOG
    now = desk.tools.clock.now()
    remembered = replace(group.remembered or Remembered(group.seen, at=now, since=now), people=base, intent=None)
    binding = group.home.binding
    home = replace(group.home, binding=replace(binding, sync=replace(binding.sync, conflict=policy)))
    assigning = Assigning(desk.configuration, desk.systems, desk.reads)
    (supposed,) = assigning.decided((replace(group, home=home, remembered=remembered),))
    desk.must_be_read()
    names = {**group.home.names, **names_of((supposed,), assigning.directories)}
    decided = replace(supposed.assignees, conflicts=()) if supposed.assignees else None
    if decided is None or decided.findings:
        told = (
            "; ".join(finding.message for finding in decided.findings) if decided else "people could not be looked up"
        )
        raise NotPossible(told, hint="pair the two in a UserMapping, or let both systems know the person by one e-mail")
    return replace(group, home=replace(group.home, names=names), assignees=decided)
