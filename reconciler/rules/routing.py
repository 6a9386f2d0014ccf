"""The rule of each of many issues: the first one, in the order in which they are tried, whose query matches.

Issues are reduced to their distinct keys (the parts of an issue that some rule reads); each term of the rules becomes a
set of keys, a query a combination of sets, and each rule takes what it matches out of what remains. The cost is that of
touching each issue once, plus rules x distinct keys / word size: nothing grows with rules x issues.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from operator import attrgetter

from reconciler.model.declared import Rule
from reconciler.model.issue import Issue
from reconciler.query.matching import Record, matches
from reconciler.query.parser import parse
from reconciler.query.syntax import Expr
from reconciler.rules.postings import Postings, TermKey, TermTable, Test, ones
from reconciler.rules.record import FIELDS, Raw, values

CHUNK = 32_768
"""Distinct keys that are classified together: beyond it, longer integers cost more than repeating the rules."""


@dataclass(frozen=True, slots=True)
class Routing:
    """Rules made ready, in the order in which they are tried. Make one with `compile_rules`."""

    rules: tuple[Rule, ...]
    queries: tuple[Expr, ...]
    _tests: tuple[Test, ...]
    _terms: tuple[TermKey, ...]

    def first_match(self, record: Record) -> Rule | None:
        """The rule of one record, by reading the queries one after the other; None where none matches."""
        return next(
            (rule for rule, query in zip(self.rules, self.queries, strict=True) if matches(query, record)), None
        )

    def route(self, issues: Sequence[Issue]) -> Mapping[str, Rule | None]:
        """The rule of each issue, by issue id and in the order of the issues; None where none matches."""
        attributes = sorted({term.attribute for term in self._terms})
        if not attributes:
            return dict.fromkeys(issue.id for issue in issues)
        numbers: defaultdict[tuple[Raw, ...], int] = defaultdict(count().__next__)
        parts = (map(attrgetter(FIELDS[attribute]), issues) for attribute in attributes)
        places = list(map(numbers.__getitem__, zip(*parts, strict=True)))
        keys = list(numbers)
        winners: list[Rule | None] = []
        for start in range(0, len(keys), CHUNK):
            winners += self._classify(attributes, keys[start : start + CHUNK])
        return dict(zip(map(attrgetter("id"), issues), map(winners.__getitem__, places), strict=True))

    def first_matches(self, records: Sequence[Record]) -> list[int | None]:
        """The number of the rule of each record, from 0; None where none matches. The same as `first_match`, many at once."""
        found: list[int | None] = []
        for start in range(0, len(records), CHUNK):
            some = records[start : start + CHUNK]
            places: dict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
            for place, facts in enumerate(some):
                for attribute, known in facts.items():
                    for value in {value.casefold(): None for value in known}:
                        places[attribute][value].append(place)
            found += self._winners(places, len(some))
        return found

    def _classify(self, attributes: Sequence[str], keys: Sequence[tuple[Raw, ...]]) -> list[Rule | None]:
        """The rule of each key."""
        places = dict(zip(attributes, map(_places, zip(*keys, strict=True)), strict=True))
        return [None if at is None else self.rules[at] for at in self._winners(places, len(keys))]

    def _winners(self, places: Mapping[str, Mapping[str, Sequence[int]]], size: int) -> list[int | None]:
        bits = Postings(places, size).bits(self._terms)
        winners: list[int | None] = [None] * size
        remaining = (1 << size) - 1
        for number, test in enumerate(self._tests):
            if hit := test(bits) & remaining:
                remaining ^= hit
                for place in ones(hit):
                    winners[place] = number
                if not remaining:
                    break
        return winners


def compile_rules(rules: Sequence[Rule]) -> Routing:
    """The rules made ready for many issues, whatever order they come in. Raises SyntaxFault for a text that is no query."""
    ordered = sorted(rules, key=lambda rule: (rule.rank, rule.name, rule.match))
    queries = [parse(rule.match) for rule in ordered]
    table = TermTable()
    tests = [table.ready(query) for query in queries]
    return Routing(tuple(ordered), tuple(queries), tuple(tests), tuple(table.numbers))


def _places(column: Iterable[Raw]) -> Mapping[str, list[int]]:
    """Where each value stands, as values are compared. A raw part is put into words once, however often it stands there."""
    alike: defaultdict[Raw, list[int]] = defaultdict(list)
    for place, raw in enumerate(column):
        alike[raw].append(place)
    places: defaultdict[str, list[int]] = defaultdict(list)
    for raw, found in alike.items():
        for value in values(raw):
            places[value.casefold()] += found
    return places
