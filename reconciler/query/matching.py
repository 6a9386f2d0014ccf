"""Whether a record matches a query: the plain reading of the syntax, against which every faster one is proved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias, assert_never

from reconciler.query.syntax import And, Expr, Not, Or, Term

Record: TypeAlias = Mapping[str, Sequence[str]]
"""The facts about one thing: attribute -> its values. An attribute that is missing or has no values is absent."""


def matches(expr: Expr, record: Record) -> bool:
    """Whether the record matches. A term on an absent attribute does not match, hence its negation does."""
    match expr:
        case Term(attribute=attribute, patterns=patterns):
            values = [value.casefold() for value in record.get(attribute, ())]
            return any(fits(pattern.folded, value) for pattern in patterns for value in values)
        case Not(part=part):
            return not matches(part, record)
        case And(parts=parts):
            return all(matches(part, record) for part in parts)
        case Or(parts=parts):
            return any(matches(part, record) for part in parts)
        case _:
            assert_never(expr)


def fits(pieces: tuple[str, ...], value: str) -> bool:
    """Whether a value is these pieces with any text between them. Both must be casefolded. Time is linear in the value
    for each piece: taking the leftmost place for each piece never loses a match.
    """
    if len(pieces) == 1:
        return value == pieces[0]
    first, *middle, last = pieces
    if len(value) < len(first) + len(last) or not value.startswith(first) or not value.endswith(last):
        return False
    at, end = len(first), len(value) - len(last)
    for piece in middle:
        at = value.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True
