"""What an import did, as text: what was written, what was left, which words were learned, and what to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from reconciler.engine.importing.draft import Imported
from reconciler.model.finding import ordered
from reconciler.model.nearest import listed
from reconciler.report.layout import heading, labelled, paragraph
from reconciler.report.safe_text import one_line
from reconciler.report.screen import Screen
from reconciler.report.text_findings import finding_blocks
from reconciler.report.wording import severities

if TYPE_CHECKING:
    from rich.console import RenderableType


def render_imported(imported: Imported, files: Mapping[str, str] | None, screen: Screen | None = None) -> str:
    """The report. `files` says where each document (by its title) was written, None that they were only printed."""
    return (screen or Screen()).draw(_parts(imported, files))


def _parts(imported: Imported, files: Mapping[str, str] | None) -> Iterator[RenderableType]:
    if files is not None and imported.drafts:
        yield from _section(
            "Written", [(one_line(files[draft.title]), one_line(draft.title)) for draft in imported.drafts]
        )
    yield from _section("Left as it is", [(one_line(left.what), one_line(left.why)) for left in imported.left])
    yield from _section("Datadog's own words", _words(imported))
    if imported.findings:
        yield from (heading("Findings", severities(imported.findings)), "")
        yield from finding_blocks(ordered(imported.findings), indent=2)
    kinds = [draft.kind for draft in imported.drafts]
    told = listed(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)) or "nothing to declare"
    calls = sum(imported.calls.values())
    yield paragraph(0, f"Import: {told}; {calls} calls, nothing was written to the systems", "bold")


def _words(imported: Imported) -> list[tuple[str, str]]:
    """Which word means what, and which meanings were met nowhere."""
    words = imported.words
    rows = [
        (one.meaning, f"{one_line(one.word)}, learned from {one_line(listed(one.projects))}") for one in words.learned
    ]
    if words.learned and words.unseen:
        rows.append(("not met", f"{listed(words.unseen)}: the words of the vocabulary stay, unproven"))
    return rows


def _section(title: str, rows: Sequence[tuple[str, str]]) -> Iterator[RenderableType]:
    if not rows:
        return
    yield from (heading(title, str(len(rows))), "")
    yield from labelled(2, rows)
    yield ""
