"""Several listeners in the place of one: what happens is told to each of them."""

from __future__ import annotations

from reconciler.engine.ports import Reporter
from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.plan.change import Change
from reconciler.plan.outcome import Outcome


class Audience:
    """A Reporter that passes everything on, in the order in which its listeners were given."""

    def __init__(self, *listeners: Reporter) -> None:
        self._listeners = listeners

    def reading(self, what: str, done: int, total: int) -> None:
        """So many of the reads of this run are done."""
        for listener in self._listeners:
            listener.reading(what, done, total)

    def applying(self, change: Change, number: int, total: int) -> None:
        """This change begins."""
        for listener in self._listeners:
            listener.applying(change, number, total)

    def step(self, address: Address, text: str) -> None:
        """A step within a change."""
        for listener in self._listeners:
            listener.step(address, text)

    def applied(self, outcome: Outcome) -> None:
        """This change ended so."""
        for listener in self._listeners:
            listener.applied(outcome)

    def found(self, finding: Finding) -> None:
        """Something to read arose while applying."""
        for listener in self._listeners:
            listener.found(finding)
