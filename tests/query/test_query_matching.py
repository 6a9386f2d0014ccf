"""When a record matches."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.query.matching import fits, matches
from reconciler.query.parser import parse
from reconciler.query.syntax import And, Expr, Not, Or

WEB: Mapping[str, tuple[str, ...]] = {
    "service": ("web-store",),
    "team": ("shopist", "Shopist Team", "payments"),
    "platform": ("BROWSER",),
    "is_crash": ("false",),
    "error_type": ("Straße*Error",),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("service:web-store", True),
        ("service:WEB-Store", True),
        ("service:web", False),
        ("service:web-*", True),
        ("service:*store", True),
        ("service:w*e", True),
        ("service:w*b*s*e", True),
        ("service:*", True),
        ("service:web-store*", True),
        ("service:store*", False),
        ("service:*web", False),
        ("service:(cart OR web-store)", True),
        ("service:(cart OR search)", False),
        ("team:shopist", True),
        ("team:payments", True),
        ('team:"shopist team"', True),
        ("team:*team", True),
        ("team:mobile", False),
        ("-team:mobile", True),
        ("-team:payments", False),
        ("team:shopist team:payments", True),
        ("team:shopist -team:payments", False),
        ("language:go", False),
        ("-language:go", True),
        ("language:*", False),
        ("-language:*", True),
        ("is_crash:false", True),
        ("is_crash:TRUE", False),
        ("is_crash:*", True),
        ("error_type:STRASSE*", True),
        (r'error_type:"straße\*error"', True),
        (r'error_type:"straße\*"', False),
        ("service:cart OR team:payments", True),
        ("service:cart OR team:mobile", False),
        ("service:web-store AND (team:mobile OR platform:browser)", True),
        ("service:cart AND team:payments OR platform:browser", True),
        ("service:cart AND (team:payments OR platform:browser)", False),
        ("--service:web-store", True),
    ],
)
def test_a_record_matches_as_the_language_says(text: str, *, expected: bool) -> None:
    assert matches(parse(text), WEB) is expected


def test_an_attribute_without_values_is_absent() -> None:
    assert not matches(parse("service:*"), {"service": ()})
    assert matches(parse("-service:*"), {"service": ()})


@given(
    pieces=st.lists(st.text(alphabet="ab", max_size=3), min_size=1, max_size=5),
    value=st.text(alphabet="ab", max_size=9),
)
@settings(max_examples=600, deadline=None)
def test_wildcards_stand_for_any_text(pieces: list[str], value: str) -> None:
    expected = re.fullmatch(".*".join(map(re.escape, pieces)), value) is not None
    assert fits(tuple(pieces), value) is expected


def test_many_wildcards_cost_no_more_than_their_number() -> None:
    assert not fits(("a", *["a"] * 2000, "b"), "a" * 20_000)


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_the_operators_are_those_of_logic(small_query: st.SearchStrategy[Expr], data: st.DataObject) -> None:
    left, right = data.draw(small_query), data.draw(small_query)
    words = st.lists(st.text(alphabet="abB", min_size=1, max_size=2), max_size=2).map(tuple)
    record = data.draw(st.fixed_dictionaries({}, optional={"service": words, "team": words, "language": words}))
    has_left, has_right = matches(left, record), matches(right, record)
    assert matches(Not(left), record) is not has_left
    assert matches(And((left, right)), record) is (has_left and has_right)
    assert matches(Or((left, right)), record) is (has_left or has_right)
    assert matches(Not(And((left, right))), record) is matches(Or((Not(left), Not(right))), record)
