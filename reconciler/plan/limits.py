"""How much one run may do. What is over a limit is a finding of the plan, seen before anything is applied."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model.finding import Finding, Severity
from reconciler.model.limits import Limits
from reconciler.model.resource import IssueStatus, JoinRequest, TicketRequest, TicketStatus
from reconciler.model.state import StatusGroup
from reconciler.plan.change import Change, Create, Update, group_key

# A share says little of a handful: below this many groups only the absolute limits hold.
FEWEST_GROUPS = 10


def exceeded(changes: Sequence[Change], limits: Limits, groups: int = 0) -> tuple[Finding, ...]:
    """One error for each limit these changes break; none means that they may be applied. `groups` is how many were looked at."""
    creates = sum(isinstance(change, Create) and isinstance(change.after, TicketRequest) for change in changes)
    links = sum(isinstance(change, Create) and isinstance(change.after, JoinRequest) for change in changes)
    closes = sum(_closes(change) for change in changes)
    moved = len({group_key(change) for change in changes if _moves(change)})
    found = []
    if creates > limits.max_creates:
        text = f"{creates} tickets would be created in one run, the limit is {limits.max_creates}"
        found.append(_over(limits, "max_creates", "limit-creates", text, "narrow the rules"))
    if links > limits.max_links:
        text = f"{links} issues would be linked to tickets of alike ones in one run, the limit is {limits.max_links}"
        found.append(_over(limits, "max_links", "limit-links", text, "name more attributes in `group_by`"))
    if closes > limits.max_closes:
        text = f"{closes} tickets and issues would be closed in one run, the limit is {limits.max_closes}"
        found.append(_over(limits, "max_closes", "limit-closes", text, "make sure that somebody meant it"))
    if groups >= FEWEST_GROUPS and moved > limits.max_change_ratio * groups:
        text = f"{moved} of {groups} groups would be moved in one run, the limit is {limits.max_change_ratio:.0%}"
        found.append(_over(limits, "max_change_ratio", "limit-change-ratio", text, "make sure that somebody meant it"))
    return tuple(found)


def _over(limits: Limits, field: str, code: str, text: str, advice: str) -> Finding:
    origin = limits.written.at(field) if limits.written else None
    hint = f"apply in parts with --target, {advice}, or raise `{field}` in the Limits document"
    return Finding(code, Severity.ERROR, text, origin=origin, hint=hint)


def _closes(change: Change) -> bool:
    match change:
        case Update(before=IssueStatus(state=before), after=IssueStatus(state=after)):
            return after.group is StatusGroup.CLOSED and before.group is not StatusGroup.CLOSED
        case Update(before=TicketStatus() as old, after=TicketStatus() as new):
            return old.status != new.status and new.base.get("group", {}).get("case") == StatusGroup.CLOSED.value
        case _:
            return False


def _moves(change: Change) -> bool:
    """Whether a status of a group's ticket or issue is written."""
    match change:
        case Update(before=IssueStatus(state=before), after=IssueStatus(state=after)):
            return before is not after
        case Update(before=TicketStatus(status=was), after=TicketStatus(status=will)):
            return was != will
        case _:
            return False
