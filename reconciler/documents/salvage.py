"""What is left of a document without its faulty parts, so that the rest can be checked in the same run.

What every document must have is not taken out but given a stand-in, which nothing else can be confused with.
"""

from __future__ import annotations

from collections.abc import Collection

from reconciler.documents.document import Document
from reconciler.documents.marks import ListMarks, MappingMarks, Marks, Path, origin_of, spot
from reconciler.documents.shapes.parts import API_VERSION


def without(document: Document, faulty: Collection[Path]) -> Document | None:
    """The document without what stands at these paths; None if nothing of it would be left."""
    if () in faulty:
        return None
    data, marks = document.data, document.marks
    line = origin_of(document.file, spot(marks, ()).place).line
    standing: dict[Path, object] = {
        ("apiVersion",): API_VERSION,
        ("metadata", "name"): f"unnamed-{line}",
        ("spec", "order"): 999_999 - line,
    }
    # Later items of a list go first, so that the paths of the earlier ones stay true.
    for path in sorted(set(faulty), key=_order, reverse=True):
        if path in standing:
            data = _replaced(data, path, standing[path])
        else:
            data, marks = _removed(data, marks, path)
    return Document(document.file, data, marks, document.doubts)


def _order(path: Path) -> tuple[tuple[int, int, str], ...]:
    return tuple((0, step, "") if isinstance(step, int) else (1, 0, step) for step in path)


def _replaced(data: object, path: Path, value: object) -> object:
    if not path or not isinstance(data, dict):
        return value
    return {**data, path[0]: _replaced(data.get(path[0]), path[1:], value)}


def _removed(data: object, marks: Marks, path: Path) -> tuple[object, Marks]:
    step, rest = path[0], path[1:]
    if isinstance(data, list) and isinstance(marks, ListMarks) and isinstance(step, int) and step < len(data):
        items, places = list(data), list(marks.items)
        if rest:
            items[step], places[step] = _removed(items[step], places[step], rest)
        else:
            del items[step], places[step]
        return items, ListMarks(marks.start, places)
    if isinstance(data, dict) and isinstance(marks, MappingMarks) and isinstance(step, str) and step in data:
        mapping, values = dict(data), dict(marks.values)
        if rest:
            mapping[step], values[step] = _removed(mapping[step], values[step], rest)
        else:
            del mapping[step], values[step]
        keys = marks.keys
        return mapping, MappingMarks(
            marks.start, mapping, [mark for key in mapping for mark in (keys[key], values[key])]
        )
    return data, marks
