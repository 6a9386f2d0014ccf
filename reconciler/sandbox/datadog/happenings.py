"""What native sync has yet to hear of: webhooks on their way from a Jira site, and changes in Datadog itself.

Each has a moment at which it is `due`, so that sync may be slow, and survives in the state file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from reconciler.sandbox.datadog.ports import SiteNews


@dataclass(frozen=True, slots=True)
class WebhookSent:
    """A webhook from the site of a connected account."""

    due: datetime
    account_id: str
    news: SiteNews
    kind: Literal["webhook"] = "webhook"


@dataclass(frozen=True, slots=True)
class IssueMoved:
    """An issue's state changed; `before` is what it was."""

    due: datetime
    issue_id: str
    before: str
    kind: Literal["issue-moved"] = "issue-moved"


@dataclass(frozen=True, slots=True)
class CaseMoved:
    """A case's status changed."""

    due: datetime
    case_id: str
    kind: Literal["case-moved"] = "case-moved"


@dataclass(frozen=True, slots=True)
class IssueLinked:
    """An issue came to a case."""

    due: datetime
    case_id: str
    issue_id: str
    kind: Literal["issue-linked"] = "issue-linked"


@dataclass(frozen=True, slots=True)
class TicketLinked:
    """An existing ticket was linked to a case."""

    due: datetime
    case_id: str
    kind: Literal["ticket-linked"] = "ticket-linked"


@dataclass(frozen=True, slots=True)
class Assigned:
    """A case was given to somebody or nobody: by itself (`issue_id` None), or because one of its issues was."""

    due: datetime
    case_id: str
    issue_id: str | None = None
    kind: Literal["assigned"] = "assigned"


@dataclass(frozen=True, slots=True)
class Commented:
    """Somebody commented on a case."""

    due: datetime
    case_id: str
    comment_id: str
    kind: Literal["commented"] = "commented"


OwnHappening: TypeAlias = IssueMoved | CaseMoved | IssueLinked | TicketLinked | Assigned | Commented
Happening: TypeAlias = Annotated[WebhookSent | OwnHappening, Field(discriminator="kind")]
