"""The syntax of a query as values: a closed union, so that a node nobody thought of fails the type check."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias, assert_never

from reconciler.query.lexicon import ATTRIBUTES, NOT_IN_QUOTES, WORD


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the query's text: offsets in characters from 0, `end` exclusive."""

    start: int
    end: int


NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One value of a term: the literal pieces between its `*`. One piece matches exactly; `("web-", "")` is `web-*`.

    Case is kept as written and ignored when matching. Raises ValueError for pieces that no query can say.
    """

    pieces: tuple[str, ...]

    def __post_init__(self) -> None:
        if (
            not self.pieces
            or self.pieces == ("",)
            or "" in self.pieces[1:-1]
            or NOT_IN_QUOTES.search("".join(self.pieces))
        ):
            raise ValueError(f"not a pattern: {self.pieces!r}")

    @property
    def folded(self) -> tuple[str, ...]:
        """The pieces as they are compared."""
        return tuple(piece.casefold() for piece in self.pieces)

    @property
    def is_presence(self) -> bool:
        """Whether this is `*` alone: the attribute has some value."""
        return self.pieces == ("", "")


@dataclass(frozen=True, slots=True)
class Term:
    """`attribute:value`, or `attribute:(value OR value)`: some value of the attribute matches one of the patterns."""

    attribute: str
    patterns: tuple[Pattern, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.attribute not in ATTRIBUTES or not self.patterns:
            raise ValueError(f"not a term: {self.attribute!r} with {len(self.patterns)} values")


@dataclass(frozen=True, slots=True)
class Not:
    """`-part` or `NOT part`."""

    part: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more parts."""

    parts: tuple[Expr, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if len(self.parts) < 2:
            raise ValueError("AND joins two or more parts")


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of two or more parts."""

    parts: tuple[Expr, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if len(self.parts) < 2:
            raise ValueError("OR joins two or more parts")


Expr: TypeAlias = Term | Not | And | Or


def terms(expr: Expr) -> Iterator[Term]:
    """The terms of a query in the order in which they are written."""
    match expr:
        case Term():
            yield expr
        case Not(part=part):
            yield from terms(part)
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yield from terms(part)
        case _:
            assert_never(expr)


def attributes(expr: Expr) -> frozenset[str]:
    """The attributes a query reads: nothing else of a record can change whether it matches."""
    return frozenset(term.attribute for term in terms(expr))


def render(expr: Expr) -> str:
    """The query as text, with as few parentheses as possible. `parse` reads it back into an equal value."""
    match expr:
        case Term(attribute=attribute, patterns=(pattern,)):
            return f"{attribute}:{render_value(pattern)}"
        case Term(attribute=attribute, patterns=patterns):
            return f"{attribute}:({' OR '.join(render_value(pattern) for pattern in patterns)})"
        case Not(part=And() | Or() as part):
            return f"-({render(part)})"
        case Not(part=part):
            return f"-{render(part)}"
        case And(parts=parts):
            return " AND ".join(_within(part, And, Or) for part in parts)
        case Or(parts=parts):
            return " OR ".join(_within(part, Or) for part in parts)
        case _:
            assert_never(expr)


def render_value(pattern: Pattern) -> str:
    """One value as it is written in a query: in quotes only where it must be."""
    bare = "*".join(pattern.pieces)
    if WORD.fullmatch(bare) and bare.count("*") == len(pattern.pieces) - 1:
        return bare
    return '"' + "*".join(re.sub(r'(["\\*])', r"\\\1", piece) for piece in pattern.pieces) + '"'


def _within(part: Expr, *looser: type[And | Or]) -> str:
    text = render(part)
    return f"({text})" if isinstance(part, looser) else text
