"""Commands in processes that may really be killed: imported once, then forked for each, so that a death costs little.

The simulator lives on beside the test, as the real systems would.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

_CODE = """
import os, sys
from reconciler.cli import applying, main
import reconciler.documents.load, reconciler.engine.tickets.templates, jinja2.sandbox
import reconciler.report.machine, reconciler.report.text
while line := sys.stdin.readline():
    gate, opened = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(opened)
        os.read(gate, 1)
        sys.stdout = open(os.devnull, "w")
        os._exit(main.main(line.split()))
    os.close(gate)
    print(child, flush=True)
    sys.stdin.readline()
    os.close(opened)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Nursery:
    """Runs commands one after the other; the death of a child is the death of a whole `reconciler`."""

    def __init__(self, stdin: IO[str], stdout: IO[str]) -> None:
        self._stdin, self._stdout = stdin, stdout
        self._child = 0

    def run(self, *arguments: str) -> int:
        """The exit code of one command line; the negative number of the signal that ended it."""
        self._say(" ".join(arguments))
        self._child = int(self._stdout.readline())
        self._say("go")
        return int(self._stdout.readline())

    def send(self, number: signal.Signals) -> None:
        """A signal for the command that is running."""
        assert self._child > 1
        os.kill(self._child, number)

    def kill(self) -> None:
        """The sudden death of the command that is running."""
        self.send(signal.SIGKILL)

    def _say(self, line: str) -> None:
        self._stdin.write(line + "\n")
        self._stdin.flush()


@contextmanager
def nursery() -> Iterator[Nursery]:
    """A nursery, with the environment as it is now."""
    with subprocess.Popen(
        [sys.executable, "-c", _CODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Nursery(process.stdin, process.stdout)
        process.stdin.close()
