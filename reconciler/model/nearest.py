"""How a sentence names what was expected: the names there are, and those near to a name that does not exist."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def listed(names: Iterable[str], most: int = 12) -> str:
    """Names for a sentence, at most so many."""
    every = list(names)
    return ", ".join(every[:most]) + (f", … ({len(every)} in all)" if len(every) > most else "")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Ask "did you mean …?" with the nearest known names; None where nothing is near."""
    folded = {candidate.casefold(): candidate for candidate in known}
    near = difflib.get_close_matches(name.casefold(), list(folded), n=3, cutoff=0.6)
    return f"did you mean {' or '.join(folded[match] for match in near)}?" if near else None
