"""What somebody at a terminal would type next. Pipes, files and CI never see it: it goes to stderr, and only to a person."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from reconciler.model.address import Address


def program(directory: Path) -> str:
    """How the reader calls us, before the words of a command: `reconciler -C DIR`, or shorter where DIR goes without saying."""
    usual = os.environ.get("RECONCILER_CONFIG") or "config"
    return "reconciler" if str(directory) == usual else f"reconciler -C {shlex.quote(str(directory))}"


def scope_words(only: frozenset[str], targets: Sequence[Address]) -> str:
    """The options that keep the next command to the same scope, with a blank before them; empty without a scope."""
    words = ["--only", ",".join(sorted(only))] if only else []
    for target in targets:
        words += ["--target", str(target)]
    return "".join(f" {shlex.quote(word)}" for word in words)


def say_next(command: str, what: str) -> None:
    """Say which command, and what it does, where a person reads both the report and this. It can be pasted as it is."""
    if sys.stdout.isatty() and sys.stderr.isatty():
        sys.stdout.flush()
        sys.stderr.write(f"\nNext: {command}   # {what}\n")
