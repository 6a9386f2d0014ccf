"""Which documents stand in which file of a directory, whatever they say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reconciler.documents.files import Source, sources
from reconciler.documents.reader import read


@dataclass(frozen=True, slots=True)
class Standing:
    """A document that stands in a file. `alone` says that the file holds nothing else."""

    kind: str
    name: str
    file: str
    alone: bool


def standing(directory: Path) -> tuple[Standing, ...]:
    """The documents below a directory that have a kind and a name, in order of file. Raises nothing."""
    found: list[Standing] = []
    for source in sources(directory) if directory.is_dir() else ():
        if not isinstance(source, Source):
            continue
        documents = [one.data for one in read(source.text, source.file).documents if one.data is not None]
        for data in documents:
            metadata = data.get("metadata") if isinstance(data, dict) else None
            name = metadata.get("name") if isinstance(metadata, dict) else None
            kind = data.get("kind") if isinstance(data, dict) else None
            if isinstance(kind, str) and isinstance(name, str):
                found.append(Standing(kind, name, source.file, len(documents) == 1))
    return tuple(found)
