"""The event stream of `apply --events FILE`: each outcome as a line of JSON, written the moment it is known."""

from __future__ import annotations

from threading import Lock
from typing import TextIO

from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.plan.change import Change
from reconciler.plan.outcome import Outcome
from reconciler.report.machine import render_event


class EventsReporter:
    """Writes outcomes to a stream and flushes each. It never stops an apply: where writing fails, `broken` says why and
    nothing more is written.
    """

    def __init__(self, stream: TextIO) -> None:
        self.broken: str | None = None
        self._stream = stream
        self._lock = Lock()

    def reading(self, what: str, done: int, total: int) -> None:
        """Not an event."""

    def applying(self, change: Change, number: int, total: int) -> None:
        """Not an event."""

    def step(self, address: Address, text: str) -> None:
        """Not an event."""

    def found(self, finding: Finding) -> None:
        """Not an event: findings stand in the report at the end."""

    def applied(self, outcome: Outcome) -> None:
        """One line."""
        with self._lock:
            if self.broken is not None:
                return
            try:
                self._stream.write(render_event(outcome))
                self._stream.flush()
            except (OSError, ValueError) as error:  # ValueError: the stream was closed
                self.broken = str(error)
