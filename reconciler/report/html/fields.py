"""What a change does, field by field, in two columns: what stands there, and what will."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reconciler.model.resource import TicketStatus
from reconciler.plan.change import Change, Create, Delete, Update
from reconciler.report.differences import facts
from reconciler.report.wording import NOTHING, worded

# More of one change is not read on a page either; the machine format has everything.
MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a value. `is_moved`: it stands on this side only."""

    text: str
    is_moved: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One field by its dotted path. A side is empty where the thing itself is not there."""

    path: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]


def rows_of(change: Change) -> tuple[Row, ...]:
    """At most MOST_ROWS rows and one that counts the rest; names that stand beside an id are no difference."""
    rows = _all_rows(change)
    rest = len(rows) - MOST_ROWS
    return (*rows[:MOST_ROWS], Row("…", (), (Piece(f"and {rest:,} more"),))) if rest > 0 else tuple(rows)


def steps_of(changes: Iterable[Change]) -> tuple[str, ...]:
    """The statuses on the way of a group's ticket, from the one it has; empty where it stays."""
    for change in changes:
        match change:
            case Update(before=TicketStatus() as old, after=TicketStatus() as new) if old.status != new.status:
                return (old.status.name, *(new.hops or (new.status.name,)))
            case _:
                continue
    return ()


def _all_rows(change: Change) -> list[Row]:
    match change:
        case Create(after=resource):
            return [Row(one.path, (), (Piece(one.text),)) for one in facts(resource)]
        case Delete(before=resource):
            return [Row(one.path, (Piece(one.text),), ()) for one in facts(resource)]
        case Update(before=old, after=new):
            both = [field.name for field in dataclasses.fields(new) if field.compare]
            return [row for name in both for row in _rows(name, getattr(old, name, None), getattr(new, name))]


def _rows(path: str, old: object, new: object) -> Iterator[Row]:
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}, key=str):
            yield from _rows(f"{path}.{key}", old.get(key), new.get(key))
    elif _is_list(old) and _is_list(new):
        yield Row(path, _members(old, new), _members(new, old))
    else:
        yield Row(path, (Piece(_text(old)),), (Piece(_text(new)),))


def _is_list(value: object) -> bool:
    return isinstance(value, frozenset | set | list | tuple)


def _members(here: object, there: object) -> tuple[Piece, ...]:
    """The members of one side, in order; those that the other side lacks are marked."""
    mine, others = _worded(here), frozenset(_worded(there))
    return tuple(Piece(text, text not in others) for text in mine) or (Piece(NOTHING),)


def _worded(value: object) -> list[str]:
    match value:
        case frozenset() | set():
            return sorted(worded(item) for item in value)
        case list() | tuple():
            return [worded(item) for item in value]
        case _:
            return []


def _text(value: object) -> str:
    """As the other reports word it; a text of several lines keeps them, for here there is room."""
    if isinstance(value, str) and "\n" in value:
        return value
    return worded(value)
