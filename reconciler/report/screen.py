"""Where a text report is drawn: how wide, and whether in colour."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, TextIO

from reconciler.report.safe_text import log_safe

if TYPE_CHECKING:
    from rich.console import RenderableType

_LINE_END = re.compile(r"(?:[ ]|\x1b\[[0-9;]*m)+$", re.MULTILINE)
_NARROWEST, _WIDEST = 40, 120


@dataclass(frozen=True, slots=True)
class Screen:
    """`width` in columns. Without a terminal a report is 80 columns wide and has no colour, the same on every machine."""

    width: int = 80
    colour: bool = False

    @classmethod
    def of(cls, stream: TextIO, environ: Mapping[str, str]) -> Screen:
        """The screen behind a stream. Colour needs a terminal that knows colour, and no `NO_COLOR`."""
        if not stream.isatty():
            return cls()
        columns = shutil.get_terminal_size((80, 24)).columns
        colour = not environ.get("NO_COLOR") and environ.get("TERM", "") not in {"", "dumb"}
        return cls(max(_NARROWEST, min(columns, _WIDEST)), colour)

    def draw(self, parts: Iterable[RenderableType]) -> str:
        """The parts below one another, within the width; ends with a line break. No line can be taken for a CI command."""
        from rich.console import Console

        drawn = StringIO()
        console = Console(
            file=drawn,
            # One column is spare, as `log_safe` may widen a line by one.
            width=self.width - 1,
            height=100,
            color_system="standard" if self.colour else None,
            no_color=not self.colour,
            force_terminal=self.colour,
            force_interactive=False,
            legacy_windows=False,
            markup=False,
            emoji=False,
            highlight=False,
            _environ={},
        )
        for part in parts:
            # Nothing is cut off: what does not wrap, the address of a page, is as long as it is.
            console.print(part, crop=False)
        return log_safe(_LINE_END.sub(lambda end: end.group().replace(" ", ""), drawn.getvalue()))
