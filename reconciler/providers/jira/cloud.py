"""The client of one Jira Cloud site: the `JiraWriter` port over HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.engine.ports import Clock
from reconciler.model.ticket import (
    CreateField,
    JiraProject,
    JiraServer,
    JiraStatus,
    JiraUser,
    JiraWebhook,
    Ticket,
)
from reconciler.providers.http import Caller, HttpOptions
from reconciler.providers.http_limits import Limiter
from reconciler.providers.jira import parsing, people, projects, tickets, webhooks
from reconciler.providers.jira.api import JiraApi
from reconciler.providers.jira.signin import ApiToken, check_site_url, refuse_nobody


def connect_jira(
    account: str, url: str, credential: ApiToken, *, clock: Clock, limiter: Limiter, workers: int = 8
) -> JiraClient:
    """A client of the site at `url`, or of the gateway `https://api.atlassian.com/ex/jira/<cloudId>`. Nothing is sent yet.

    Raises ConfigError for a URL or credential that cannot be used.
    """
    check_site_url(account, url)
    system = f"jira:{account}"
    caller = Caller(
        system,
        url,
        headers=credential.headers(),
        clock=clock,
        limiter=limiter,
        options=HttpOptions(workers=workers),
        check=refuse_nobody(system),
    )
    caller.conceal(credential.email.reveal(), credential.token.reveal())
    return JiraClient(caller)


class JiraClient:
    """Reads and writes of one Jira Cloud account. The caller must check its answers with `refuse_nobody`.

    Every method may raise a ProviderError whose `call` is the templated path. Safe for many threads.
    """

    def __init__(self, caller: Caller) -> None:
        self._api = JiraApi(caller)

    @property
    def calls(self) -> int:
        """Requests sent so far, retries included."""
        return self._api.caller.calls

    def close(self) -> None:
        """Close all connections."""
        self._api.caller.close()

    def server(self) -> JiraServer:
        """What the server says of itself, to anybody. Reference: jira-api §3."""
        return parsing.server(self._api.read("GET", "/rest/api/3/serverInfo"))

    def myself(self) -> JiraUser:
        """Who we are signed in as. Unauthorized, with where to make a token, if nobody."""
        return people.myself(self._api)

    def permissions(self, keys: Sequence[str], project_key: str | None = None) -> Mapping[str, bool]:
        """Which of these permissions we have. Refused where Jira does not know one of them."""
        return people.permissions(self._api, keys, project_key)

    def project_keys(self) -> tuple[str, ...]:
        """The keys of all projects visible to us, sorted."""
        return projects.project_keys(self._api)

    def project(self, key: str) -> JiraProject:
        """One project with its ticket types. NotFound if absent or invisible."""
        return projects.project(self._api, key)

    def statuses(self, project_key: str) -> Mapping[str, tuple[JiraStatus, ...]]:
        """The workflow statuses of each ticket type, by type id."""
        return projects.statuses(self._api, project_key)

    def create_fields(self, project_key: str, issue_type_id: str) -> tuple[CreateField, ...]:
        """The fields of the create screen, in Jira's order. Forbidden without Create Issues."""
        return projects.create_fields(self._api, project_key, issue_type_id)

    def webhooks(self) -> tuple[JiraWebhook, ...]:
        """All admin webhooks, in order of id. Forbidden without Administer Jira."""
        return webhooks.webhooks(self._api)

    def tickets(self, keys: Sequence[str], properties: Sequence[str] = ()) -> Mapping[str, Ticket]:
        """The tickets among these keys or ids, by what was asked for; at most 5 properties of each."""
        return tickets.fetch(self._api, keys, properties)

    def tickets_with_label(self, label: str) -> tuple[Ticket, ...]:
        """Tickets that the search index knows to carry the label, the oldest first."""
        return tickets.with_label(self._api, label)

    def assignable_users(self, project_key: str, text: str) -> tuple[JiraUser, ...]:
        """Users who can be assigned in the project and match a name or e-mail, which may be hidden in the answer."""
        return people.assignable_users(self._api, project_key, text)

    def create_webhook(self, webhook: JiraWebhook) -> JiraWebhook:
        """A new admin webhook. Sent once; OutcomeUnknown where no answer tells its id."""
        return webhooks.create_webhook(self._api, webhook)

    def update_webhook(self, webhook: JiraWebhook) -> None:
        """Replace the webhook of that id, its secret and description kept. Repeating is harmless."""
        webhooks.update_webhook(self._api, webhook)

    def add_label(self, ticket: str, label: str) -> None:
        """Add one label. Repeating is harmless."""
        tickets.add_label(self._api, ticket, label)

    def set_summary(self, ticket: str, summary: str) -> None:
        """Set the summary. Repeating is harmless."""
        tickets.set_summary(self._api, ticket, summary)

    def set_property(self, ticket: str, key: str, value: Mapping[str, Any]) -> None:
        """Write an entity property. Repeating is harmless."""
        tickets.set_property(self._api, ticket, key, value)
