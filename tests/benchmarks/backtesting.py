"""How fast a change of rules is tried on real issues, beside a general engine: `python tests/benchmarks/backtesting.py`.

100,000 issues of the classification workload, seen over 30 days, against 10,000 rules and the same with one in a hundred
changed. A backtest routes everything twice, lays out tickets by day and tells what moves. The general engine only routes,
on a few issues, and its time for all is computed from that.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

from classification import (  # type: ignore[import-not-found]
    THEN,
    as_rules,
    general_engine,
    issues_like_a_company,
    rule_texts,
    seconds,
)

from reconciler.model.declared import AutoCreate, Configuration, ProjectBinding, Rule
from reconciler.model.issue import Issue
from reconciler.rules.backtest import backtest

SPAN = timedelta(days=30)


def seen_over_time(size: int, seed: int = 3) -> list[Issue]:
    """The issues, first seen at any time of the span."""
    chance = random.Random(seed)
    return [replace(one, first_seen=THEN + SPAN * chance.random()) for one in issues_like_a_company(size)]


def changed(rules: Sequence[Rule], seed: int = 4) -> list[Rule]:
    """The same rules, one in a hundred of them narrowed."""
    chance = random.Random(seed)
    return [
        replace(rule, match=f"({rule.match}) AND -platform:IOS") if chance.random() < 0.01 else rule for rule in rules
    ]


def configured(rules: Sequence[Rule]) -> Configuration:
    """A configuration of one binding, every rule with a limit."""
    limited = tuple(replace(rule, auto_create=AutoCreate(enabled=True, max_per_day=20)) for rule in rules)
    return Configuration(None, bindings={"shop": ProjectBinding("shop", "SHOP", "acme", "SHOP", "Bug")}, rules=limited)


def main() -> None:
    """Measure and print."""
    issues, texts = seen_over_time(100_000), rule_texts(10_000)
    rules = as_rules(texts)
    before, now = configured(rules), configured(changed(rules))
    told = backtest(now, before, issues, THEN, THEN + SPAN)
    (spent,) = seconds(lambda: backtest(now, before, issues, THEN, THEN + SPAN), repeat=3)
    sample = 10
    (engine,) = seconds(general_engine(texts, issues[:sample]), repeat=1)
    print(f"{len(issues):,} issues x {len(rules):,} rules, twice, with {len(told.moves):,} moves: {spent:.2f} s")
    print(
        f"rule_engine, routing alone, twice: {2 * engine * len(issues) / sample:,.0f} s (computed from {sample} issues)"
    )


if __name__ == "__main__":
    main()
