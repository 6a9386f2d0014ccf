"""Progress on stderr: a bar where there is a terminal; plain lines where somebody asked for them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.plan.change import Change
from reconciler.plan.outcome import Outcome
from reconciler.report.safe_text import log_safe, one_line, shorten
from reconciler.report.screen import Screen

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_DESCRIPTION = 44


class TerminalReporter(AbstractContextManager["TerminalReporter"]):
    """Use it as a context: the bar goes when the context ends. Without a terminal it is silent unless `verbose`.

    `findings` gathers what arose while applying, for the report at the end. A terminal that has gone away (a closed pipe)
    never stops an apply: from then on nothing is written.
    """

    def __init__(self, stream: TextIO, screen: Screen | None = None, *, verbose: bool = False) -> None:
        self.findings: list[Finding] = []
        self._stream: TextIO | None = stream
        self._screen = screen or Screen()
        self._has_bar = stream.isatty()
        self._verbose = verbose
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Takes the bar away, also when a run is interrupted."""
        with self._lock:
            self._end_bar()

    def reading(self, what: str, done: int, total: int) -> None:
        """Moves the bar of the reads."""
        self._tell(f"Reading {one_line(what)}", done, total, line=done == total)

    def applying(self, change: Change, number: int, total: int) -> None:
        """Moves the bar of the changes; it is full when the last one ends."""
        self._tell(f"{change.sign} {one_line(str(change.address))}", number - 1, total, line=True)

    def step(self, address: Address, text: str) -> None:
        """A line, for those who want to see everything."""
        if self._verbose:
            self._print(f"    {one_line(text)} ({one_line(str(address))})")

    def applied(self, outcome: Outcome) -> None:
        """A line where the change is not done: on a terminal it stays above the bar."""
        if self._verbose or (self._has_bar and not outcome.status.is_done):
            detail = f": {one_line(outcome.detail)}" if outcome.detail else ""
            self._print(f"  {outcome.status.value} {one_line(str(outcome.address))}{detail}")

    def found(self, finding: Finding) -> None:
        """Kept for the report at the end."""
        with self._lock:
            self.findings.append(finding)

    def _tell(self, text: str, done: int, total: int, *, line: bool) -> None:
        with self._lock:
            if self._stream is None:
                return
            try:
                if self._has_bar:
                    self._move_bar(self._stream, text, done, total)
                elif self._verbose and line:
                    self._write(f"{text}  {done}/{total}")
            except OSError:
                self._stream = None

    def _print(self, text: str) -> None:
        with self._lock:
            try:
                self._write(text)
            except OSError:
                self._stream = None

    def _write(self, text: str) -> None:
        if self._bar is not None:
            self._bar.console.print(log_safe(text), markup=False, highlight=False, emoji=False, soft_wrap=True)
        elif self._stream is not None:
            self._stream.write(log_safe(text) + "\n")
            self._stream.flush()

    def _move_bar(self, stream: TextIO, text: str, done: int, total: int) -> None:
        from rich.text import Text

        if self._bar is None:
            self._bar = _new_bar(stream, self._screen)
            self._task = self._bar.add_task("", total=total)
            self._bar.start()
        if self._task is not None:
            shown = Text(shorten(text, _DESCRIPTION)).markup
            self._bar.update(self._task, description=shown, completed=done, total=max(total, 1), refresh=True)

    def _end_bar(self) -> None:
        bar, self._bar = self._bar, None
        if bar is not None and self._stream is not None:
            try:
                bar.stop()
            except OSError:
                self._stream = None


def _new_bar(stream: TextIO, screen: Screen) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(
        file=stream, width=screen.width, color_system="standard" if screen.colour else None, no_color=not screen.colour
    )
    # No refresh thread: the bar moves when something happens, and a run that is interrupted leaves nothing running.
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        auto_refresh=False,
        redirect_stdout=False,
        redirect_stderr=False,
    )
