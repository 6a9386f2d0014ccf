"""Jira as observed: tickets, projects, statuses, fields, webhooks. *Ticket* is our word for a Jira issue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reconciler.model.state import StatusCategory


@dataclass(frozen=True, slots=True)
class JiraUser:
    """A person or app in Jira. `id` is the accountId on Cloud and the user name on Data Center."""

    id: str
    name: str
    email: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class JiraServer:
    """What `serverInfo` says. `url` is the site's own address, which may differ from the URL we call (API gateway)."""

    url: str
    is_cloud: bool
    version: tuple[int, ...]
    time: datetime | None = None


@dataclass(frozen=True, slots=True, order=True)
class IssueType:
    """A ticket type ("issue type" in Jira's words)."""

    id: str
    name: str
    is_subtask: bool = False


@dataclass(frozen=True, slots=True)
class JiraProject:
    """A Jira project with the ticket types it offers."""

    id: str
    key: str
    name: str
    types: tuple[IssueType, ...] = ()
    archived: bool = False

    def type_called(self, words: str) -> IssueType | None:
        """The ticket type of that name, in any case, or else of that id; None where it has none such."""
        named = (kind for kind in self.types if kind.name.casefold() == words.casefold())
        return next(named, None) or next((kind for kind in self.types if kind.id == words), None)


@dataclass(frozen=True, slots=True)
class JiraStatus:
    """A workflow status. The category's key decides; names are localised."""

    id: str
    name: str
    category: StatusCategory


@dataclass(frozen=True, slots=True)
class AllowedValue:
    """One value a field accepts: select options are named by `value`, system fields by `name`."""

    id: str
    name: str
    children: tuple[AllowedValue, ...] = ()


@dataclass(frozen=True, slots=True)
class CreateField:
    """A field of the create screen (createmeta). `type` and `items` are Jira's schema types, `custom` its custom-field key;
    `allowed` is None where the field takes free values. Required and no default = somebody must supply it.
    """

    id: str
    name: str
    required: bool
    has_default: bool
    type: str
    items: str | None = None
    custom: str | None = None
    allowed: tuple[AllowedValue, ...] | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket. `id` is its identity: the key changes when a ticket is moved. `properties` holds the entity properties asked for."""

    id: str
    key: str
    project_key: str
    type: IssueType
    status: JiraStatus
    summary: str
    labels: tuple[str, ...] = ()
    assignee: JiraUser | None = None
    creator: JiraUser | None = None
    created: datetime | None = None
    updated: datetime | None = None
    category_changed: datetime | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JiraWebhook:
    """An admin webhook as Jira lists it. `url` is a secret: it never leaves the process. `changed` is when it was last changed,
    None where Jira does not tell, and `changed_by` the name of who did.
    """

    id: str
    name: str
    url: str = field(repr=False)
    events: frozenset[str] = frozenset()
    jql: str = ""
    enabled: bool = True
    exclude_body: bool = False
    changed: datetime | None = field(default=None, compare=False)
    changed_by: str | None = field(default=None, compare=False)
