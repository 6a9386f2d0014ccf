"""One action as it will be: what it writes, and what sync will then do. A value: shown, agreed to, carried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from reconciler.errors import ReconcilerError
from reconciler.model.address import Address
from reconciler.model.case import Case
from reconciler.model.declared import ProjectBinding
from reconciler.model.finding import Finding, Severity
from reconciler.model.issue import Issue
from reconciler.model.ticket import Ticket
from reconciler.plan.change import Change
from reconciler.plan.outcome import Outcome
from reconciler.plan.plan import Plan


class NotPossible(ReconcilerError):
    """The action is refused before anything is written; the message says what stands in its way."""


@dataclass(frozen=True, slots=True)
class TicketShown:
    """A ticket by its key and page, for people. `url` is None where no page is known."""

    key: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Following:
    """What the next run will do with the group once the action is done. `held`: it writes nothing until somebody decides;
    `native`: Datadog syncs the group, and the run mends only what that left. `warnings` are what sync says of it besides.
    """

    why: str
    changes: tuple[Change, ...] = ()
    held: bool = False
    native: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Creating:
    """A ticket to be asked for, as a plan of one change. `retry`: a refused request is taken back first."""

    plan: Plan
    retry: bool = False


@dataclass(frozen=True, slots=True)
class Settling:
    """A held group to be written as somebody decided it."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class Linking:
    """An issue to be added to a ticket. `case` is the one that will carry both, None where it is to be made; `owned` says
    that the ticket is its ticket already. `former` is the case, without a ticket, that the issue leaves. `url` is the
    ticket's page, by which Datadog is told of it.
    """

    issue: Issue
    account: str
    ticket: Ticket
    binding: ProjectBinding
    url: str
    case: Case | None
    owned: bool
    former: Case | None = None


@dataclass(frozen=True, slots=True)
class Unlinking:
    """An issue to be taken off its case."""

    issue: Issue
    case: Case


Writing: TypeAlias = Creating | Settling | Linking | Unlinking


@dataclass(frozen=True, slots=True)
class Action:
    """An action that was prepared. `steps` are what it writes, in words and in order; `writing` is None where there is
    nothing to do, and `notes` then say why. `title` is its headline.
    """

    name: str
    address: Address
    title: str
    steps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    writing: Writing | None = None
    issue_id: str | None = None
    ticket: TicketShown | None = None
    case: str | None = None
    following: Following | None = None
    findings: tuple[Finding, ...] = ()
    calls: Mapping[str, int] = field(default_factory=dict)

    @property
    def has_errors(self) -> bool:
        """Whether something stands in the way: then nothing may be written."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def over_limit(self) -> tuple[str, ...]:
        """The limits that it breaks: then nothing may be written."""
        match self.writing:
            case Creating(plan=plan) | Settling(plan=plan):
                return plan.over_limit
            case _:
                return ()


@dataclass(frozen=True, slots=True)
class Done:
    """How it ended: each outcome in order, the ticket and the issue's state as they stand now, where they could be read."""

    outcomes: tuple[Outcome, ...]
    ticket: TicketShown | None = None
    state: str | None = None
