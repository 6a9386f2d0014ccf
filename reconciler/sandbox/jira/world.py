"""The Jira part of a world file, as people write it: one mapping for each site.

```yaml
acme:
  url: https://acme.atlassian.net
  # deployment: data_center         # instead of cloud: version 2 only, users by `login`, `token` as a Bearer token
  # version: [10, 3, 5]             # of a Data Center
  email: reconciler@acme.com        # the account that signs in with `token`; one of the users
  token: sandbox-jira-token
  app_user: datadog@acme.com        # who the tickets come from that Datadog creates; made up where it is none of the users
  index_lag: 0                      # seconds by which search is behind
  skew: 0                           # seconds by which the site's clock is ahead of Datadog's
  users:
    - {email: reconciler@acme.com, name: Reconciler, admin: true}
    - {email: dana@acme.com, name: Dana, hides_email: true}       # also: account, login, key, token, app, active
  statuses: {To Do: new, In Progress: indeterminate, Done: done}  # name: category
  workflows:
    simple: {statuses: [To Do, In Progress, Done]}                # without transitions: from everywhere to everywhere
    careful:
      statuses: [To Do, In Progress, Done]                        # tickets are born in the first
      transitions:
        - {name: Start, from: [To Do], to: In Progress}           # without `from`: from any status
        - {name: Finish, from: [In Progress], to: Done, screen: {resolution: required, comment: optional}}
        # also: only: [dana@acme.com], the people whom its conditions let take it
      # read_only: [Done]             # statuses in which nobody edits a ticket (jira.issue.editable is false)
  fields:
    Severity: {type: select, options: [S1 critical, S2 major]}    # select multi_select text paragraph number user date
  projects:
    SHOP:
      name: Shopist
      workflow: simple
      types: [Bug, Task]                                          # or {Bug: careful, Task: simple}
      components: [Checkout]
      fields: [{field: Severity, types: [Bug], required: true}]   # on the create screen; also: default
      hidden: [duedate]                                           # system fields that are not on the screens
      tickets:
        - {key: SHOP-1, type: Bug, summary: Cart is empty, status: Done, created: -40d, entered: -2d, assignee: dana@acme.com,
           comments: [{author: dana@acme.com, at: -3d, text: Found it.}]}
  webhooks: [{name: other, url: https://example.com/hook, events: [jira:issue_created], jql: project = SHOP}]
  permissions: [{user: reconciler@acme.com, project: SHOP, deny: [CREATE_ISSUES]}]   # without project: everywhere
```

Times are relative to the moment of seeding (`-40d`, `-1d12h`, `-30m`) or ISO 8601 with an offset. Ids are given out in
the order of the file.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from reconciler.sandbox.jira.records import Category

Moment = Annotated[str, BeforeValidator(lambda value: value.isoformat() if isinstance(value, datetime) else value)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class UserShape(_Shape):
    """An account of the site. `account` is its id, made from the e-mail where it is not given."""

    email: str
    name: str
    account: str | None = None
    login: str | None = None
    key: str | None = None
    token: str | None = None
    admin: bool = False
    app: bool = False
    active: bool = True
    hides_email: bool = False


class TransitionShape(_Shape):
    """A step of a workflow. `resolution`: auto, keep, clear, or the name of the one a post-function sets. `only`: the people,
    by e-mail, to whom a condition leaves it.
    """

    name: str
    to: str
    sources: list[str] | None = Field(default=None, alias="from")
    screen: dict[str, Literal["required", "optional"]] = {}
    resolution: str = "auto"
    validators: dict[str, str] = {}
    only: list[str] | None = None


class WorkflowShape(_Shape):
    """A workflow; without transitions one leads from every status to every other."""

    statuses: list[str] = Field(min_length=1)
    transitions: list[TransitionShape] | None = None
    read_only: list[str] = []


class FieldShape(_Shape):
    """A custom field."""

    type: Literal["select", "multi_select", "text", "paragraph", "number", "user", "date"]
    options: list[str] = []


class ScreenFieldShape(_Shape):
    """A field on a project's create screen. `types`: the ticket types it is for, all without."""

    field: str
    types: list[str] | None = None
    required: bool = False
    default: JsonValue = None


class CommentShape(_Shape):
    """A comment somebody made."""

    author: str
    at: Moment
    text: str


class TicketShape(_Shape):
    """A ticket made by people long ago. `entered` is when it came into its present status."""

    key: str | None = None
    type: str
    summary: str
    description: str | None = None
    status: str | None = None
    resolution: str | None = None
    priority: str | None = None
    reporter: str | None = None
    assignee: str | None = None
    labels: list[str] = []
    components: list[str] = []
    due: str | None = None
    fields: dict[str, JsonValue] = {}
    properties: dict[str, JsonValue] = {}
    comments: list[CommentShape] = []
    hidden_from: list[str] = []
    created: Moment = "-30d"
    entered: Moment | None = None
    updated: Moment | None = None


class ProjectShape(_Shape):
    """A project with its types, create screen and tickets."""

    name: str
    workflow: str | None = None
    types: list[str] | dict[str, str]
    lead: str | None = None
    components: list[str] = []
    fields: list[ScreenFieldShape] = []
    hidden: list[str] = []
    archived: bool = False
    tickets: list[TicketShape] = []


class WebhookShape(_Shape):
    """An admin webhook."""

    name: str
    url: str
    events: list[str]
    jql: str = ""
    enabled: bool = True
    exclude_body: bool = False
    secret: str | None = None


class DenialShape(_Shape):
    """Permissions that a user lacks."""

    user: str
    deny: list[str]
    project: str | None = None


class SiteShape(_Shape):
    """A Jira site."""

    url: str
    deployment: Literal["cloud", "data_center"] = "cloud"
    version: tuple[int, int, int] = (10, 3, 5)
    email: str
    token: str
    app_user: str | None = None
    index_lag: float = Field(default=0.0, ge=0)
    skew: float = 0.0
    users: list[UserShape] = Field(min_length=1)
    statuses: dict[str, Category]
    workflows: dict[str, WorkflowShape]
    priorities: list[str] = ["Highest", "High", "Medium", "Low", "Lowest"]
    default_priority: str | None = "Medium"
    resolutions: list[str] = ["Done", "Won't Do", "Duplicate", "Cannot Reproduce"]
    fields: dict[str, FieldShape] = {}
    projects: dict[str, ProjectShape]
    webhooks: list[WebhookShape] = []
    permissions: list[DenialShape] = []
