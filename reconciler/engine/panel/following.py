"""What sync will do with a group once an issue has joined or left it: decided by `decide`, on the group as it would be."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reconciler.engine.explain.locating import Located, owns
from reconciler.engine.explain.narrow_reading import Narrow, NarrowReading
from reconciler.engine.groups.group import is_native
from reconciler.engine.groups.outlook import Outlook, outlook
from reconciler.engine.groups.syncing import reason_of
from reconciler.engine.ownership import syncs_status
from reconciler.engine.panel.action import Following
from reconciler.engine.panel.desk import Desk
from reconciler.model.case import Case, CaseTicket, TicketProgress
from reconciler.model.declared import ProjectBinding
from reconciler.model.finding import Severity
from reconciler.model.issue import Issue
from reconciler.model.resource import CaseStatus, GroupMember, IssueStatus, Reason, TicketStatus
from reconciler.model.state import IssueState
from reconciler.model.ticket import Ticket
from reconciler.plan.change import Update


@dataclass(frozen=True, slots=True)
class Supposed:
    """A group as it would be: `case` with the issues it would have, `ticket` with what would be remembered on it; `joined` is
    the issue that comes, as Datadog will leave it.
    """

    case: Case
    ticket: Ticket
    account: str
    binding: ProjectBinding
    joined: Issue | None = None


def with_ticket(case: Case, ticket: Ticket, url: str) -> Case:
    """The case as it will be once the ticket is linked to it."""
    return replace(case, ticket=CaseTicket(TicketProgress.COMPLETED, ticket.id, ticket.key, url))


def reviewed(issue: Issue) -> Issue:
    """The issue as Datadog leaves it when it is linked: an OPEN one is reviewed. Reference: datadog-api §1.5."""
    return replace(issue, state=IssueState.ACKNOWLEDGED) if issue.state is IssueState.OPEN else issue


def following(desk: Desk, supposed: Supposed) -> Following:
    """What the next run will do with the group, and why."""
    case, binding = supposed.case, supposed.binding
    if not case.issue_ids:
        return Following("no issue is left: the ticket stays where it is, with its case, and nothing of it is synced")
    if not syncs_status(binding):
        return Following(f"binding {binding.name!r} does not sync the status both ways: nothing follows")
    narrow = supposed_group(desk, supposed)
    if narrow.group is None:
        told = "; ".join(finding.message for finding in narrow.reading.warnings)
        return Following(told or "the group cannot be read whole, so nothing can be told")
    result = outlook(narrow.group, desk.tools.clock.now())
    warnings = [finding.message for finding in result.decision.findings if finding.severity is Severity.WARNING]
    return Following(
        _why(result),
        _moves(result),
        result.decision.held,
        is_native(narrow.group),
        () if result.decision.held else tuple(warnings),
    )


def supposed_group(desk: Desk, supposed: Supposed) -> Narrow:
    """The group, read as a run reads it, with the supposed case in place of the one that stands there."""
    locating, case = desk.locating, supposed.case
    known = locating.cases_of_account(supposed.account)
    others = tuple(other for other in known if other.id != case.id)
    locating.cases[supposed.account] = (*others, case)
    located = Located(supposed.joined, case, supposed.ticket, supposed.account)
    narrow = NarrowReading(locating, located).read(case, supposed.ticket, supposed.binding)
    locating.cases[supposed.account] = known
    return narrow


def owners(desk: Desk, account: str, ticket: Ticket) -> tuple[Case, ...]:
    """The cases of bound projects that own the ticket."""
    return tuple(case for case in desk.locating.cases_of_account(account) if owns(case, ticket))


def _moves(result: Outlook) -> tuple[Update, ...]:
    """The changes of state and assignee; what is only remembered moves nobody."""
    pairs = [(before, after) for before, after in zip(result.before, result.members, strict=True) if before is not None]
    reason = Reason(reason_of(result))
    return tuple(Update(before, after, reason) for before, after in pairs if _differs(before, after))


def _differs(before: GroupMember, after: GroupMember) -> bool:
    match before, after:
        case TicketStatus(), TicketStatus():
            return (before.status, before.assignee) != (after.status, after.assignee)
        case (IssueStatus(), IssueStatus()) | (CaseStatus(), CaseStatus()):
            return before != after
        case _:
            return False


def _why(result: Outlook) -> str:
    if result.decision.held:
        told = "; ".join(finding.message for finding in result.decision.findings) or reason_of(result)
        return f"sync will hold the group: {told}"
    errors = [finding.message for finding in result.findings if finding.severity is Severity.ERROR]
    if errors:
        return "; ".join(errors)
    if not _moves(result):
        return "sync will move nothing: the group is in step"
    return _sentence(result)


def _sentence(result: Outlook) -> str:
    """What happens in one sentence, for whoever reads no table."""
    told = []
    for before, after in zip(result.before, result.members, strict=True):
        match before, after:
            case IssueStatus(), IssueStatus() if before.state is not after.state:
                told.append(f"issue {after.issue_id} becomes {after.state.label}")
            case TicketStatus(), TicketStatus() if before.status != after.status:
                told.append(f"ticket {after.key} goes to {after.status.name}")
    shown = told if len(told) <= 3 else [*told[:3], f"{len(told) - 3} more"]
    return f"{', '.join(shown)}: {_reason(result)}" if told else _reason(result)


def _reason(result: Outlook) -> str:
    """Why; where nobody moved, it is the link alone that does it."""
    if all(reason.rule == "nothing-moved" for reason in result.decision.reasons):
        return "an issue that joins is brought to where its ticket stands, and never moves it"
    return reason_of(result)
