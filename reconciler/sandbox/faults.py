"""Faults that somebody stages: what the network and overloaded servers do to a client."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase


class FaultKind(StrEnum):
    """What happens to the request or to its answer."""

    STATUS = "status"  # an error status in the system's own error shape
    DELAY = "delay"  # the answer comes `seconds` late
    DROP = "drop"  # the connection is reset
    TRUNCATE = "truncate"  # half of the body, then the connection closes
    RATE_LIMIT = "rate_limit"  # 429 with the system's headers
    REDIRECT = "redirect"  # 307 to `location`
    HTML = "html"  # a page where JSON was promised
    EMPTY = "empty"  # 200 without a body
    KILL = "kill"  # the process `pid` (0: this one) is killed, or `call` is called; then the connection is reset


class Phase(StrEnum):
    """Whether the request still has its effect: `before` it does not, `after` it has, and only the answer suffers."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Fault:
    """A staged fault: it strikes from the `nth` matching request on, `times` times (0: for ever).

    `method` and `path` are glob patterns over the request's path; `system` is `datadog`, `jira`, `jira:<account>` or `*`;
    `writes_only` matches only operations that may have an effect. TRUNCATE and DELAY leave the effect alone in either phase.
    """

    kind: FaultKind
    phase: Phase = Phase.BEFORE
    method: str = "*"
    path: str = "*"
    system: str = "*"
    writes_only: bool = False
    nth: int = 1
    times: int = 1
    status: int = 500
    seconds: float = 0.0
    retry_after: str | None = None
    location: str = "http://127.0.0.1:9/elsewhere"
    pid: int = 0
    call: Callable[[], None] | None = field(default=None, compare=False, repr=False)

    def matches(self, method: str, path: str, system: str, *, writes: bool) -> bool:
        """Whether this request is one that the fault counts."""
        return (
            (writes or not self.writes_only)
            and fnmatchcase(method, self.method.upper())
            and fnmatchcase(path, self.path)
            and (self.system in {"*", system} or system.startswith(f"{self.system}:"))
        )


class Faults:
    """The faults that are staged, each with the number of requests it has counted. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._staged: list[tuple[Fault, int]] = []

    def stage(self, fault: Fault) -> None:
        """Add a fault; those staged earlier are asked first."""
        with self._lock:
            self._staged.append((fault, 0))

    def clear(self) -> None:
        """No more faults."""
        with self._lock:
            self._staged.clear()

    def strike(self, method: str, path: str, system: str, *, writes: bool) -> Fault | None:
        """The fault that strikes this request, if any. Every matching fault counts it; the first due one strikes."""
        struck: Fault | None = None
        with self._lock:
            for place, (fault, seen) in enumerate(self._staged):
                if not fault.matches(method, path, system, writes=writes):
                    continue
                count = seen + 1
                self._staged[place] = (fault, count)
                due = fault.nth <= count and (fault.times == 0 or count < fault.nth + fault.times)
                struck = struck or (fault if due else None)
        return struck
