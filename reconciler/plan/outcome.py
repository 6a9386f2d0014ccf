"""How one change ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from reconciler.model.address import Address


class Status(Enum):
    """The end of a change. The value is what outcomes in JSON say."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    STALE = "stale"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @property
    def is_done(self) -> bool:
        """Whether the change now stands."""
        return self in {Status.APPLIED, Status.UNCHANGED}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the change at `address` ended; `detail` is for people and never empty unless it was applied as planned."""

    address: Address
    action: str
    status: Status
    detail: str = ""
