"""What one run is about: the systems, the tools, and how much of the whole is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

from reconciler.engine.ports import (
    Clock,
    DatadogReader,
    DatadogWriter,
    JiraReader,
    JiraWriter,
    Memory,
    Reporter,
    Templates,
)
from reconciler.model.address import Address, Kind
from reconciler.model.declared import Vocabulary
from reconciler.model.finding import Origin

D_co = TypeVar("D_co", bound=DatadogReader, covariant=True)
J_co = TypeVar("J_co", bound=JiraReader, covariant=True)

SETTINGS = "settings"
TICKETS = "tickets"
SYNC = "sync"
PARTS = (SETTINGS, TICKETS, SYNC)

_PART_OF = {Kind.CASE_PROJECT: SETTINGS, Kind.WEBHOOK: SETTINGS, Kind.LINK: TICKETS}
_TICKET_KEY = re.compile(r"^[A-Z][A-Z0-9_]*-\d+$", re.IGNORECASE)


def part_of(address: Address) -> str:
    """Which part of a plan an address belongs to: `ticket.<issue id>` is to be created, `ticket.<KEY>` to be synced."""
    if address.kind is Kind.TICKET:
        return SYNC if _TICKET_KEY.match(address.name) else TICKETS
    return _PART_OF.get(address.kind, SYNC)


@dataclass(frozen=True, slots=True)
class WebhookWanted:
    """A webhook that should stand in a Jira. `url` is the secret itself, None where it is not to be had (`why_no_url` says
    why); `manage` is whether we may create and repair it.
    """

    url: str | None = field(repr=False)
    manage: bool
    why_no_url: str | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Connected(Generic[D_co, J_co]):
    """Both systems. `datadog_name` is how a plan names the Datadog it is about, stable from run to run; `webhooks` says for
    which accounts a webhook is declared.
    """

    datadog: D_co
    jira: Mapping[str, J_co]
    datadog_name: str
    webhooks: Mapping[str, WebhookWanted] = field(default_factory=dict)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)


Systems: TypeAlias = Connected[DatadogReader, JiraReader]
WritableSystems: TypeAlias = Connected[DatadogWriter, JiraWriter]


@dataclass(frozen=True, slots=True)
class Tools:
    """What the engine is lent: time, templates, memory, somebody to tell, whether it should stop, and how many reads may be
    under way at once.
    """

    clock: Clock
    templates: Templates
    memory: Memory
    reporter: Reporter
    stopping: Callable[[], bool] = lambda: False
    workers: int = 8


@dataclass(frozen=True, slots=True)
class Scope:
    """How much is asked for. `only` names parts ("settings", "tickets", "sync"); both empty means everything."""

    only: frozenset[str] = frozenset()
    targets: frozenset[Address] = frozenset()

    def wants(self, part: str) -> bool:
        """Whether anything of this part is asked for."""
        if self.only and part not in self.only:
            return False
        return not self.targets or any(part_of(target) == part for target in self.targets)

    def includes(self, address: Address, group: str | None = None) -> bool:
        """Whether this address is asked for: by itself, or as a member of the group of that ticket."""
        named = address in self.targets or (group is not None and Address(Kind.TICKET, group) in self.targets)
        return (not self.only or part_of(address) in self.only) and (not self.targets or named)
