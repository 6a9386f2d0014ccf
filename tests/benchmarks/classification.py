"""How fast issues find their rule, side by side in one run: `python tests/benchmarks/classification.py`.

The workload: 500 services of Zipf-like weight, 100 teams of which each issue has one to three, three platforms (at most
6,000 different issues as far as rules can tell); rules 70 % `service AND team`, 15 % `(service OR service) AND team`,
10 % `service* AND team AND -platform`, 5 % `team AND -service* AND platform AND team`, so that most issues find none early.

The floor is what any classifier must do: build the key of each issue and look it up. Figures swing with the machine;
the ratios are of one run and are what to judge by.
"""

from __future__ import annotations

import gc
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import rule_engine

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from reconciler.model.declared import Destination, Rule
from reconciler.model.issue import Issue, Team
from reconciler.model.state import IssueState
from reconciler.rules.record import record
from reconciler.rules.routing import Routing, compile_rules

T = TypeVar("T")
THEN = datetime(2026, 11, 2, tzinfo=UTC)
PLATFORMS = ("BACKEND", "BROWSER", "IOS")
SERVICES = tuple(f"{area}-{number:03d}" for area in ("web", "api", "job", "app", "etl") for number in range(100))
TEAMS = tuple(f"team-{number:03d}" for number in range(100))


@dataclass(frozen=True, slots=True)
class Row:
    """Seconds for one size: the floor, our routing, and the general engine's rate in issues a second."""

    rules: int
    issues: int
    compiling: float
    floor: float
    routing: float
    engine_rate: float

    @property
    def rate(self) -> float:
        """Issues a second through the routing."""
        return self.issues / self.routing


def issues_like_a_company(size: int, seed: int = 1, *, distinct: bool = False) -> list[Issue]:
    """Issues of the workload; `distinct` gives each an error type of its own, so that no two are alike."""
    chance = random.Random(seed)
    owners = [
        tuple(Team(name) for name in chance.sample(TEAMS, chance.randint(1, 3))) for _ in range(4 * len(SERVICES))
    ]
    picked = chance.choices(range(len(SERVICES)), [1 / (at + 1) ** 0.7 for at in range(len(SERVICES))], k=size)
    return [
        Issue(
            id=f"issue-{at}",
            state=IssueState.OPEN,
            service=SERVICES[service],
            first_seen=THEN,
            last_seen=THEN,
            teams=owners[4 * service + chance.randrange(4)],
            platform=chance.choice(PLATFORMS),
            error_type=f"Error{at}" if distinct else None,
        )
        for at, service in enumerate(picked)
    ]


@dataclass(frozen=True, slots=True)
class Text:
    """One rule, in our words and in those of the general engine."""

    ours: str
    theirs: str


def rule_texts(size: int, seed: int = 2) -> list[Text]:
    """Rules of the workload."""
    chance = random.Random(seed)
    return [_rule_text(chance) for _ in range(size)]


def _rule_text(chance: random.Random) -> Text:
    service, other = chance.sample(SERVICES, 2)
    team, second = chance.sample(TEAMS, 2)
    platform, prefix, share = chance.choice(PLATFORMS), service[:5], chance.random()
    if share < 0.70:
        return Text(f"service:{service} AND team:{team}", f"service == '{service}' and '{team}' in team")
    if share < 0.85:
        return Text(
            f"service:({service} OR {other}) AND team:{team}",
            f"(service == '{service}' or service == '{other}') and '{team}' in team",
        )
    if share < 0.95:
        return Text(
            f"service:{prefix}* AND team:{team} AND -platform:{platform}",
            f"service =~ '{prefix}.*' and '{team}' in team and platform != '{platform}'",
        )
    return Text(
        f"team:{team} AND -service:{prefix}* AND platform:{platform} AND team:{second}",
        f"'{team}' in team and not service =~ '{prefix}.*' and platform == '{platform}' and '{second}' in team",
    )


def as_rules(texts: Sequence[Text]) -> list[Rule]:
    """The rules as declared."""
    return [Rule(f"rule-{at}", text.ours, Destination("shop"), position=at) for at, text in enumerate(texts)]


def seconds(*works: Callable[[], T], repeat: int) -> list[float]:
    """The least processor time of each work over several rounds, the works taking turns so that a busy machine hits all."""
    rounds = [[_once(work) for work in works] for _ in range(repeat)]
    return [min(spent) for spent in zip(*rounds, strict=True)]


def _once(work: Callable[[], T]) -> float:
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def looked_up(issues: Sequence[Issue]) -> Callable[[], object]:
    """The floor: the key of each issue, looked up among answers already known."""
    known = {(issue.service, issue.teams, issue.platform): issue.id for issue in issues}
    return lambda: [known[issue.service, issue.teams, issue.platform] for issue in issues]


def general_engine(texts: Sequence[Text], issues: Sequence[Issue]) -> Callable[[], list[int | None]]:
    """`rule_engine`, its rules compiled beforehand, tried one after the other on the same issues."""
    rules = [rule_engine.Rule(text.theirs) for text in texts]
    facts = [
        {"service": issue.service, "team": [team.handle for team in issue.teams], "platform": issue.platform}
        for issue in issues
    ]
    return lambda: [next((at for at, rule in enumerate(rules) if rule.matches(fact)), None) for fact in facts]


def measure(size: int, issues: Sequence[Issue], *, sample: int, repeat: int = 9) -> Row:
    """One row. Raises AssertionError where the three ways disagree about an issue of the sample."""
    texts = rule_texts(size)
    ready = compile_rules(as_rules(texts))
    (compiling,) = seconds(lambda: compile_rules(as_rules(texts)), repeat=1)
    floor, routing = seconds(looked_up(issues), lambda: ready.route(issues), repeat=repeat)
    engine = general_engine(texts, issues[:sample])
    (engine_time,) = seconds(engine, repeat=1)
    theirs, found = engine(), ready.route(issues[:sample])
    ours = [found[issue.id] for issue in issues[:sample]]
    if [rule and rule.position for rule in ours] != theirs or ours != _plainly(ready, issues[:sample]):
        raise AssertionError(f"the ways disagree at {size} rules")
    return Row(size, len(issues), compiling, floor, routing, sample / engine_time)


def _plainly(ready: Routing, issues: Sequence[Issue]) -> list[Rule | None]:
    return [ready.first_match(record(issue)) for issue in issues]


def table(rows: Sequence[Row]) -> str:
    """The rows side by side."""
    lines = [
        f"{'rules':>6} {'issues':>8} {'compile':>9} {'floor':>9} {'routing':>9} {'x floor':>8} {'issues/s':>10} "
        f"{'rule_engine/s':>14} {'faster':>9}"
    ]
    lines += [
        f"{row.rules:>6} {row.issues:>8} {row.compiling * 1e3:>6.0f} ms {row.floor * 1e3:>6.1f} ms "
        f"{row.routing * 1e3:>6.1f} ms {row.routing / row.floor:>8.2f} {row.rate:>10,.0f} "
        f"{row.engine_rate:>14,.1f} {row.rate / row.engine_rate:>8,.0f}x"
        for row in rows
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    issues = issues_like_a_company(100_000)
    rows = [measure(100, issues, sample=300), measure(10_000, issues, sample=10)]
    print(table(rows))
    few, many = rows
    print(f"growth from {few.rules} to {many.rules} rules: {many.routing / few.routing:.2f}x (aim: at most 2)")
    print(f"at {many.rules} rules: {many.routing / many.floor:.2f}x the floor (aim: at most 3)")
    ready = compile_rules(
        [*as_rules(rule_texts(10_000)), Rule("rare", "error_type:Error1*7", Destination("shop"), position=10_000)]
    )
    distinct = issues_like_a_company(100_000, distinct=True)
    (spent,) = seconds(lambda: ready.route(distinct), repeat=3)
    print(f"no two issues alike: {len(distinct) / spent:,.0f} issues/s at 10,001 rules")


if __name__ == "__main__":
    main()
