"""How much one run, and all runs of a day, may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from reconciler.model.written import Written


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one run may do, and `max_creates_per_day` all runs of a UTC day. Windows are how long an issue counts as new, and
    how long an unanswered request may still land.
    """

    max_creates: int = 25
    max_creates_per_day: int = 100
    max_links: int = 200
    max_closes: int = 50
    max_change_ratio: float = 0.3
    new_issue_window: timedelta = timedelta(hours=24)
    settle_window: timedelta = timedelta(minutes=15)
    written: Written | None = field(default=None, compare=False, repr=False)
