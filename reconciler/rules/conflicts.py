"""What is wrong among rules that are each right: names used twice, sets that claim one place in the order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reconciler.model.declared import Rule
from reconciler.model.finding import Finding, Origin, Severity, ordered


def conflicts(rules: Sequence[Rule]) -> tuple[Finding, ...]:
    """The findings about names and order, over the rules of all sets, in whatever order they come."""
    ranked = sorted(rules, key=lambda rule: (rule.rank, _place(rule, "name"), rule.name))
    return ordered((*_repeated_names(ranked), *_shared_orders(ranked)))


def _repeated_names(ranked: Iterable[Rule]) -> Iterable[Finding]:
    """`duplicate-rule`: a name must be unique over all sets, since reports, plans and tests speak of rules by name."""
    first: dict[str, Rule] = {}
    for rule in ranked:
        known = first.setdefault(rule.name, rule)
        if known is not rule:
            yield Finding(
                code="duplicate-rule",
                severity=Severity.ERROR,
                message=f"two rules are named {rule.name!r}: in set {rule.set_name!r}, and before it in {_whereabouts(known)}",
                origin=_origin(rule, "name"),
                expected="a name that no other rule of any set has",
                hint="rename one of the two",
            )


def _shared_orders(ranked: Iterable[Rule]) -> Iterable[Finding]:
    """`overlapping-order`: two sets with one `order` are tried by name, which nobody means."""
    first: dict[int, Rule] = {}
    told: set[tuple[int, str]] = set()
    for rule in ranked:
        known = first.setdefault(rule.set_order, rule)
        if known.set_name == rule.set_name or (rule.set_order, rule.set_name) in told:
            continue
        told.add((rule.set_order, rule.set_name))
        yield Finding(
            code="overlapping-order",
            severity=Severity.WARNING,
            message=f"rule sets {known.set_name!r} and {rule.set_name!r} both have order {rule.set_order}: "
            f"{known.set_name!r} is tried first only because of its name",
            origin=_origin(rule, "order"),
            expected="an order that no other set has",
            hint="give the set that should be tried later the larger order",
        )


def _origin(rule: Rule, part: str) -> Origin | None:
    return rule.written.at(part) if rule.written else None


def _place(rule: Rule, part: str) -> Origin:
    return _origin(rule, part) or Origin("", 0, 0)


def _whereabouts(rule: Rule) -> str:
    """`set 'storefront' at rules/storefront.yaml:7:13`"""
    origin = _origin(rule, "name")
    return f"set {rule.set_name!r}" + (f" at {origin}" if origin else "")
