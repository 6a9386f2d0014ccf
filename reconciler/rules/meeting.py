"""Which rules can have an issue in common, roughly and fast: a set that may hold too many, never too few.

A query such as `service:web AND …` needs a service that fits `web`. Two rules whose needs exclude each other never meet, and
what does is found by combining bit sets, one for each distinct pattern: no pair of rules is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from reconciler.query.globs import Glob, Undecided, value_within
from reconciler.query.lexicon import ATTRIBUTES
from reconciler.query.normal import Every, Literal, Normal, needed
from reconciler.query.theory import SEVERAL
from reconciler.rules.postings import Bits

_PRESENCE: Glob = ("", "")
Needs: TypeAlias = Sequence[frozenset[Glob] | None]


def meetings(nodes: Sequence[Normal]) -> list[Bits]:
    """For each rule the rules that it may have an issue in common with, itself included: bit i is rule i."""
    everything = (1 << len(nodes)) - 1
    found = [everything] * len(nodes)
    for attribute in ATTRIBUTES:
        needs = [needed(node, attribute) for node in nodes]
        if attribute not in SEVERAL:
            _keep_one_value(found, needs)
        _keep_absences(found, nodes, needs, attribute)
    return found


def _keep_one_value(found: list[Bits], needs: Needs) -> None:
    """An attribute with one value: of two rules that need it, some patterns must go together."""
    holders: dict[Glob, Bits] = {}
    free: Bits = 0
    for number, globs in enumerate(needs):
        if globs is None:
            free |= 1 << number
        else:
            for glob in globs:
                holders[glob] = holders.get(glob, 0) | 1 << number
    wild = [glob for glob in holders if len(glob) > 1]
    friends = {glob: free | _holders_near(glob, holders, wild) for glob in holders}
    for number, globs in enumerate(needs):
        if globs is not None:
            allowed: Bits = 0
            for glob in globs:
                allowed |= friends[glob]
            found[number] &= allowed


def _holders_near(glob: Glob, holders: Mapping[Glob, Bits], wild: Sequence[Glob]) -> Bits:
    """The rules that need a pattern which goes together with this one. Two texts never do, so a text is compared with `wild`."""
    if len(glob) == 1:
        near = [glob, *(other for other in wild if _go_together(glob, other))]
    else:
        near = [other for other in holders if _go_together(glob, other)]
    bits: Bits = 0
    for other in near:
        bits |= holders[other]
    return bits


def _go_together(one: Glob, other: Glob) -> bool:
    if one[0] and other[0] and one[0][0] != other[0][0]:
        return False
    try:
        return value_within(frozenset((one, other))) is not None
    except Undecided:
        return True


def _keep_absences(found: list[Bits], nodes: Sequence[Normal], needs: Needs, attribute: str) -> None:
    """A rule for what lacks an attribute never meets one that needs it."""
    needing: Bits = 0
    for number, globs in enumerate(needs):
        if globs is not None:
            needing |= 1 << number
    lacking: Bits = 0
    for number, node in enumerate(nodes):
        if _lacks(node, attribute):
            lacking |= 1 << number
    for number in range(len(nodes)):
        if lacking >> number & 1:
            found[number] &= ~needing
        elif lacking and needing >> number & 1:
            found[number] &= ~lacking


def _lacks(node: Normal, attribute: str) -> bool:
    match node:
        case Literal():
            return node == Literal(attribute, _PRESENCE, holds=False)
        case Every(parts=parts):
            return any(_lacks(part, attribute) for part in parts)
        case _:
            return False
