"""Fitting a long Markdown document into a size: cut only between entries, every fold and fence closed, the cut told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

# Room for the sentence that tells what was left out.
_RESERVE = 500


@dataclass(frozen=True, slots=True)
class Fold:
    """A folded section. `entries` are drawn one at a time, as many as fit; `wrap` makes the body of those that did."""

    title: str
    noun: str
    count: int
    entries: Iterable[str]
    wrap: Callable[[Sequence[str]], str] = "\n".join
    is_open: bool = False


class _Filling:
    """A fold on its way: which of its entries are in, and how many characters it takes at most."""

    def __init__(self, fold: Fold) -> None:
        self.fold = fold
        self.shown: list[str] = []
        self.size = 0
        opening = "<details open>" if fold.is_open else "<details>"
        self._opening = f"{opening}<summary>{fold.title} ({fold.count:,})</summary>"
        self._entries = iter(fold.entries)
        self._waiting = next(self._entries, None)
        self._length = len(self.text) + len("\n\n```diff\n\n```")
        self._backticks = 0

    def fill(self, room: int) -> None:
        """Take in entries as long as the whole of this fold fits into so many characters."""
        while self._waiting is not None:
            length = self._length + len(self._waiting) + 1
            # A fence around the entries is longer than any run of backticks in them, at both ends.
            backticks = max(self._backticks, self._waiting.count("`"))
            if length + 2 * backticks > room:
                return
            self.shown.append(self._waiting)
            self.size, self._length, self._backticks = length + 2 * backticks, length, backticks
            self._waiting = next(self._entries, None)

    @property
    def text(self) -> str:
        """The fold with the entries that are in."""
        return f"{self._opening}\n\n{self.fold.wrap(self.shown)}\n\n</details>"


def fitted(head: str, folds: Sequence[Fold], limit: int, rest: str) -> str:
    """The head, then the folds within `limit` characters. Each fold may use an equal share of what is left; what the short
    ones leave over goes to the others. `rest` says where the whole can be read.
    """
    fillings = [_Filling(fold) for fold in folds]
    room = limit - len(head) - len(rest) - _RESERVE
    # First a fair share for each, then what is left over to whom it serves, first come first served.
    for number, filling in enumerate(fillings):
        taken = sum(other.size for other in fillings[:number])
        filling.fill((room - taken) // (len(fillings) - number))
    for filling in fillings:
        filling.fill(room - sum(other.size for other in fillings if other is not filling))
    parts = [head, *(filling.text for filling in fillings if filling.shown)]
    left_out = [
        f"{fold.count - len(filling.shown):,} of {fold.count:,} {fold.noun}"
        for filling in fillings
        if len(filling.shown) < (fold := filling.fold).count
    ]
    if left_out:
        parts.append(f"**Cut to fit:** {', '.join(left_out)} not shown. {rest}")
    return "\n\n".join(parts) + "\n"
