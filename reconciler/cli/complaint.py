"""The one way to say on stderr that something went wrong."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from textwrap import indent, wrap

from reconciler import __version__
from reconciler.report.safe_text import log_safe, safe_text
from reconciler.report.screen import Screen


def complain(message: str, *, hint: str | None = None, secrets: Sequence[str] = ()) -> None:
    """Say what is wrong and what to do. The texts may come from the systems: they are made harmless here."""
    text = f"reconciler: {safe_text(_hidden(message, secrets), keep_lines=True)}"
    if hint:
        text += "\n" + indent(safe_text(_hidden(hint, secrets), keep_lines=True), "  ")
    sys.stdout.flush()
    sys.stderr.write(log_safe(_folded(text)) + "\n")


def _folded(text: str) -> str:
    """On a terminal no word is broken at its edge; elsewhere a line stays whole, so that it can be searched for."""
    if not sys.stderr.isatty():
        return text
    columns = Screen.of(sys.stderr, os.environ).width - 1
    return "\n".join(line for whole in text.split("\n") for line in _fold(whole, columns))


def _fold(line: str, columns: int) -> list[str]:
    hanging = " " * (len(line) - len(line.lstrip(" ")) + 2)
    folded = wrap(line, columns, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)
    return folded or [""]


def complain_of_bug(error: Exception, *, secrets: Sequence[str] = ()) -> None:
    """Say that the tool itself failed, in one line and how to report it; with RECONCILER_DEBUG=1 also where."""
    told = "".join(traceback.format_exception(error)) if os.environ.get("RECONCILER_DEBUG") == "1" else ""
    place = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" (at {place[0].filename.rpartition('/')[2]}:{place[0].lineno})" if place else ""
    message = " ".join(f"{type(error).__name__}: {error}"[:500].split())
    complain(
        f"{told}unexpected error: {message}{where}",
        hint=f"This is a bug in reconciler {__version__}. Run again with RECONCILER_DEBUG=1 and report what it prints "
        "with the command line (CONTRIBUTING.md says where); running again is safe.",
        secrets=secrets,
    )


def _hidden(text: str, secrets: Sequence[str]) -> str:
    if not secrets:
        return text
    from reconciler.providers.secrets import Redactor

    return Redactor(*secrets).hide(text)
