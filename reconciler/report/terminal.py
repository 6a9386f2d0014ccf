"""Progress on stderr: a bar where there is a terminal; plain lines where somebody asked for them.

The bar is our own: rich ends the process when its terminal goes away, which must not happen halfway through an apply.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from threading import Lock
from types import TracebackType
from typing import Self, TextIO

from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.plan.change import Change
from reconciler.plan.outcome import Outcome
from reconciler.report.safe_text import log_safe, one_line, shorten, width
from reconciler.report.screen import Screen

_BAR = 20


class TerminalReporter(AbstractContextManager["TerminalReporter"]):
    """Use it as a context: the bar goes when the context ends. Without a terminal it is silent unless `verbose`.

    `findings` gathers what arose while applying, for the report at the end. A terminal that has gone away (a closed pipe)
    never stops an apply: from then on nothing is written.
    """

    def __init__(self, stream: TextIO, screen: Screen | None = None, *, verbose: bool = False) -> None:
        self.findings: list[Finding] = []
        self._stream = stream
        self._columns = (screen or Screen()).width - 1
        self._has_bar = stream.isatty()
        self._verbose = verbose
        self._gone = False
        self._drawn = 0
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Takes the bar away, also when a run is interrupted."""
        with self._lock:
            self._write(self._erased())

    def reading(self, what: str, done: int, total: int) -> None:
        """Moves the bar of the reads."""
        text = f"Reading {one_line(what)}"
        self._move(text, done, total)
        if done == total:
            self._say(f"{text}  {done}/{total}")

    def applying(self, change: Change, number: int, total: int) -> None:
        """Moves the bar of the changes; it counts those that ended."""
        text = f"{change.sign} {one_line(str(change.address))}"
        self._move(text, number - 1, total)
        self._say(f"{text}  {number}/{total}")

    def step(self, address: Address, text: str) -> None:
        """A line, for those who want to see everything."""
        self._say(f"    {one_line(text)} ({one_line(str(address))})")

    def applied(self, outcome: Outcome) -> None:
        """A line where the change is not done: on a terminal it stays above the bar."""
        detail = f": {one_line(outcome.detail)}" if outcome.detail else ""
        undone = self._has_bar and not outcome.status.is_done
        self._say(f"  {outcome.status.value} {one_line(str(outcome.address))}{detail}", always=undone)

    def found(self, finding: Finding) -> None:
        """Kept for the report at the end."""
        with self._lock:
            self.findings.append(finding)

    def _say(self, line: str, *, always: bool = False) -> None:
        if self._verbose or always:
            with self._lock:
                self._write(self._erased() + log_safe(line) + "\n")

    def _move(self, text: str, done: int, total: int) -> None:
        if not self._has_bar:
            return
        filled = _BAR * done // total if total > 0 else _BAR
        bar = "━" * filled + "─" * (_BAR - filled)
        line = shorten(f"{bar} {done}/{total} {text}", self._columns)
        with self._lock:
            self._write(self._erased() + line)
            self._drawn = width(line)

    def _erased(self) -> str:
        """What takes the bar away, on every terminal: blanks, no escape sequence."""
        drawn, self._drawn = self._drawn, 0
        return f"\r{' ' * drawn}\r" if drawn else ""

    def _write(self, text: str) -> None:
        if self._gone or not text:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):  # ValueError: the stream was closed
            self._gone = True
