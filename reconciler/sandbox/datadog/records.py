"""What the simulated Datadog holds. Mutable records; pydantic turns them into JSON and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from pydantic import JsonValue

from reconciler.sandbox.datadog.happenings import Happening
from reconciler.sandbox.datadog.ports import SiteTicket

DEFAULT_PROJECT = "ET"


class Group(StrEnum):
    """A case's status group. The value is the deprecated `status` of the API."""

    OPEN = "OPEN"
    IN_PROGRESS = "IN_PROGRESS"
    CLOSED = "CLOSED"


@dataclass(slots=True)
class User:
    """A person. Type `user` beside cases and issues, `users` in the Users API. `hides_email`: it is empty beside things."""

    id: str
    email: str
    name: str
    active: bool = True
    hides_email: bool = False


@dataclass(slots=True)
class Team:
    """A team."""

    id: str
    handle: str
    name: str


@dataclass(slots=True)
class JiraAccount:
    """A Jira account in the tile. `site` is its name in the world; `last_webhook` None: no webhook was ever received."""

    id: str
    site: str
    url: str
    last_webhook: datetime | None = None


@dataclass(slots=True)
class Project:
    """A case project. `settings` is what the API returns, whatever is in it."""

    id: str
    key: str
    name: str
    settings: dict[str, JsonValue]
    next_number: int = 1
    team_id: str | None = None


@dataclass(slots=True)
class Insight:
    """What a case is about; kind ERROR_TRACKING with an issue's id as `resource_id`."""

    kind: str
    ref: str
    resource_id: str


@dataclass(slots=True)
class TicketOrder:
    """A ticket Datadog was asked to create or to link. IN_PROGRESS until `due`; then COMPLETED or FAILED with Jira's words."""

    status: Literal["IN_PROGRESS", "COMPLETED", "FAILED"]
    account_id: str
    due: datetime
    project_id: str | None = None
    issue_type_id: str | None = None
    fields: dict[str, JsonValue] = field(default_factory=dict)
    ticket_id: str | None = None
    key: str | None = None
    url: str | None = None
    project_key: str | None = None
    error: str | None = None

    @classmethod
    def linked(cls, account_id: str, ticket: SiteTicket, at: datetime) -> TicketOrder:
        """An existing ticket that was linked."""
        order = cls("IN_PROGRESS", account_id, at, ticket.project_id)
        order.complete(ticket)
        return order

    def complete(self, ticket: SiteTicket) -> None:
        """The ticket exists."""
        self.status, self.ticket_id, self.key, self.url = "COMPLETED", ticket.id, ticket.key, ticket.url
        self.project_id, self.project_key = ticket.project_id, ticket.project_key


@dataclass(slots=True)
class Comment:
    """A comment on a case: a cell of its timeline."""

    id: str
    author_id: str
    text: str
    created: datetime


@dataclass(slots=True)
class Case:
    """A case. `attributes` are its tags, `created_by` and `modified_by` are user ids."""

    id: str
    number: int
    key: str
    project_id: str
    title: str
    created: datetime
    modified: datetime
    created_by: str
    modified_by: str
    description: str = ""
    type_id: str = "00000000-0000-0000-0000-000000000001"
    group: Group = Group.OPEN
    status_name: str = "Open"
    priority: str = "NOT_DEFINED"
    source: str = "MANUAL"
    closed: datetime | None = None
    assignee_id: str | None = None
    due_date: str | None = None
    archived: bool = False
    attributes: dict[str, list[str]] = field(default_factory=dict)
    insights: list[Insight] = field(default_factory=list)
    ticket: TicketOrder | None = None
    comments: list[Comment] = field(default_factory=list)


@dataclass(slots=True)
class Regression:
    """A resolved issue that came back."""

    resolved: datetime
    regressed: datetime
    version: str | None = None


# What an application key may do here unless the world says otherwise; and what it may be given beyond that.
ALL_PERMISSIONS = (
    "apm_service_catalog_read",
    "cases_read",
    "cases_write",
    "error_tracking_read",
    "error_tracking_write",
    "integrations_read",
    "teams_read",
    "user_access_read",
)
SURPLUS_PERMISSIONS = ("org_management", "user_access_manage")


@dataclass(slots=True)
class Issue:
    """An issue. `seen` are the moments of its errors, oldest first; `count` is what it claims to have had in all;
    `resolved` is when it last became RESOLVED.
    """

    id: str
    name: str
    service: str
    seen: list[datetime]
    state: str = "OPEN"
    error_type: str = "Error"
    error_message: str = ""
    file_path: str = ""
    function_name: str = ""
    platform: str = "BACKEND"
    languages: list[str] = field(default_factory=list)
    is_crash: bool = False
    first_seen_version: str = ""
    last_seen_version: str = ""
    count: int | None = None
    team_ids: list[str] = field(default_factory=list)
    assignee_id: str | None = None
    case_id: str | None = None
    resolved: datetime | None = None
    regression: Regression | None = None


@dataclass(slots=True)
class Behaviour:
    """What the public material leaves open, switchable, so that both answers can be tried. Reference: datadog-api §12.

    `patch`: whether PATCH of a project merges settings or replaces them as a whole. `second_ticket`: what a second POST of
    a ticket on one case does. `shared_ticket`: whether two cases may link one ticket. `creation_delay`: how many seconds
    Datadog needs to create a ticket. `rate_limit` requests of each operation are answered in `rate_period` seconds.
    `native_sync`: whether Datadog syncs with Jira where that is set up; `sync_delay` how many seconds that takes.
    `case_fans_out`: whether a case and its issues keep in step although status is not synced with Jira.
    """

    patch: Literal["merge", "replace"] = "replace"
    second_ticket: Literal["refuse", "create"] = "refuse"
    shared_ticket: Literal["refuse", "allow"] = "refuse"
    creation_delay: float = 0.2
    rate_limit: int = 5000
    rate_period: int = 10
    native_sync: bool = True
    sync_delay: float = 0.0
    case_fans_out: bool = False


@dataclass(slots=True)
class Company:
    """All of one Datadog organisation. Dicts are by id. `permissions` None: the application key may do everything.

    `pending` is what native sync has yet to hear of; so many of the next webhooks, and of its own changes, it will miss.
    `swept` is the day of the last look for inactive cases.
    """

    api_key: str = field(repr=False)
    app_key: str = field(repr=False)
    owner_id: str
    webhook_url: str = field(repr=False)
    permissions: list[str] | None = None
    behaviour: Behaviour = field(default_factory=Behaviour)
    next_id: int = 1
    users: dict[str, User] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    accounts: dict[str, JiraAccount] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    issues: dict[str, Issue] = field(default_factory=dict)
    pending: list[Happening] = field(default_factory=list)
    lost_webhooks: int = 0
    lost_changes: int = 0
    swept: date | None = None
