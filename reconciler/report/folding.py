"""Fitting a long Markdown document into a size: cut only between entries, every fold and fence closed, the cut told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

# Room for the sentence that tells what was left out, and for the closing of one fold.
_RESERVE = 600


@dataclass(frozen=True, slots=True)
class Fold:
    """A folded section. `entries` are drawn one at a time, as many as fit; `wrap` makes the body of those that did."""

    title: str
    noun: str
    count: int
    entries: Iterable[str]
    wrap: Callable[[Sequence[str]], str] = "\n".join
    is_open: bool = False


def fitted(head: str, folds: Sequence[Fold], limit: int, rest: str) -> str:
    """The head, then the folds within `limit` characters. Each fold may use its share of what is left; what a short one
    leaves over goes to the next. `rest` says where the whole can be read.
    """
    parts, left_out = [head], []
    room = limit - len(head) - _RESERVE
    for number, fold in enumerate(folds):
        text, shown = _folded(fold, room // (len(folds) - number))
        if shown:
            parts.append(text)
            room -= len(text) + 2
        if shown < fold.count:
            left_out.append(f"{fold.count - shown:,} of {fold.count:,} {fold.noun}")
    if left_out:
        parts.append(f"**Cut to fit:** {', '.join(left_out)} not shown. {rest}")
    return "\n\n".join(parts) + "\n"


def _folded(fold: Fold, room: int) -> tuple[str, int]:
    shown = list(_fitting(fold, room))
    opening = "<details open>" if fold.is_open else "<details>"
    title = f"{fold.title} ({fold.count:,})"
    return f"{opening}<summary>{title}</summary>\n\n{fold.wrap(shown)}\n\n</details>", len(shown)


def _fitting(fold: Fold, room: int) -> Iterator[str]:
    # A fence is as long as the longest run of backticks in an entry, hence twice that on top.
    used = len(fold.title) + 80
    for entry in fold.entries:
        used += len(entry) + 1
        if used + 2 * entry.count("`") > room:
            return
        yield entry
