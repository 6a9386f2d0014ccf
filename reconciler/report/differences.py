"""What an update changes, in words. `==` has decided that something differs before anybody asks here.

deepdiff words the inside of collections, and is imported only when one has changed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.model.resource import Resource
from reconciler.plan.change import Change, Create, Delete, Update
from reconciler.report.wording import NOTHING, worded

if TYPE_CHECKING:
    from deepdiff.model import DiffLevel

# More of one change is not read on a screen; the machine format has everything.
MOST_SHOWN = 40
# deepdiff compares without regard to order, which takes quadratic time in the worst case.
_LARGEST_COMPARED = 200

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One line to read: the dotted path of what differs, and how (`no → yes`, `+ comment_created`)."""

    path: str
    text: str


def described(change: Change) -> tuple[Difference, ...]:
    """What to read about a change: all of what comes or goes, and of an update just what differs."""
    match change:
        case Update():
            return differences(change)
        case Create(after=resource) | Delete(before=resource):
            return facts(resource)


def differences(update: Update) -> tuple[Difference, ...]:
    """Every field in which `before` and `after` differ has at least one line; at most MOST_SHOWN and one that counts the rest.

    Names that stand beside an id are no difference.
    """
    if type(update.before) is not type(update.after):
        return (Difference("", f"{type(update.before).__name__} → {type(update.after).__name__}"),)
    found: list[Difference] = []
    for field in dataclasses.fields(update.after):
        old, new = getattr(update.before, field.name), getattr(update.after, field.name)
        if field.compare and old != new:
            found += _field(field.name, old, new)
    return _capped(found)


def facts(resource: Resource) -> tuple[Difference, ...]:
    """What is created or deleted, field by field; empty fields and the name that the address gives are left out."""
    found = [
        Difference(".".join(path), worded(value))
        for field in dataclasses.fields(resource)
        for path, value in _leaves((field.name,), getattr(resource, field.name))
        if value != resource.address.name
    ]
    return _capped(found)


def _capped(found: list[Difference]) -> tuple[Difference, ...]:
    rest = len(found) - MOST_SHOWN
    return (*found[:MOST_SHOWN], Difference("…", f"and {rest:,} more")) if rest > 0 else tuple(found)


def _leaves(path: Path, value: object) -> Iterator[tuple[Path, object]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves((*path, str(key)), item)
    elif value is not None and value not in ("", frozenset(), (), []):
        yield path, value


def _field(name: str, old: object, new: object) -> list[Difference]:
    whole = Difference(name, f"{worded(old)} → {worded(new)}")
    if not (_is_collection(old) and _is_collection(new)):
        return [whole]
    return _inside(name, old, new) or [whole]


def _is_collection(value: object) -> bool:
    return isinstance(value, Mapping | frozenset | set | list | tuple) and len(value) <= _LARGEST_COMPARED


def _inside(name: str, old: object, new: object) -> list[Difference]:
    """Replaced values as `old → new`; members that came or went gathered in one line for each collection."""
    from deepdiff import DeepDiff

    replaced: dict[Path, str] = {}
    members: dict[Path, list[str]] = {}
    found = DeepDiff(old, new, ignore_order=True, threshold_to_diff_deeper=0, view="tree")
    for sort in sorted(found):
        for level in found[sort]:
            match sort:
                case "set_item_added" | "iterable_item_added":
                    members.setdefault(_path(level.up), []).append(f"+ {worded(level.t2)}")
                case "set_item_removed" | "iterable_item_removed":
                    members.setdefault(_path(level.up), []).append(f"- {worded(level.t1)}")
                case "dictionary_item_added":
                    replaced[_path(level)] = f"{NOTHING} → {worded(level.t2)}"
                case "dictionary_item_removed":
                    replaced[_path(level)] = f"{worded(level.t1)} → {NOTHING}"
                case _:
                    replaced[_path(level)] = f"{worded(level.t1)} → {worded(level.t2)}"
    lines = replaced | {path: ", ".join(sorted(texts)) for path, texts in members.items()}
    return [Difference(".".join((name, *path)), lines[path]) for path in sorted(lines)]


def _path(level: DiffLevel) -> Path:
    return tuple(str(step) for step in level.path(output_format="list"))
