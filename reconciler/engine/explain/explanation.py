"""The story of one group, or of an issue without a ticket, as a value: what stands where, since when, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.model.address import Address
from reconciler.model.finding import Finding, Origin
from reconciler.model.state import StatusGroup
from reconciler.plan.change import Change
from reconciler.sync.decision import Decision
from reconciler.sync.remembered import Remembered


@dataclass(frozen=True, slots=True)
class Member:
    """An issue, a case or a ticket. `state` is the word that a person sees there, None where it could not be read; `group` is
    None where the state belongs to none. `title` and `assignee` are hostile text.
    """

    address: Address
    title: str = ""
    state: str | None = None
    group: StatusGroup | None = None
    assignee: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """One rule, tried on an issue. `because` says what kept it from matching; empty where it matches."""

    rule: str
    query: str
    matches: bool
    because: str = ""
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Routed:
    """The rules tried on one issue, up to the first that matches. `others` are the rules of the group's other issues."""

    issue_id: str
    trials: tuple[Trial, ...]
    others: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def rule(self) -> str | None:
        """The rule that applies; None where none does."""
        return next((trial.rule for trial in self.trials if trial.matches), None)


@dataclass(frozen=True, slots=True)
class Mapped:
    """How the binding's status mapping reads the ticket's status, and where it moves a ticket for each group. `by` says how
    the status came to its group: by the mapping, by Jira's category, or not at all.
    """

    name: str | None
    status: str
    group: StatusGroup | None
    by: str
    targets: Mapping[StatusGroup, str]
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was moved. `who` is None where the system does not tell; `ours`: we did it, or Datadog's own sync;
    `is_new`: since the base was written, False where there is none.
    """

    at: datetime
    what: str
    before: str
    after: str
    who: str | None = None
    ours: bool = False
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """A member that stands elsewhere than the base has it. `what` is "ticket", "case" or an issue id."""

    what: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that is to be told. `next_run` says why the next run makes these changes, or makes none; `is_complete` is
    False where something could not be read (`findings` say what).
    """

    asked: str
    members: tuple[Member, ...]
    next_run: str
    notes: tuple[str, ...] = ()
    binding: str | None = None
    routed: Routed | None = None
    mapped: Mapped | None = None
    remembered: Remembered | None = None
    history: tuple[Step, ...] = ()
    differences: tuple[Difference, ...] = ()
    decision: Decision | None = None
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    is_complete: bool = True
    calls: Mapping[str, int] = field(default_factory=dict)
