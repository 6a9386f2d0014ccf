"""A reader over a query's text, driven by the parser: it asks for the token that the grammar allows next."""

from __future__ import annotations

import re

from reconciler.query.lexicon import CLOSE, OR
from reconciler.query.syntax import Span


class Tokenizer:
    """A text and a place in it. `position` never stands on white space."""

    __slots__ = ("_end", "_start", "position", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._start = self._end = 0
        self.position = self._beyond_space(0)

    def take(self, token: re.Pattern[str]) -> re.Match[str] | None:
        """The token if it stands here, consumed together with the white space after it; otherwise None."""
        found = token.match(self.text, self.position)
        if found is not None:
            self._start, self._end = found.span()
            self.position = self._beyond_space(self._end)
        return found

    @property
    def last(self) -> Span:
        """Where the token taken most recently stands."""
        return Span(self._start, self._end)

    @property
    def at_end(self) -> bool:
        """Whether nothing is left."""
        return self.position == len(self.text)

    @property
    def at_stop(self) -> bool:
        """Whether a conjunction ends here: at `OR`, at `)` or at the end of the text."""
        return self.at_end or bool(CLOSE.match(self.text, self.position) or OR.match(self.text, self.position))

    def since(self, start: int) -> Span:
        """From an offset to the end of the token taken most recently."""
        return Span(start, self._end)

    def _beyond_space(self, start: int) -> int:
        text, length = self.text, len(self.text)
        while start < length and text[start].isspace():
            start += 1
        return start
