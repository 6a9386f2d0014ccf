"""Queries and records of every shape, for the laws."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from reconciler.query.lexicon import ATTRIBUTES, NOT_IN_QUOTES
from reconciler.query.syntax import And, Expr, Not, Or, Pattern, Term


def _pattern(pieces: list[str]) -> Pattern | None:
    kept = (pieces[0], *filter(None, pieces[1:-1]), *pieces[1:][-1:])
    return None if kept == ("",) or NOT_IN_QUOTES.search("".join(kept)) else Pattern(kept)


def _terms(letters: st.SearchStrategy[str]) -> st.SearchStrategy[Term]:
    def filled(attribute: str) -> st.SearchStrategy[Term]:
        if attribute == "is_crash":
            one = st.sampled_from([Pattern(("true",)), Pattern(("False",)), Pattern(("", ""))])
        else:
            pieces = st.lists(letters, min_size=1, max_size=4).map(_pattern)
            one = pieces.filter(lambda found: found is not None).map(lambda found: found or Pattern(("x",)))
        return st.lists(one, min_size=1, max_size=3).map(lambda found: Term(attribute, tuple(found)))

    return st.sampled_from(ATTRIBUTES).flatmap(filled)


def queries(letters: st.SearchStrategy[str]) -> st.SearchStrategy[Expr]:
    """Queries whose values are made of these pieces."""

    def joined(parts: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
        several = st.lists(parts, min_size=2, max_size=3).map(tuple)
        return st.one_of(parts.map(Not), several.map(And), several.map(Or))

    return st.recursive(_terms(letters), joined, max_leaves=8)


@pytest.fixture(scope="session")
def any_query() -> st.SearchStrategy[Expr]:
    """Queries with values of any characters, most often those that mean something."""
    telling = st.text(alphabet=' "\\*():-ANDORandteam=,|', max_size=6)
    return queries(st.one_of(st.text(max_size=5), telling, st.sampled_from(["AND", "or", "-x", "team:x", "web"])))


@pytest.fixture(scope="session")
def small_query() -> st.SearchStrategy[Expr]:
    """Queries over few values, so that they often match."""
    return queries(st.text(alphabet="abB", max_size=2))
