"""A plan as text for a terminal: what, against which systems, why, and from which line of YAML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from reconciler.model.finding import Finding
from reconciler.plan.change import Change, group_key
from reconciler.plan.plan import Plan
from reconciler.report.backtest import backtest_blocks
from reconciler.report.backtest import verdict as impact_verdict
from reconciler.report.conflicts import apart
from reconciler.report.differences import described
from reconciler.report.groups import group_lines
from reconciler.report.joins import JoinGroup, join_group
from reconciler.report.layout import Hanging, heading, labelled, paragraph
from reconciler.report.safe_text import one_line
from reconciler.report.screen import Screen
from reconciler.report.text_findings import finding_blocks
from reconciler.report.tickets import TicketGroup, is_new_ticket, ticket_groups
from reconciler.report.wording import (
    because,
    counted,
    entries,
    moment,
    nothing_differs,
    sections,
    severities,
    totals,
    verdict,
)
from reconciler.rules.backtest import Backtest

# A screen is for reading: beyond this many of one sort a count stands in. `--format json` has everything.
MOST_CHANGES, MOST_TICKETS, MOST_FINDINGS = 30, 15, 50
_STYLES = {"create": "bold green", "update": "bold yellow", "delete": "bold red"}


def render_plan(plan: Plan, screen: Screen | None = None, impact: Backtest | None = None) -> str:
    """The whole screen. Its last line is the totals; a long section is cut and says how much it leaves out."""
    return (screen or Screen()).draw(_plan(plan, impact))


def _plan(plan: Plan, impact: Backtest | None) -> Iterator[RenderableType]:
    yield from labelled(0, _header(plan))
    yield ""
    if verdict(plan):
        yield from (paragraph(0, verdict(plan), "bold red"), "")
    conflicts, others = apart(plan.findings)
    yield from _findings("Conflicts", conflicts)
    if not plan.changes:
        yield from (paragraph(0, nothing_differs(plan)), "")
    for title, changes in sections(plan).items():
        yield from (heading(title, str(len(changes))), "")
        yield from section_blocks(changes)
    if impact is not None:
        yield from (heading("Impact of rule changes", impact_verdict(impact)), "")
        yield from backtest_blocks(impact)
    yield from _findings("Findings", others)
    yield paragraph(0, totals(plan), "bold")


def _header(plan: Plan) -> list[tuple[str, str]]:
    rows = [("Datadog", one_line(plan.targets.datadog))]
    rows += [("Jira", f"{one_line(url)} ({one_line(name)})") for name, url in sorted(plan.targets.jira.items())]
    return [*rows, ("Made", f"{moment(plan.created_at)}, may be applied until {moment(plan.expires_at)}")]


def _findings(title: str, findings: Sequence[Finding]) -> Iterator[RenderableType]:
    if findings:
        yield from (heading(title, severities(findings)), "")
        yield from finding_blocks(findings[:MOST_FINDINGS], indent=2)
        yield from _left_out(len(findings) - MOST_FINDINGS, "finding")


def _left_out(number: int, noun: str, indent: int = 2) -> Iterator[RenderableType]:
    if number > 0:
        yield from (paragraph(indent, f"… and {counted(number, f'more {noun}')}: --format json shows all", "dim"), "")


def section_blocks(changes: Sequence[Change]) -> Iterator[RenderableType]:
    """The changes of one section: entry by entry, the tickets to create last and by rule."""
    others = entries(change for change in changes if not is_new_ticket(change))
    for entry in others[:MOST_CHANGES]:
        yield from (*entry_blocks(entry), "")
    yield from _left_out(len(others) - MOST_CHANGES, "change")
    for group in ticket_groups(changes):
        yield from _group(group)


def entry_blocks(entry: Sequence[Change]) -> Iterator[RenderableType]:
    """One thing to read: a change, all changes of one group, or all issues that join one ticket."""
    if (joins := join_group(entry)) is not None:
        yield from _joins(joins)
        return
    key = group_key(entry[0])
    if key is None:
        yield from change_blocks(entry[0])
        return
    yield Hanging(Text("  ~ ", _STYLES["update"]), Text(f"ticket.{one_line(key)}", "bold"), 4)
    yield from labelled(6, group_lines(entry))
    yield from _because(6, because(entry[0].reason))


def _joins(group: JoinGroup) -> Iterator[RenderableType]:
    yield Hanging(Text("  + ", _STYLES["create"]), Text(group.title, "bold"), 4)
    yield from _because(6, group.about)
    yield from labelled(6, group.links[:MOST_CHANGES])
    yield from _left_out(len(group.links) - MOST_CHANGES, "issue", indent=6)


def change_blocks(change: Change) -> Iterator[RenderableType]:
    """One change: its sign and address, what differs, and why. The sign stands alone in the third column."""
    yield Hanging(Text(f"  {change.sign} ", _STYLES[change.action]), Text(one_line(str(change.address)), "bold"), 4)
    yield from labelled(6, [(one_line(line.path), line.text) for line in described(change)])
    yield from _because(6, because(change.reason))


def _because(indent: int, text: str) -> Iterator[RenderableType]:
    if text:
        yield paragraph(indent, text, "dim")


def _group(group: TicketGroup) -> Iterator[RenderableType]:
    title = Text.assemble("rule ", (group.rule, "bold"), f" → {group.destination} ", (group.place, "dim"))
    yield Hanging(Text("  "), title, 4)
    yield from _because(4, group.reason)
    yield from labelled(4, list(group.fields.items()))
    yield ""
    for ticket in group.tickets[:MOST_TICKETS]:
        yield Hanging(Text("    + ", _STYLES["create"]), Text(ticket.summary, "bold"), 6)
        yield paragraph(6, f"{ticket.address} · {ticket.marker}", "dim")
        own = {"case": ticket.case} if ticket.case else {}
        yield from labelled(6, list((own | dict(ticket.fields)).items()))
        yield from _because(6, ticket.reason)
    if group.tickets[MOST_TICKETS:]:
        yield from _left_out(len(group.tickets) - MOST_TICKETS, "ticket", indent=4)
    else:
        yield ""
