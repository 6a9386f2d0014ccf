"""Rate limits of both systems: what their headers say, and one limiter that all threads of a run share.

Reference: datadog-api §0 (X-RateLimit-*, seconds or epoch), jira-api §9 (Retry-After, RateLimit-Reason, Beta-RateLimit, Data Center).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from reconciler.engine.ports import Clock

_EPOCH: Final = 10**8
_NEAR: Final = 0.25
_TICK: Final = 0.001
_BETA_LEFT: Final = re.compile(r"\br=(\d{1,15})\b")
_BETA_AFTER: Final = re.compile(r"\bt=(\d{1,9})\b")

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a request counts against: its system, its method and templated path, and the thing that it is about."""

    system: str
    route: str
    item: str = ""

    @property
    def keys(self) -> tuple[Key, ...]:
        """Every bucket the request draws from, the widest first."""
        wide: tuple[Key, ...] = ((self.system,), (self.system, "route", self.route))
        return (*wide, (self.system, "item", self.item)) if self.item else wide

    def bucket(self, headers: Mapping[str, str]) -> Key:
        """The bucket that an answer speaks about. Where it does not tell, the whole system: better slow than refused."""
        reason = headers.get("RateLimit-Reason", "").strip().lower()
        if "per-issue" in reason and self.item:
            return self.keys[-1]
        if reason == "jira-burst-based" or headers.get("X-RateLimit-Period") or headers.get("X-RateLimit-Name"):
            return self.keys[1]
        return self.keys[0]


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that a refusal (429, 503) asks us to wait; None where it does not say. Never negative.

    `Retry-After` in seconds or as a date, else the reset of the limit in any of its forms.
    """
    text = headers.get("Retry-After", "").strip()
    seconds = _number(text)
    if seconds is None and text:
        seconds = _until_http_date(text, headers, now)
    if seconds is None:
        seconds = reset_after(headers, now)
    return None if seconds is None else max(0.0, seconds)


def reset_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds until the limit resets: Datadog's seconds or epoch, Jira's ISO time, or `t=` of Beta-RateLimit."""
    text = headers.get("X-RateLimit-Reset", "").strip()
    seconds = _number(text)
    if seconds is not None:
        return seconds - _present(headers, now).timestamp() if seconds > _EPOCH else seconds
    if text:
        with suppress(ValueError, OverflowError):
            moment = datetime.fromisoformat(text)
            return (_aware(moment) - _present(headers, now)).total_seconds()
    after = _BETA_AFTER.search(_beta(headers))
    return float(after.group(1)) if after else None


def is_used_up(headers: Mapping[str, str]) -> bool:
    """Whether the answer says that the next request would be refused."""
    left = _number(headers.get("X-RateLimit-Remaining", "").strip())
    beta = _BETA_LEFT.search(_beta(headers))
    return (left is not None and left <= 0) or (beta is not None and int(beta.group(1)) == 0)


def headroom(headers: Mapping[str, str]) -> float | None:
    """Which part of the limit was left after this answer, from 0 to 1; None where the answer does not tell."""
    left = _number(headers.get("X-RateLimit-Remaining", "").strip())
    most = _number(headers.get("X-RateLimit-Limit", "").strip())
    return None if left is None or not most or most < 0 else min(1.0, max(0.0, left / most))


def _beta(headers: Mapping[str, str]) -> str:
    return headers.get("Beta-RateLimit", "") or headers.get("RateLimit", "")


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[+-]?\d{1,15}(\.\d{1,9})?", text) else None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """The server's present, to the second, where it tells."""
    with suppress(ValueError):
        return _aware(parsedate_to_datetime(headers.get("Date", "")))
    return None


def _present(headers: Mapping[str, str], now: datetime) -> datetime:
    """The server's present where it tells, so that a wrong clock on our side does not matter."""
    return server_time(headers) or now


def _until_http_date(text: str, headers: Mapping[str, str], now: datetime) -> float | None:
    try:
        return (_aware(parsedate_to_datetime(text)) - _present(headers, now)).total_seconds()
    except (ValueError, OverflowError):
        return None


class Limiter:
    """Lets the threads of a run wait together. One for a run, shared by both systems.

    `longest` is the longest single wait, `budget` what all waits of a run may add up to, in seconds; threads that wait for
    the same bucket at the same time spend it once.
    """

    def __init__(self, clock: Clock, *, longest: float = 600.0, budget: float = 1800.0) -> None:
        self._clock = clock
        self._longest = longest
        self._left = budget
        self._closed: dict[Key, float] = {}
        self._lock = threading.Lock()

    @property
    def left(self) -> float:
        """Seconds of waiting that this run may still do."""
        with self._lock:
            return self._left

    def wait(self, scope: Scope) -> None:
        """Return once every bucket of the scope is open."""
        waited_for = 0.0
        while True:
            with self._lock:
                until = max((self._closed.get(key, 0.0) for key in scope.keys), default=0.0)
            remaining = until - self._clock.now().timestamp()
            if remaining < _TICK or until <= waited_for:
                return
            waited_for = until
            self._clock.sleep(remaining)

    def learn(self, scope: Scope, headers: Mapping[str, str]) -> None:
        """Read the limits off any answer, and close a bucket that is used up before it refuses somebody."""
        now = self._clock.now()
        if is_used_up(headers):
            seconds = retry_after(headers, now)
            if seconds is not None and 0 < seconds <= self._longest:
                self._close(scope.bucket(headers), seconds)
        elif headers.get("X-RateLimit-NearLimit", "").strip().lower() == "true":
            self._close(scope.bucket(headers), _NEAR)

    def refused(self, scope: Scope, headers: Mapping[str, str], at_least: float) -> bool:
        """Close the bucket of a 429 for as long as it asks, and no shorter than `at_least` seconds.

        False where that is longer than one run may wait: give up.
        """
        asked = retry_after(headers, self._clock.now()) or 0.0
        return self._close(scope.bucket(headers), asked + at_least)

    def pause(self, seconds: float) -> bool:
        """Wait before a repetition, on account of the budget. False, without waiting, where it is used up."""
        with self._lock:
            if seconds > min(self._longest, self._left):
                return False
            self._left -= seconds
        self._clock.sleep(seconds)
        return True

    def _close(self, key: Key, seconds: float) -> bool:
        with self._lock:
            now = self._clock.now().timestamp()
            further = now + seconds - max(now, self._closed.get(key, 0.0))
            if seconds > self._longest or further > self._left:
                return False
            if further > 0:
                self._left -= further
                self._closed[key] = now + seconds
            return True
