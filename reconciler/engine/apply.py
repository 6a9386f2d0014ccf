"""Carry out a plan: change by change, each after reading its precondition anew, going on past an independent failure."""

from __future__ import annotations

from dataclasses import dataclass, field

from reconciler.engine.groups.units import unit_of
from reconciler.engine.groups.writing import GroupWriting
from reconciler.engine.scope import Tools, WritableSystems
from reconciler.engine.settings.writing import SettingUp
from reconciler.engine.tickets.creation import Creation
from reconciler.engine.tickets.joining import Joining
from reconciler.errors import OutcomeUnknown, ProviderError, Superseded, Unauthorized
from reconciler.model.address import Address, Kind
from reconciler.model.declared import Configuration
from reconciler.model.resource import (
    CaseProjectSettings,
    JoinRequest,
    LinkedTicket,
    TicketRequest,
    TicketStatus,
    WebhookSettings,
)
from reconciler.plan.change import Change, Create, Delete, Update, group_key
from reconciler.plan.outcome import Outcome, Status
from reconciler.plan.plan import Plan

__all__ = ["WritableSystems", "apply"]


def apply(plan: Plan, configuration: Configuration, systems: WritableSystems, tools: Tools) -> tuple[Outcome, ...]:
    """Apply the changes in order and say how each ended. A plan over a limit is not touched.

    The loss of our sign-in ends it; so does `tools.stopping`, after the change in flight. What was not begun is skipped.
    """
    run = _Run(configuration, systems, tools, plan.changes)
    outcomes: list[Outcome] = []
    for number, change in enumerate(plan.changes, start=1):
        if plan.over_limit:
            ended = [_ended(change, Status.SKIPPED, "the plan is over a limit")]
        elif (key := group_key(change)) is not None:
            ended = run.write_group(key, change, number)
        else:
            ended = [run.carry_out(change, number, len(plan.changes))]
        for outcome in ended:
            tools.reporter.applied(outcome)
        outcomes += ended
    return tuple(outcomes)


def _ended(change: Change, status: Status, detail: str) -> Outcome:
    return Outcome(change.address, change.action, status, detail)


@dataclass(slots=True)
class _Run:
    configuration: Configuration
    systems: WritableSystems
    tools: Tools
    changes: tuple[Change, ...]
    lost: str | None = None
    failed: set[Address] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    creation: Creation = field(init=False)
    joining: Joining = field(init=False)
    settings: SettingUp = field(init=False)
    groups: GroupWriting = field(init=False)

    def __post_init__(self) -> None:
        self.creation = Creation(self.configuration, self.systems, self.tools)
        self.joining = Joining(self.configuration, self.systems, self.tools, self.creation.completion)
        self.settings = SettingUp(self.systems, self.tools)
        self.groups = GroupWriting(self.configuration, self.systems, self.tools)

    def write_group(self, key: str, change: Change, number: int) -> list[Outcome]:
        """All changes of one group, at the first of them; nothing at the others."""
        if key in self.written:
            return []
        self.written.add(key)
        unit = unit_of(self.changes, key)
        if unit is None:
            return [_ended(change, Status.SKIPPED, f"a group is written whole: choose ticket.{key}")]
        if (obstacle := self._obstacle(unit.ticket)) is not None:
            return [_ended(part, Status.SKIPPED, obstacle) for part in unit.changes]
        self.tools.reporter.applying(change, number, len(self.changes))
        try:
            return self.groups.write(unit)
        except Unauthorized as error:
            self.lost = str(error)
            return [_ended(part, Status.FAILED, _told(error)) for part in unit.changes]

    def carry_out(self, change: Change, number: int, total: int) -> Outcome:
        """One change, or why it was not begun."""
        if (obstacle := self._obstacle(change)) is not None:
            return _ended(change, Status.SKIPPED, obstacle)
        self.tools.reporter.applying(change, number, total)
        outcome = self._attempt(change)
        if not outcome.status.is_done:
            self.failed.add(change.address)
        return outcome

    def _obstacle(self, change: Change) -> str | None:
        if self.lost is not None:
            return f"not begun: {self.lost}"
        if self.tools.stopping():
            return "not begun: the run was asked to stop"
        match change:
            case Create(after=TicketRequest(case_project=key)) | Update(after=TicketStatus(case_project=key)):
                needed = Address(Kind.CASE_PROJECT, key)
                return f"not begun: {needed} was not set up" if needed in self.failed else None
            case Create(after=JoinRequest(leader=leader)):
                needed = Address(Kind.TICKET, leader)
                return f"not begun: {needed}, which it is to join, was not made" if needed in self.failed else None
            case _:
                return None

    def _attempt(self, change: Change) -> Outcome:
        try:
            return self._dispatch(change)
        except Unauthorized as error:
            self.lost = str(error)
            return _ended(change, Status.FAILED, _told(error))
        except OutcomeUnknown as error:
            return _ended(change, Status.UNKNOWN, _told(error))
        except Superseded as error:
            return _ended(change, Status.STALE, _told(error))
        except ProviderError as error:
            return _ended(change, Status.FAILED, _told(error))

    def _dispatch(self, change: Change) -> Outcome:
        status, detail = self._carried(change)
        return _ended(change, status, detail)

    def _carried(self, change: Change) -> tuple[Status, str]:
        match change:
            case Create(after=CaseProjectSettings()) | Update(after=CaseProjectSettings()):
                return self.settings.case_project(change)
            case Create(after=WebhookSettings()) | Update(after=WebhookSettings()):
                return self.settings.webhook(change)
            case Create(after=TicketRequest() as request):
                return self.creation.create(request)
            case Create(after=JoinRequest() as request):
                return self.joining.join(request)
            case Update(before=LinkedTicket() as before, after=LinkedTicket()):
                return self.creation.complete(before)
            case Create() | Update() | Delete():
                return Status.FAILED, "no plan of ours asks for this"


def _told(error: ProviderError) -> str:
    return f"{error} - {error.hint}" if error.hint else str(error)
