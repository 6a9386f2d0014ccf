"""Which part of a query decided whether a record matches, and how to say it."""

from __future__ import annotations

from typing import assert_never

from reconciler.query.matching import Record, matches
from reconciler.query.syntax import And, Expr, Not, Or, Term, render


def deciding_part(query: Expr, facts: Record) -> Expr:
    """The smallest part that alone keeps the query from matching: of several that do, the first."""
    match query:
        case And(parts=parts):
            return next(deciding_part(part, facts) for part in parts if not matches(part, facts))
        case Term() | Not() | Or():
            return query
        case _:
            assert_never(query)


def fitting_part(query: Expr, facts: Record) -> Expr:
    """The smallest part that alone makes the query match: of several that do, the first."""
    match query:
        case Or(parts=parts):
            return next(fitting_part(part, facts) for part in parts if matches(part, facts))
        case Term() | Not() | And():
            return query
        case _:
            assert_never(query)


def told(part: Expr, facts: Record) -> str:
    """What kept a part from matching, with what the issue has in its place."""
    match part:
        case Term(attribute=attribute) | Not(part=Term(attribute=attribute)):
            values = facts.get(attribute, ())
            has = f"the issue's {attribute} is {', '.join(values)}" if values else f"the issue has no {attribute}"
            return f"{render(part)} does not hold: {has}"
        case Or():
            return f"none of {render(part)} holds"
        case Not() | And():
            return f"{render(part)} does not hold"
        case _:
            assert_never(part)
