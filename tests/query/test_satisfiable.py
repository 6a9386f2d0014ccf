"""What can be true of one thing: patterns together, queries together, and why not."""

from __future__ import annotations

import itertools
import random

import pytest

from reconciler.query import globs, satisfiable
from reconciler.query.deciding import deciding_part, fitting_part
from reconciler.query.fault import pointers
from reconciler.query.globs import Glob, Undecided, value_within
from reconciler.query.lexicon import ATTRIBUTES
from reconciler.query.matching import fits, matches
from reconciler.query.normal import normal
from reconciler.query.parser import parse
from reconciler.query.satisfiable import example
from reconciler.query.syntax import Span, render
from reconciler.query.theory import SEVERAL, TRUTHS
from reconciler.rules.contradiction import contradiction
from reconciler.rules.record import FIELDS

TEXTS = ["".join(letters) for size in range(1, 8) for letters in itertools.product("abc", repeat=size)]
PIECES = ["", "a", "b", "ab", "ba", "aa", "bb"]


def chance_glob(chance: random.Random) -> Glob:
    first, last = chance.choice(PIECES), chance.choice(PIECES)
    middle = tuple(chance.choice(PIECES[1:]) for _ in range(chance.choice([0, 0, 1])))
    return (first or "ab",) if chance.random() < 0.2 else (first, *middle, last)


@pytest.mark.parametrize("seed", range(4))
def test_a_value_is_found_exactly_where_there_is_one(seed: int) -> None:
    chance = random.Random(seed)
    fitting: dict[Glob, set[str]] = {}
    for _ in range(250):
        asked = [chance_glob(chance) for _ in range(chance.choice([1, 2, 3]))]
        unwanted = [chance_glob(chance) for _ in range(chance.choice([0, 1, 2, 3]))]
        for glob in (*asked, *unwanted):
            fitting.setdefault(glob, {text for text in TEXTS if fits(glob, text)})
        left = set.intersection(*(fitting[glob] for glob in asked)).difference(*(fitting[glob] for glob in unwanted))
        found = value_within(frozenset(asked), frozenset(unwanted))
        assert (found is None) == (not left), (asked, unwanted)
        if found is not None:
            assert all(fits(glob, found) for glob in asked)
            assert not any(fits(glob, found) for glob in unwanted)


@pytest.mark.parametrize(
    ("query", "can_match"),
    [
        ("service:a service:b", False),
        ("service:a service:A", True),
        ("team:a team:b", True),
        ("language:go language:c", True),
        ("platform:a platform:b", False),
        ("team:a -team:a*", False),
        ("team:a* -team:a", True),
        ("service:web-* service:*-api -service:web-api -service:*-*-*", False),
        ("service:web-* service:*-api -service:web-api -service:*-*-*-*", True),
        ("service:a* service:*b -service:*a*", False),
        ("service:* -service:a* -service:*", False),
        ("-service:*", True),
        ("is_crash:true is_crash:false", False),
        ("-is_crash:*", False),
        ("-is_crash:true -is_crash:false", False),
        ("is_crash:* -is_crash:true", True),
        ("(service:a OR service:b) -(service:a OR service:b)", False),
        ("error_type:*x*y* -error_type:*x* ", False),
        ('service:straße -service:"STRASSE"', False),
    ],
)
def test_what_can_match(query: str, can_match: bool) -> None:
    expr = parse(query)
    found = example((normal(expr),))
    assert (found is not None) == can_match
    if found is not None:
        assert matches(expr, found)
        assert example((normal(expr), normal(expr, holds=False))) is None


@pytest.mark.parametrize(
    ("query", "why", "parts"),
    [
        (
            "team:x service:a AND service:b",
            "an issue has at most one service, and none fits both service:a and service:b",
            ["service:a", "service:b"],
        ),
        ("team:shop -team:s* service:a", "whatever fits team:shop is excluded by -team:s*", ["team:shop", "-team:s*"]),
        ("service:a -is_crash:*", "is_crash is always there, and either true or false", ["-is_crash:*"]),
        (
            "team:x (service:a OR service:b) service:c",
            "service:a OR service:b and service:c cannot hold together",
            ["service:a OR service:b", "service:c"],
        ),
        (
            "service:a* service:*b -service:*b*",
            "whatever fits service:*b is excluded by -service:*b*",
            ["service:*b", "-service:*b*"],
        ),
        (
            "-(service:a OR -service:a) OR platform:x platform:y",
            "whatever fits service:a is excluded by -service:a",
            ["service:a", "-service:a"],
        ),
    ],
)
def test_why_nothing_matches(query: str, why: str, parts: list[str]) -> None:
    told = contradiction(parse(query))
    assert told.why == why
    assert [query[span.start : span.end] for span in told.spans] == parts


def test_a_question_that_is_too_large_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(globs, "MOST_STATES", 3)
    asked = frozenset({("", "ab", ""), ("", "bc", ""), ("", "cd", "")})
    with pytest.raises(Undecided):
        value_within(asked, frozenset({("", "ab", "cd", "")}))
    monkeypatch.setattr(satisfiable, "MOST_BRANCHES", 1)
    with pytest.raises(Undecided):
        example((normal(parse("(team:a OR team:b) AND (team:c OR team:d)")),))


def test_what_is_known_of_the_attributes_is_what_issues_have() -> None:
    assert set(ATTRIBUTES) >= SEVERAL | TRUTHS
    assert {FIELDS[name] for name in SEVERAL} == {"teams", "languages"}


@pytest.mark.parametrize(
    ("query", "facts", "part"),
    [
        ("service:a OR team:b service:c", {"service": ("a",)}, "service:a"),
        ("service:a OR (team:b service:c OR team:b)", {"team": ("b",)}, "team:b"),
        ("service:a -team:b", {"service": ("a",)}, "service:a AND -team:b"),
    ],
)
def test_the_part_that_makes_a_query_match(query: str, facts: dict[str, tuple[str, ...]], part: str) -> None:
    assert render(fitting_part(parse(query), facts)) == part


def test_the_part_that_keeps_a_query_from_matching() -> None:
    assert (
        render(deciding_part(parse("service:a (team:b -team:c)"), {"service": ("a",), "team": ("b", "c")})) == "-team:c"
    )


def test_several_parts_are_underlined_at_once() -> None:
    assert pointers("service:é AND x", [Span(14, 15), Span(0, 9)]) == "service:é AND x\n~~~~~~~~^     ^"
    assert pointers("team:日本 b", [Span(0, 7), Span(8, 9)]) == "team:日本 b\n~~~~~~~~^ ^"
    assert pointers("a\nb", [Span(0, 1), Span(2, 3)]) == "a\n^"
