"""Where a configuration may be meant when none stands where we were told to look: a newcomer is one step away from it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from reconciler.model.nearest import nearest

_OURS = re.compile(rb"^apiVersion:[ \t]*[\"']?reconciler/", re.MULTILINE)
# A look around, not a search: so many files of a directory, so many bytes of each.
_FILES, _BYTES = 50, 4096

INSTEAD = "`reconciler init` makes one to begin with"


def advice(directory: Path) -> str:
    """What to do instead of `-C directory`, where there is no configuration: a sentence without a full stop."""
    if directory.is_file():
        return f"this is a file: name its directory, -C {directory.parent}"
    for other in _around(directory):
        if holds_documents(other):
            return f"did you mean -C {_spelled(other)}? It holds documents of reconciler"
    beside = directory.parent
    if not directory.exists() and (near := nearest(directory.name, _folders(beside))):
        return near
    return f"name the directory of your YAML with -C DIR; {INSTEAD}"


def holds_documents(directory: Path) -> bool:
    """Whether a YAML file right in this directory says that it is ours."""
    if not directory.is_dir():
        return False
    try:
        files = sorted(path for path in directory.iterdir() if path.suffix in {".yaml", ".yml"} and path.is_file())
        return any(_OURS.search(_beginning(path)) for path in files[:_FILES])
    except OSError:
        return False


def _around(directory: Path) -> Iterator[Path]:
    """Below it, where we stand, and above: the places a slip leads from."""
    yield directory / "config"
    if directory.is_absolute() or ".." in directory.parts:
        yield directory.parent
        return
    yield Path()
    yield Path("..")
    yield Path("..", directory.name)


def _folders(place: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in os.scandir(place) if entry.is_dir() and not entry.name.startswith("."))
    except OSError:
        return []


def _beginning(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_BYTES)


def _spelled(path: Path) -> str:
    return path.as_posix()
