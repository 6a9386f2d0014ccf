"""The client of one Jira Data Center: the same ports as Cloud's, over version 2 of the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from reconciler.engine.ports import Clock
from reconciler.errors import NotFound
from reconciler.model.activity import History
from reconciler.model.ticket import CreateField, JiraUser, JiraWebhook, Ticket
from reconciler.model.workflow import Withheld
from reconciler.providers.http import Caller, HttpOptions
from reconciler.providers.http_limits import Limiter
from reconciler.providers.jira import declared, edits, histories, jql, parsing, people, projects, tickets, webhooks
from reconciler.providers.jira.api import DATA_CENTER_REST, JiraApi
from reconciler.providers.jira.comments import Comments
from reconciler.providers.jira.paging import searched_by_offset
from reconciler.providers.jira.signin import (
    WHERE_TO_SIGN_IN_TO_DATA_CENTER,
    AccessToken,
    check_data_center_url,
    refuse_nobody,
)
from reconciler.providers.jira.site import JiraSite
from reconciler.providers.jira.threads import at_once
from reconciler.providers.jira.webhooks import WebhookApi
from reconciler.providers.jira.wiki import WikiMarkup
from reconciler.providers.secrets import Secret

_FOUND_A_PAGE: Final = 100
_NEW_WEBHOOKS: Final = (10,)


def connect_data_center(
    account: str, url: str, token: Secret, *, clock: Clock, limiter: Limiter, workers: int = 8
) -> DataCenterClient:
    """A client of the Jira at `url`, its context path included. `token` is a personal access token. Nothing is sent yet.

    Raises ConfigError for a URL or token that cannot be used.
    """
    check_data_center_url(account, url)
    system = f"jira:{account}"
    caller = Caller(
        system,
        url,
        headers=AccessToken(token).headers(),
        clock=clock,
        limiter=limiter,
        options=HttpOptions(workers=workers),
        check=refuse_nobody(system, "the personal access token", WHERE_TO_SIGN_IN_TO_DATA_CENTER),
    )
    caller.conceal(token.reveal())
    return DataCenterClient(caller)


class DataCenterClient(JiraSite):
    """Jira Data Center, version 2 of its API: rich text is wiki markup, people are user names."""

    def __init__(self, caller: Caller) -> None:
        api = JiraApi(caller, DATA_CENTER_REST, WHERE_TO_SIGN_IN_TO_DATA_CENTER)
        super().__init__(api, Comments(api, WikiMarkup(), lists_properties=False))
        self._names: dict[str, str] = {}
        self._webhook_api: WebhookApi | None = None

    def permissions(self, keys: Sequence[str], project_key: str | None = None) -> Mapping[str, bool]:
        """Which of these permissions we have."""
        return people.all_permissions(self._api, keys, project_key)

    def project_keys(self) -> tuple[str, ...]:
        """The keys of all projects visible to us, sorted."""
        return projects.all_project_keys(self._api)

    def create_fields(self, project_key: str, issue_type_id: str) -> tuple[CreateField, ...]:
        """The fields of the create screen, in Jira's order."""
        return projects.create_fields(self._api, projects.DATA_CENTER_FIELDS, project_key, issue_type_id)

    def webhooks(self) -> tuple[JiraWebhook, ...]:
        """All admin webhooks, in order of id. Forbidden without Administer Jira."""
        return webhooks.webhooks(self._api, self._where_webhooks_are())

    def create_webhook(self, webhook: JiraWebhook) -> JiraWebhook:
        """A new admin webhook. Sent once; OutcomeUnknown where no answer tells its id."""
        return webhooks.create_webhook(self._api, self._where_webhooks_are(), webhook)

    def update_webhook(self, webhook: JiraWebhook) -> None:
        """Replace the webhook of that id, its secret and description kept. Repeating is harmless."""
        webhooks.update_webhook(self._api, self._where_webhooks_are(), webhook)

    def tickets(self, keys: Sequence[str], properties: Sequence[str] = ()) -> Mapping[str, Ticket]:
        """The tickets among these keys or ids, by what was asked for.

        One call each: Data Center reads many at once only by its search, which lags and does not give properties.
        """
        wanted = [key for key in dict.fromkeys(keys) if tickets.is_ticket_name(key)]
        read = at_once(self._api, lambda key: tickets.single(self._api, key, properties), wanted)
        return {key: ticket for key, ticket in zip(wanted, read, strict=True) if ticket is not None}

    def tickets_with_label(self, label: str) -> tuple[Ticket, ...]:
        """Tickets that the search index knows to carry the label, the oldest first."""
        query = {"jql": jql.has_label(label), "fields": list(parsing.TICKET_FIELDS)}
        route = self._api.rest + "/search"
        found = searched_by_offset(self._api, route, member="issues", size=_FOUND_A_PAGE, json=query)
        return tickets.by_age(map(parsing.ticket, found))

    def ticket_in_status(self, project_key: str, issue_type_id: str, status_id: str) -> Ticket | None:
        """Some ticket of that type in that status, from the index; None if there is none."""
        query = {
            "jql": jql.in_status(project_key, issue_type_id, status_id),
            "fields": list(parsing.TICKET_FIELDS),
            "startAt": 0,
            "maxResults": 1,
        }
        answer = self._api.read("POST", self._api.rest + "/search", json=query)
        return next((parsing.ticket(item) for item in answer.at("issues").items()), None)

    def workflow(self, project_key: str, issue_type_id: str) -> Withheld:
        """Withheld: this API has no such call."""
        return declared.NOT_ON_DATA_CENTER

    def histories(self, ticket_ids: Sequence[str]) -> Mapping[str, History]:
        """The status and assignee moves of these tickets, by id; those that are absent are left out. One call each."""
        wanted = [identity for identity in dict.fromkeys(ticket_ids) if tickets.is_ticket_name(identity)]
        read = at_once(self._api, self._history, wanted)
        return {identity: history for identity, history in zip(wanted, read, strict=True) if history is not None}

    def assignable_users(self, project_key: str, text: str) -> tuple[JiraUser, ...]:
        """Users who can be assigned in the project and match a user name, name or e-mail."""
        return people.assignable_users(self._api, people.DATA_CENTER_SEARCH, project_key, text)

    def users(self, text: str) -> tuple[JiraUser, ...]:
        """The active people who match a user name, name or e-mail, in order of user name."""
        return people.users(self._api, people.DATA_CENTER_SEARCH, text)

    def user(self, user_id: str) -> JiraUser:
        """One user by user name, active or not. NotFound if there is none visible."""
        return people.user(self._api, people.DATA_CENTER_SEARCH, user_id)

    def assign(self, ticket_id: str, user_id: str | None) -> None:
        """Assign a ticket, or unassign it. Repeating is harmless."""
        edits.assign(self._api, ticket_id, {"name": user_id})

    def _history(self, ticket_id: str) -> History | None:
        return histories.expanded(self._api, ticket_id, self._name_of)

    def _name_of(self, key: str) -> str:
        """The user name that belongs to a key; the key itself for somebody who is there no more. Names do not change in a run."""
        if key not in self._names:
            try:
                answer = self._api.read("GET", self._api.rest + "/user", params={"key": key})
            except NotFound:
                self._names[key] = key
            else:
                self._names[key] = parsing.user(answer).id
        return self._names[key]

    def _where_webhooks_are(self) -> WebhookApi:
        if self._webhook_api is None:
            self._webhook_api = webhooks.NEW if self.server().version >= _NEW_WEBHOOKS else webhooks.ADMIN
        return self._webhook_api
