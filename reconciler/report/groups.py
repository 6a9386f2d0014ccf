"""One group to be written, as one block: what becomes of its ticket, its issues and its case, in that order."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model.resource import CaseStatus, IssueStatus, TicketStatus
from reconciler.plan.change import Change, Update
from reconciler.report.safe_text import one_line

# A ticket may have hundreds of issues: so many are named.
MOST_ISSUES = 12


def group_lines(entry: Sequence[Change]) -> list[tuple[str, str]]:
    """What to read about the changes of one group, as label and text."""
    lines: list[tuple[str, str]] = []
    issues: list[tuple[str, str]] = []
    case: list[tuple[str, str]] = []
    for change in entry:
        match change:
            case Update(before=TicketStatus() as before, after=TicketStatus() as after):
                lines += _ticket(before, after)
            case Update(before=IssueStatus(state=old), after=IssueStatus(state=new, issue_id=name)):
                issues.append((f"issue {name}", f"{old.label} → {new.label}"))
            case Update(before=CaseStatus(status=left), after=CaseStatus(status=right, key=key)):
                case.append((f"case {one_line(key)}", f"{left.value} → {right.value}"))
            case _:
                lines.append((one_line(str(change.address)), change.action))
    rest = [("…", f"and {len(issues) - MOST_ISSUES:,} more issues")] if len(issues) > MOST_ISSUES else []
    return [*lines, *issues[:MOST_ISSUES], *rest, *case]


def _ticket(before: TicketStatus, after: TicketStatus) -> list[tuple[str, str]]:
    memory = ("remembered", one_line(after.remembered or "nothing"))
    if before.status == after.status:
        return [memory]
    way = " → ".join(one_line(hop) for hop in after.hops) or one_line(after.status.name)
    return [("status", f"{one_line(before.status.name)} → {way}"), memory]
