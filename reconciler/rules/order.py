"""Where the order of rules matters: what each takes from later ones, and which neighbours could change places."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from reconciler.query.globs import Undecided
from reconciler.query.matching import Record, matches
from reconciler.query.normal import Normal, negated
from reconciler.query.satisfiable import example
from reconciler.rules.candidates import Candidates
from reconciler.rules.claims import Claim, ClaimKind
from reconciler.rules.postings import Bits, ones
from reconciler.rules.routing import Routing

MOST_TAKERS = 3
"""Rules that are named as taking part of another."""

# Earlier rules that are tried for these names after the first, and issues made up for one pair, before it is left at that.
_MOST_TRIED, _MOST_ISSUES = 24, 40


def order_claims(
    routing: Routing, nodes: Sequence[Normal], near: Sequence[Bits], living: Collection[int]
) -> list[Claim]:
    """PARTLY for each living rule that earlier ones take from, EXCHANGEABLE for each run of neighbours. `near` holds for each
    rule those that it may meet.
    """
    looking = _Order(routing, nodes, near)
    return [*looking.partly(sorted(living)), *looking.exchangeable()]


@dataclass(frozen=True, slots=True)
class _Order:
    routing: Routing
    nodes: Sequence[Normal]
    near: Sequence[Bits]
    _candidates: Candidates = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_candidates", Candidates(self.nodes))

    def partly(self, living: Sequence[int]) -> Iterator[Claim]:
        """The first rule that takes something is always found: before it nothing meets the rule at all."""
        rules = self.routing.rules
        for number in living:
            takers: list[int] = []
            witness: Record | None = None
            tried, is_whole = 0, True
            for other in ones(self.near[number] & ((1 << number) - 1)):
                if takers and (tried == _MOST_TRIED or len(takers) == MOST_TAKERS):
                    is_whole = False
                    break
                tried += bool(takers)
                found = self._issue_that_goes_by(other, number, before=other)
                if found is not None:
                    takers.append(other)
                    witness = witness or found
            if takers:
                named = tuple(rules[other] for other in takers)
                yield Claim(ClaimKind.PARTLY, rules[number], named, witness, named[0], is_whole=is_whole)

    def exchangeable(self) -> Iterator[Claim]:
        """The longest runs, from the first rule on, of which no issue that comes so far matches two."""
        rules, start = self.routing.rules, 0
        for number in range(1, len(rules) + 1):
            if number < len(rules) and not self._meets_one_of(number, start):
                continue
            if number - start > 1:
                yield Claim(ClaimKind.EXCHANGEABLE, rules[start], rules[start + 1 : number])
            start = number

    def _meets_one_of(self, number: int, start: int) -> bool:
        within = self.near[number] & ((1 << number) - (1 << start))
        while within:
            other = within.bit_length() - 1
            try:
                if self._open_issue(other, number, before=start) is not None:
                    return True
            except Undecided:
                return True
            within ^= 1 << other
        return False

    def _issue_that_goes_by(self, other: int, number: int, *, before: int) -> Record | None:
        try:
            return self._open_issue(other, number, before=before)
        except Undecided:
            return None

    def _open_issue(self, one: int, two: int, *, before: int) -> Record | None:
        """An issue that matches both rules and none of those up to `before`. Raises Undecided."""
        avoided: list[Normal] = []
        possible = self.near[one] & self.near[two] & ((1 << before) - 1)
        for _ in range(_MOST_ISSUES):
            found = example((self.nodes[one], self.nodes[two], *avoided))
            if found is None:
                return None
            asked = possible & self._candidates.of(found)
            taker = next((earlier for earlier in ones(asked) if matches(self.routing.queries[earlier], found)), None)
            if taker is None:
                return found
            avoided.append(negated(self.nodes[taker]))
        raise Undecided(f"more than {_MOST_ISSUES} issues")
