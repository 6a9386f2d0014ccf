"""Writing one group, whole: a pending intent first, then issues, ticket, case, and the base last.

A run that is broken off leaves the intent on the ticket, from which the next run rolls forward. Nothing is written where the
group is not as the plan saw it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from reconciler.engine.groups.comments import copy_key, read_people, write_copy
from reconciler.engine.groups.group import Group, Home, seen_fingerprint
from reconciler.engine.groups.outlook import ALTERNATION, screen_values
from reconciler.engine.groups.transit import NoWay, Transit, Trip, take
from reconciler.engine.groups.units import Unit, wanted_people
from reconciler.engine.ports import JiraWriter
from reconciler.engine.scope import Tools, WritableSystems
from reconciler.errors import OutcomeUnknown, ProviderError, Unauthorized
from reconciler.model.declared import Configuration, ProjectBinding
from reconciler.model.issue import Issue
from reconciler.model.resource import CaseStatus, CommentCopy, IssueStatus, TicketStatus
from reconciler.model.state import IssueState, StatusCategory, StatusGroup
from reconciler.model.ticket import JiraStatus
from reconciler.plan.change import Change, Create, Update
from reconciler.plan.outcome import Outcome, Status
from reconciler.sync.group import GroupState
from reconciler.sync.remembered import Intent, Remembered, Write
from reconciler.sync.review import REVIEW_WINDOW, foreseen


@dataclass(slots=True)
class GroupWriting:
    """Writes groups, one at a time."""

    configuration: Configuration
    systems: WritableSystems
    tools: Tools
    transit: Transit = field(init=False)

    def __post_init__(self) -> None:
        self.transit = Transit(self.systems)

    def write(self, unit: Unit) -> list[Outcome]:
        """How each change of the group ended. Raises Unauthorized."""
        after, before = unit.ticket_sides
        try:
            group = self._read(after, before)
        except Unauthorized:
            raise
        except ProviderError as error:
            return [_outcome(change, Status.FAILED, f"not begun: {error}") for change in unit.changes]
        if group is None or seen_fingerprint(group) != before.seen:
            told = "the group is not as it was planned: somebody moved it meanwhile"
            return [_outcome(change, Status.STALE, told) for change in unit.changes]
        return _Writing(self, unit, group, after).run()

    def _read(self, after: TicketStatus, before: TicketStatus) -> Group | None:
        """The group as it stands now; None where its ticket or an issue is gone."""
        memory = self.tools.memory
        ticket = self.systems.jira[after.account].tickets((after.key,), (memory.property_key,)).get(after.key)
        if ticket is None:
            return None
        case = self.systems.datadog.case(after.case)
        issues: dict[str, Issue] = {name: self.systems.datadog.issue(name) for name in sorted(case.issue_ids)}
        home = Home(self._binding(after), None, (), frozenset())
        mapping = self.configuration.mappings.get(home.binding.status_mapping or "")
        remembered = memory.decode(ticket.properties.get(memory.property_key))
        return Group(replace(home, mapping=mapping), ticket, case, issues, remembered)

    def _binding(self, after: TicketStatus) -> ProjectBinding:
        return next(
            binding
            for binding in self.configuration.bindings.values()
            if (binding.case_project, binding.account) == (after.case_project, after.account)
        )


@dataclass(slots=True)
class _Writing:
    """One group being written."""

    host: GroupWriting
    unit: Unit
    group: Group
    after: TicketStatus
    outcomes: list[Outcome] = field(default_factory=list)
    broken: str | None = None
    uncopied: set[str] = field(default_factory=set)

    def run(self) -> list[Outcome]:
        """Intent, issues, ticket, case, base. After the first failure the rest is skipped and the intent stays."""
        writes_status = self._writes_ticket() or bool(self.unit.issues) or self.unit.case is not None
        if writes_status and not self._attempt(self.unit.ticket, self._intend, quiet=True):
            return [_outcome(change, Status.FAILED, f"not begun: {self.broken}") for change in self.unit.changes]
        for change in self.unit.issues:
            self._do(change, self._issue)
        ticket = self._ticket() if self.broken is None else None
        if self.unit.case is not None:
            self._do(self.unit.case, self._case)
        self._comments()
        self._finish(ticket)
        return self.outcomes

    def _comments(self) -> None:
        """Copies are independent of each other and of the rest: one that fails is tried again by the next run."""
        for change in self.unit.comments:
            if self.broken is not None:
                self.outcomes.append(_outcome(change, Status.SKIPPED, f"not begun: {self.broken}"))
            elif not self._attempt(change, self._comment):
                self.uncopied.add(copy_key(change.after))
                self.broken = None

    def _comment(self, change: Create | Update) -> tuple[Status, str]:
        wanted = change.after
        if not isinstance(wanted, CommentCopy):
            return Status.FAILED, "no plan of ours asks for this"
        self._step(change, f"copying a comment of {wanted.author} to {wanted.side}")
        return write_copy(self.host.systems, wanted, self.group)

    # --- each step

    def _intend(self, change: Create | Update) -> tuple[Status, str]:
        """Write down what is about to be written, and see that it stands there: no permission, no write."""
        remembered = self.group.remembered
        now, target = self.host.tools.clock.now(), self._target()
        base = remembered or Remembered(self.group.seen, at=now, since=now)
        intent = Intent(self.group.seen, target, now, self._newest_move())
        if self.after.assignee is not None:
            was, base_people = self.group.people, read_people(self.after.base.get("people"))
            will = wanted_people(self.unit, was)
            intent = replace(intent, people_before=was, people_after=will, people_base=base_people)
        if remembered is None:
            base = replace(base, group=replace(target, ticket=target.ticket or base.group.ticket))
        self._remember(replace(base, intent=intent))
        return Status.APPLIED, ""

    def _newest_move(self) -> str | None:
        histories = self._jira().histories((self.group.ticket.id,))
        history = histories.get(self.group.ticket.id)
        return history.last_id if history else None

    def _issue(self, change: Create | Update) -> tuple[Status, str]:
        wanted = change.after
        if not isinstance(wanted, IssueStatus):
            return Status.FAILED, "no plan of ours asks for this"
        before, done = self.group.issues[wanted.issue_id], []
        # Datadog reviews an issue that is assigned, so the state comes after. Reference: datadog-api §1.4.
        if wanted.assignee is not None and (wanted.assignee.id or None) != before.assignee_id:
            self._step(change, f"assigning issue {wanted.issue_id} to {wanted.assignee.name or wanted.assignee.id}")
            self.host.systems.datadog.assign_issue(wanted.issue_id, wanted.assignee.id or None)
            done.append(f"assigned to {wanted.assignee.name or wanted.assignee.id}")
        if done and wanted.issue_id in foreseen(self._target()):
            done.append("for which Datadog reviews it")
        elif wanted.state is not before.state:
            self._step(change, f"setting issue {wanted.issue_id} to {wanted.state.label}")
            self.host.systems.datadog.set_issue_state(wanted.issue_id, wanted.state)
            done.append(wanted.state.label)
        return Status.APPLIED, ", ".join(done)

    def _writes_ticket(self) -> bool:
        before = self.unit.ticket.before
        return isinstance(before, TicketStatus) and before.status != self.after.status

    def _ticket(self) -> bool:
        """Whether the ticket stands where it should, with whom it should."""
        wanted = self.after.assignee
        held = self.group.ticket.assignee.id if self.group.ticket.assignee else None
        if wanted is not None and (wanted.id or None) != held:
            self._step(self.unit.ticket, f"assigning {self.after.key} to {wanted.name or wanted.id}")
            if not self._attempt(self.unit.ticket, self._assign, quiet=True):
                return False
        if not self._writes_ticket():
            return True
        self._step(self.unit.ticket, f"moving {self.after.key} to {self.after.status.name}")
        return self._attempt(self.unit.ticket, self._move, quiet=True)

    def _assign(self, change: Create | Update) -> tuple[Status, str]:
        person = self.after.assignee.id if self.after.assignee else None
        self._jira().assign(self.group.ticket.id, person or None)
        return Status.APPLIED, ""

    def _move(self, change: Create | Update) -> tuple[Status, str]:
        goal = JiraStatus(self.after.status.id, self.after.status.name, StatusCategory.UNDEFINED)
        values = screen_values(self.group.home.mapping, self._target().case)
        trip = Trip(self.after.account, self.group.ticket, goal, values)
        try:
            take(self.host.systems, self.host.transit, trip, self.after.hops)
        except NoWay as dead:
            return Status.FAILED, str(dead)
        return Status.APPLIED, ""

    def _case(self, change: Create | Update) -> tuple[Status, str]:
        """The case is written last and rarely: Datadog may have moved it itself by now. One that is only assigned stays."""
        wanted = change.after
        if not isinstance(wanted, CaseStatus):
            return Status.FAILED, "no plan of ours asks for this"
        case = self.host.systems.datadog.case(self.group.case.id)
        assigns = wanted.assignee is not None and (wanted.assignee.id or None) != case.assignee_id
        if assigns and wanted.assignee is not None:
            self._step(change, f"assigning case {wanted.key} to {wanted.assignee.name or wanted.assignee.id}")
            self.host.systems.datadog.assign_case(self.group.case.id, wanted.assignee.id or None)
        was = change.before if isinstance(change, Update) else None
        only_assigned = isinstance(was, CaseStatus) and was.status is wanted.status
        if only_assigned or case.status is wanted.status:
            return (Status.APPLIED, "assigned") if assigns else (Status.UNCHANGED, "it is so already")
        self._step(change, f"setting case {wanted.key} to {wanted.status.value}")
        self.host.systems.datadog.set_case_status(self.group.case.id, wanted.status)
        return Status.APPLIED, wanted.status.value

    def _finish(self, ticket: bool | None) -> None:
        if self.broken is None and ticket is not None:
            self._do(self.unit.ticket, self._settle)
        else:
            status = Status.FAILED if ticket is False else Status.SKIPPED
            self.outcomes.append(_outcome(self.unit.ticket, status, f"{self.broken}; the next run takes it up"))

    def _settle(self, change: Create | Update) -> tuple[Status, str]:
        """The base: what was reached, without the intent."""
        now = self.host.tools.clock.now()
        old = self.group.remembered
        target = self._target()
        writes = [write for write in (old.writes if old else ()) if now - write.at < ALTERNATION]
        if self._writes_ticket():
            writes.append(Write(target.case, now))
        moved = self._writes_ticket() or old is None or old.intent is not None
        base = Remembered(
            group=target,
            at=now,
            since=old.since if old else now,
            changelog=self._newest_move() if moved else old.changelog if old else None,
            case_left=self._case_left(),
            reviewing_since=self._reviewing(target, now),
            people=read_people(self.after.base.get("people")),
            copied=frozenset(self.after.base.get("copied", ())) - self.uncopied,
            writes=tuple(writes[-6:]),
        )
        self._remember(base)
        return Status.APPLIED, self.after.status.name if self._writes_ticket() else "the base is written"

    def _reviewing(self, target: GroupState, now: datetime) -> dict[str, datetime]:
        old = self.group.remembered
        known = old.reviewing_since if old else {}
        since = {name: at for name, at in known.items() if now - at <= REVIEW_WINDOW}
        return {name: since.get(name, now) for name in sorted(target.reviewing)}

    def _case_left(self) -> StatusGroup | None:
        left = self.after.base.get("case_left")
        return StatusGroup(left) if left else None

    def _target(self) -> GroupState:
        base: Mapping[str, Any] = self.after.base["group"]
        return GroupState(
            StatusGroup(base["ticket"]) if base["ticket"] else None,
            StatusGroup(base["case"]),
            {name: IssueState(state) for name, state in base["issues"].items()},
            frozenset(base["reviewing"]),
        )

    def _remember(self, base: Remembered) -> None:
        memory = self.host.tools.memory
        self._jira().set_property(self.group.ticket.id, memory.property_key, memory.encode(base))

    def _jira(self) -> JiraWriter:
        return self.host.systems.jira[self.after.account]

    # --- how a step ends

    def _step(self, change: Create | Update, text: str) -> None:
        self.host.tools.reporter.step(change.address, text)

    def _do(self, change: Create | Update, act: Callable[[Create | Update], tuple[Status, str]]) -> None:
        if self.broken is not None:
            self.outcomes.append(_outcome(change, Status.SKIPPED, f"not begun: {self.broken}"))
            return
        self._attempt(change, act)

    def _attempt(
        self, change: Create | Update, act: Callable[[Create | Update], tuple[Status, str]], *, quiet: bool = False
    ) -> bool:
        """Act, and keep how it ended (`quiet`: only a failure is kept, in `broken`). Whether it is done."""
        try:
            status, detail = act(change)
        except Unauthorized:
            raise
        except OutcomeUnknown as error:
            status, detail = Status.UNKNOWN, str(error)
        except ProviderError as error:
            status, detail = Status.FAILED, f"{error} - {error.hint}" if error.hint else str(error)
        if not status.is_done:
            self.broken = detail
        if not quiet:
            self.outcomes.append(_outcome(change, status, detail))
        return status.is_done


def _outcome(change: Change, status: Status, detail: str) -> Outcome:
    return Outcome(change.address, change.action, status, detail)
