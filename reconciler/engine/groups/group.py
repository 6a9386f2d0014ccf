"""A group as observed: a ticket, its case and all issues linked to it, with who moved what."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.engine.ownership import writes_assignee
from reconciler.model.activity import History
from reconciler.model.case import Case
from reconciler.model.declared import Engine, FansOut, ProjectBinding, StatusMapping
from reconciler.model.issue import Issue
from reconciler.model.state import StatusGroup
from reconciler.model.ticket import JiraStatus, Ticket
from reconciler.plan.encoding import canonical, to_json
from reconciler.sync.assignee import AssigneeDecision
from reconciler.sync.comments import CommentDecision
from reconciler.sync.group import GroupState, ticket_group
from reconciler.sync.remembered import People, Remembered


@dataclass(frozen=True, slots=True)
class Home:
    """What all groups of one binding share. `ours` are the Jira users whose moves are not somebody's; `names` knows
    people, and `knows_datadog` says whether the user of Datadog's own sync is among `ours`.
    """

    binding: ProjectBinding
    mapping: StatusMapping | None
    statuses: tuple[JiraStatus, ...]
    ours: frozenset[str]
    case_fans_out: FansOut = FansOut.UNKNOWN
    knows_datadog: bool = True
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """One group as observed. `history` is None where nothing called for reading it; `assignees` and `talk` are what was
    decided of its people and comments, None where they are not ours to sync or there was nothing to look at.
    """

    home: Home
    ticket: Ticket
    case: Case
    issues: Mapping[str, Issue]
    remembered: Remembered | None
    history: History | None = None
    assignees: AssigneeDecision | None = None
    talk: CommentDecision | None = None

    @property
    def seen(self) -> GroupState:
        """The group in the words that sync decides in."""
        states = {name: issue.state for name, issue in self.issues.items()}
        return GroupState(ticket_group(self.ticket.status, self.home.mapping), self.case.status, states)

    @property
    def people(self) -> People:
        """Who the members are assigned to, in each system's own ids."""
        assignee = self.ticket.assignee.id if self.ticket.assignee else None
        return People(assignee, self.case.assignee_id, {name: issue.assignee_id for name, issue in self.issues.items()})

    @property
    def wants_history(self) -> bool:
        """Whether who moved the ticket, and when, matters: it moved, a run was broken off, or it was never seen before."""
        if self.remembered is None or self.remembered.intent is not None:
            return True
        return self.seen.ticket is not self.remembered.group.ticket

    def somebody_moved_since(self, changelog: str | None) -> bool:
        """Whether somebody, neither we nor Datadog's own sync, moved the ticket after that changelog entry; None: it had none.

        Clocks are never compared: ours and Jira's may differ by minutes.
        """
        for move in self.history.moves if self.history else ():
            known = changelog is not None and changelog.isdigit() and move.id.isdigit()
            later = not known or int(move.id) > int(changelog or 0)
            if later and (move.author is None or move.author.id not in self.home.ours):
                return True
        return False

    @property
    def ticket_since(self) -> datetime | None:
        """When the ticket entered its status group, as far as the changelog or Jira's category date tells."""
        group = self.seen.ticket
        entered = None
        for move in self.history.moves if self.history else ():
            here = self._group_of(move.to_id) is group
            entered = (entered or move.at) if here else None
        return entered or self.ticket.category_changed

    def _group_of(self, status_id: str) -> StatusGroup | None:
        status = next((known for known in self.home.statuses if known.id == status_id), None)
        return ticket_group(status, self.home.mapping) if status is not None else None

    @property
    def last_seen(self) -> Mapping[str, datetime]:
        """Per issue the later of last error and regression."""
        return {
            name: max(issue.last_seen, issue.regression.regressed_at) if issue.regression else issue.last_seen
            for name, issue in self.issues.items()
        }


def seen_fingerprint(group: Group) -> str:
    """Changes with anything that a decision about the group was made from, except when it was."""
    remembered = group.remembered
    facts: list[object] = [
        group.ticket.id,
        group.ticket.status.id,
        group.case.id,
        to_json(group.seen),
        to_json(group.people) if writes_assignee(group.home.binding) else None,
        to_json(remembered.group) if remembered else None,
        to_json(remembered.intent) if remembered else None,
    ]
    return hashlib.sha256(canonical(facts).encode()).hexdigest()[:16]


def is_native(group: Group) -> bool:
    """Whether Datadog syncs this group's status."""
    return group.home.binding.sync.engine is Engine.DATADOG
