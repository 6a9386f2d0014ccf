"""Admin webhooks: the only kind an API token can register. They are in no OpenAPI. Reference: jira-api §7.1."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from reconciler.errors import BadAnswer, Forbidden, NotFound, OutcomeUnknown, Superseded, Unauthorized
from reconciler.model.ticket import JiraWebhook
from reconciler.providers.jira import parsing
from reconciler.providers.jira.api import JiraApi
from reconciler.providers.jira.permissions import permission_hint
from reconciler.providers.jira.signin import SignedInAsNobody, is_gateway
from reconciler.providers.payload import Node

_WRITTEN_BY_JIRA: Final = frozenset(
    {
        "self", "id", "secret", "isSigned", "lastUpdated", "lastUpdatedUser", "lastUpdatedDisplayName",
        "createdDate", "updatedDate", "statistics", "scopeType",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class WebhookApi:
    """Where webhooks are registered. Data Center has new ones from version 10 on (`is_new`): they are `active` rather than
    `enabled`, and keep filters in a `configuration`.
    """

    path: str
    is_new: bool = False


ADMIN: Final = WebhookApi("/rest/webhooks/1.0/webhook")
"""Cloud, and Data Center before version 10."""

NEW: Final = WebhookApi("/rest/jira-webhook/1.0/webhooks", is_new=True)
"""Data Center from version 10 on."""


def webhooks(api: JiraApi, where: WebhookApi) -> tuple[JiraWebhook, ...]:
    """All of them, in order of id."""
    with _administering(api):
        found = [parsing.webhook(item) for item in api.read("GET", where.path).items()]
    return tuple(sorted(found, key=lambda webhook: (len(webhook.id), webhook.id)))


def create_webhook(api: JiraApi, where: WebhookApi, webhook: JiraWebhook) -> JiraWebhook:
    """A new one, sent once. An answer that does not tell its id leaves the outcome unknown: it may well exist."""
    api.caller.conceal(webhook.url)
    with _administering(api):
        answer = api.write(
            "POST", where.path, json=_new(webhook) if where.is_new else _admin(webhook), repeatable=False
        )
    try:
        return parsing.webhook(answer)
    except BadAnswer as error:
        raise OutcomeUnknown(
            f"{error.message}; whether the webhook was made is not known",
            system=error.system,
            call=error.call,
            status=error.status,
            hint="the next run looks at the webhooks first",
        ) from None


def update_webhook(api: JiraApi, where: WebhookApi, webhook: JiraWebhook) -> None:
    """Replace it. What it has beyond what we manage is read first and sent again; without a secret Jira keeps the old one."""
    api.caller.conceal(webhook.url)
    one = where.path + "/{webhook}"
    with _administering(api):
        present = api.read("GET", one, webhook.id)
        kept = {name: value for name, value in present.members().items() if name not in _WRITTEN_BY_JIRA}
        api.write("PUT", one, webhook.id, json={**kept, **_changed(webhook, where, present)})


def what_webhooks_need(url: str) -> str:
    """What to have or to grant for webhooks, at the API's base URL."""
    hint = permission_hint("ADMINISTER")
    if is_gateway(url):
        return f"{hint}, a token without scopes and the site's own URL: the API gateway has no admin webhooks"
    return hint


def _admin(webhook: JiraWebhook) -> Mapping[str, object]:
    return {"description": "", **_shared(webhook, {}), "enabled": webhook.enabled}


def _new(webhook: JiraWebhook) -> Mapping[str, object]:
    """Filters are sent as of old, which new Data Centers take; what they make of it is read at the next plan."""
    return {**_shared(webhook, {}), "active": webhook.enabled}


def _changed(webhook: JiraWebhook, where: WebhookApi, present: Node) -> Mapping[str, object]:
    filters, configuration = parsing.webhook_filters(present), present.maybe("configuration")
    shared = _shared(webhook, filters.members() if filters else {})
    if not where.is_new:
        return {**shared, "enabled": webhook.enabled}
    if configuration is not None:
        shared["configuration"] = {
            **configuration.members(),
            parsing.FILTERS: json.dumps(shared["filters"]),
            parsing.EXCLUDE_BODY: str(webhook.exclude_body).lower(),
        }
    return {**shared, "active": webhook.enabled}


def _shared(webhook: JiraWebhook, filters: Mapping[str, object]) -> dict[str, Any]:
    return {
        "name": webhook.name,
        "url": webhook.url,
        "events": sorted(webhook.events),
        "filters": {**filters, parsing.JQL_FILTER: webhook.jql},
        "excludeBody": webhook.exclude_body,
    }


@contextmanager
def _administering(api: JiraApi) -> Iterator[None]:
    """Jira answers whoever is no administrator with 401 or 403; its API gateway does not have these paths at all."""
    hint = what_webhooks_need(api.caller.url)
    try:
        yield
    except SignedInAsNobody:
        raise
    except Forbidden as error:
        error.hint = hint
        raise
    except Unauthorized as error:
        raise Forbidden(error.message, system=error.system, call=error.call, status=error.status, hint=hint) from None
    except NotFound as error:
        error.hint = hint if is_gateway(api.caller.url) else "somebody may have deleted the webhook: plan again"
        raise
    except Superseded as error:
        error.hint = "the same webhook may be there already, made by somebody else: plan again"
        raise
