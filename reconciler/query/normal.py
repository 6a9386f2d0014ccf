"""Queries as the prover reads them: negations pushed down to single patterns, each a literal that holds or does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from reconciler.query.globs import Glob
from reconciler.query.syntax import And, Expr, Not, Or, Term


@dataclass(frozen=True, slots=True)
class Literal:
    """Some value of the attribute fits the pattern (`holds`), or none does."""

    attribute: str
    glob: Glob
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Every:
    """All of the parts; without any it is always true."""

    parts: tuple[Normal, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of the parts; without any it is never true."""

    parts: tuple[Normal, ...]


Normal: TypeAlias = Literal | Every | Some

ALWAYS = Every(())
NEVER = Some(())


def normal(expr: Expr, *, holds: bool = True) -> Normal:
    """The query, or its negation where `holds` is False."""
    match expr:
        case Term(attribute=attribute, patterns=patterns):
            literals = tuple(dict.fromkeys(Literal(attribute, pattern.folded, holds) for pattern in patterns))
            if len(literals) == 1:
                return literals[0]
            return Some(literals) if holds else Every(literals)
        case Not(part=part):
            return normal(part, holds=not holds)
        case And(parts=parts):
            inner = tuple(normal(part, holds=holds) for part in parts)
            return Every(inner) if holds else Some(inner)
        case Or(parts=parts):
            inner = tuple(normal(part, holds=holds) for part in parts)
            return Some(inner) if holds else Every(inner)
        case _:
            assert_never(expr)


def negated(node: Normal) -> Normal:
    """What is true exactly where the node is not."""
    match node:
        case Literal(attribute=attribute, glob=glob, holds=holds):
            return Literal(attribute, glob, not holds)
        case Every(parts=parts):
            return Some(tuple(negated(part) for part in parts))
        case Some(parts=parts):
            return Every(tuple(negated(part) for part in parts))
        case _:
            assert_never(node)


def literals(node: Normal) -> Iterator[Literal]:
    """The literals in the order in which they stand."""
    match node:
        case Literal():
            yield node
        case Every(parts=parts) | Some(parts=parts):
            for part in parts:
                yield from literals(part)
        case _:
            assert_never(node)


def needed(node: Normal, attribute: str) -> frozenset[Glob] | None:
    """Patterns of which a value of the attribute must fit one, wherever the node is true; None where it need not have any."""
    match node:
        case Literal(attribute=other, glob=glob, holds=holds):
            return frozenset((glob,)) if holds and other == attribute else None
        case Every(parts=parts):
            found = [one for part in parts if (one := needed(part, attribute)) is not None]
            return min(found, key=lambda one: (len(one), sorted(one)), default=None)
        case Some(parts=parts):
            union: frozenset[Glob] = frozenset()
            for part in parts:
                one = needed(part, attribute)
                if one is None:
                    return None
                union |= one
            return union
        case _:
            assert_never(node)
