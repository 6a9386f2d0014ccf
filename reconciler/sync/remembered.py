"""What is remembered of a group between runs, and of a run that was broken off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.model.state import StatusGroup
from reconciler.sync.group import GroupState


@dataclass(frozen=True, slots=True)
class People:
    """Who a group is assigned to, in each system's own ids; None for nobody."""

    ticket: str | None = None
    case: str | None = None
    issues: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Intent:
    """What a run was about to write: from what, to what, when; `changelog` is the ticket's newest changelog entry then.

    `people_base` is who is remembered once that is written: `people_after`, but for an assignment that cannot travel yet.
    """

    before: GroupState
    after: GroupState
    at: datetime
    changelog: str | None = None
    people_before: People | None = None
    people_after: People | None = None
    people_base: People | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """One status group that we wrote to a ticket, for noticing that somebody keeps writing it back."""

    group: StatusGroup
    at: datetime


@dataclass(frozen=True, slots=True)
class Remembered:
    """The base of a group. `group` is what the last completed sync left; `case_left` the group of a case that was left apart
    from it. `since` is when the link was adopted: older comments are not ours to copy. `at` is when the run that wrote this
    began to read; `reviewing_since` says when each issue of `group.reviewing` entered it; `copied` names the comments that need no copy any more.
    """

    group: GroupState
    at: datetime
    since: datetime
    changelog: str | None = None
    case_left: StatusGroup | None = None
    reviewing_since: Mapping[str, datetime] = field(default_factory=dict)
    people: People | None = None
    copied: frozenset[str] = frozenset()
    intent: Intent | None = None
    writes: tuple[Write, ...] = ()
