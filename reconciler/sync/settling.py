"""Somebody decides a group that is held: one side's view becomes everybody's. Pure.

Nobody guesses here who moved what: the side that is taken stands as it is seen now, and the rest follows it.
"""

from __future__ import annotations

from enum import Enum

from reconciler.model.finding import Finding
from reconciler.model.state import IssueState, StatusGroup
from reconciler.sync.decision import Decision, Policy, Reason, warning
from reconciler.sync.group import GroupState
from reconciler.sync.steps import aggregate, lift, mirror


class Side(Enum):
    """Whose view is taken."""

    TICKET = "ticket"
    ISSUES = "issues"


def settle(base: GroupState | None, seen: GroupState, side: Side, policy: Policy) -> Decision:
    """What the group becomes when the view of one side is taken. Held where the ticket's status has no group.

    The ticket's view: the hub is where the ticket stands. Issues that the base knows mirror it; newly linked ones, and all of
    them at first sight, are only lifted to it. The issues' view: they stay, and ticket and case go to the least progressed of them.
    """
    match side:
        case Side.TICKET:
            return _ticket_leads(base, seen, policy)
        case Side.ISSUES:
            hub = aggregate(seen.issues.values())
            reason = Reason("settled-issues", f"somebody took the issues' view: the hub goes to {hub.value}")
            ticket = hub if seen.ticket is not None else None
            return Decision(GroupState(ticket, hub, dict(seen.issues)), reasons=(reason,))


def _ticket_leads(base: GroupState | None, seen: GroupState, policy: Policy) -> Decision:
    hub = seen.ticket
    if hub is None:
        finding = warning("unmapped-status", "the ticket's status belongs to no group: its view cannot be taken")
        reason = Reason("settled-ticket", "the ticket's status belongs to no group")
        return Decision(seen, held=True, findings=(finding,), reasons=(reason,))
    known = base.issues if base is not None else {}
    issues = {
        name: mirror(state, hub, policy) if name in known else lift(state, hub) for name, state in seen.issues.items()
    }
    reason = Reason("settled-ticket", f"somebody took the ticket's view: the group stands at {hub.value}")
    kept = [name for name in sorted(known) if issues.get(name) is IssueState.EXCLUDED and hub is not StatusGroup.CLOSED]
    found: tuple[Finding, ...] = ()
    if kept:
        message = f"excluded issues stay excluded although the ticket is {hub.value}: {', '.join(kept)}"
        found = (warning("excluded-kept", message),)
    return Decision(GroupState(hub, hub, issues), findings=found, reasons=(reason,))
