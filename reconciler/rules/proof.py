"""What is certain about a set of rules, whatever issues come: which never apply, which take from which, where order matters.

For each rule an issue is made up that matches it, and all of them are routed at once. Whoever gets its own issue is proved
reachable by it. For the others the rule that took the issue is added to what the next made-up issue must avoid, until one comes
through or none is left: the rules collected by then are what shadows it. So most rules are settled without looking at pairs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from reconciler.model.declared import Rule
from reconciler.query.globs import Undecided
from reconciler.query.lexicon import ATTRIBUTES
from reconciler.query.matching import Record
from reconciler.query.normal import Normal, needed, negated, normal
from reconciler.query.satisfiable import example
from reconciler.query.theory import TRUTHS
from reconciler.rules.claims import Claim, ClaimKind, Proof
from reconciler.rules.contradiction import contradiction
from reconciler.rules.meeting import meetings
from reconciler.rules.order import order_claims
from reconciler.rules.postings import Bits, ones
from reconciler.rules.routing import Routing, compile_rules

# From this round on, whole handfuls of rules are avoided at once, each four times as large as the one before.
_PATIENCE = 5
# A larger set of shadowing rules is told as it was found: making it smaller takes a question for each of them.
_MOST_MINIMISED = 60
# What an issue may lack: a rule that needs it does not match everything.
_ABSENT = tuple(name for name in ATTRIBUTES if name not in TRUTHS)


def prove(rules: Iterable[Rule], *, with_order: bool = True) -> Proof:
    """Everything that can be claimed, in the order of the rules. Without `with_order` only which rules never apply: the cheap
    part. Raises SyntaxFault for a text that is no query.
    """
    proving = _Proving(compile_rules(tuple(rules)))
    proving.find_the_impossible()
    proving.find_the_unreachable()
    if with_order:
        proving.claims += order_claims(proving.routing, proving.nodes, proving.near, proving.living)
    at = {id(rule): number for number, rule in enumerate(proving.routing.rules)}
    kinds = list(ClaimKind)
    ranked = sorted(proving.claims, key=lambda claim: (at[id(claim.rule)], kinds.index(claim.kind)))
    return Proof(proving.routing.rules, tuple(ranked))


@dataclass(slots=True)
class _Proving:
    routing: Routing
    nodes: list[Normal] = field(init=False)
    claims: list[Claim] = field(default_factory=list)
    issues: dict[int, Record] = field(default_factory=dict)
    """For each rule that can match, an issue that matches it."""
    taken: dict[int, tuple[int, ...]] = field(default_factory=dict)
    living: set[int] = field(default_factory=set)
    """The rules that apply to some issue."""
    _near: list[Bits] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.nodes = [normal(query) for query in self.routing.queries]

    @property
    def near(self) -> list[Bits]:
        """For each rule those that it may meet; found when somebody asks."""
        self._near = self._near or meetings(self.nodes)
        return self._near

    def find_the_impossible(self) -> None:
        """Rules that nothing can match; the others get an issue that does."""
        for number, node in enumerate(self.nodes):
            rule = self.routing.rules[number]
            try:
                found = example((node,))
                if found is None:
                    because = contradiction(self.routing.queries[number])
                    self.claims.append(Claim(ClaimKind.NEVER, rule, reason=because.why, spans=because.spans))
                else:
                    self.issues[number] = found
            except Undecided as why:
                self._give_up(number, why)

    def find_the_unreachable(self) -> None:
        """Rules whose every issue goes by an earlier one. Behind a rule that matches everything this is said once, of that."""
        last = self._catch_all()
        self._route({number: issue for number, issue in self.issues.items() if last is None or number <= last})
        for number in sorted(self.taken):
            try:
                self._claim_shadowed(number)
            except Undecided as why:
                self._give_up(number, why)

    def _catch_all(self) -> int | None:
        for number, node in enumerate(self.nodes):
            if number not in self.issues or any(needed(node, attribute) for attribute in _ABSENT):
                continue
            try:
                if example((negated(node),)) is not None:
                    continue
            except Undecided:
                continue
            after = [later for later in range(number + 1, len(self.nodes)) if later in self.issues]
            if after:
                self._claim_catch_all(number, after)
            return number
        return None

    def _claim_catch_all(self, number: int, after: Sequence[int]) -> None:
        rule = self.routing.rules[number]
        winners = self._winners([self.issues[later] for later in after])
        told = next((at for at, winner in enumerate(winners) if winner is rule), 0)
        others = tuple(self.routing.rules[later] for later in after)
        self.claims.append(Claim(ClaimKind.CATCH_ALL, rule, others, self.issues[after[told]], winners[told]))

    def _route(self, waiting: dict[int, Record]) -> None:
        """Round by round, until each rule has an issue that comes to it, or is known to have none."""
        avoided: dict[int, list[int]] = {number: [] for number in waiting}
        round_number = 0
        while waiting:
            round_number += 1
            winners = self.routing.first_matches(list(waiting.values()))
            lost: dict[int, int] = {}
            for number, winner in zip(waiting, winners, strict=True):
                if winner is None or winner == number:
                    self.living.add(number)
                else:
                    lost[number] = winner
            waiting = {}
            for number, winner in lost.items():
                avoided[number] += [winner, *self._handful(number, {*avoided[number], winner}, round_number)]
                try:
                    found = self._avoiding(number, avoided[number])
                except Undecided as why:
                    self._give_up(number, why)
                    continue
                if found is None:
                    self.taken[number] = tuple(avoided[number])
                else:
                    waiting[number] = found

    def _handful(self, number: int, known: set[int], round_number: int) -> list[int]:
        if round_number <= _PATIENCE:
            return []
        most, found = 4 ** (round_number - _PATIENCE + 1), []
        for other in ones(self.near[number] & ((1 << number) - 1)):
            if other in self.issues and other not in known:
                found.append(other)
                if len(found) == most:
                    break
        return found

    def _avoiding(self, number: int, others: Sequence[int]) -> Record | None:
        return example((self.nodes[number], *(negated(self.nodes[other]) for other in others)))

    def _claim_shadowed(self, number: int) -> None:
        others, is_minimal = self._fewest(number, self.taken[number])
        named = tuple(self.routing.rules[other] for other in others)
        rule, issue = self.routing.rules[number], self.issues[number]
        # The first that had to be avoided is the one that took the first issue.
        winner = self.routing.rules[self.taken[number][0]]
        self.claims.append(Claim(ClaimKind.SHADOWED, rule, named, issue, winner, is_minimal=is_minimal))

    def _winners(self, issues: Sequence[Record]) -> list[Rule | None]:
        return [None if at is None else self.routing.rules[at] for at in self.routing.first_matches(issues)]

    def _fewest(self, number: int, others: Sequence[int]) -> tuple[list[int], bool]:
        """A set of shadowing rules of which none can be left out; a single rule where one is enough."""
        for other in others:
            if self._avoiding(number, (other,)) is None:
                return [other], True
        if len(others) > _MOST_MINIMISED:
            return sorted(others), False
        kept = sorted(others)
        for other in sorted(others, reverse=True):
            rest = [one for one in kept if one != other]
            if self._avoiding(number, rest) is None:
                kept = rest
        return kept, True

    def _give_up(self, number: int, why: Undecided) -> None:
        self.issues.pop(number, None)
        self.claims.append(Claim(ClaimKind.UNPROVED, self.routing.rules[number], reason=str(why)))
