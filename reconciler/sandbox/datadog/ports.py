"""What the simulated Datadog needs of a Jira site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import JsonValue


class TicketRefused(Exception):
    """Jira refused to create a ticket; the text is Jira's sentence."""


@dataclass(frozen=True, slots=True)
class SiteTicket:
    """A ticket as Datadog keeps it: ids, key and the address a person opens."""

    id: str
    key: str
    url: str
    project_id: str
    project_key: str


@dataclass(frozen=True, slots=True)
class SiteNews:
    """What a webhook says. `own`: Datadog's user in that Jira did it. `status` is the name of the status the ticket came into,
    `assignee` the e-mail of who got it ("" for nobody, None where that did not change or the e-mail is hidden).
    """

    event: Literal[
        "jira:issue_created",
        "jira:issue_updated",
        "jira:issue_deleted",
        "comment_created",
        "comment_updated",
        "comment_deleted",
    ]
    ticket_id: str
    author_email: str
    own: bool
    status: str | None = None
    assignee: str | None = None
    comment: str | None = None


class TicketSite(Protocol):
    """One connected Jira account."""

    @property
    def url(self) -> str:
        """The site's own address."""

    def create(self, project_id: str, issue_type_id: str, fields: Mapping[str, JsonValue]) -> SiteTicket:
        """A new ticket. Raises TicketRefused."""

    def find(self, key: str) -> SiteTicket | None:
        """The ticket of that key or id."""

    def place(self, project_key: str, issue_type: str) -> tuple[str, str]:
        """The ids of a project and of one of its ticket types."""

    # -- what native sync needs

    @property
    def is_cloud(self) -> bool:
        """Whether it is Jira Cloud: only there fields are synced."""

    def heard(self, url: str) -> list[SiteNews]:
        """What happened since the last time, as far as an enabled webhook with this URL sends it."""

    def sends(self, url: str, ticket_id: str) -> bool:
        """Whether an enabled webhook with this URL tells of updates of that ticket."""

    def status_of(self, ticket_id: str) -> str | None:
        """The name of the ticket's status; None where it is gone."""

    def move(self, ticket_id: str, status: str) -> None:
        """Take one transition into that status, if there is one that Datadog's user may take; else nothing happens."""

    def assign(self, ticket_id: str, email: str | None) -> None:
        """Give the ticket to the user of that e-mail, or to nobody; nothing happens where that is impossible."""

    def comment(self, ticket_id: str, text: str) -> None:
        """Comment as Datadog's user, if that is allowed."""
