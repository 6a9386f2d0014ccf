"""How the simulated Datadog reaches a simulated Jira site: as its own user there, in process."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from pydantic import JsonValue

from reconciler.sandbox.datadog.ports import SiteNews, SiteTicket, TicketRefused
from reconciler.sandbox.jira import adf, comments, editing, workflow
from reconciler.sandbox.jira.creation import Submission, create_ticket
from reconciler.sandbox.jira.jql import parse_jql
from reconciler.sandbox.jira.jql_match import Asker, matcher
from reconciler.sandbox.jira.records import Event, Ticket, User
from reconciler.sandbox.jira.refusal import JiraRefusal
from reconciler.sandbox.jira.state import JiraState, News


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

    # -- what native sync needs

    @property
    def is_cloud(self) -> bool:
        """Whether it is Jira Cloud."""
        return self._site.site.deployment == "cloud"

    def heard(self, url: str) -> list[SiteNews]:
        """What happened since the last time, as far as an enabled webhook with this URL sends it."""
        news, self._site.news = self._site.news, []
        return [self._told(each) for each in news if self._is_sent(url, each.event, each.ticket)]

    def sends(self, url: str, ticket_id: str) -> bool:
        """Whether an enabled webhook with this URL tells of updates of that ticket."""
        ticket = self._site.site.tickets.get(ticket_id)
        return ticket is not None and self._is_sent(url, "jira:issue_updated", ticket)

    def _is_sent(self, url: str, event: Event, ticket: Ticket) -> bool:
        hooks = [each for each in self._site.site.webhooks.values() if each.enabled and each.url.strip() == url.strip()]
        return any(event in hook.events and self._covers(hook.jql, ticket) for hook in hooks)

    def _covers(self, jql: str, ticket: Ticket) -> bool:
        if ticket.project not in self._site.site.projects:
            return False
        try:
            return not jql.strip() or matcher(Asker(self._site, self._user, self._site.now()), parse_jql(jql))(ticket)
        except JiraRefusal:
            return False

    def _told(self, news: News) -> SiteNews:
        site = self._site.site
        status = next((item.after for item in news.items if item.field_id == "status"), None)
        made = news.comment if news.event == "comment_created" else None
        author = site.users.get(news.author)
        return SiteNews(
            news.event,
            news.ticket.id,
            author.email if author is not None else "",
            own=news.author == site.app_user,
            status=site.statuses[status].name if status in site.statuses else None,
            assignee=self._assignee(news) if any(item.field_id == "assignee" for item in news.items) else None,
            comment=None if made is None else adf.as_text(made.body),
        )

    def _assignee(self, news: News) -> str | None:
        if news.ticket.assignee is None:
            return ""
        user = self._site.site.users.get(news.ticket.assignee)
        return None if user is None or user.hides_email else user.email

    @property
    def _user(self) -> User:
        return self._site.site.users[self._site.site.app_user]

    def status_of(self, ticket_id: str) -> str | None:
        """The name of the ticket's status; None where it is gone."""
        ticket = self._site.site.tickets.get(ticket_id)
        return None if ticket is None else self._site.site.statuses[ticket.status].name

    def move(self, ticket_id: str, status: str) -> None:
        """Take one transition into that status, if there is one that Datadog's user may take; else nothing happens."""
        ticket = self._site.site.tickets.get(ticket_id)
        if ticket is None:
            return
        for step in workflow.available(self._site, ticket, self._user):
            if self._site.site.statuses[step.target].name.casefold() == status.casefold():
                with suppress(JiraRefusal):
                    workflow.take(self._site, ticket, step, Submission({}), self._user)
                return

    def assign(self, ticket_id: str, email: str | None) -> None:
        """Give the ticket to the user of that e-mail, or to nobody; nothing happens where that is impossible."""
        ticket = self._site.site.tickets.get(ticket_id)
        user = None if email is None else self._site.find_user(email)
        if ticket is not None and (user is not None or email is None):
            with suppress(JiraRefusal):
                editing.assign(self._site, ticket, None if user is None else user.id, self._user)

    def comment(self, ticket_id: str, text: str) -> None:
        """Comment as Datadog's user, if that is allowed."""
        ticket = self._site.site.tickets.get(ticket_id)
        if ticket is not None:
            with suppress(JiraRefusal):
                comments.add(self._site, ticket, comments.Draft(text, version=2), self._user)
