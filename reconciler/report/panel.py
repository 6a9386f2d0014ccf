"""The panel's actions as text: what one will write and what sync will then do, how it ended, and what is linked now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from reconciler.engine.explain.explanation import Explanation, Member
from reconciler.engine.panel.action import Action, Done, Following, Settling
from reconciler.model.address import Kind
from reconciler.model.finding import Finding, ordered
from reconciler.model.resource import TicketStatus
from reconciler.plan.change import Change, Update
from reconciler.report.groups import MOST_ISSUES, group_lines
from reconciler.report.layout import Hanging, heading, labelled, page, paragraph
from reconciler.report.safe_text import one_line
from reconciler.report.screen import Screen
from reconciler.report.text import section_blocks
from reconciler.report.text_findings import finding_blocks
from reconciler.report.text_outcomes import render_outcomes
from reconciler.report.wording import counted, moment, severities

_ORDER = (Kind.TICKET, Kind.CASE, Kind.ISSUE)


def render_action(action: Action, screen: Screen | None = None) -> str:
    """What will be written, and what the next run will then do; or why there is nothing to do."""
    return (screen or Screen()).draw(_action(action))


def render_done(action: Action, done: Done, findings: Sequence[Finding], screen: Screen | None = None) -> str:
    """How it ended, with the page of the ticket."""
    shown = screen or Screen()
    return render_outcomes(done.outcomes, findings, shown) + shown.draw(_place(action, done))


def render_linked(told: Explanation, screen: Screen | None = None) -> str:
    """What is linked to what, in whose hands, since when in step, and what the next run will do."""
    return (screen or Screen()).draw(_linked(told))


# --- before and after


def _action(action: Action) -> Iterator[RenderableType]:
    yield from (heading(one_line(action.title)), "")
    if action.ticket is not None and action.ticket.url and action.name != "create":
        yield from (page(2, one_line(action.ticket.url)), "")
    for step in action.steps:
        yield Hanging(Text("  + ", "bold green"), Text(one_line(step)), 4)
    if action.steps:
        yield ""
    for note in action.notes:
        yield from (paragraph(2, one_line(note)), "")
    if isinstance(action.writing, Settling):
        yield from section_blocks(action.writing.plan.changes)
    if action.following is not None:
        yield from _following(action.following)
    if action.findings:
        yield from (heading("Findings", severities(action.findings)), "")
        yield from finding_blocks(ordered(action.findings), indent=2)


def _following(following: Following) -> Iterator[RenderableType]:
    yield from (heading("What sync will then do"), "")
    style = "bold yellow" if following.held or following.changes else ""
    yield from (paragraph(2, one_line(following.why), style), "")
    lines = [line for line in group_lines(_shown(following.changes)) if line[0] != "remembered"]
    if lines:
        yield from labelled(4, lines)
        yield ""
    for warning in following.warnings:
        yield from (paragraph(2, one_line(warning), "yellow"), "")
    if following.native and following.changes:
        yield from (paragraph(2, "Datadog syncs this group: the run mends what that left out of step.", "dim"), "")


def _shown(changes: Sequence[Change]) -> tuple[Change, ...]:
    """The ticket, as far as it moves, before the issues and the case."""
    moves = [
        each
        for each in changes
        if not (isinstance(each, Update) and isinstance(each.after, TicketStatus) and each.before == each.after)
    ]
    return tuple(moves)


def _place(action: Action, done: Done) -> Iterator[RenderableType]:
    rows = []
    if (
        action.name != "unlink"
        and done.ticket is not None
        and done.outcomes
        and all(outcome.status.is_done for outcome in done.outcomes)
    ):
        rows.append(("ticket", " ".join(one_line(part) for part in (done.ticket.key, done.ticket.url or "") if part)))
    if done.state is not None:
        rows.append(("issue", f"{one_line(action.issue_id or '')} is {done.state}"))
    if rows:
        yield ""
        yield from labelled(0, rows)


# --- what is linked


def _linked(told: Explanation) -> Iterator[RenderableType]:
    members = sorted(told.members, key=lambda member: (_ORDER.index(member.address.kind), member.address.name))
    issues = [member for member in members if member.address.kind is Kind.ISSUE]
    others = [member for member in members if member.address.kind is not Kind.ISSUE]
    yield from (heading("Linked", f"binding {one_line(told.binding)}" if told.binding else ""), "")
    yield _table([*others, *issues[:MOST_ISSUES]])
    if len(issues) > MOST_ISSUES:
        more = counted(len(issues) - MOST_ISSUES, "more issue")
        yield paragraph(2, f"… and {more}: --format json shows all", "dim")
    yield ""
    pages = [(one_line(member.address.name), one_line(member.url)) for member in others if member.url]
    pages += [(one_line(member.title), one_line(member.url)) for member in issues[:MOST_ISSUES] if member.url]
    if pages:
        yield from (heading("Pages"), "")
        for label, url in pages:
            yield from (paragraph(2, label), page(4, url))
        yield ""
    yield from labelled(0, _facts(told))
    if told.findings:
        yield from ("", heading("Findings", severities(told.findings)), "")
        yield from finding_blocks(ordered(told.findings), indent=2)


def _table(members: Sequence[Member]) -> Table:
    table = Table(box=None, show_header=False, show_edge=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True, style="cyan")
    table.add_column(overflow="fold", style="bold")
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for member in members:
        state = "not read" if member.state is None else one_line(member.state)
        person = one_line(member.assignee) if member.assignee else "nobody"
        table.add_row(f"  {member.address.kind.value}", one_line(member.address.name), state, person)
    return table


def _facts(told: Explanation) -> list[tuple[str, str]]:
    rows = [("last sync", moment(told.remembered.at) if told.remembered else "never: nothing is remembered of it")]
    if told.decision is not None and told.decision.held:
        rows.append(("held", "yes: sync writes nothing until somebody decides, see `reconciler ticket settle`"))
    return [*rows, ("next run", one_line(told.next_run)), *(("note", one_line(note)) for note in told.notes)]
