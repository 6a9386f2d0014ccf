"""A Datadog Error Tracking issue as observed: the facts that rules match on and tickets are written from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reconciler.model.case import Case
from reconciler.model.state import IssueState


@dataclass(frozen=True, slots=True, order=True)
class Team:
    """A team that owns an issue. Rules match either name, without regard to case."""

    handle: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Regression:
    """A resolved issue that came back."""

    resolved_at: datetime
    regressed_at: datetime
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue. Times are aware UTC. `case_id` is None where Datadog reports no case; `case` is the case as it stood in
    the same answer, which alone carries the error text of a failed ticket creation.
    """

    id: str
    state: IssueState
    service: str | None
    first_seen: datetime
    last_seen: datetime
    teams: tuple[Team, ...] = ()
    error_type: str | None = None
    error_message: str | None = None
    file_path: str | None = None
    function_name: str | None = None
    platform: str | None = None
    languages: tuple[str, ...] = ()
    is_crash: bool = False
    first_seen_version: str | None = None
    last_seen_version: str | None = None
    assignee_id: str | None = None
    case_id: str | None = None
    case: Case | None = None
    regression: Regression | None = None
