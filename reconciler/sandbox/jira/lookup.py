"""Finding things by the names a world file or a person uses, with errors that name the nearest ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TypeVar

from reconciler.sandbox.failure import SandboxError
from reconciler.sandbox.jira.records import Named

Thing = TypeVar("Thing")


def pick(things: Mapping[str, Thing], name: str, what: str) -> Thing:
    """The thing of that name. SandboxError, with the nearest names, where there is none."""
    if name in things:
        return things[name]
    raise SandboxError(f"the world has no {what} {name!r}", hint=nearest(things, name))


def nearest(names: Iterable[str], name: str) -> str:
    """A hint: the names most like this one, or the first few."""
    known = sorted(names)
    near = get_close_matches(name, known, n=3, cutoff=0.4)
    return f"did you mean {', '.join(near)}?" if near else f"there are: {', '.join(known[:8]) or 'none'}"


def numbered(names: Iterable[str], first: int) -> dict[str, Named]:
    """Names with ids counted up from the first, by id."""
    things = [Named(str(number), name) for number, name in enumerate(names, first)]
    return {thing.id: thing for thing in things}


def by_name(things: Iterable[Named]) -> dict[str, str]:
    """The ids by name."""
    return {thing.name: thing.id for thing in things}
