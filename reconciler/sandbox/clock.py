"""The simulator's time: the real one, moved by an offset that people may change; and times as world files write them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_SPAN = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>ms|s|m|h|d|w)")
_SPANS = re.compile(rf"(?:{_SPAN.pattern.replace('?P<number>', '?:').replace('?P<unit>', '?:')})+")


class Clock:
    """Real time plus an offset. `source` gives real time as seconds since the epoch."""

    def __init__(self, offset: timedelta = timedelta(0), source: Callable[[], float] = time.time) -> None:
        self.offset = offset
        self._source = source
        self._held: float | None = None

    def now(self) -> datetime:
        """The simulated moment, aware, in UTC, to the millisecond as both systems keep it."""
        real = self._source() if self._held is None else self._held
        moment = datetime.fromtimestamp(real, tz=UTC) + self.offset
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Within the block it is one moment, whatever real time does: what one deed dates twice has one date. Moves still count."""
        before = self._held
        self._held = self._source() if before is None else before
        try:
            yield
        finally:
            self._held = before

    def move(self, by: timedelta) -> None:
        """Let so much time pass at once (a negative span turns the clock back)."""
        self.offset += by


def parse_span(text: str) -> timedelta:
    """A length of time such as `90s`, `1h30m`, `250ms` or `3d`. Raises ValueError saying what is expected."""
    if not _SPANS.fullmatch(text):
        raise ValueError(f"{text!r} is not a length of time: expected a number and a unit, such as 3s, 10m, 24h or 7d")
    seconds = sum(float(part["number"]) * _UNITS[part["unit"]] for part in _SPAN.finditer(text))
    return timedelta(seconds=seconds)


def parse_shift(text: str) -> timedelta:
    """A signed length of time: `+3d`, `-2h`; without a sign it is positive. Raises ValueError."""
    sign = -1 if text.startswith("-") else 1
    return sign * parse_span(text[1:] if text[:1] in {"+", "-"} else text)


def parse_moment(text: str, now: datetime) -> datetime:
    """A moment as world files write it: `now`, relative to it (`-3h`, `+1d`), or ISO 8601 with an offset. Raises ValueError."""
    if text == "now":
        return now
    if text[:1] in {"+", "-"}:
        return now + parse_shift(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a moment: expected now, -3h, -40d or 2026-11-01T00:00:00Z") from None
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone: write 2026-11-01T00:00:00Z")
    return moment.astimezone(UTC)
