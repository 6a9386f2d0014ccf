"""What can be true of one thing at once: how many values each attribute has, and which patterns go together.

    service, platform, error_type, file_path   one value, or none
    team, language                             any number of values
    is_crash                                   always `true` or `false`

Any text may be a value, but for `is_crash`. Attributes do not depend on one another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from reconciler.query.globs import Glob, value_within
from reconciler.query.matching import fits

SEVERAL = frozenset({"team", "language"})
"""Attributes with any number of values."""
TRUTHS = frozenset({"is_crash"})
"""Attributes that are always there, `true` or `false`."""

_NONE: frozenset[Glob] = frozenset()


@dataclass(frozen=True, slots=True)
class Settled:
    """What is known of one attribute: the patterns that some value fits, and those that none does."""

    fitted: frozenset[Glob] = _NONE
    avoided: frozenset[Glob] = _NONE


Facts: TypeAlias = dict[str, Settled]
"""What is known of each attribute; of one that is missing, nothing."""


@dataclass(slots=True)
class Situation:
    """Facts that go together. Whatever is added must have been `judge`d to be open."""

    facts: Facts = field(default_factory=dict)

    def judge(self, attribute: str, glob: Glob) -> bool | None:
        """Whether some value fits the pattern wherever the facts are so: True, False, or None where it may be or not."""
        return _judged(attribute, self.facts.get(attribute, _UNSETTLED), glob)

    def add(self, attribute: str, glob: Glob, *, holds: bool) -> None:
        """One more fact."""
        known = self.facts.get(attribute, _UNSETTLED)
        more = frozenset((glob,))
        self.facts[attribute] = (
            Settled(known.fitted | more, known.avoided) if holds else Settled(known.fitted, known.avoided | more)
        )

    def copy(self) -> Situation:
        """The same facts, to be added to apart."""
        return Situation(dict(self.facts))

    def example(self) -> dict[str, tuple[str, ...]]:
        """A thing for which the facts are so, with as few values as possible; `is_crash` is always among them."""
        found = {name: values for name in sorted(self.facts) if (values := _values(name, self.facts[name]))}
        return {**{name: _values(name, _UNSETTLED) for name in TRUTHS}, **found}


_UNSETTLED = Settled()


@lru_cache(maxsize=65_536)
def _judged(attribute: str, known: Settled, glob: Glob) -> bool | None:
    if glob in known.fitted:
        return True
    if glob in known.avoided:
        return False
    if attribute in TRUTHS:
        return _judged_truth(known, glob)
    if attribute in SEVERAL:
        return _judged_among_several(known, glob)
    if value_within(known.fitted | {glob}, known.avoided) is None:
        return False
    # With no value at all nothing fits, unless some value is known to be there.
    return True if known.fitted and value_within(known.fitted, known.avoided | {glob}) is None else None


def _judged_truth(known: Settled, glob: Glob) -> bool | None:
    verdicts = {fits(glob, value) for value in _truths(known)}
    return verdicts.pop() if len(verdicts) == 1 else None


def _judged_among_several(known: Settled, glob: Glob) -> bool | None:
    """Each pattern that is fitted may have a value of its own."""
    if value_within(frozenset((glob,)), known.avoided) is None:
        return False
    for other in known.fitted:
        if len(other) == 1:
            if fits(glob, other[0]):
                return True
        elif value_within(frozenset((other,)), known.avoided | {glob}) is None:
            return True
    return None


def _truths(known: Settled) -> list[str]:
    return [
        value
        for value in ("false", "true")
        if all(fits(glob, value) for glob in known.fitted) and not any(fits(glob, value) for glob in known.avoided)
    ]


def _values(attribute: str, known: Settled) -> tuple[str, ...]:
    if attribute in TRUTHS:
        return tuple(_truths(known)[:1])
    if not known.fitted:
        return ()
    if attribute not in SEVERAL:
        value = value_within(known.fitted, known.avoided)
        return () if value is None else (value,)
    chosen: list[str] = []
    # The narrow patterns first: their values often serve the wide ones too.
    for glob in sorted(known.fitted, key=lambda one: (len(one) > 1, -len("".join(one)), one)):
        value = None if any(fits(glob, one) for one in chosen) else value_within(frozenset((glob,)), known.avoided)
        if value is not None:
            chosen.append(value)
    return tuple(sorted(chosen))
