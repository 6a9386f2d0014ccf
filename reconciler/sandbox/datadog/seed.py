"""The Datadog part of a world file.

    datadog:
      permissions: [error_tracking_read, …]   # of the application key; left out, it may do everything
      behaviour: {patch: replace, second_ticket: refuse, shared_ticket: refuse, creation_delay: 200ms,
                  native_sync: true, sync_delay: 0s, case_fans_out: false}
      users: [{email: alice@acme.com, name: Alice}]
      teams: [{handle: shopist, name: Shopist}]
      jira_accounts: [{site: acme, last_webhook: -2h}]      # connected in the tile; `site` is a key of `spec.jira`
      case_projects: [{key: SHOP, name: Shopist, jira: {site: acme, project: SHOP, issue_type: Bug}, settings: {…}}]
      issues: [{name: cart-1, service: cart, error_type: KeyError, first_seen: -3h, last_seen: -5m, teams: [shopist]}]
      cases: [{key: SHOP-1, title: …, status: Open, created: -30d, issues: [cart-1], ticket: {site: acme, key: SHOP-1}}]

The project ET, where Datadog itself puts cases, always exists. `jira` of a case project fills in the ids of
`settings.integration_jira.metadata`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from reconciler.sandbox.clock import parse_moment, parse_span

_ANY = datetime.fromisoformat("2026-01-01T00:00:00+00:00")


def _moment(text: str) -> str:
    parse_moment(text, _ANY)
    return text


def _span(text: str) -> str:
    parse_span(text)
    return text


Moment = Annotated[str, AfterValidator(_moment)]
Span = Annotated[str, AfterValidator(_span)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BehaviourSeed(_Part):
    """See `records.Behaviour`."""

    patch: Literal["merge", "replace"] = "replace"
    second_ticket: Literal["refuse", "create"] = "refuse"
    shared_ticket: Literal["refuse", "allow"] = "refuse"
    creation_delay: Span = "200ms"
    rate_limit: int = 5000
    rate_period: int = 10
    native_sync: bool = True
    sync_delay: Span = "0s"
    case_fans_out: bool = False


class UserSeed(_Part):
    """A person."""

    email: str
    name: str
    active: bool = True
    hides_email: bool = False


class TeamSeed(_Part):
    """A team."""

    handle: str
    name: str


class AccountSeed(_Part):
    """A Jira account connected in the tile. Without `last_webhook` none was ever received."""

    site: str
    last_webhook: Moment | None = None


class PlaceSeed(_Part):
    """Where a case project's tickets go."""

    site: str
    project: str
    issue_type: str


class ProjectSeed(_Part):
    """A case project. `settings` are put over those of a fresh one."""

    key: str = Field(pattern=r"^[A-Z][A-Z0-9]{0,9}$")
    name: str
    jira: PlaceSeed | None = None
    settings: dict[str, JsonValue] = Field(default_factory=dict)


class RegressionSeed(_Part):
    """A resolved issue that came back."""

    resolved: Moment
    regressed: Moment
    version: str | None = None


class IssueSeed(_Part):
    """An issue. Its errors happened at `first_seen`, at `last_seen` and at the moments of `seen`."""

    name: str
    service: str
    error_type: str = "Error"
    message: str = ""
    state: Literal["OPEN", "ACKNOWLEDGED", "RESOLVED", "IGNORED", "EXCLUDED"] = "OPEN"
    first_seen: Moment
    last_seen: Moment = "-1m"
    seen: list[Moment] = Field(default_factory=list)
    file_path: str = ""
    function: str = ""
    platform: Literal["UNKNOWN", "FLUTTER", "REACT_NATIVE", "IOS", "ROKU", "BACKEND", "BROWSER", "ANDROID"] = "BACKEND"
    languages: list[str] = Field(default_factory=list)
    is_crash: bool = False
    version: str = ""
    count: int | None = None
    teams: list[str] = Field(default_factory=list)
    assignee: str | None = None
    regression: RegressionSeed | None = None


class TicketSeed(_Part):
    """The ticket of a case; it must exist in the site."""

    site: str
    key: str


class CommentSeed(_Part):
    """A comment on a case."""

    author: str
    text: str
    at: Moment


class CaseSeed(_Part):
    """A case; its key says which project it is in."""

    key: str = Field(pattern=r"^[A-Z][A-Z0-9]{0,9}-[1-9][0-9]*$")
    title: str
    description: str = ""
    type: Literal["error_tracking", "standard"] = "error_tracking"
    status: Literal["Open", "In Progress", "Closed"] = "Open"
    priority: Literal["P1", "P2", "P3", "P4", "P5", "NOT_DEFINED"] = "NOT_DEFINED"
    created: Moment = "-1d"
    assignee: str | None = None
    issues: list[str] = Field(default_factory=list)
    ticket: TicketSeed | None = None
    archived: bool = False
    comments: list[CommentSeed] = Field(default_factory=list)


class DatadogSeed(_Part):
    """The whole Datadog part."""

    api_key: str = "sandbox-api-key"
    app_key: str = "sandbox-app-key"
    permissions: list[str] | None = None
    webhook_url: str = "https://app.datadoghq.com/intake/webhook/jira?api_key=sandbox-webhook-key"
    behaviour: BehaviourSeed = Field(default_factory=BehaviourSeed)
    users: list[UserSeed] = Field(default_factory=list)
    teams: list[TeamSeed] = Field(default_factory=list)
    jira_accounts: list[AccountSeed] = Field(default_factory=list)
    case_projects: list[ProjectSeed] = Field(default_factory=list)
    issues: list[IssueSeed] = Field(default_factory=list)
    cases: list[CaseSeed] = Field(default_factory=list)
