"""Datadog Case Management as observed: cases, their projects and the Jira accounts Datadog knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from reconciler.model.state import StatusGroup


class TicketProgress(Enum):
    """How far Datadog's own ticket creation is: it is asynchronous."""

    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class CaseTicket:
    """The ticket of a case. Present in any progress means: never ask for another one."""

    progress: TicketProgress
    ticket_id: str | None = None
    key: str | None = None
    url: str | None = None
    account_id: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One case: the linking point between issues and at most one ticket. `issue_ids` are its ERROR_TRACKING insights."""

    id: str
    key: str
    project_id: str
    title: str
    status: StatusGroup
    description: str = ""
    issue_ids: tuple[str, ...] = ()
    ticket: CaseTicket | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    assignee_id: str | None = None
    archived: bool = False


@dataclass(frozen=True, slots=True)
class CaseProjectRecord:
    """A case project as Datadog returns it. `settings` is kept opaque: what we do not manage must survive byte for byte."""

    id: str
    key: str
    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JiraAccount:
    """A Jira account connected in Datadog's Jira tile. `last_webhook` is None where no webhook was ever received."""

    id: str
    url: str
    last_webhook: datetime | None = None


@dataclass(frozen=True, slots=True)
class DatadogUser:
    """A person in Datadog."""

    id: str
    email: str
    name: str = ""
    active: bool = True
