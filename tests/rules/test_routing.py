"""Which rule each issue gets."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model.declared import Rule
from reconciler.model.issue import Issue, Team
from reconciler.query.fault import SyntaxFault
from reconciler.query.matching import matches
from reconciler.query.parser import parse
from reconciler.rules import routing
from reconciler.rules.record import record
from reconciler.rules.routing import compile_rules

MakeIssue = Callable[..., Issue]
MakeRule = Callable[..., Rule]


def plainly(rules: list[Rule], issue: Issue) -> Rule | None:
    """The oracle: the rules in order of rank, one after the other."""
    ranked = sorted(rules, key=lambda rule: rule.rank)
    return next((rule for rule in ranked if matches(parse(rule.match), record(issue))), None)


@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_routing_agrees_with_reading_the_rules_one_by_one(
    rule_sets: st.SearchStrategy[list[Rule]], issue_lists: st.SearchStrategy[list[Issue]], data: st.DataObject
) -> None:
    rules, issues = data.draw(rule_sets), data.draw(issue_lists)
    ready = compile_rules(data.draw(st.permutations(rules)))
    expected = {issue.id: plainly(rules, issue) for issue in issues}
    assert ready.route(issues) == expected
    assert {issue.id: ready.first_match(record(issue)) for issue in issues} == expected


def chance_query(chance: random.Random, depth: int) -> str:
    if depth == 0 or chance.random() < 0.3:
        attribute = chance.choice(["service", "team", "language", "error_type", "platform"])
        return f"{attribute}:{chance.choice(['a', 'B', 'ab', 'a*', '*a', '*b*', '*', 'c', '(a OR bb)', '(b* OR c)'])}"
    left, right = chance_query(chance, depth - 1), chance_query(chance, depth - 1)
    return chance.choice(
        [f"-({left})", f"({left} {right})", f"({left} OR {right})", f"({left} AND {right} AND -{left})"]
    )


@pytest.mark.parametrize("seed", range(20))
def test_routing_agrees_over_many_sets_by_chance(seed: int, make_issue: MakeIssue, make_rule: MakeRule) -> None:
    chance = random.Random(seed)
    words = ["a", "b", "A", "ab", "ba", "bb"]
    for _ in range(100):
        rules = [
            make_rule(f"r{at}", chance_query(chance, 3), order=chance.choice([1, 2]), position=at) for at in range(6)
        ]
        issues = [
            make_issue(
                f"i{at}",
                service=chance.choice([None, *words]),
                teams=[Team(chance.choice(words), chance.choice(words)) for _ in range(chance.randrange(3))],
                languages=chance.sample(words, chance.randrange(3)),
                error_type=chance.choice([None, "", *words]),
            )
            for at in range(8)
        ]
        assert compile_rules(chance.sample(rules, 6)).route(issues) == {one.id: plainly(rules, one) for one in issues}


def test_the_first_match_applies_in_order_of_rank(make_issue: MakeIssue, make_rule: MakeRule) -> None:
    late = make_rule("late", "service:web", order=200)
    second_set = make_rule("second set", "service:web", within="b")
    second = make_rule("second", "service:web", position=1)
    first = make_rule("first", "service:web", position=0)
    web = make_issue(service="web")
    for rules in ([late, second_set, second, first], [first, second, second_set, late]):
        ready = compile_rules(rules)
        assert ready.rules == (first, second, second_set, late)
        assert ready.route([web]) == {"i1": first}
    assert compile_rules([late, second_set]).route([web]) == {"i1": second_set}


def test_every_issue_gets_an_answer_in_the_order_given(make_issue: MakeIssue, make_rule: MakeRule) -> None:
    web = make_rule("web", "service:web")
    issues = [make_issue("z", service="cart"), make_issue("a", service="web"), make_issue("m", service="WEB")]
    assert list(compile_rules([web]).route(issues).items()) == [("z", None), ("a", web), ("m", web)]


def test_without_rules_or_issues_nothing_matches(make_issue: MakeIssue, make_rule: MakeRule) -> None:
    assert compile_rules([]).route([make_issue()]) == {"i1": None}
    assert compile_rules([]).first_match({"service": ("web",)}) is None
    assert compile_rules([make_rule("web", "service:web")]).route([]) == {}


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("service:web", ["web"]),
        ("-service:web", ["cart", "none", "empty"]),
        ("-service:*", ["none", "empty"]),
        ("service:*", ["web", "cart"]),
        ("team:shopist", ["web"]),
        ('team:"shop team"', ["web"]),
        ("team:mobile", ["web", "cart"]),
        ("team:shopist team:mobile", ["web"]),
        ("team:mobile -team:shopist", ["cart"]),
        ("is_crash:true", ["cart"]),
        ("is_crash:*", ["web", "cart", "none", "empty"]),
        ("language:python", []),
    ],
)
def test_one_rule_takes_what_its_query_says(
    match: str, expected: list[str], make_issue: MakeIssue, make_rule: MakeRule
) -> None:
    shopist, mobile = Team("shopist", "Shop Team"), Team("mobile")
    issues = [
        make_issue("web", service="web", teams=[mobile, shopist]),
        make_issue("cart", service="cart", teams=[mobile], is_crash=True),
        make_issue("none"),
        make_issue("empty", service=""),
    ]
    found = compile_rules([make_rule("only", match)]).route(issues)
    assert [name for name, rule in found.items() if rule] == expected


def test_more_distinct_keys_than_one_chunk_are_all_classified(make_issue: MakeIssue, make_rule: MakeRule) -> None:
    size = routing.CHUNK + 500
    issues = [make_issue(f"i{at}", service=f"s{at % 7}-{at}") for at in range(size)]
    rules = [
        make_rule("last", f"service:s{(size - 1) % 7}-{size - 1}", position=0),
        make_rule("three", "service:s3-*", position=1),
        make_rule("odd", "service:*1", position=2),
    ]
    found = compile_rules(rules).route(issues)
    for at in (0, 1, 3, 10, routing.CHUNK - 1, routing.CHUNK, routing.CHUNK + 1, size - 1):
        assert found[f"i{at}"] == plainly(rules, issues[at])
    assert sum(rule is rules[1] for rule in found.values()) == sum(at % 7 == 3 for at in range(size - 1))


class Counted(str):
    """A service that counts how often somebody compares it."""

    __slots__ = ()
    folded = 0

    def casefold(self) -> str:
        Counted.folded += 1
        return super().casefold()


def test_a_value_is_read_once_however_many_issues_and_rules(make_issue: MakeIssue, make_rule: MakeRule) -> None:
    service = Counted("web")
    rules = [make_rule(f"r{at}", f"service:*{at}* OR service:w*x{at}", position=at) for at in range(60)]
    ready = compile_rules(rules)
    Counted.folded = 0
    ready.route([make_issue(f"i{at}", service=service) for at in range(1000)])
    assert Counted.folded == 1


def test_a_text_that_is_no_query_is_not_passed_over(make_rule: MakeRule) -> None:
    with pytest.raises(SyntaxFault, match="unknown attribute"):
        compile_rules([make_rule("web", "servce:web")])


def test_routing_does_not_depend_on_the_hash_seed() -> None:
    program = """
from datetime import UTC, datetime
from reconciler.model.declared import Destination, Rule
from reconciler.model.issue import Issue, Team
from reconciler.model.state import IssueState
from reconciler.rules.routing import compile_rules
rules = [Rule(f"r{n}", f"service:s{n % 5}* team:(t{n % 3} OR t{n % 4})", Destination("b"), position=n) for n in range(20)]
then = datetime(2026, 1, 1, tzinfo=UTC)
issues = [
    Issue(f"i{n}", IssueState.OPEN, f"s{n % 7}", then, then, (Team(f"t{n % 6}"), Team(f"t{n % 5}"))) for n in range(50)
]
print([(name, rule and rule.name) for name, rule in compile_rules(rules).route(issues).items()])
"""
    printed = set()
    for seed in ("1", "2", "3"):
        run = [sys.executable, "-c", program]
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)}
        printed.add(subprocess.run(run, env=environment, capture_output=True, text=True, check=True).stdout)
    assert len(printed) == 1
    assert "('i0', 'r0')" in printed.pop()
