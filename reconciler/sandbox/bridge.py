"""How the simulated Datadog reaches a simulated Jira site: as its own user there, in process."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from reconciler.sandbox.datadog.ports import SiteTicket, TicketRefused
from reconciler.sandbox.jira.creation import create_ticket
from reconciler.sandbox.jira.records import Ticket
from reconciler.sandbox.jira.refusal import JiraRefusal
from reconciler.sandbox.jira.state import JiraState


class JiraBridge:
    """One site, as `TicketSite` wants it."""

    def __init__(self, site: JiraState) -> None:
        self._site = site

    @property
    def url(self) -> str:
        """The site's own address."""
        return self._site.url

    def create(self, project_id: str, issue_type_id: str, fields: Mapping[str, JsonValue]) -> SiteTicket:
        """A new ticket by Datadog's Jira user. Raises TicketRefused with Jira's sentence."""
        try:
            key = create_ticket(self._site, project_id, issue_type_id, fields)
        except JiraRefusal as refusal:
            raise TicketRefused(refusal.sentence) from None
        return self._seen(self._site.ticket(key))

    def find(self, key: str) -> SiteTicket | None:
        """The ticket of that key or id, old keys included."""
        ticket = self._site.find_ticket(key)
        return None if ticket is None else self._seen(ticket)

    def place(self, project_key: str, issue_type: str) -> tuple[str, str]:
        """The ids of a project and of a ticket type in it. Raises the site's own teaching error."""
        project = self._site.project(project_key)
        found = self._site.type_of(project, issue_type)
        if found is None:
            names = ", ".join(each.type.name for each in project.types)
            raise TicketRefused(f"{project.key} has no ticket type {issue_type!r}: there are {names}")
        return project.id, found.type.id

    def _seen(self, ticket: Ticket) -> SiteTicket:
        project = self._site.site.projects[ticket.project]
        return SiteTicket(ticket.id, ticket.key, f"{self.url}/browse/{ticket.key}", project.id, project.key)
