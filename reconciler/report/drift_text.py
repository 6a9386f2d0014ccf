"""Drift as text, for the mail that cron sends: nothing at all where nothing drifted."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from reconciler.engine.drift.drift import Aspect, Drift, Drifted, Verdict
from reconciler.report.differences import described
from reconciler.report.drift_wording import answered, declared, headline, lists, sort_of, trace, warning
from reconciler.report.groups import group_lines
from reconciler.report.layout import Hanging, heading, labelled, paragraph
from reconciler.report.safe_text import one_line
from reconciler.report.screen import Screen
from reconciler.report.text import MOST_CHANGES
from reconciler.report.text_findings import finding_blocks
from reconciler.report.wording import counted, severities

_MOST_LINES = 12
# What tells one ticket from another; the plan has the rest.
_OF_A_TICKET = {"summary", "rule", "project", "issue_type", "key", "labelled", "reviewed", "remembered"}


def render_drift(drift: Drift, screen: Screen | None = None) -> str:
    """The whole screen; its last line is the count. Empty where the verdict is clean."""
    if drift.verdict is Verdict.CLEAN:
        return ""
    return (screen or Screen()).draw(_drift(drift))


def _drift(drift: Drift) -> Iterator[RenderableType]:
    if warning(drift):
        yield from (paragraph(0, warning(drift), "bold red"), "")
    for title, entries in lists(drift):
        yield from (heading(title, str(len(entries))), "")
        for one in entries[:MOST_CHANGES]:
            yield from (*drifted_blocks(one), "")
        if len(entries) > MOST_CHANGES:
            more = counted(len(entries) - MOST_CHANGES, "more")
            yield from (paragraph(2, f"… and {more.removesuffix('s')}: --format json shows all", "dim"), "")
    if drift.findings:
        yield from (heading("Findings", severities(drift.findings)), "")
        yield from finding_blocks(drift.findings, indent=2)
    yield paragraph(0, headline(drift), "bold")


def drifted_blocks(one: Drifted) -> Iterator[RenderableType]:
    """One address: what stands there → what should, who and when, why, and who answers for it."""
    title = Text.assemble((one_line(str(one.address)), "bold"), f"  {sort_of(one)}")
    yield Hanging(Text("  ! ", "bold yellow"), title, 4)
    rows = lines_of(one)
    yield from labelled(6, rows[:_MOST_LINES])
    if len(rows) > _MOST_LINES:
        yield paragraph(6, f"… and {counted(len(rows) - _MOST_LINES, 'line')} more", "dim")
    yield from finding_blocks(one.findings, indent=6)
    for told in (trace(one), declared(one), answered(one)):
        if told:
            yield paragraph(6, told, "dim")


def lines_of(one: Drifted) -> list[tuple[str, str]]:
    """What differs, as label and text; a thing that is to be created says what it should be."""
    if one.changes and one.aspect is Aspect.GROUP:
        return [row for row in group_lines(one.changes) if row[0] != "remembered"]
    lines = [line for change in one.changes for line in described(change)]
    if one.aspect is Aspect.TICKET:
        lines = [line for line in lines if line.path in _OF_A_TICKET]
    return [(one_line(line.path), line.text) for line in lines]
