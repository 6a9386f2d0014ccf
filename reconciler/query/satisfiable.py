"""Whether something can match a combination of queries, and what: a search that is exact, or says that it gave up.

The queries are split into literals (an attribute and one pattern). The search settles literals one after the other, as DPLL
does; what follows from the settled ones (two patterns that no service fits both, a team that a wildcard excludes) is asked of
`theory` at once, so that a branch ends where it becomes impossible. Reference: docs/adr/0015.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reconciler.query.globs import Undecided
from reconciler.query.normal import ALWAYS, NEVER, Every, Literal, Normal, Some, negated
from reconciler.query.theory import Situation

MOST_BRANCHES = 3_000
"""Branches that one question may take before it is given up."""


def example(formulas: Iterable[Normal]) -> Mapping[str, tuple[str, ...]] | None:
    """A record for which all formulas are true, with few values; None where there is none. Raises Undecided."""
    branches = [(Situation(), list(formulas))]
    taken = 0
    while branches:
        taken += 1
        if taken > MOST_BRANCHES:
            raise Undecided(f"more than {MOST_BRANCHES} branches")
        situation, pending = branches.pop()
        left = _settle(situation, pending)
        if left is None:
            continue
        if not left:
            return situation.example()
        # The most constrained first, and in it the part that asks for least: a record with few values.
        choice = min(left, key=lambda one: len(one.parts))
        part = min(choice.parts, key=_demand)
        branches.append((situation.copy(), [negated(part), *left]))
        branches.append((situation, [part, *left]))
    return None


def _demand(part: Normal) -> int:
    match part:
        case Literal(holds=False):
            return 0
        case Literal():
            return 1
        case _:
            return 2


def _settle(situation: Situation, pending: Sequence[Normal]) -> list[Some] | None:
    """Settles every literal that must hold; returns the choices that are left, None where they cannot all be true."""
    waiting: list[Normal] = list(pending)
    while True:
        choices: list[Some] = []
        has_news = False
        while waiting:
            part = _simplified(waiting.pop(), situation)
            match part:
                case Literal(attribute=attribute, glob=glob, holds=holds):
                    situation.add(attribute, glob, holds=holds)
                    has_news = True
                case Every(parts=parts):
                    waiting.extend(reversed(parts))
                case Some(parts=()):
                    return None
                case Some():
                    choices.append(part)
        if not has_news:
            return choices
        waiting = list(reversed(choices))


def _simplified(node: Normal, situation: Situation) -> Normal:
    """The node as far as it is still open: `ALWAYS` and `NEVER` where it is not."""
    match node:
        case Literal(attribute=attribute, glob=glob, holds=holds):
            verdict = situation.judge(attribute, glob)
            return node if verdict is None else ALWAYS if verdict == holds else NEVER
        case Every(parts=parts):
            return _joined(Every, parts, situation, neutral=ALWAYS, final=NEVER)
        case Some(parts=parts):
            return _joined(Some, parts, situation, neutral=NEVER, final=ALWAYS)


def _joined(
    kind: type[Every | Some], parts: Iterable[Normal], situation: Situation, *, neutral: Normal, final: Normal
) -> Normal:
    kept: list[Normal] = []
    for part in parts:
        one = _simplified(part, situation)
        if one == final:
            return final
        if one != neutral:
            kept.append(one)
    return kept[0] if len(kept) == 1 else kind(tuple(kept))
