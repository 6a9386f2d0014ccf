"""The client of one Jira Cloud site: the `JiraWriter` and `JiraActivityWriter` ports over HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.engine.ports import Clock
from reconciler.model.activity import History
from reconciler.model.ticket import CreateField, JiraUser, JiraWebhook, Ticket
from reconciler.model.workflow import DeclaredWorkflow, Withheld
from reconciler.providers.http import Caller, HttpOptions
from reconciler.providers.http_limits import Limiter
from reconciler.providers.jira import declared, edits, histories, people, projects, tickets, webhooks
from reconciler.providers.jira.adf import DocumentFormat
from reconciler.providers.jira.api import JiraApi
from reconciler.providers.jira.comments import Comments
from reconciler.providers.jira.signin import ApiToken, check_site_url, refuse_nobody
from reconciler.providers.jira.site import JiraSite


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


class JiraClient(JiraSite):
    """Jira Cloud, version 3 of its API: rich text is a document tree, people are account ids."""

    def __init__(self, caller: Caller) -> None:
        api = JiraApi(caller)
        super().__init__(api, Comments(api, DocumentFormat(), lists_properties=True))

    def permissions(self, keys: Sequence[str], project_key: str | None = None) -> Mapping[str, bool]:
        """Which of these permissions we have. Refused where Jira does not know one of them."""
        return people.permissions(self._api, keys, project_key)

    def project_keys(self) -> tuple[str, ...]:
        """The keys of all projects visible to us, sorted."""
        return projects.project_keys(self._api)

    def create_fields(self, project_key: str, issue_type_id: str) -> tuple[CreateField, ...]:
        """The fields of the create screen, in Jira's order. Forbidden without Create Issues."""
        return projects.create_fields(self._api, projects.CLOUD_FIELDS, project_key, issue_type_id)

    def webhooks(self) -> tuple[JiraWebhook, ...]:
        """All admin webhooks, in order of id. Forbidden without Administer Jira."""
        return webhooks.webhooks(self._api, webhooks.ADMIN)

    def create_webhook(self, webhook: JiraWebhook) -> JiraWebhook:
        """A new admin webhook. Sent once; OutcomeUnknown where no answer tells its id."""
        return webhooks.create_webhook(self._api, webhooks.ADMIN, webhook)

    def update_webhook(self, webhook: JiraWebhook) -> None:
        """Replace the webhook of that id, its secret and description kept. Repeating is harmless."""
        webhooks.update_webhook(self._api, webhooks.ADMIN, webhook)

    def tickets(self, keys: Sequence[str], properties: Sequence[str] = ()) -> Mapping[str, Ticket]:
        """The tickets among these keys or ids, by what was asked for; at most 5 properties of each."""
        return tickets.fetch(self._api, keys, properties)

    def tickets_with_label(self, label: str) -> tuple[Ticket, ...]:
        """Tickets that the search index knows to carry the label, the oldest first."""
        return tickets.with_label(self._api, label)

    def ticket_in_status(self, project_key: str, issue_type_id: str, status_id: str) -> Ticket | None:
        """Some ticket of that type in that status, from the index; None if there is none."""
        return tickets.in_status(self._api, project_key, issue_type_id, status_id)

    def workflow(self, project_key: str, issue_type_id: str) -> DeclaredWorkflow | Withheld:
        """The whole workflow of a ticket type; withheld from who may not read it."""
        return declared.workflow(self._api, project_key, issue_type_id)

    def histories(self, ticket_ids: Sequence[str]) -> Mapping[str, History]:
        """The status and assignee moves of these tickets, by id; those that are absent are left out."""
        return histories.in_bulk(self._api, ticket_ids)

    def assignable_users(self, project_key: str, text: str) -> tuple[JiraUser, ...]:
        """Users who can be assigned in the project and match a name or e-mail, which may be hidden in the answer."""
        return people.assignable_users(self._api, people.CLOUD_SEARCH, project_key, text)

    def users(self, text: str) -> tuple[JiraUser, ...]:
        """The active people who match an e-mail or name, in order of id."""
        return people.users(self._api, people.CLOUD_SEARCH, text)

    def user(self, user_id: str) -> JiraUser:
        """One user by account id, active or not. NotFound if there is none visible."""
        return people.user(self._api, "accountId", user_id)

    def assign(self, ticket_id: str, user_id: str | None) -> None:
        """Assign a ticket, or unassign it. Repeating is harmless."""
        edits.assign(self._api, ticket_id, {"accountId": user_id})
