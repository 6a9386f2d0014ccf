"""What kept a rule from matching is a part of its query that alone does not hold."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.engine.explain.rule_trial import tried
from reconciler.model.declared import Destination, Rule
from reconciler.model.issue import Issue
from reconciler.model.state import IssueState
from reconciler.query.deciding import deciding_part, told
from reconciler.query.matching import matches
from reconciler.query.parser import parse
from reconciler.query.syntax import And, Expr, Not, Or, Pattern, Term
from reconciler.rules.record import record
from reconciler.rules.routing import compile_rules

AT = datetime(2026, 11, 2, tzinfo=UTC)
WORDS = ("cart", "web-shop", "auth")
TERMS = st.builds(
    lambda name, pieces: Term(name, (Pattern(pieces),)),
    st.sampled_from(["service", "platform", "file_path"]),
    st.sampled_from([("cart",), ("web-", ""), ("", "")]),
)
QUERIES: st.SearchStrategy[Expr] = st.recursive(
    TERMS,
    lambda inner: (
        inner.map(Not)
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts)))
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts)))
    ),
    max_leaves=6,
)
RECORDS = st.dictionaries(
    st.sampled_from(["service", "platform", "file_path"]), st.sampled_from(WORDS).map(lambda word: (word,))
)


def parts_of(query: Expr) -> list[Expr]:
    """The query, and what it joins by AND at any depth."""
    if not isinstance(query, And):
        return [query]
    return [query, *(inner for part in query.parts for inner in parts_of(part))]


@given(QUERIES, RECORDS)
@settings(max_examples=200)
def test_the_part_is_of_the_query_and_does_not_hold(query: Expr, facts: dict[str, tuple[str, ...]]) -> None:
    if matches(query, facts):
        return
    part = deciding_part(query, facts)
    assert part in parts_of(query)
    assert not isinstance(part, And)
    assert not matches(part, facts)
    assert told(part, facts)


@pytest.mark.parametrize(
    ("query", "because"),
    [
        ("service:web-* team:x", "service:web-* does not hold: the issue's service is cart"),
        ("service:cart team:(x OR y)", "team:(x OR y) does not hold: the issue's team is shop, Shopist"),
        ("service:cart platform:IOS", "platform:IOS does not hold: the issue has no platform"),
        ("service:cart -team:shop", "-team:shop does not hold: the issue's team is shop, Shopist"),
        ("service:a OR service:b", "none of service:a OR service:b holds"),
        ("service:cart -(service:cart team:shop)", "-(service:cart AND team:shop) does not hold"),
    ],
)
def test_the_words(query: str, because: str) -> None:
    facts = {"service": ("cart",), "team": ("shop", "Shopist")}
    assert told(deciding_part(parse(query), facts), facts) == because


@given(st.lists(st.sampled_from(WORDS), max_size=5), st.sampled_from([*WORDS, "ledger"]))
@settings(max_examples=50)
def test_the_rule_is_the_one_of_a_run(services: list[str], service: str) -> None:
    rules = [
        Rule(f"rule-{number}", f"service:{name}", Destination("shop"), position=number)
        for number, name in enumerate(services)
    ]
    issue = Issue("1", IssueState.OPEN, service, AT, AT)
    routed = tried(rules, issue)
    found = compile_rules(rules).first_match(record(issue))
    assert routed.rule == (found.name if found else None)
    assert [trial.matches for trial in routed.trials].count(True) == (found is not None)
