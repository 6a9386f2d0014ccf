"""Queries over many records at once: sets of records as the bits of one integer, one set for each distinct term."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from operator import itemgetter
from typing import TypeAlias, assert_never

from reconciler.query.matching import fits
from reconciler.query.syntax import And, Expr, Not, Or, Term

Bits: TypeAlias = int
"""A set of records: bit i is record i."""
Test: TypeAlias = Callable[[Sequence[Bits]], Bits]
"""A query made ready: from the bits of all terms (those of every record at `EVERYTHING`) to the records that match."""

EVERYTHING = 0


@dataclass(frozen=True, slots=True)
class TermKey:
    """What makes two terms the same question: the attribute and its patterns without regard to case."""

    attribute: str
    patterns: tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class TermTable:
    """Gives each distinct term of many queries a number, from 1."""

    numbers: dict[TermKey, int] = field(default_factory=dict)

    def number(self, term: Term) -> int:
        """The number of a term, new or known."""
        key = TermKey(term.attribute, tuple(pattern.folded for pattern in term.patterns))
        return self.numbers.setdefault(key, len(self.numbers) + 1)

    def ready(self, expr: Expr) -> Test:
        """The query as a function of the bits of its terms."""
        match expr:
            case Term():
                return itemgetter(self.number(expr))
            case Not(part=part):
                return _complement(self.ready(part))
            case And(parts=(Term() as left, Term() as right)):
                return _both(self.number(left), self.number(right))
            case And(parts=parts):
                return _all([self.ready(part) for part in parts])
            case Or(parts=parts):
                return _any([self.ready(part) for part in parts])
            case _:
                assert_never(expr)


def _complement(test: Test) -> Test:
    return lambda bits: bits[EVERYTHING] ^ test(bits)


def _both(left: int, right: int) -> Test:
    return lambda bits: bits[left] & bits[right]


def _all(tests: Sequence[Test]) -> Test:
    def evaluate(bits: Sequence[Bits]) -> Bits:
        found = bits[EVERYTHING]
        for test in tests:
            found &= test(bits)
            if not found:
                break
        return found

    return evaluate


def _any(tests: Sequence[Test]) -> Test:
    def evaluate(bits: Sequence[Bits]) -> Bits:
        found = 0
        for test in tests:
            found |= test(bits)
        return found

    return evaluate


class Postings:
    """For each attribute, which records have which value: values casefolded, records by number from 0."""

    __slots__ = ("_places", "_size", "_sorted")

    def __init__(self, places: Mapping[str, Mapping[str, Sequence[int]]], size: int) -> None:
        self._size = size
        self._places = places
        self._sorted = {attribute: sorted(known) for attribute, known in places.items()}

    def bits(self, terms: Iterable[TermKey]) -> list[Bits]:
        """The records that each term matches, at the number of the term; at `EVERYTHING` all of them."""
        return [(1 << self._size) - 1, *(self._matching(term) for term in terms)]

    def _matching(self, term: TermKey) -> Bits:
        places = self._places.get(term.attribute, {})
        found = [places[value] for pattern in term.patterns for value in self._values(term.attribute, pattern)]
        if not found:
            return 0
        packed = bytearray((self._size + 7) >> 3)
        for record in chain.from_iterable(found):
            packed[record >> 3] |= 1 << (record & 7)
        return int.from_bytes(packed, "little")

    def _values(self, attribute: str, pattern: tuple[str, ...]) -> Iterator[str]:
        """The values present that fit: a wildcard looks only at those that begin as it does."""
        if len(pattern) == 1:
            yield from pattern[:1] if pattern[0] in self._places.get(attribute, {}) else ()
            return
        prefix, known = pattern[0], self._sorted.get(attribute, [])
        for value in islice(known, bisect_left(known, prefix), None):
            if not value.startswith(prefix):
                return
            if fits(pattern, value):
                yield value


def ones(bits: Bits) -> Iterator[int]:
    """The records of a set, lowest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
