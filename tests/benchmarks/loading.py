"""How fast rules are read, side by side in one run: `python tests/benchmarks/loading.py`.

Reading with the line and column of every key and value, against PyYAML's CSafeLoader, which gives none; then the whole load:
reading, shapes, queries, references, digest. The same text for all; the garbage collector is as each would find it (the load
switches it off for itself). Figures swing with the machine; the ratios are of one run and are what to judge by.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from reconciler.documents.load import load
from reconciler.documents.reader import read

RULES_A_FILE = 1_000
HEAD = """\
apiVersion: reconciler/v1
kind: AutomationRules
metadata: {{name: set-{number}, owner: team-shopist}}
spec:
  order: {number}
  rules:
"""
RULE = """\
    - name: rule-{number}
      match: service:web-{number} AND team:shopist
      destination:
        binding: shop
        fields: {{priority: High, labels: [from-datadog, team-{team}], components: [Checkout]}}
        summary: "{{{{ issue.error_type }}}} in {{{{ issue.service }}}}"
      auto_create: {{enabled: true, max_per_day: {number}}}
"""
BINDING = """\
apiVersion: reconciler/v1
kind: ProjectBinding
metadata: {name: shop}
spec: {case_project: SHOP, jira: {account: acme, project: SHOP, issue_type: Bug}}
"""


@dataclass(frozen=True, slots=True)
class Row:
    """Seconds for so many rules: CSafeLoader, reading with places, loading a whole directory."""

    rules: int
    size: int
    ordinary: float
    reading: float
    loading: float


def rules_text(first: int, count: int, number: int) -> str:
    """One AutomationRules document."""
    rules = (RULE.format(number=rule, team=rule % 100) for rule in range(first, first + count))
    return HEAD.format(number=number) + "".join(rules)


def measure(rules: int, repeats: int = 3) -> Row:
    """The best of some runs each, taken in turn."""
    whole = rules_text(0, rules, 0)
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place)
        (directory / "binding.yaml").write_text(BINDING)
        for number, first in enumerate(range(0, rules, RULES_A_FILE)):
            part = rules_text(first, min(RULES_A_FILE, rules - first), number)
            (directory / f"rules-{number}.yaml").write_text(part)
        ordinary = reading = loading = float("inf")
        for _ in range(repeats):
            ordinary = min(ordinary, seconds(lambda: yaml.load(whole, Loader=yaml.CSafeLoader)))  # noqa: TID251 - the rival
            reading = min(reading, seconds(lambda: read(whole, "rules.yaml")))
            loading = min(loading, seconds(lambda: load(directory)))
    return Row(rules, len(whole), ordinary, reading, loading)


def seconds(act: Callable[[], object]) -> float:
    """How long it takes, from a clean heap; what it made is kept until the clock has stopped."""
    gc.collect()
    began = time.perf_counter()
    made = act()
    took = time.perf_counter() - began
    del made
    return took


def main() -> None:
    """Prints the table."""
    libyaml = "with libyaml" if yaml.__with_libyaml__ else "without libyaml"
    print(f"PyYAML {yaml.__version__} {libyaml}")
    print(f"{'rules':>7} {'KB':>7} {'CSafeLoader':>12} {'read+places':>12} {'ratio':>6} {'whole load':>11}   (seconds)")
    for rules in (100, 1_000, 10_000):
        row = measure(rules)
        print(
            f"{row.rules:>7,} {row.size // 1000:>7,} {row.ordinary:>12.3f} {row.reading:>12.3f} "
            f"{row.reading / row.ordinary:>6.2f} {row.loading:>11.3f}"
        )
    print("aim at 10,000 rules: ratio at most 0.40")


if __name__ == "__main__":
    main()
