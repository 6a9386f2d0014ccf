"""Where each value of a document stands: a tree of the same shape as the data, with a place wherever the data has a value.

A place is one small integer (line and column, from 0), because a document has one for every key and value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from reconciler.model.finding import Origin

COLUMN_BITS = 21
"""A column fits: no file is longer than 2^20 bytes."""
_COLUMNS = (1 << COLUMN_BITS) - 1

Path: TypeAlias = tuple[str | int, ...]


class MappingMarks:
    """The places of a mapping: of itself, of its keys, and the marks of its values.

    While a file is read they are only written down, alternating, in the order of the mapping's keys; they are told apart
    when somebody asks, which for most mappings nobody does.
    """

    __slots__ = ("_alternating", "_names", "start")

    def __init__(self, start: int, names: Collection[str], alternating: Sequence[Marks]) -> None:
        self.start = start
        self._names = names
        self._alternating = alternating

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def inner(self, name: str) -> tuple[int, Marks]:
        """The place of a key that is there, and the marks of its value."""
        for index, known in enumerate(self._names):
            if known == name:
                place = self._alternating[2 * index]
                return place if isinstance(place, int) else self.start, self._alternating[2 * index + 1]
        raise KeyError(name)

    @property
    def keys(self) -> Mapping[str, int]:
        """The place of each key."""
        places = self._alternating[::2]
        return {name: place for name, place in zip(self._names, places, strict=False) if isinstance(place, int)}

    @property
    def values(self) -> Mapping[str, Marks]:
        """The marks of each value."""
        return dict(zip(self._names, self._alternating[1::2], strict=True))


class ListMarks:
    """The places of a list: of itself, and the marks of its items."""

    __slots__ = ("items", "start")

    def __init__(self, start: int, items: Sequence[Marks]) -> None:
        self.start = start
        self.items = items


Marks: TypeAlias = int | MappingMarks | ListMarks


def place_of(line: int, column: int) -> int:
    """Line and column, both from 0, as one place."""
    return (line << COLUMN_BITS) | column


def origin_of(file: str, place: int) -> Origin:
    """A place as people count: from 1."""
    return Origin(file, (place >> COLUMN_BITS) + 1, (place & _COLUMNS) + 1)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a path led: the marks there, the place of the key it stands under, and how much of the path was found."""

    marks: Marks
    key: int | None
    found: int

    @property
    def place(self) -> int:
        """A value stands where it is written; a mapping or list under a key stands where that key does."""
        if isinstance(self.marks, int):
            return self.marks
        return self.marks.start if self.key is None else self.key

    @property
    def start(self) -> int:
        """The place of the first character of the value itself."""
        return self.marks if isinstance(self.marks, int) else self.marks.start


def spot(marks: Marks, path: Sequence[str | int]) -> Spot:
    """Where a path leads, or the nearest parent that stands in the document."""
    here: Marks = marks
    key: int | None = None
    for found, step in enumerate(path):
        if isinstance(here, MappingMarks) and isinstance(step, str) and step in here:
            key, here = here.inner(step)
        elif isinstance(here, ListMarks) and isinstance(step, int) and step < len(here.items):
            here, key = here.items[step], None
        else:
            return Spot(here, key, found)
    return Spot(here, key, len(path))


class Parts(Mapping[str, Origin]):
    """The places of the parts of something declared, by dotted path: found when asked for, since few ever are.

    `also` gives places that lie elsewhere. A key that holds a dot itself (a Jira field, say) is found too: the longest key that fits is taken.
    """

    __slots__ = ("_also", "_file", "_marks")

    def __init__(self, file: str, marks: Marks, also: Mapping[str, Origin] | None = None) -> None:
        self._file = file
        self._marks = marks
        self._also = also or {}

    def __getitem__(self, path: str) -> Origin:
        if path in self._also:
            return self._also[path]
        here: Marks = self._marks
        key: int | None = None
        rest = path
        while rest:
            step = _longest(here, rest)
            if step is None:
                raise KeyError(path)
            if isinstance(here, MappingMarks):
                key, here = here.inner(step)
            elif isinstance(here, ListMarks):
                here, key = here.items[int(step)], None
            rest = rest[len(step) + 1 :]
        return origin_of(self._file, Spot(here, key, 0).place)

    def __iter__(self) -> Iterator[str]:
        yield from self._also
        yield from _paths(self._marks, "")

    def __len__(self) -> int:
        return sum(1 for _ in self)


def extent(marks: Marks, most: int) -> tuple[int, int]:
    """How many values there are, counting shared ones each time and stopping beyond `most`, and how deep they nest."""
    count, height, waiting = 0, 0, [(marks, 0)]
    while waiting and count <= most:
        here, depth = waiting.pop()
        count, height = count + 1, max(height, depth + (not isinstance(here, int)))
        if isinstance(here, MappingMarks):
            waiting += [(inner, depth + 1) for inner in here.values.values()]
        elif isinstance(here, ListMarks):
            waiting += [(inner, depth + 1) for inner in here.items]
    return count, height


def _longest(marks: Marks, path: str) -> str | None:
    """The first step of a dotted path: the longest key of a mapping, or the index of a list, that it begins with."""
    if isinstance(marks, MappingMarks):
        step = path.partition(".")[0]
        if step == path or path in marks:
            return path if path in marks else None
        fitting = [key for key in marks.values if path.startswith(f"{key}.")]
        return max(fitting, key=len, default=None)
    step = path.partition(".")[0]
    inside = isinstance(marks, ListMarks) and step.isdecimal() and int(step) < len(marks.items)
    return step if inside else None


def _paths(marks: Marks, prefix: str) -> Iterator[str]:
    below: list[tuple[str, Marks]] = []
    if isinstance(marks, MappingMarks):
        below = list(marks.values.items())
    elif isinstance(marks, ListMarks):
        below = [(str(index), item) for index, item in enumerate(marks.items)]
    for step, inner in below:
        yield prefix + step
        yield from _paths(inner, f"{prefix}{step}.")
