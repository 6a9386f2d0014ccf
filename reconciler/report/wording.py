"""The words and numbers that all reports share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from reconciler.model.finding import Finding, Severity
from reconciler.model.resource import (
    CaseProjectSettings,
    CaseStatus,
    CommentCopy,
    IssueStatus,
    JoinRequest,
    LinkedTicket,
    Reason,
    TicketRequest,
    TicketStatus,
    WebhookSettings,
)
from reconciler.plan.change import Change, Create, Delete, group_key, moved_groups
from reconciler.plan.outcome import Outcome, Status
from reconciler.plan.plan import Plan
from reconciler.report.safe_text import one_line, shorten

NOTHING = "nothing"
_LONGEST_VALUE = 400


def counted(number: int, noun: str) -> str:
    """`1 warning`, `2 warnings`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def worded(value: object) -> str:
    """A value of a field for people, on one line: yes and no, lists with commas, the id or name that an object holds."""
    return shorten(_worded(value), _LONGEST_VALUE)


def _worded(value: object) -> str:
    match value:
        case None:
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case str():
            return one_line(value) or '""'
        case Mapping():
            inner = [value[key] for key in ("name", "value", "key", "id") if key in value]
            if inner and len(value) <= 2:
                return _worded(inner[0])
            return ", ".join(f"{one_line(str(key))}: {_worded(item)}" for key, item in value.items()) or NOTHING
        case frozenset() | set():
            return ", ".join(sorted(_worded(item) for item in value)) or NOTHING
        case list() | tuple():
            return ", ".join(_worded(item) for item in value) or NOTHING
        case _:
            return one_line(str(value))


def moment(at: datetime) -> str:
    """`2026-11-23 18:49 UTC`"""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def totals(plan: Plan) -> str:
    """`Plan: 9 to create, 2 to update, 0 to delete; 1 warning; 23 calls`"""
    counts = plan.counts
    actions = ", ".join(f"{counts[action]:,} to {action}" for action in ("create", "update", "delete"))
    parts = [f"Plan: {actions}", severities(plan.findings), counted(sum(plan.calls.values()), "call")]
    return "; ".join(part for part in parts if part)


def severities(findings: Iterable[Finding]) -> str:
    """`1 error, 2 warnings, 3 notes`; empty where there are none."""
    counts = Counter(finding.severity for finding in findings)
    nouns = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
    return ", ".join(counted(counts[severity], noun) for severity, noun in nouns.items() if counts[severity])


def outcome_totals(outcomes: Iterable[Outcome]) -> str:
    """`Apply: 10 applied, 1 failed`; states that did not occur are left out."""
    counts = Counter(outcome.status for outcome in outcomes)
    return "Apply: " + (", ".join(f"{counts[s]:,} {s.value}" for s in Status if counts[s]) or "nothing to do")


def section_of(change: Change, moved: frozenset[str]) -> str:
    """The heading under which a change stands. `moved` are the groups of which more than the memory is written."""
    resource = change.before if isinstance(change, Delete) else change.after
    match resource:
        case CaseProjectSettings():
            return "Settings of case projects"
        case WebhookSettings():
            return "Webhooks"
        case TicketRequest():
            return "Tickets to create"
        case JoinRequest():
            return "Issues that join tickets"
        case LinkedTicket():
            return "Tickets to finish"
        case TicketStatus() | CaseStatus() | IssueStatus() | CommentCopy():
            return "Groups out of step" if resource.ticket in moved else "Groups in step, to be remembered"


def sections(plan: Plan) -> dict[str, list[Change]]:
    """The changes of a plan by heading, in the order of the plan."""
    moved = moved_groups(plan.changes)
    found: dict[str, list[Change]] = {}
    for change in plan.changes:
        found.setdefault(section_of(change, moved), []).append(change)
    return found


def entries(changes: Iterable[Change]) -> list[tuple[Change, ...]]:
    """Changes as they are read: those of one group together, the issues that join one ticket too, any other by itself, in the
    order of the first of each.
    """
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(_entry_of(change), []).append(change)
    return [tuple(entry) for entry in found.values()]


def _entry_of(change: Change) -> str:
    match change:
        case Create(after=JoinRequest(leader=leader, ticket=ticket)):
            return f"join {ticket or leader}"
        case _:
            return group_key(change) or str(change.address)


def place(reason: Reason) -> str:
    """`(file:line)` of what declared it; empty where that is not known."""
    line = "" if reason.line is None else f":{reason.line}"
    return f"({one_line(reason.file)}{line})" if reason.file else ""


def because(reason: Reason) -> str:
    """The reason with the place of what declared it, as far as either is known."""
    return " ".join(part for part in (one_line(reason.text), place(reason)) if part)


def where(finding: Finding) -> str:
    """`file:line:col`, else the address, else nothing."""
    return one_line(str(finding.origin or finding.address or ""))


def verdict(plan: Plan) -> str:
    """What must be known before the changes are read; empty where all is well."""
    if plan.over_limit:
        return f"Over a limit ({', '.join(map(one_line, plan.over_limit))}): nothing of this plan is applied."
    if not plan.complete:
        return "Incomplete: something could not be read, and what depends on it is left out. See the findings."
    return ""


def nothing_differs(plan: Plan) -> str:
    """What to say of a plan without changes: it claims no more than was looked at."""
    if plan.complete and not plan.has_errors:
        return "Nothing differs."
    return "Nothing to change in what could be planned; see the findings for the rest."


_ADVICE = {
    Status.SKIPPED: "Skipped changes were not begun. Run `reconciler plan` again to see what is left.",
    Status.STALE: "Stale changes were left alone, as somebody moved the thing since the plan was made: make a new plan.",
    Status.FAILED: "Failed changes say why. Mend that and apply again: what is done already is not done twice.",
    Status.UNKNOWN: "Of unknown changes no answer tells whether they took effect. They are not sent again blindly: "
    "a later run looks first and adopts what it finds.",
}


def advice(outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    """What to do about the changes that are not done, one sentence for each state that occurred."""
    occurred = {outcome.status for outcome in outcomes}
    return tuple(text for status, text in _ADVICE.items() if status in occurred)
