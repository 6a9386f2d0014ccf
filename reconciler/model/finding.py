"""What a person should read: one finding, where it was written and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from reconciler.model.address import Address


class Severity(Enum):
    """How much a finding matters. The value is what reports and plan files say."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the most severe."""
        return (Severity.ERROR, Severity.WARNING, Severity.INFO).index(self)


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Where something was written: a path relative to the configuration directory, line and column from 1."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to read. `code` is stable and documented in docs/findings.md; no code path depends on `message`.

    `expected` says what would have been right, `hint` what to do.
    """

    code: str
    severity: Severity
    message: str
    address: Address | None = None
    origin: Origin | None = None
    expected: str | None = None
    hint: str | None = None

    def __str__(self) -> str:
        """`file:line:col: what - expected - hint`, leaving out what is not known."""
        where = f"{self.origin}: " if self.origin else f"{self.address}: " if self.address else ""
        expected = f"expected {self.expected}" if self.expected else None
        return where + " - ".join(part for part in (self.message, expected, self.hint) if part)

    @property
    def sort_key(self) -> tuple[int, str, int, int, str, str]:
        """Most severe first, then by place, then by code: the same order under any hash seed."""
        place = self.origin or Origin("", 0, 0)
        return (self.severity.rank, place.file, place.line, place.column, str(self.address or ""), self.code)


def ordered(findings: list[Finding] | tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings without repetition, most severe first, then by place."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: finding.sort_key))
