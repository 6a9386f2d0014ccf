"""Drift that somebody answers for: it is still listed, and counts no longer, until a day that was named beforehand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from reconciler.model.address import Address
from reconciler.model.finding import Origin


@dataclass(frozen=True, slots=True)
class AcceptedDrift:
    """One acceptance. `address` is as reports name what drifted; `*` stands for anything within its name. `until` is the
    last day on which it holds, in UTC.
    """

    name: str
    address: str
    reason: str
    owner: str
    until: date
    written: Origin | None = field(default=None, compare=False, repr=False)

    def covers(self, address: Address) -> bool:
        """Whether it is about this address, on whatever day."""
        pattern = ".*".join(re.escape(part) for part in self.address.split("*"))
        return re.fullmatch(pattern, str(address), re.DOTALL) is not None

    def holds(self, day: date) -> bool:
        """Whether it has not expired on this day (UTC)."""
        return day <= self.until
