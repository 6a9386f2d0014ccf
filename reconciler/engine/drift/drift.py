"""Drift as values: what differs from what is declared, since when and by whom, and who answers for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from reconciler.model.accepted import AcceptedDrift
from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.model.resource import Reason
from reconciler.plan.change import Change
from reconciler.plan.plan import Targets


class Aspect(Enum):
    """What kind of thing drifted. The value is what reports say."""

    SETTINGS = "settings"
    WEBHOOK = "webhook"
    TICKET = "ticket"  # one that the rules ask for is missing or unfinished
    GROUP = "group"  # a ticket, its case and issues are out of step


class Verdict(Enum):
    """How a look ended. What could not be read is never taken for clean."""

    CLEAN = "clean"
    DRIFTED = "drifted"
    COULD_NOT_LOOK = "could-not-look"


@dataclass(frozen=True, slots=True)
class Drifted:
    """One address that differs. A group goes by the address of its ticket.

    `changes` would bring it back, `findings` say what only people can; at least one of them is there. `who` and `since` are
    who changed it last and when, as far as the systems tell. `accepted` is set where somebody answers for it, today.
    """

    address: Address
    aspect: Aspect
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    who: str | None = None
    since: datetime | None = None
    accepted: AcceptedDrift | None = None

    @property
    def reason(self) -> Reason | None:
        """Why it should be otherwise, and where that is declared."""
        return self.changes[0].reason if self.changes else None


@dataclass(frozen=True, slots=True)
class Drift:
    """What one look found, each list in order of address.

    `counted` makes the run end with 2; `accepted` is answered for; `settling` is younger than the grace, so the next apply or
    Datadog's own sync may still see to it. `silence` is for how long Datadog heard from each account's webhook last, None
    where never; `groups` counts the groups looked at, `calls` the requests.
    """

    counted: tuple[Drifted, ...]
    accepted: tuple[Drifted, ...]
    settling: tuple[Drifted, ...]
    findings: tuple[Finding, ...]
    looked_at: datetime
    grace: timedelta
    targets: Targets
    is_blind: bool = False
    silence: Mapping[str, timedelta | None] = field(default_factory=dict)
    groups: int = 0
    calls: Mapping[str, int] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        """Blindness outweighs drift: what is listed is not all."""
        if self.is_blind:
            return Verdict.COULD_NOT_LOOK
        return Verdict.DRIFTED if self.counted else Verdict.CLEAN

    @property
    def by_aspect(self) -> Mapping[Aspect, int]:
        """How many addresses count, by what they are; every aspect is there."""
        return {aspect: sum(one.aspect is aspect for one in self.counted) for aspect in Aspect}
