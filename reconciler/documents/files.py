"""The YAML files of a configuration: which there are, and their bytes as far as the budget allows.

A pull request may hold any file. Only regular files that really lie below the directory are opened; a link that leads out of
it, a device or a pipe is refused, also where it was put there between the look and the opening.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reconciler.documents.budget import MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES
from reconciler.documents.plain_text import decoded
from reconciler.documents.shapes.kinds import WORLD
from reconciler.model.finding import Finding, Origin, Severity

_SUFFIXES = (".yaml", ".yml")
_KIND = re.compile(rb"^kind:[ \t]*[\"']?(\w+)[\"']?[ \t]*(?:#.*)?\r?$", re.MULTILINE)
_HEAD = 64 << 10
"""Bytes in which a file must say that it is a world, if it is too large for a document."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that may hold documents: its path from the configuration directory, with /, and its text."""

    file: str
    text: str


def sources(directory: Path) -> Iterator[Source | Finding]:
    """The text of every YAML file below the directory in order of path, or why it is not read.

    Hidden files and directories are passed over, and the simulator's worlds.
    """
    root = directory.resolve()
    names = sorted(_names(root), key=lambda path: path.as_posix())
    if len(names) > MAX_FILES:
        yield _refused("config-too-large", ".", f"{len(names):,} YAML files, the limit is {MAX_FILES:,}")
        return
    total = 0
    for path in names:
        file = path.as_posix()
        raw = _bytes(root, path)
        if isinstance(raw, Finding):
            yield raw
            continue
        kinds = set(_KIND.findall(raw))
        if kinds == {WORLD.encode()}:
            continue
        total += len(raw)
        if total > MAX_TOTAL_BYTES:
            yield _refused("config-too-large", file, f"the files together are larger than {MAX_TOTAL_BYTES:,} bytes")
            return
        if len(raw) > MAX_FILE_BYTES:
            yield _refused("file-too-large", file, f"the file is larger than {MAX_FILE_BYTES:,} bytes", "split it")
            continue
        text = decoded(raw, file)
        yield text if isinstance(text, Finding) else Source(file, text)


def lies_below(directory: Path, path: str) -> bool:
    """Whether a relative path leads to something below the directory, links followed."""
    root = directory.resolve()
    return not Path(path).is_absolute() and (root / path).resolve().is_relative_to(root)


def _names(root: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in files:
            if name.endswith(_SUFFIXES) and not name.startswith("."):
                yield Path(place, name).relative_to(root)


def _bytes(root: Path, path: Path) -> bytes | Finding:
    file = path.as_posix()
    real = (root / path).resolve()
    if not real.is_relative_to(root):
        return _refused("file-refused", file, "the file is a link that leads out of the configuration", "copy it in")
    try:
        # Not following links (they are resolved already) and not waiting for a pipe's other end.
        opened = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        return _refused("file-refused", file, f"the file cannot be opened: {error.strerror}", "see its permissions")
    with os.fdopen(opened, "rb") as stream:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            return _refused("file-refused", file, "this is no ordinary file", "remove it")
        head = stream.read(_HEAD)
        if set(_KIND.findall(head)) == {WORLD.encode()}:
            return head
        return head + stream.read(MAX_FILE_BYTES + 1 - len(head))


def _refused(code: str, file: str, message: str, hint: str | None = None) -> Finding:
    return Finding(code, Severity.ERROR, message, origin=Origin(file, 1, 1), hint=hint)
