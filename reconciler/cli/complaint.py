"""The one way to say on stderr that something went wrong."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

from reconciler import __version__
from reconciler.report.safe_text import log_safe, safe_text


def complain(message: str, *, hint: str | None = None) -> None:
    """Say what is wrong and what to do. The texts may come from the systems: they are made harmless here."""
    lines = [f"reconciler: {safe_text(message, keep_lines=True)}"]
    if hint:
        lines.append(f"  {safe_text(hint, keep_lines=True)}")
    sys.stdout.flush()
    sys.stderr.write(log_safe("\n".join(lines)) + "\n")


def complain_of_bug(error: Exception, *, secrets: Sequence[str] = ()) -> None:
    """Say that the tool itself failed, in one line and how to report it; with RECONCILER_DEBUG=1 also where."""
    told = "".join(traceback.format_exception(error)) if os.environ.get("RECONCILER_DEBUG") == "1" else ""
    place = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" (at {place[0].filename.rpartition('/')[2]}:{place[0].lineno})" if place else ""
    message = " ".join(f"{type(error).__name__}: {error}"[:500].split())
    complain(
        _hidden(f"{told}unexpected error: {message}{where}", secrets),
        hint=f"This is a bug in reconciler {__version__}. Run again with RECONCILER_DEBUG=1 and report what it prints "
        "with the command line (CONTRIBUTING.md says where); running again is safe.",
    )


def _hidden(text: str, secrets: Sequence[str]) -> str:
    if not secrets:
        return text
    from reconciler.providers.secrets import Redactor

    return Redactor(*secrets).hide(text)
