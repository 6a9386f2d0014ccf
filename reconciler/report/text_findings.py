"""Findings as text: `file:line:col: severity: what — expected — hint [code]`, wrapped with a hanging indent.

A message of several lines (a query with a pointer under it) keeps its lines. rich is imported only when there is a finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from reconciler.model.finding import Finding, Severity, ordered
from reconciler.report.safe_text import one_line, safe_text
from reconciler.report.screen import Screen
from reconciler.report.wording import severities, where

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
_WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SET_IN = 4


def render_findings(findings: Sequence[Finding], screen: Screen | None = None) -> str:
    """All findings, most severe first, and a line that counts them. Empty where there are none."""
    if not findings:
        return ""
    unique = ordered(tuple(findings))
    return (screen or Screen()).draw([*finding_blocks(unique), severities(unique)])


def finding_blocks(findings: Sequence[Finding], indent: int = 0) -> Iterator[RenderableType]:
    """The findings in the order given, each followed by a blank line."""
    for finding in findings:
        yield from _block(finding, indent)
        yield ""


def _block(finding: Finding, indent: int) -> Iterator[RenderableType]:
    from rich.text import Text

    from reconciler.report.layout import Hanging

    margin, inner = " " * indent, " " * (indent + _SET_IN)
    head, *quoted = finding.message.split("\n")
    advice = _advice(finding)
    title = _title(finding, head)
    if not quoted:
        yield Hanging(Text(margin), Text(" — ").join([title, *advice]) + _code(finding), len(inner))
        return
    yield Hanging(Text(margin), title + _code(finding), len(inner))
    # Quoted lines stay as they are, for a pointer must stand under what it points at.
    yield from (
        Text(inner + safe_text(line.rstrip()), no_wrap=True, overflow="fold") for line in quoted if line.strip()
    )
    if advice:
        yield Hanging(Text(inner), Text(" — ").join(advice), len(inner))


def _title(finding: Finding, head: str) -> Text:
    from rich.text import Text

    title = Text()
    if where(finding):
        title.append(where(finding) + ": ", "bold")
    title.append(_WORDS[finding.severity], _STYLES[finding.severity])
    return title.append(": " + one_line(head))


def _advice(finding: Finding) -> list[Text]:
    from rich.text import Text

    expected = Text("expected " + one_line(finding.expected)) if finding.expected else None
    hint = Text(one_line(finding.hint), "green") if finding.hint else None
    return [line for line in (expected, hint) if line is not None]


def _code(finding: Finding) -> Text:
    from rich.text import Text

    return Text(f" [{one_line(finding.code)}]", "dim")
