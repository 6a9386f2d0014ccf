"""One document as it was read: plain data, and where each part of it stands."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.documents.marks import Marks, Path
from reconciler.documents.scalars import Doubtful


@dataclass(frozen=True, slots=True)
class DoubtAt:
    """A plain scalar that readers of YAML understand differently, and where it stands; `path` leads to its value if it is
    a key.
    """

    path: Path
    place: int
    scalar: Doubtful
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file: its data, where each part of it stands, and the scalars in doubt (held as text in `data`)."""

    file: str
    data: object
    marks: Marks
    doubts: tuple[DoubtAt, ...] = ()
