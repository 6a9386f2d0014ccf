"""The time of this machine."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """The Clock port on the machine's own clock: the one place that asks it."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the clock behind the Clock port

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
