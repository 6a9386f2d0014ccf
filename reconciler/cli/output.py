"""Where a report goes: stdout as the terminal can show it, or a file."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from reconciler.errors import ReconcilerError
from reconciler.report.screen import Screen


class OutputFailed(ReconcilerError):
    """A file that was asked for could not be written."""


def seen_from_here(directory: Path) -> str:
    """The directory as CI names it: from where the command runs, which is the top of the repository. In full where it
    lies elsewhere.
    """
    full, here = directory.absolute(), Path.cwd()
    return full.relative_to(here).as_posix() if full.is_relative_to(here) else full.as_posix()


def replace_file(path: Path, text: str) -> None:
    """Put the text there in one step: whoever reads the file sees the former or the new text, never half of one.

    Raises OutputFailed.
    """
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        half.write_text(text, encoding="utf-8")
        half.replace(path)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise OutputFailed(f"{path} cannot be written: {error.strerror}") from None


@dataclass(frozen=True, slots=True)
class Output:
    """One report's way out: in the form `form` (text, json and so on), to `path` or, without one, to stdout."""

    form: str
    path: Path | None = None

    @property
    def screen(self) -> Screen:
        """What the text is drawn for; a file is always 80 columns without colour."""
        return Screen() if self.path else Screen.of(sys.stdout, os.environ)

    def write(self, text: str) -> None:
        """Put the whole report out. Raises OutputFailed where the file cannot be written."""
        if self.path is None:
            click.echo(text, nl=False)
            return
        try:
            self.path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise OutputFailed(f"{self.path} cannot be written: {error.strerror}") from None
