"""The rules that are left to be read for one issue: every rule that matches it, and of thousands only a handful."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.query.matching import matches
from reconciler.query.normal import normal
from reconciler.query.parser import parse
from reconciler.rules.candidates import Candidates
from reconciler.rules.postings import ones

TERMS = ("service:web", "service:w*", "service:*", "team:Pay", "team:(pay OR *ops)", "platform:IOS", "is_crash:true")
VALUES = {"service": ("web", "WEB", "worker", ""), "team": ("pay", "PAY", "sre-ops"), "platform": ("ios", "BROWSER")}


def queries() -> st.SearchStrategy[str]:
    """Queries over few values, so that many of them match."""
    return st.recursive(
        st.sampled_from(TERMS),
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from((" AND ", " OR ")), inner).map(lambda parts: f"({''.join(parts)})"),
            inner.map(lambda text: f"(NOT {text})"),
        ),
        max_leaves=4,
    )


def records() -> st.SearchStrategy[Mapping[str, Sequence[str]]]:
    """Facts about one issue; attributes may be missing, and be there without a value."""
    parts = {name: st.lists(st.sampled_from(known), max_size=2) for name, known in VALUES.items()}
    return st.fixed_dictionaries({}, optional={**parts, "is_crash": st.just(["true"])})


@settings(max_examples=150, deadline=None)
@given(st.lists(queries(), min_size=1, max_size=6), st.lists(records(), min_size=1, max_size=4))
def test_no_rule_that_matches_is_ever_left_out(texts: list[str], issues: list[Mapping[str, Sequence[str]]]) -> None:
    parsed = [parse(text) for text in texts]
    candidates = Candidates([normal(query) for query in parsed])
    for issue in issues:
        matching = {number for number, query in enumerate(parsed) if matches(query, issue)}
        assert matching <= set(ones(candidates.of(issue)))


@pytest.mark.parametrize(
    ("issue", "expected"),
    [
        ({"service": ("shop-1",), "team": ("team-2",)}, 3),
        ({"service": ("shop-1",)}, 1),
        ({"team": ("team-2",)}, 1),
        ({}, 1),
    ],
)
def test_of_many_rules_those_whose_needs_an_issue_meets_are_left(
    issue: Mapping[str, Sequence[str]], expected: int
) -> None:
    texts = [f"service:shop-{shop} AND team:team-{team}" for shop in range(20) for team in range(5)]
    nodes = [normal(parse(text)) for text in (*texts, "service:shop* AND team:*-2", "NOT platform:ios")]
    assert len(list(ones(Candidates(nodes).of(issue)))) == expected
