"""What a simulated Jira site holds, as frozen records; `Site` alone changes, by replacing them.

Ids are strings, as Jira sends them. A *ticket* is what Jira calls an issue.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from pydantic import JsonValue

Event: TypeAlias = Literal[
    "jira:issue_created",
    "jira:issue_updated",
    "jira:issue_deleted",
    "comment_created",
    "comment_updated",
    "comment_deleted",
]


class Category(StrEnum):
    """The key of a status category, which decides what a status means. Reference: jira-api §4."""

    UNDEFINED = "undefined"
    NEW = "new"
    INDETERMINATE = "indeterminate"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class User:
    """An account. `token` signs it in (None: it never calls the API); `hides_email` keeps the address out of answers.

    Data Center knows it by `login`, and by `key` in the changelog; Cloud by `id`.
    """

    id: str
    email: str
    name: str
    login: str = ""
    key: str = ""
    token: str | None = field(default=None, repr=False)
    admin: bool = False
    app: bool = False
    active: bool = True
    hides_email: bool = False


@dataclass(frozen=True, slots=True)
class Denial:
    """Permissions a user lacks: in the project of that id, or everywhere."""

    user: str
    project: str | None
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """A workflow status of the site."""

    id: str
    name: str
    category: Category


@dataclass(frozen=True, slots=True)
class Named:
    """Anything that is only an id and a name: a ticket type, priority, resolution, component or select option."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field. `type`, `items` and `custom` are the schema Jira publishes; `options` the values of a select."""

    id: str
    name: str
    type: str
    items: str | None = None
    custom: str | None = None
    options: tuple[Named, ...] = ()

    @property
    def is_custom(self) -> bool:
        """Whether it is a custom field."""
        return self.custom is not None


@dataclass(frozen=True, slots=True)
class ScreenField:
    """A field as it stands on a screen. `default` is a value as the record keeps it."""

    field: str
    required: bool = False
    default: JsonValue = None


@dataclass(frozen=True, slots=True)
class Transition:
    """A step of a workflow. `sources` are status ids, None from any status. `resolution` is what a post-function does:
    "auto" (set on entering a done status unless the screen asks, cleared on leaving), "keep", "clear" or a resolution's id.
    `validators` refuse the step with a sentence while a field is empty, although the screen does not mark it required; `only`
    these users, by id, are offered it (a condition), None for everybody.
    """

    id: str
    name: str
    target: str
    sources: tuple[str, ...] | None = None
    screen: tuple[ScreenField, ...] = ()
    resolution: str = "auto"
    validators: dict[str, str] = field(default_factory=dict)
    only: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Workflow:
    """Statuses in order of the diagram and the transitions between them. The first status is where tickets are born; in those
    that are `read_only` nobody edits one.
    """

    name: str
    statuses: tuple[str, ...]
    transitions: tuple[Transition, ...]
    read_only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectType:
    """A ticket type as a project uses it: with its workflow (by name) and the create screen."""

    type: Named
    workflow: str
    screen: tuple[ScreenField, ...]


@dataclass(frozen=True, slots=True)
class Project:
    """A project. `next_number` is the number of its next ticket; numbers are never used twice. `former_keys` still find it."""

    id: str
    key: str
    name: str
    lead: str
    types: tuple[ProjectType, ...]
    components: tuple[Named, ...] = ()
    archived: bool = False
    next_number: int = 1
    former_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment. `body` is as it was written: ADF or wiki text."""

    id: str
    author: str
    editor: str
    created: datetime
    updated: datetime
    body: JsonValue
    visibility: JsonValue = None
    properties: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """One field of one change. `before` and `after` are ids where the field has ids, the texts are for people."""

    field: str
    field_id: str
    before: str | None
    before_text: str | None
    after: str | None
    after_text: str | None
    custom: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """An entry of the changelog."""

    id: str
    author: str
    created: datetime
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class RemoteLink:
    """A remote link, replaced as a whole by its `global_id`."""

    id: str
    global_id: str | None
    content: dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket. `hidden_from` are the users from whom a security level hides it. `custom` values are kept as an option
    id, a list of option ids, an account id, a text, a number or a document, by field id.
    """

    id: str
    key: str
    project: str
    type: str
    status: str
    summary: str
    created: datetime
    updated: datetime
    category_changed: datetime
    creator: str
    reporter: str | None
    description: JsonValue = None
    assignee: str | None = None
    priority: str | None = None
    resolution: str | None = None
    resolved: datetime | None = None
    labels: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    due: str | None = None
    custom: dict[str, JsonValue] = field(default_factory=dict)
    properties: dict[str, JsonValue] = field(default_factory=dict)
    comments: tuple[Comment, ...] = ()
    histories: tuple[History, ...] = ()
    links: tuple[RemoteLink, ...] = ()
    hidden_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shadow:
    """What the search index still shows of a ticket until a moment: an older state of it, or nothing."""

    until: datetime
    ticket: Ticket | None


@dataclass(frozen=True, slots=True)
class Webhook:
    """An admin webhook. `url` and `secret` are secrets."""

    id: str
    name: str
    url: str = field(repr=False)
    events: tuple[str, ...]
    jql: str
    enabled: bool
    exclude_body: bool
    edited_by: str
    edited: datetime
    description: str = ""
    secret: str | None = field(default=None, repr=False)


@dataclass(slots=True)
class Site:
    """All of a site. Dicts are by id, workflows by name; `moved` maps the keys that tickets had before to their ids.

    `skew` is by how many seconds its clock is ahead, `index_lag` by how many the search index is behind. `wants_captcha`: sign-ins are refused until somebody solves it.
    """

    url: str
    deployment: str
    email: str
    token: str = field(repr=False)
    app_user: str
    users: dict[str, User]
    denials: tuple[Denial, ...]
    statuses: dict[str, Status]
    priorities: dict[str, Named]
    default_priority: str | None
    resolutions: dict[str, Named]
    fields: dict[str, Field]
    workflows: dict[str, Workflow]
    projects: dict[str, Project]
    version: tuple[int, ...] = (1001, 0, 0)
    wants_captcha: bool = False
    skew: float = 0.0
    index_lag: float = 0.0
    next_id: int = 10000
    tickets: dict[str, Ticket] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    webhooks: dict[str, Webhook] = field(default_factory=dict)
    shadows: dict[str, tuple[Shadow, ...]] = field(default_factory=dict)

    @property
    def is_cloud(self) -> bool:
        """Whether it is Jira Cloud; else Data Center."""
        return self.deployment == "cloud"
