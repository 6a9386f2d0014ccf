"""What the configuration declares, as values. Documents become these; nothing here knows YAML.

Every declared thing remembers where it was written (`written`), which is never part of equality.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from typing import Any

from reconciler.model.accepted import AcceptedDrift
from reconciler.model.limits import Limits
from reconciler.model.state import StatusGroup
from reconciler.model.written import Written


@dataclass(frozen=True, slots=True)
class SecretRef:
    """Where a secret is kept: `source` is "env" (a variable) or "file" (a path). Never the value."""

    source: str
    name: str

    def __str__(self) -> str:
        return f"{{{self.source}: {self.name}}}"


class FansOut(Enum):
    """Whether Datadog by itself carries a case's status to the issues of the case. Unpublished, hence declared."""

    UNKNOWN = "unknown"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Raw strings of unpublished settings, by direction and by group. Reference: datadog-api §2.1 (published nowhere)."""

    sync_types: Mapping[str, str] = field(default_factory=lambda: {"two_way": "two_way", "once": "once", "off": "none"})
    groups: Mapping[str, str] = field(
        default_factory=lambda: {"open": "OPEN", "in_progress": "IN_PROGRESS", "closed": "CLOSED"}
    )


@dataclass(frozen=True, slots=True)
class DatadogConnection:
    """How to reach Datadog. `url` is the API's base URL, derived from `site` where only that was given."""

    url: str
    api_key: SecretRef
    app_key: SecretRef
    site: str | None = None
    case_fans_out: FansOut = FansOut.UNKNOWN
    vocabulary: Vocabulary = field(default_factory=Vocabulary)


class Deployment(Enum):
    """Which Jira: they differ in paths, paging and text format."""

    CLOUD = "cloud"
    DATA_CENTER = "data_center"


@dataclass(frozen=True, slots=True)
class WebhookDeclared:
    """The webhook that should stand in a Jira. Its URL is a secret."""

    url: SecretRef
    manage: bool = True
    max_silence: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class JiraConnection:
    """How to reach one Jira account. `email` is None on Data Center (personal access token)."""

    account: str
    url: str
    deployment: Deployment
    token: SecretRef
    email: SecretRef | None = None
    service_accounts: tuple[str, ...] = ()
    webhook: WebhookDeclared | None = None
    written: Written | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Connections:
    """Both sides (`datadog`, `jira`), or just a `sandbox_world` in their place. `instance` is part of every marker."""

    name: str
    instance: str
    datadog: DatadogConnection | None = None
    jira: Mapping[str, JiraConnection] = field(default_factory=dict)
    sandbox_world: str | None = None
    written: Written | None = field(default=None, compare=False, repr=False)


class Unmapped(Enum):
    """What a ticket status named in no `from` list means."""

    BY_CATEGORY = "by_category"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class GroupMapping:
    """One status group: the status a ticket is moved `to`, those read `sources` as this group, and screen fields to send."""

    to: str
    sources: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StatusMapping:
    """How status groups and Jira statuses translate."""

    name: str
    groups: Mapping[StatusGroup, GroupMapping]
    unmapped: Unmapped = Unmapped.BY_CATEGORY
    reopen_excluded: bool = False
    written: Written | None = field(default=None, compare=False, repr=False)


class SyncField(Enum):
    """The fields Datadog can sync between a case and its ticket."""

    STATUS = "status"
    ASSIGNEE = "assignee"
    COMMENTS = "comments"
    TITLE = "title"
    DESCRIPTION = "description"
    PRIORITY = "priority"
    DUE_DATE = "due_date"


class Direction(Enum):
    """Which way a field syncs: both ways, once at creation, or not."""

    TWO_WAY = "two_way"
    ONCE = "once"
    OFF = "off"


class Engine(Enum):
    """Who syncs: Datadog natively, or the reconciler itself."""

    DATADOG = "datadog"
    RECONCILER = "reconciler"


class ConflictPolicy(Enum):
    """Who wins where both sides moved."""

    OPEN = "open"
    JIRA = "jira"
    DATADOG = "datadog"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """What a binding syncs. A field that is not named is not managed: whatever stands in Datadog stays."""

    engine: Engine = Engine.DATADOG
    fields: Mapping[SyncField, Direction] = field(default_factory=dict)
    conflict: ConflictPolicy = ConflictPolicy.OPEN
    grace: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class ProjectBinding:
    """A case project tied to a Jira account, project and ticket type."""

    name: str
    case_project: str
    account: str
    project: str
    issue_type: str
    status_mapping: str | None = None
    sync: SyncSettings = field(default_factory=SyncSettings)
    create: bool = False
    case_project_name: str | None = None
    owner: str | None = None
    written: Written | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a rule's tickets go: the binding's board unless overridden. `fields` as written; None = the built-in template."""

    binding: str
    account: str | None = None
    project: str | None = None
    issue_type: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    summary: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class AutoCreate:
    """Whether new issues get a ticket by themselves; `since` widens "new" on purpose, `max_per_day` bounds a UTC day."""

    enabled: bool = False
    since: date | None = None
    max_per_day: int | None = None


@dataclass(frozen=True, slots=True)
class GroupBy:
    """New issues with the same values of all `attributes` (words of the match language) share one ticket: those first seen at
    most `window` after it was asked for join it while it is open.
    """

    attributes: tuple[str, ...]
    window: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Rule:
    """One automation rule. `match` is the text of its query; `query_origin` is where that text starts in the file.

    `set_name` and `set_order` come from its AutomationRules document, `position` from its place in it:
    rules apply in order of (set_order, set_name, position).
    """

    name: str
    match: str
    destination: Destination
    auto_create: AutoCreate = field(default_factory=AutoCreate)
    group_by: GroupBy | None = None
    set_name: str = ""
    set_order: int = 0
    position: int = 0
    owner: str | None = None
    written: Written | None = field(default=None, compare=False, repr=False)

    @property
    def rank(self) -> tuple[int, str, int]:
        """Sorts rules into the order in which they are tried."""
        return (self.set_order, self.set_name, self.position)


@dataclass(frozen=True, slots=True)
class UserPair:
    """One person: the e-mail in Datadog, the account id (Cloud) or user name (Data Center) in Jira."""

    datadog: str
    jira: str


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One expectation: `issue` gives facts as the match language sees them; only the keys of `expect` are checked."""

    issue: Mapping[str, tuple[str, ...]]
    expect: Mapping[str, Any]
    suite: str = ""
    written: Written | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything declared, rules in the order they are tried. `digest` changes with the meaning of any file; no secret."""

    connections: Connections | None
    mappings: Mapping[str, StatusMapping] = field(default_factory=dict)
    bindings: Mapping[str, ProjectBinding] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    users: tuple[UserPair, ...] = ()
    limits: Limits = field(default_factory=Limits)
    tests: tuple[RuleTest, ...] = ()
    accepted: tuple[AcceptedDrift, ...] = ()
    digest: str = ""
