"""What is said about rules that are each right but not together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

from reconciler.model.declared import Rule
from reconciler.model.finding import Origin
from reconciler.model.written import Written
from reconciler.rules.conflicts import conflicts

MakeRule = Callable[..., Rule]


def told(rules: list[Rule]) -> list[str]:
    return [f"{finding.severity.value} {finding.code} {finding}" for finding in conflicts(rules)]


def test_names_used_twice_are_told_at_the_later_rule(make_rule: MakeRule) -> None:
    rules = [
        make_rule("web", "service:web", within="storefront", order=100, line=7),
        make_rule("cart", "service:cart", within="storefront", order=100, position=1, line=9),
        make_rule("web", "service:x", within="payments", order=200, line=7),
    ]
    expected = [
        "error duplicate-rule rules/payments.yaml:7:13: two rules are named 'web': in set 'payments', and before it in "
        "set 'storefront' at rules/storefront.yaml:7:13 - expected a name that no other rule of any set has - "
        "rename one of the two"
    ]
    assert all(told(list(order)) == expected for order in permutations(rules))


def test_a_name_used_twice_in_one_set_is_told_too(make_rule: MakeRule) -> None:
    rules = [make_rule("web", "service:web", position=at, line=7 + at) for at in range(3)]
    assert [str(finding.origin) for finding in conflicts(rules)] == ["rules/a.yaml:8:13", "rules/a.yaml:9:13"]


def test_sets_with_one_order_are_told_once_each(make_rule: MakeRule) -> None:
    rules = [
        make_rule(f"{within}-{at}", "service:web", within=within, order=order, position=at, line=7 + at)
        for within, order in (("b", 100), ("a", 100), ("c", 100), ("d", 200))
        for at in range(2)
    ]
    expected = [
        f"warning overlapping-order rules/{later}.yaml:4:10: rule sets 'a' and '{later}' both have order 100: 'a' is "
        "tried first only because of its name - expected an order that no other set has - "
        "give the set that should be tried later the larger order"
        for later in ("b", "c")
    ]
    assert told(rules) == told(rules[::-1]) == expected


def test_a_set_whose_order_has_no_place_is_told_once_at_its_first_rule(make_rule: MakeRule) -> None:
    rules = [
        replace(
            make_rule(f"{within}-{at}", "service:web", within=within, position=at),
            written=Written(Origin(f"rules/{within}.yaml", 7 + at, 7)),
        )
        for within in ("a", "b")
        for at in range(3)
    ]
    assert [str(finding.origin) for finding in conflicts(rules)] == ["rules/b.yaml:7:7"]


def test_rules_that_are_right_together_give_no_finding(make_rule: MakeRule) -> None:
    assert conflicts([make_rule("a", "service:a"), make_rule("b", "service:a", order=200, within="b")]) == ()
    assert conflicts([]) == ()


def test_rules_of_no_file_are_told_without_a_place(make_rule: MakeRule) -> None:
    (finding,) = conflicts([make_rule("web", "service:a"), make_rule("web", "service:b", position=1)])
    assert finding.origin is None
    assert finding.message == "two rules are named 'web': in set 'a', and before it in set 'a'"
