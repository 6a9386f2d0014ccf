"""What administrators do to webhooks in Jira's own pages. Each function returns a sentence about what happened."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from reconciler.sandbox.jira.lookup import nearest
from reconciler.sandbox.jira.records import Event, Webhook
from reconciler.sandbox.jira.refusal import NoSuchThing
from reconciler.sandbox.jira.state import JiraState


def set_webhook(state: JiraState, name: str, *, enabled: bool) -> str:
    """Switch a webhook, found by id or name, on or off."""
    found = _webhook(state, name)
    state.site.webhooks[found] = replace(state.site.webhooks[found], enabled=enabled, edited=state.now())
    return f"webhook {state.site.webhooks[found].name} is {'on' if enabled else 'off'}"


def delete_webhook(state: JiraState, name: str) -> str:
    """Delete a webhook, found by id or name."""
    gone = state.site.webhooks.pop(_webhook(state, name))
    return f"webhook {gone.name} is deleted"


def create_webhook(state: JiraState, name: str, url: str) -> str:
    """Fill in Jira's form for a webhook as Datadog's guide says: its URL, and every event about tickets and comments."""
    admin = next((user.id for user in state.site.users.values() if user.admin), state.site.app_user)
    number = str(1 + max((int(each) for each in state.site.webhooks), default=0))
    state.site.webhooks[number] = Webhook(
        number, name, url, (*get_args(Event), "project_deleted"), "", True, False, admin, state.now()
    )
    return f"webhook {name} is created"


def change_webhook(
    state: JiraState,
    name: str,
    *,
    url: str | None = None,
    jql: str | None = None,
    events: tuple[str, ...] | None = None,
) -> str:
    """Change where a webhook leads, or what it covers."""
    found = state.site.webhooks[_webhook(state, name)]
    state.site.webhooks[found.id] = replace(
        found,
        url=found.url if url is None else url,
        jql=found.jql if jql is None else jql,
        events=found.events if events is None else events,
        edited=state.now(),
    )
    return f"webhook {found.name} is changed"


def _webhook(state: JiraState, name: str) -> str:
    for each in state.site.webhooks.values():
        if name in (each.id, each.name):
            return each.id
    hint = nearest((each.name for each in state.site.webhooks.values()), name)
    raise NoSuchThing(f"{state.url} has no webhook {name!r}", hint=hint)
