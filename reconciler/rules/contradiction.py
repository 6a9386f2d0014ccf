"""Why a query can never match: the smallest set of its parts that do not hold together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.query.normal import Normal, normal
from reconciler.query.satisfiable import example
from reconciler.query.syntax import And, Expr, Not, Or, Span, Term, render
from reconciler.query.theory import SEVERAL, TRUTHS


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Parts of a query, in the order in which they are written, and why no issue fits them all."""

    spans: tuple[Span, ...]
    why: str


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a query, meant as it is written or (`holds` False) as the opposite, under a negation around it."""

    expr: Expr
    holds: bool
    span: Span

    @property
    def node(self) -> Normal:
        return normal(self.expr, holds=self.holds)


def contradiction(query: Expr) -> Contradiction:
    """The reason. The query must be one that nothing can match. Raises Undecided."""
    core = _core(_Part(query, holds=True, span=query.span))
    return Contradiction(tuple(part.span for part in core), _why(core))


def _core(part: _Part) -> list[_Part]:
    parts = _conjuncts(part)
    kept = list(parts)
    for one in reversed(parts):
        rest = [other for other in kept if other is not one]
        if rest and example(other.node for other in rest) is None:
            kept = rest
    if len(kept) == 1 and (alternatives := _alternatives(kept[0])):
        return _core(alternatives[0])
    return kept


def _conjuncts(part: _Part) -> list[_Part]:
    """What must hold all together, nested conjunctions resolved."""
    match part.expr:
        case Not(part=Term()) if part.holds:
            return [part]
        case Not(part=inner, span=span):
            return _conjuncts(_Part(inner, not part.holds, span if isinstance(inner, Term) else inner.span))
        case And(parts=parts) if part.holds:
            return [one for inner in parts for one in _conjuncts(_Part(inner, holds=True, span=inner.span))]
        case Or(parts=parts) if not part.holds:
            return [one for inner in parts for one in _conjuncts(_Part(inner, holds=False, span=inner.span))]
        case _:
            return [part]


def _alternatives(part: _Part) -> list[_Part]:
    match part.expr:
        case Or(parts=parts) if part.holds:
            return [_Part(inner, holds=True, span=inner.span) for inner in parts]
        case And(parts=parts) if not part.holds:
            return [_Part(inner, holds=False, span=inner.span) for inner in parts]
        case _:
            return []


def _why(core: Sequence[_Part]) -> str:
    terms = [term for part in core if (term := _term(part)) is not None]
    names = {term.attribute for term, _ in terms}
    wanted = [render(term) for term, holds in terms if holds]
    unwanted = [render(term) for term, holds in terms if not holds]
    if len(terms) < len(core) or len(names) != 1:
        return f"{_joined([_said(part) for part in core], 'and')} cannot hold together"
    (name,) = names
    if name in TRUTHS:
        return "is_crash is always there, and either true or false"
    if len(wanted) == 1:
        return f"whatever fits {wanted[0]} is excluded by {_joined(['-' + one for one in unwanted], 'and')}"
    besides = f" without also fitting {_joined(unwanted, 'or')}" if unwanted else ""
    most = "any number of values" if name in SEVERAL else f"at most one {name}"
    return f"an issue has {most}, and none fits {'both ' if len(wanted) == 2 else ''}{_joined(wanted, 'and')}{besides}"


def _term(part: _Part) -> tuple[Term, bool] | None:
    match part.expr:
        case Term() as term:
            return term, part.holds
        case Not(part=Term() as term):
            return term, not part.holds
        case _:
            return None


def _said(part: _Part) -> str:
    return render(part.expr if part.holds else Not(part.expr))


def _joined(texts: Sequence[str], word: str) -> str:
    *firsts, last = texts
    return f"{', '.join(firsts)} {word} {last}" if firsts else last
