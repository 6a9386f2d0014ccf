"""Telling several reporters at once: the terminal and the event stream."""

from __future__ import annotations

from reconciler.engine.ports import Reporter
from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.plan.change import Change
from reconciler.plan.outcome import Outcome


class SeveralReporters:
    """Passes everything on, to each reporter in the order given."""

    def __init__(self, *reporters: Reporter) -> None:
        self._reporters = reporters

    def reading(self, what: str, done: int, total: int) -> None:
        """Passed on."""
        for reporter in self._reporters:
            reporter.reading(what, done, total)

    def applying(self, change: Change, number: int, total: int) -> None:
        """Passed on."""
        for reporter in self._reporters:
            reporter.applying(change, number, total)

    def step(self, address: Address, text: str) -> None:
        """Passed on."""
        for reporter in self._reporters:
            reporter.step(address, text)

    def applied(self, outcome: Outcome) -> None:
        """Passed on."""
        for reporter in self._reporters:
            reporter.applied(outcome)

    def found(self, finding: Finding) -> None:
        """Passed on."""
        for reporter in self._reporters:
            reporter.found(finding)
