"""What the simulated Datadog needs of a Jira site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

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
