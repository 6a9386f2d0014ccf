"""What a decision is made from and what it says: evidence and policy in, target, conflicts and findings out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.model.declared import ConflictPolicy
from reconciler.model.finding import Finding, Severity
from reconciler.model.state import IssueState, StatusGroup
from reconciler.sync.group import GroupState


@dataclass(frozen=True, slots=True)
class Policy:
    """How conflicts end, and whether a reopened ticket reopens EXCLUDED issues (which restarts collection and billing)."""

    conflict: ConflictPolicy = ConflictPolicy.OPEN
    reopen_excluded: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """Who and when, as far as it is known. Times are aware.

    `ticket_moved`: somebody moved it, not we and not Datadog's own sync. `case_moved`: the same; None where the author is
    unknown, False also where the case is as our last run left it. `ticket_since`: when the ticket entered its status group.
    `last_seen`: per issue the later of last error and regression.
    """

    ticket_moved: bool = True
    case_moved: bool | None = None
    ticket_since: datetime | None = None
    last_seen: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody's change that does not survive. `what` is "ticket", "case" or an issue id; the caller adds who and when."""

    what: str
    base: StatusGroup | IssueState | None
    seen: StatusGroup | IssueState | None
    target: StatusGroup | IssueState | None
    rule: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Which rule decided, for people and for `explain`."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Decision:
    """`target` is what ticket, case and each issue should be: as seen where nothing is to be written. `held`: nothing is
    written and the base is not advanced.
    """

    target: GroupState
    held: bool = False
    conflicts: tuple[Conflict, ...] = ()
    findings: tuple[Finding, ...] = ()
    reasons: tuple[Reason, ...] = ()


def warning(code: str, message: str) -> Finding:
    """A finding of sync; the caller adds the address."""
    return Finding(code, Severity.WARNING, message)
