"""How long it takes to prove which rules apply: `python tests/benchmarks/proving.py`.

The rules are those of `classification.py` (500 services, 100 teams, wildcards and negations), some thousand of them, and a
company that wrote a rule for each pair of service and team with a rule for the rest of each team at the end. For scale stands
beside it what comparing each pair of rules once would take, at the measured speed of one comparison.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from reconciler.model.declared import Destination, Rule
from reconciler.query.normal import normal
from reconciler.query.parser import parse
from reconciler.query.satisfiable import example
from reconciler.rules.proof import prove
from tests.benchmarks.classification import SERVICES, TEAMS, as_rules, rule_texts


def tidy_company(size: int) -> list[Rule]:
    """One rule for each pair of a service and a team, as many as are asked for, and one for the rest of each team."""
    texts = [
        f"service:{service}-{number} AND team:{team}"
        for number in range(9)
        for service in SERVICES
        for team in TEAMS[:3]
    ]
    chosen = [*texts[: size - len(TEAMS)], *(f"team:{team}" for team in TEAMS)]
    return [Rule(f"rule-{at}", text, Destination("shop"), position=at) for at, text in enumerate(chosen)]


def spent(work: Callable[[], object]) -> float:
    """Processor seconds."""
    start = time.process_time()
    work()
    return time.process_time() - start


def pairwise(rules: Sequence[Rule], sample: int = 2_000) -> float:
    """Seconds for asking of each pair of rules whether an issue matches both."""
    chance = random.Random(3)
    nodes = [normal(parse(rule.match)) for rule in rules]
    pairs = [chance.sample(nodes, 2) for _ in range(sample)]
    return spent(lambda: [example(pair) for pair in pairs]) / sample * len(rules) * (len(rules) - 1) / 2


def main() -> None:
    """Measure and print."""
    print(f"{'rules':>8} {'of':>14} {'never apply':>12} {'everything':>11} {'all pairs':>11}  claims")
    for size in (100, 1_000, 10_000):
        for name, rules in (("by chance", as_rules(rule_texts(size))), ("a tidy company", tidy_company(size))):
            cheap = spent(lambda rules=rules: prove(rules, with_order=False))  # type: ignore[misc]
            start = time.process_time()
            proof = prove(rules)
            whole = time.process_time() - start
            counts = Counter(claim.kind.value for claim in proof.claims)
            told = ", ".join(f"{counts[kind]} {kind}" for kind in sorted(counts))
            print(f"{len(rules):>8} {name:>14} {cheap:>10.2f} s {whole:>9.2f} s {pairwise(rules):>9.0f} s  {told}")


if __name__ == "__main__":
    main()
