"""How the pieces of a text report are laid out. Everything given here is already safe text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

_LONGEST_PAGE = 200


@dataclass(frozen=True, slots=True)
class Hanging:
    """A paragraph: `lead` stands before its first line, every further line is set in by `rest` columns."""

    lead: Text
    body: Text
    rest: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The lines of the paragraph."""
        columns = max(options.max_width - max(self.rest, self.lead.cell_len), 1)
        for number, line in enumerate(self.body.wrap(console, columns)):
            # Assembled, not added: what is added to a text takes on its style.
            yield Text.assemble(" " * self.rest if number else self.lead, line)


def paragraph(indent: int, body: Text | str, style: str = "") -> Hanging:
    """A paragraph set in as a whole."""
    text = Text(body, style) if isinstance(body, str) else body
    return Hanging(Text(" " * indent), text, indent)


@dataclass(frozen=True, slots=True)
class Unbroken:
    """A line that stays one, however long it is."""

    line: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The line. Given to rich by itself, it would be joined to others and lose this."""
        yield Text.assemble(self.line, no_wrap=True, overflow="ignore")


def page(indent: int, url: str) -> Unbroken | Hanging:
    """The address of a page: broken, it could neither be clicked nor copied. What is too long to be one is broken."""
    whole = len(url) <= _LONGEST_PAGE
    return Unbroken(Text(" " * indent + url, "dim")) if whole else paragraph(indent, url, "dim")


def labelled(indent: int, rows: Sequence[tuple[str, str]]) -> Iterable[Hanging]:
    """Labels in one column, what they stand for in the next."""
    column = min(max((Text(label).cell_len for label, _ in rows), default=0), 24) + 2
    for label, value in rows:
        lead = Text(" " * indent + label, "cyan")
        lead.pad_right(max(indent + column - lead.cell_len, 1))
        yield Hanging(lead, Text(value), indent + column)


def heading(text: str, aside: str = "") -> Text:
    """A section's heading, with a count or a word beside it."""
    return Text.assemble((text, "bold"), f"  {aside}" if aside else "")
