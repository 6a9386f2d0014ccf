"""One group to be written, as one block: what becomes of its ticket, its issues and its case, in that order."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model.resource import CaseStatus, CommentCopy, IssueStatus, Named, TicketStatus
from reconciler.model.state import IssueState
from reconciler.plan.change import Change, Create, Update
from reconciler.report.safe_text import one_line, shorten

# A ticket may have hundreds of issues: so many are named.
MOST_ISSUES = 12


def group_lines(entry: Sequence[Change]) -> list[tuple[str, str]]:
    """What to read about the changes of one group, as label and text."""
    ticket: list[tuple[str, str]] = []
    issues: list[tuple[str, str]] = []
    rest: list[tuple[str, str]] = []
    by_itself = _reviewed_by_itself(entry)
    for change in entry:
        match change:
            case Update(before=TicketStatus() as before, after=TicketStatus() as after):
                ticket += _ticket(before, after)
            case Update(before=IssueStatus() as old, after=IssueStatus() as new):
                foreseen = new.issue_id in by_itself and new.state is IssueState.ACKNOWLEDGED
                states = (old.state.label, old.state.label if foreseen else new.state.label)
                texts = _differing(states, (old.assignee, new.assignee))
                texts += ", Datadog will review it" if foreseen else ""
                issues.append((f"issue {new.issue_id}", texts))
            case Update(before=CaseStatus() as left, after=CaseStatus() as right):
                texts = _differing((left.status.value, right.status.value), (left.assignee, right.assignee))
                rest.append((f"case {one_line(right.key)}", texts))
            case Create(after=CommentCopy() as copy) | Update(after=CommentCopy() as copy):
                rest.append(("comment", _comment(copy)))
            case _:
                rest.append((one_line(str(change.address)), change.action))
    more = [("…", f"and {len(issues) - MOST_ISSUES:,} more issues")] if len(issues) > MOST_ISSUES else []
    return [*ticket, *issues[:MOST_ISSUES], *more, *rest]


def _reviewed_by_itself(entry: Sequence[Change]) -> frozenset[str]:
    """The issues whose review is Datadog's own act: not written by us, but foreseen in the base."""
    bases = [
        change.after.base for change in entry if isinstance(change, Update) and isinstance(change.after, TicketStatus)
    ]
    return frozenset(name for base in bases for name in base.get("group", {}).get("reviewing", ()))


def _ticket(before: TicketStatus, after: TicketStatus) -> list[tuple[str, str]]:
    lines = []
    if before.status != after.status:
        way = " → ".join(one_line(hop) for hop in after.hops) or one_line(after.status.name)
        lines.append(("status", f"{one_line(before.status.name)} → {way}"))
    if before.assignee != after.assignee:
        lines.append(("assignee", f"{_name(before.assignee)} → {_name(after.assignee)}"))
    return [*lines, ("remembered", one_line(after.remembered or "nothing"))]


def _differing(states: tuple[str, str], people: tuple[Named | None, Named | None]) -> str:
    """`For Review → Reviewed, assigned nobody → Ann`: what differs of state and assignee."""
    texts = [f"{states[0]} → {states[1]}"] if states[0] != states[1] else []
    if people[0] != people[1]:
        texts.append(f"assigned {_name(people[0])} → {_name(people[1])}")
    return ", ".join(texts)


def _name(person: Named | None) -> str:
    return one_line(person.name or person.id or "nobody") if person is not None else "nobody"


def _comment(copy: CommentCopy) -> str:
    act = "follows its edit in" if copy.copy_id is not None else "to"
    return f"of {shorten(copy.author, 40)} {act} {copy.side}: {shorten(copy.text, 160)}"
