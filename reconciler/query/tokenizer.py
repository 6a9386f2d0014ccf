"""A reader over a query's text, driven by the parser: it asks for the token that the grammar allows next."""

from __future__ import annotations

import re

from reconciler.query.lexicon import CLOSE, OR, SPACE
from reconciler.query.syntax import Span


class Tokenizer:
    """A text and a place in it. `position` never stands on white space; `last` is the token taken most recently."""

    __slots__ = ("last", "position", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.last = Span(0, 0)
        self.position = 0
        self._pass_space(0)

    def take(self, token: re.Pattern[str]) -> re.Match[str] | None:
        """The token if it stands here, consumed together with the white space after it; otherwise None."""
        found = token.match(self.text, self.position)
        if found is not None:
            self.last = Span(*found.span())
            self._pass_space(found.end())
        return found

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
        return Span(start, self.last.end)

    def _pass_space(self, start: int) -> None:
        found = SPACE.match(self.text, start)
        self.position = found.end() if found else start
