"""The prover against the plainest oracle there is: every issue of a small world, tried on every rule.

The oracle knows nothing of the prover. A world holds each kind of value that the patterns of the rules can tell apart (all texts
of up to four letters are sorted into these kinds by trying every pattern on them), each set of such values for an attribute
that may have several, and no value at all.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import pytest

from reconciler.model.declared import Rule
from reconciler.query.matching import matches
from reconciler.query.parser import parse
from reconciler.query.syntax import Expr, Term, attributes, terms
from reconciler.rules.claims import Claim, ClaimKind, Proof
from reconciler.rules.order import MOST_TAKERS
from reconciler.rules.proof import prove

MakeRule = Callable[..., Rule]
Facts = Mapping[str, Sequence[str]]

TEXTS = ["".join(letters) for size in range(1, 5) for letters in itertools.product("abc", repeat=size)]
SERVICES = ["a", "b", "ab", "A", "a*", "*b", "*a*", "*", "b*a", "(a OR ab)", "(b OR a*)", "ba", "*b*"]
TEAMS = ["a", "b", "a*", "*b", "*", "(a OR b)", "ab", "*a*"]
ERRORS = ["a", "*", "b*", "*a"]
SETS_A_SEED, SEEDS = 260, 20


def chance_query(chance: random.Random, pool: Sequence[str], depth: int) -> str:
    if depth == 0 or chance.random() < 0.35:
        return chance.choice(["", "", "", "-"]) + chance.choice(pool)
    left, right = chance_query(chance, pool, depth - 1), chance_query(chance, pool, depth - 1)
    return chance.choice(["({} AND {})", "({} {})", "({} OR {})", "-({} {})", "-({} OR {})"]).format(left, right)


def chance_rules(chance: random.Random, make_rule: MakeRule) -> list[Rule]:
    pool = [f"service:{value}" for value in chance.sample(SERVICES, chance.choice([1, 2, 3]))]
    pool += [f"team:{value}" for value in chance.sample(TEAMS, chance.choice([0, 1, 2]))]
    if chance.random() < 0.3:
        pool += ["is_crash:true", "is_crash:false", "is_crash:*"][: chance.randint(1, 3)]
    if chance.random() < 0.3:
        pool += [f"error_type:{value}" for value in chance.sample(ERRORS, chance.choice([1, 2]))]
    size, depth = chance.choice([1, 2, 3, 4, 5]), chance.choice([1, 2, 2, 3])
    return [make_rule(f"r{at}", chance_query(chance, pool, depth), position=at) for at in range(size)]


def kinds_of_values(attribute: str, queries: Sequence[Expr]) -> list[str]:
    """One text for each way of fitting the patterns of the queries."""
    asked = {
        pattern: Term(attribute, (pattern,))
        for query in queries
        for term in terms(query)
        if term.attribute == attribute
        for pattern in term.patterns
    }
    found: dict[tuple[bool, ...], str] = {}
    for at, text in enumerate(TEXTS):
        found.setdefault(tuple(fitting(term)[at] for term in asked.values()), text)
    return list(found.values())


@cache
def fitting(term: Term) -> list[bool]:
    """Which of the texts a term of one pattern matches."""
    return [matches(term, {term.attribute: (text,)}) for text in TEXTS]


def every_issue(queries: Sequence[Expr]) -> Iterator[Facts]:
    names = set().union(*(attributes(query) for query in queries))
    choices: dict[str, list[tuple[str, ...]]] = {"is_crash": [("true",), ("false",)]}
    for name in sorted(names - {"is_crash"}):
        values = kinds_of_values(name, queries)
        most = len(values) if name in {"team", "language"} else 1
        choices[name] = [some for size in range(most + 1) for some in itertools.combinations(values, size)]
    for combination in itertools.product(*choices.values()):
        yield dict(zip(choices, combination, strict=True))


@dataclass
class World:
    """Which rules match each issue, as sets of numbers."""

    rules: list[Rule]
    queries: list[Expr]
    hits: set[frozenset[int]]

    @classmethod
    def of(cls, rules: Sequence[Rule]) -> World:
        queries = [parse(rule.match) for rule in rules]
        hits = {
            frozenset(at for at, query in enumerate(queries) if matches(query, issue)) for issue in every_issue(queries)
        }
        return cls(list(rules), queries, hits)

    def numbers(self, rules: Sequence[Rule]) -> list[int]:
        return [self.rules.index(rule) for rule in rules]

    @property
    def catch_all(self) -> int | None:
        """The first rule that matches everything."""
        return next((at for at in range(len(self.rules)) if all(at in hit for hit in self.hits)), None)

    def covers(self, others: Sequence[int], number: int) -> bool:
        return all(hit & set(others) for hit in self.hits if number in hit)

    def first_taker(self, number: int) -> int | None:
        return next((at for at in range(number) if any({at, number} <= hit for hit in self.hits)), None)

    def takes(self, taker: int, number: int) -> bool:
        return any(min(hit) == taker and number in hit for hit in self.hits if hit)

    def order_matters(self, start: int, end: int) -> bool:
        """Whether an issue that no rule before `start` matches is matched by two of the rules from there to `end`."""
        return any(len(hit & set(range(start, end + 1))) > 1 for hit in self.hits if not hit or min(hit) >= start)

    def winner(self, issue: Facts) -> Rule | None:
        return next((rule for rule, query in zip(self.rules, self.queries, strict=True) if matches(query, issue)), None)


def check_witness(world: World, claim: Claim, matched: Rule) -> None:
    assert claim.witness is not None
    issue = claim.witness
    assert matches(parse(matched.match), issue)
    assert len(issue.get("service", ())) <= 1
    assert len(issue.get("error_type", ())) <= 1
    assert tuple(issue["is_crash"]) in {("true",), ("false",)}
    assert all(value for values in issue.values() for value in values)
    assert world.winner(issue) is claim.winner
    assert claim.winner is not None


def check_dead(world: World, proof: Proof) -> None:
    never = {at for at in range(len(world.rules)) if not any(at in hit for hit in world.hits)}
    assert set(world.numbers([claim.rule for claim in proof.about(ClaimKind.NEVER)])) == never
    assert all(claim.reason and claim.spans for claim in proof.about(ClaimKind.NEVER))
    last, size = world.catch_all, len(world.rules)
    dead = {at for at in range(size) if at not in never and world.covers(range(at), at)}
    behind = {at for at in dead if last is not None and at > last}
    assert set(world.numbers([claim.rule for claim in proof.about(ClaimKind.SHADOWED)])) == dead - behind
    for claim in proof.about(ClaimKind.SHADOWED):
        number, others = world.rules.index(claim.rule), world.numbers(claim.others)
        assert max(others) < number
        assert claim.is_minimal
        assert world.covers(others, number)
        assert not any(world.covers([one for one in others if one != left], number) for left in others)
        check_witness(world, claim, claim.rule)
    told = proof.about(ClaimKind.CATCH_ALL)
    assert len(told) == bool(behind)
    for claim in told:
        assert world.rules.index(claim.rule) == last
        assert set(world.numbers(claim.others)) == behind
        assert claim.witness is not None
        assert any(matches(parse(rule.match), claim.witness) for rule in claim.others)
        assert world.winner(claim.witness) is claim.winner


def check_order(world: World, proof: Proof) -> None:
    living = [at for at in range(len(world.rules)) if any(hit and min(hit) == at for hit in world.hits)]
    takers = {at: world.first_taker(at) for at in living}
    expected = {at: taker for at, taker in takers.items() if taker is not None}
    told = {world.rules.index(claim.rule): claim for claim in proof.about(ClaimKind.PARTLY)}
    assert {at: world.numbers(claim.others)[0] for at, claim in told.items()} == expected
    for at, claim in told.items():
        named = world.numbers(claim.others)
        assert all(world.takes(taker, at) for taker in named)
        every = [taker for taker in range(at) if world.takes(taker, at)]
        assert named == every[:MOST_TAKERS]
        assert claim.is_whole or len(named) == MOST_TAKERS
        check_witness(world, claim, claim.rule)
    runs = []
    for claim in proof.about(ClaimKind.EXCHANGEABLE):
        start = world.rules.index(claim.rule)
        assert world.numbers(claim.others) == list(range(start + 1, start + 1 + len(claim.others)))
        runs.append((start, start + len(claim.others)))
    expected_runs, start = [], 0
    for end in range(1, len(world.rules) + 1):
        if end == len(world.rules) or world.order_matters(start, end):
            expected_runs += [(start, end - 1)] if end - 1 > start else []
            start = end
    assert runs == expected_runs


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_claim_and_no_other_is_what_trying_every_issue_shows(seed: int, make_rule: MakeRule) -> None:
    chance = random.Random(seed)
    for _ in range(SETS_A_SEED):
        rules = chance_rules(chance, make_rule)
        proof = prove(rules)
        world = World.of(rules)
        try:
            assert proof.about(ClaimKind.UNPROVED) == ()
            check_dead(world, proof)
            check_order(world, proof)
        except AssertionError as failure:
            raise AssertionError("\n".join(rule.match for rule in rules)) from failure
