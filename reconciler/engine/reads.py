"""Concurrent reads whose failures are kept: a failed read is not an absence.

`Unauthorized` is never kept: signed in as nobody, every later "found nothing" would be a lie, so the run stops.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Generic, TypeVar

from reconciler.engine.ports import Reporter
from reconciler.errors import Forbidden, NotFound, ProviderError, Unauthorized
from reconciler.model.finding import Finding, Severity

T = TypeVar("T")


@dataclass(slots=True)
class Read(Generic[T]):
    """A read under way. `value()` waits; None says that it failed and that `reads.failures` holds why."""

    what: str
    future: Future[T]
    reads: Reads
    severity: Severity = Severity.ERROR

    def value(self) -> T | None:
        """The answer, or None where the read failed."""
        try:
            return self.future.result()
        except Unauthorized:
            raise
        except ProviderError as error:
            self.reads.fail(self.what, error, self.severity)
            return None
        finally:
            self.reads.settle(self.what)


@dataclass(slots=True)
class Reads:
    """The reads of one run, at most `workers` at once. To be used as a context."""

    reporter: Reporter
    workers: int = 8
    failures: dict[str, Finding] = field(default_factory=dict)
    _started: int = 0
    _settled: set[str] = field(default_factory=set)
    _pool: ThreadPoolExecutor = field(init=False)

    def __enter__(self) -> Reads:
        self._pool = ThreadPoolExecutor(max_workers=self.workers, thread_name_prefix="read")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=error is not None)

    def start(self, what: str, read: Callable[[], T], severity: Severity = Severity.ERROR) -> Read[T]:
        """Begin a read. `what` says for people what is read, and is unique within the run; `severity` is how bad it is
        when the read fails.
        """
        self._started += 1
        return Read(what, self._pool.submit(read), self, severity)

    def settle(self, what: str) -> None:
        """One more read is done."""
        self._settled.add(what)
        self.reporter.reading(what, len(self._settled), self._started)

    def fail(self, what: str, error: ProviderError, severity: Severity) -> None:
        """Keep why a read failed."""
        code = "permission-missing" if isinstance(error, Forbidden) else "unreadable"
        self.failures[what] = Finding(
            code,
            severity,
            f"{what} could not be read: {error}",
            hint=error.hint or "nothing was changed; run again",
        )


def found(read: Callable[[], T]) -> Callable[[], tuple[T, ...]]:
    """The read as one that answers with nothing, instead of failing, where the thing is absent or invisible."""

    def attempt() -> tuple[T, ...]:
        try:
            return (read(),)
        except NotFound:
            return ()

    return attempt
