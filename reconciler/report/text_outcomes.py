"""How an apply ended, as text: what went through first, then everything that did not with its detail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from reconciler.model.finding import Finding, ordered
from reconciler.plan.outcome import Outcome, Status
from reconciler.report.layout import Hanging, heading, paragraph
from reconciler.report.safe_text import one_line, width
from reconciler.report.screen import Screen
from reconciler.report.text_findings import finding_blocks
from reconciler.report.wording import advice, outcome_totals, severities

STATUS_STYLES = {
    Status.APPLIED: "green",
    Status.UNCHANGED: "green",
    Status.SKIPPED: "yellow",
    Status.STALE: "yellow",
    Status.FAILED: "bold red",
    Status.UNKNOWN: "bold red",
}
_COLUMN = 11


def render_outcomes(outcomes: Sequence[Outcome], findings: Sequence[Finding] = (), screen: Screen | None = None) -> str:
    """One entry for each change, then the findings that arose, the totals, and what to do about what is not done."""
    shown = screen or Screen()
    return shown.draw(_outcomes(outcomes, findings, shown.width - _COLUMN - 3))


def _outcomes(outcomes: Sequence[Outcome], findings: Sequence[Finding], room: int) -> Iterator[RenderableType]:
    if outcomes:
        yield from (heading("Outcomes", str(len(outcomes))), "")
        for outcome in sorted(outcomes, key=lambda outcome: not outcome.status.is_done):
            yield _entry(outcome, room)
        yield ""
    if findings:
        yield from (heading("Findings", severities(findings)), "")
        yield from finding_blocks(ordered(tuple(findings)), indent=2)
    yield paragraph(0, outcome_totals(outcomes), "bold")
    yield from (paragraph(0, line) for line in advice(outcomes))


def _entry(outcome: Outcome, room: int) -> RenderableType:
    lead = Text("  " + outcome.status.value.ljust(_COLUMN), STATUS_STYLES[outcome.status])
    body = Text(f"{one_line(outcome.action)} {one_line(str(outcome.address))}")
    if outcome.detail:
        detail = one_line(outcome.detail)
        gap = "  " if body.cell_len + 2 + width(detail) <= room else "\n"
        body.append(gap + detail, "dim" if outcome.status.is_done else "")
    return Hanging(lead, body, _COLUMN + 2)
