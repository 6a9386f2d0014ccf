"""What is wrong with a query's text, where, and how to show it to the person who wrote it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from reconciler.query.syntax import Span

_WIDTH = 72


class SyntaxFault(ValueError):
    """A text is not a query. `span` covers the characters at fault (it may be empty, at the end of the text).

    `expected` names what would have been right, None where nothing at all belongs there; `hint` is what to do about it.
    """

    def __init__(self, message: str, *, span: Span, expected: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.expected = expected
        self.hint = hint

    def __str__(self) -> str:
        parts = (self.message, f"expected {self.expected}" if self.expected else None, self.hint)
        return " - ".join(part for part in parts if part)


def pointer(source: str, span: Span) -> str:
    r"""The line of `source` in which `span` starts, and below it `~~~^` under the span.

    Two lines of at most some 75 columns: a long line is cut around the span. Characters that a terminal would not show
    as themselves stand as `\ufffd`; wide characters are underlined at their full width.
    """
    lines = source.splitlines(keepends=True) or [""]
    start, at = span.start, 0
    while at < len(lines) - 1 and start >= len(lines[at]):
        start -= len(lines[at])
        at += 1
    line = lines[at].rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")
    start = min(start, len(line))
    end = max(start, min(start + span.end - span.start, len(line)))
    first = max(0, min(start - _WIDTH // 3, len(line) - _WIDTH))
    last = min(len(line), first + _WIDTH)
    shown = "".join(_shown(character) for character in line[first:last])
    before = ("…" if first else "") + shown[: start - first]
    under = shown[start - first : max(end, start) - first]
    text = ("…" if first else "") + shown + ("…" if last < len(line) else "")
    return f"{text}\n{' ' * _columns(before)}{'~' * (_columns(under) - 1)}^"


def pointers(source: str, spans: Sequence[Span]) -> str:
    """As `pointer`, under several spans at once; under the first alone where the text does not fit on one short line."""
    shown = "".join(_shown(character) for character in source)
    if len(spans) < 2 or len(source.splitlines()) != 1 or _columns(shown) > _WIDTH:
        return pointer(source, spans[0] if spans else Span(0, len(source)))
    under = ""
    for span in sorted(spans, key=lambda one: one.start):
        start, width = _columns(shown[: span.start]), _columns(shown[span.start : span.end])
        under += " " * (start - len(under)) + "~" * (width - 1) + "^"
    return f"{shown}\n{under}"


def _shown(character: str) -> str:
    if character.isspace():
        return " "
    return character if character.isprintable() else "\ufffd"


def _columns(text: str) -> int:
    """How many terminal columns a text takes. Reference: Unicode UAX 11, and combining marks take none."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) > 0 for character in text)
