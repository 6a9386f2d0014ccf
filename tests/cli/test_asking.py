"""Apply asks where somebody can answer, and takes silence or no for no."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.serve import RunningSandbox

Run = Callable[..., Any]


def applied(company: Path, answer: bytes) -> tuple[int, str, str]:
    """`reconciler apply` with a terminal as its input, on which `answer` is typed."""
    terminal, theirs = os.openpty()
    try:
        os.write(terminal, answer)
        ended = subprocess.run(
            [sys.executable, "-m", "reconciler", "-C", str(company), "apply"],
            stdin=theirs,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        os.close(terminal)
        os.close(theirs)
    return ended.returncode, ended.stdout, ended.stderr


@pytest.mark.parametrize("answer", [b"n\n", b"\n", b"\x04"], ids=["no", "nothing", "end of input"])
def test_without_a_yes_nothing_is_written(answer: bytes, company: Path, served: RunningSandbox) -> None:
    code, out, err = applied(company, answer)
    assert "Tickets to create" in out
    assert "Apply these 18 changes? [y/N]" in err
    assert code == (130 if answer == b"\x04" else 1)
    assert served.traffic.effects == ()


def test_a_yes_applies_what_was_shown(company: Path, served: RunningSandbox, run: Run) -> None:
    code, out, _ = applied(company, b"y\n")
    assert (code, "Apply: 18 applied" in out) == (0, True)
    again = applied(company, b"")
    assert (again[0], "Apply these" in again[2]) == (0, False)
    assert run("plan", "--detailed-exitcode").code == 0
