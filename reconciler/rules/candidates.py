"""Which rules can match one given issue, roughly and fast: a set that may hold too many, never too few.

A query such as `service:web AND …` needs a service that fits `web`. So the values of an issue leave only the rules whose needs
they meet, found by combining bit sets: of thousands of rules a handful is left to be read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from reconciler.query.globs import Glob
from reconciler.query.lexicon import ATTRIBUTES
from reconciler.query.matching import Record, fits
from reconciler.query.normal import Normal, needed
from reconciler.rules.postings import Bits


class Candidates:
    """Rules by what they need of one attribute after the other. What an answer took is remembered, for the next issue with
    the same values.
    """

    __slots__ = ("_everything", "_known", "_needs")

    def __init__(self, nodes: Sequence[Normal]) -> None:
        self._everything: Bits = (1 << len(nodes)) - 1
        self._needs = {attribute: _Needs(nodes, attribute) for attribute in ATTRIBUTES}
        self._known: dict[tuple[str, tuple[str, ...]], Bits] = {}

    def of(self, record: Record) -> Bits:
        """The rules that may match the record: bit i is rule i."""
        found = self._everything
        for attribute, needs in self._needs.items():
            values = tuple(record.get(attribute, ()))
            asked = (attribute, values)
            if asked not in self._known:
                self._known[asked] = needs.met_by(values)
            found &= self._known[asked]
        return found


class _Needs:
    """What rules need of one attribute."""

    __slots__ = ("_exact", "_free", "_wild")

    def __init__(self, nodes: Sequence[Normal], attribute: str) -> None:
        holders: defaultdict[Glob, Bits] = defaultdict(int)
        self._free: Bits = 0
        for number, node in enumerate(nodes):
            globs = needed(node, attribute)
            if globs is None:
                self._free |= 1 << number
            else:
                for glob in globs:
                    holders[glob] |= 1 << number
        self._exact = {glob[0]: held for glob, held in holders.items() if len(glob) == 1}
        self._wild = {glob: held for glob, held in holders.items() if len(glob) > 1}

    def met_by(self, values: Sequence[str]) -> Bits:
        """The rules that need nothing of the attribute, or one of these values."""
        found = self._free
        for value in values:
            folded = value.casefold()
            found |= self._exact.get(folded, 0)
            for glob, held in self._wild.items():
                if fits(glob, folded):
                    found |= held
        return found
