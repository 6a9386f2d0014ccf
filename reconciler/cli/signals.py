"""Ctrl-C and SIGTERM: the first signal ends the run cleanly, a second one at once.

While only reading, a signal unwinds at once. While changes are applied (`finishing`), the first one is remembered, the change in
flight ends, the outcomes are told, and nothing new is begun.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from reconciler.cli.exit_codes import ExitCode

_CODES = {signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.TERMINATED}


class Interrupted(BaseException):
    """A signal ended the run. Not an Exception: nothing may swallow it."""

    def __init__(self, code: ExitCode) -> None:
        super().__init__(code)
        self.code = code


class Signals:
    """What was received so far; `stopping` is what the engine asks before it begins another change."""

    def __init__(self) -> None:
        self.received: ExitCode | None = None
        self._finishing = False

    @contextmanager
    def caught(self) -> Iterator[Signals]:
        """Within this, both signals come here; afterwards as before."""
        before = {number: signal.signal(number, self._receive) for number in _CODES}
        try:
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def finishing(self) -> Iterator[None]:
        """Within this, the first signal lets the change in flight finish."""
        self._finishing = True
        try:
            yield
        finally:
            self._finishing = False

    def stopping(self) -> bool:
        """Whether nothing new should be begun."""
        return self.received is not None

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        code = _CODES[signal.Signals(number)]
        if self.received is not None:
            # Threads may hang in reads that nobody waits for any more; every write so far is safe to find again.
            os._exit(code)
        self.received = code
        if not self._finishing:
            raise Interrupted(code)
        sys.stderr.write("\nreconciler: stopping when the change in flight has ended; once more to stop at once\n")
