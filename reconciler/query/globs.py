"""Whether some text fits wildcard patterns and not others: exact, by walking their automata side by side.

A pattern is its casefolded pieces, as in `matching.fits`. Once a `*` is reached, what stands before it no longer matters,
since a text that fits from there fits from the `*` too: so an automaton has about as many states as its pattern has signs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from reconciler.query.matching import fits

Glob: TypeAlias = tuple[str, ...]
"""The casefolded pieces of a pattern between its `*`; one piece fits exactly."""

MOST_STATES = 20_000
"""States that one question may visit before it is given up."""


class Undecided(Exception):
    """A question was too large to be answered exactly. Nothing may be concluded from it."""


@dataclass(frozen=True, slots=True)
class _Automaton:
    """A pattern as positions in a bit set: `moves` are the positions that a character leaves, `stars` those that stay."""

    moves: dict[str, int]
    stars: int
    end: int

    @property
    def start(self) -> int:
        return self._settled(1)

    def after(self, state: int, character: str) -> int:
        return self._settled((state & self.moves.get(character, 0)) << 1 | state & self.stars)

    def accepts(self, state: int) -> bool:
        return bool(state & self.end)

    def takes_everything(self, state: int) -> bool:
        """Whether it ends with a `*` that has been reached."""
        return bool(state & self.stars & (self.end >> 1))

    def awaited(self, state: int) -> Iterator[str]:
        """The characters that lead on from here in another way than any other character."""
        return (character for character, positions in self.moves.items() if positions & state)

    def _settled(self, state: int) -> int:
        state |= (state & self.stars) << 1
        reached = state & self.stars
        return state & -(1 << (reached.bit_length() - 1)) if reached else state


@lru_cache(maxsize=4096)
def _automaton(glob: Glob) -> _Automaton:
    moves: dict[str, int] = {}
    stars, at = 0, 0
    for number, piece in enumerate(glob):
        if number:
            stars |= 1 << at
            at += 1
        for character in piece:
            moves[character] = moves.get(character, 0) | 1 << at
            at += 1
    return _Automaton(moves, stars, 1 << at)


@lru_cache(maxsize=65_536)
def value_within(required: frozenset[Glob], excluded: frozenset[Glob] = frozenset()) -> str | None:
    """A text, not empty, that fits every required pattern and no excluded one; None where there is none.

    At least one pattern is required. Easy texts are tried first, then the shortest is sought. Raises Undecided.
    """
    exact = sorted(glob[0] for glob in required if len(glob) == 1)
    if exact:
        return exact[0] if _is_within(exact[0], required, excluded) else None
    asked = sorted(required)
    filler = _unmentioned((*asked, *sorted(excluded)))
    for text in _easy(asked, filler):
        if text and _is_within(text, required, excluded):
            return text
    return _search(asked, [glob for glob in sorted(excluded) if _may_meet(glob, asked)], filler)


def _is_within(text: str, required: frozenset[Glob], excluded: frozenset[Glob]) -> bool:
    if not all(fits(glob, text) for glob in required) or (text,) in excluded:
        return False
    return not any(fits(glob, text) for glob in excluded if len(glob) > 1)


def _easy(asked: Sequence[Glob], filler: str) -> Iterator[str]:
    """Texts that often fit: each pattern with something in the place of its wildcards, then the ends of all put together."""
    for glob in asked:
        yield "x".join(glob)
        yield filler.join(glob)
        yield "".join(glob)
    first = max((glob[0] for glob in asked), key=len)
    last = max((glob[-1] for glob in asked), key=len)
    middle = [piece for glob in asked for piece in glob[1:-1]]
    yield filler.join([first, *middle, last])


def _may_meet(glob: Glob, asked: Sequence[Glob]) -> bool:
    """Whether the ends of a pattern go together with those that are required: a quick no for most."""
    return all(
        (glob[0].startswith(other[0]) or other[0].startswith(glob[0]) or len(glob) == 1)
        and (glob[-1].endswith(other[-1]) or other[-1].endswith(glob[-1]) or len(glob) == 1)
        and (len(glob) > 1 or fits(other, glob[0]))
        for other in asked
    )


def _unmentioned(globs: Sequence[Glob]) -> str:
    """A character that stands in no pattern: it behaves as every other such character does."""
    used = {character for glob in globs for piece in glob for character in piece}
    found = next((letter for letter in "xyzwvutsrqponmlkjihgfedcba0123456789" if letter not in used), None)
    return found or next(chr(code) for code in range(0x4E00, 0x10000) if chr(code) not in used)


def _search(asked: Sequence[Glob], excluded: Sequence[Glob], filler: str) -> str | None:
    """The shortest text, breadth first over the states of all automata together."""
    wanted = [_automaton(glob) for glob in asked]
    unwanted = [_automaton(glob) for glob in excluded]
    every, many = [*wanted, *unwanted], len(wanted)
    start = tuple(automaton.start for automaton in every)
    seen, queue = {start}, deque([(start, "")])
    while queue:
        states, text = queue.popleft()
        signs = {sign for automaton, state in zip(every, states, strict=True) for sign in automaton.awaited(state)}
        for sign in (filler, *sorted(signs)):
            after = tuple(automaton.after(state, sign) for automaton, state in zip(every, states, strict=True))
            if after in seen or not all(after[:many]) or _is_lost(unwanted, after[many:]):
                continue
            if _is_found(every, after, many):
                return text + sign
            if len(seen) >= MOST_STATES:
                raise Undecided(f"more than {MOST_STATES} states")
            seen.add(after)
            queue.append((after, text + sign))
    return None


def _is_lost(unwanted: Sequence[_Automaton], states: Sequence[int]) -> bool:
    return any(automaton.takes_everything(state) for automaton, state in zip(unwanted, states, strict=True))


def _is_found(every: Sequence[_Automaton], states: Sequence[int], many: int) -> bool:
    accepted = [automaton.accepts(state) for automaton, state in zip(every, states, strict=True)]
    return all(accepted[:many]) and not any(accepted[many:])
