"""Admin webhooks, which only administrators can have, and dynamic ones, which no API token can. Reference: jira-api §7.1."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import urlsplit

from pydantic import JsonValue

from reconciler.sandbox.jira.api.call import Call, nothing, on_cloud, outside, rest
from reconciler.sandbox.jira.jql import parse_jql
from reconciler.sandbox.jira.records import Site, User, Webhook
from reconciler.sandbox.jira.refusal import BAD_PAYLOAD, JiraRefusal, forbidden
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.jira.wire import Wire
from reconciler.sandbox.route import Answer, Route, answer

_FILTER = "issue-related-events-section"
_ROOT = "/rest/webhooks/1.0/webhook"
_NEW_ROOT = "/rest/jira-webhook/1.0/webhooks"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def _administrator(call: Call) -> User:
    if call.user is None:
        raise JiraRefusal(401, "You are not authenticated. Authentication required to perform this operation.")
    if not call.may("ADMINISTER"):
        raise forbidden("administer webhooks")
    return call.user


def shown(call: Call, of: Webhook) -> Wire:
    """A webhook as it is listed: without an id of its own, and never with its secret."""
    editor = call.state.site.users.get(of.edited_by)
    return {
        "name": of.name,
        "description": of.description,
        "url": of.url,
        "excludeBody": of.exclude_body,
        "filters": {_FILTER: of.jql},
        "events": list(of.events),
        "enabled": of.enabled,
        "isSigned": of.secret is not None,
        "self": f"{call.voice.base}{_ROOT}/{of.id}",
        "lastUpdatedUser": of.edited_by,
        "lastUpdatedDisplayName": editor.name if editor else "",
        "lastUpdated": round(of.edited.timestamp() * 1000),
    }


def _shown_by_id(call: Call, of: Webhook) -> Wire:
    """A webhook as Data Center 10 and later show it: with an id, and its filter as JSON in a text. Reference: jira-api §7.1."""
    filters = json.dumps({_FILTER: of.jql}) if of.jql else "{}"
    at = round(of.edited.timestamp() * 1000)
    return {
        "id": int(of.id),
        "name": of.name,
        "url": of.url,
        "events": list(of.events),
        "configuration": {"FILTERS": filters, "EXCLUDE_BODY": str(of.exclude_body).lower()},
        "active": of.enabled,
        "scopeType": "global",
        "sslVerificationRequired": True,
        "createdDate": at,
        "updatedDate": at,
        "self": f"{call.voice.base}{_NEW_ROOT}/{of.id}",
    }


def _told(call: Call, of: Webhook) -> Wire:
    return _shown_by_id(call, of) if _is_new(call.state.site) else shown(call, of)


def _is_new(site: Site) -> bool:
    """Data Center 10 and later keep webhooks elsewhere."""
    return not site.is_cloud and site.version[0] >= 10


def _is_old(site: Site) -> bool:
    return not _is_new(site)


def _in_old_words(body: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """A body of the new shape in the old one, which is understood too."""
    configuration = body.get("configuration")
    told: dict[str, JsonValue] = dict(body)
    if isinstance(configuration, dict):
        if "secret" in configuration:
            told["secret"] = configuration["secret"]
        if "EXCLUDE_BODY" in configuration:
            told["excludeBody"] = configuration["EXCLUDE_BODY"] == "true"
        try:
            told["filters"] = json.loads(str(configuration.get("FILTERS") or "{}"))
        except ValueError:
            raise JiraRefusal(400, BAD_PAYLOAD, bare=True) from None
    if "active" in body:
        told["enabled"] = body["active"]
    return told


def _find(call: Call) -> Webhook:
    found = call.state.site.webhooks.get(call.arg("webhook"))
    if found is None:
        raise JiraRefusal(404, "The webhook does not exist.")
    return found


def _text(value: JsonValue, default: str) -> str:
    if value is None:
        return default
    if not isinstance(value, str):
        raise JiraRefusal(400, BAD_PAYLOAD, bare=True)
    return value


def _checked(call: Call, body: dict[str, JsonValue], base: Webhook, by: User) -> Webhook:
    """The webhook with what the body says of it; what it does not say stays, the secret too."""
    body = _in_old_words(body) if _is_new(call.state.site) else body
    events, filters = body.get("events"), body.get("filters")
    jql = filters.get(_FILTER) if isinstance(filters, dict) else None
    changed = replace(
        base,
        name=_text(body.get("name"), base.name),
        description=_text(body.get("description"), base.description),
        url=_text(body.get("url"), base.url),
        events=tuple(str(each) for each in events) if isinstance(events, list) else base.events,
        jql=_text(jql, base.jql),
        enabled=body.get("enabled", base.enabled) is True,
        exclude_body=body.get("excludeBody", base.exclude_body) is True,
        secret=_text(body.get("secret"), base.secret or "") or None,
        edited_by=by.id,
        edited=call.state.now(),
    )
    address = urlsplit(changed.url)
    if not changed.name:
        raise JiraRefusal(400, errors={"name": "The name of the webhook is required."})
    is_safe = address.scheme == "https" or address.hostname in _LOOPBACK or not call.state.site.is_cloud
    if not address.hostname or not is_safe:
        raise JiraRefusal(400, errors={"url": "The URL of a webhook must use HTTPS."})
    if changed.jql:
        parse_jql(changed.jql)
    return changed


def listed(call: Call) -> Answer:
    """All webhooks, as a plain list."""
    _administrator(call)
    return answer([_told(call, each) for each in call.state.site.webhooks.values()])


def read(call: Call) -> Answer:
    """One webhook."""
    _administrator(call)
    return answer(_told(call, _find(call)))


def create(call: Call) -> Answer:
    """A new webhook. A second one with the same URL is allowed."""
    by = _administrator(call)
    number = str(max((int(each) for each in call.state.site.webhooks), default=70) + 1)
    blank = Webhook(number, "", "", (), "", enabled=True, exclude_body=False, edited_by=by.id, edited=call.state.now())
    made = _checked(call, call.body(), blank, by)
    call.state.site.webhooks[number] = made
    return answer(_told(call, made), 201)


def update(call: Call) -> Answer:
    """Change a webhook."""
    by = _administrator(call)
    changed = _checked(call, call.body(), _find(call), by)
    call.state.site.webhooks[changed.id] = changed
    return answer(_told(call, changed))


def delete(call: Call) -> Answer:
    """Delete a webhook."""
    _administrator(call)
    del call.state.site.webhooks[_find(call).id]
    return nothing()


def dynamic(_call: Call) -> Answer:
    """Dynamic webhooks are for apps."""
    raise JiraRefusal(403, "Only Connect and OAuth 2.0 apps can use this operation.")


ROUTES: tuple[Route[JiraState], ...] = (
    *(
        outside(method, f"{root}{path}", operation, where=where)
        for root, where in ((_ROOT, _is_old), (_NEW_ROOT, _is_new))
        for method, path, operation in (
            ("GET", "", listed),
            ("POST", "", create),
            ("GET", "/<webhook>", read),
            ("PUT", "/<webhook>", update),
            ("DELETE", "/<webhook>", delete),
        )
    ),
    rest("GET", "/webhook", dynamic, where=on_cloud),
    rest("POST", "/webhook", dynamic, where=on_cloud),
    rest("DELETE", "/webhook", dynamic, where=on_cloud),
    rest("PUT", "/webhook/refresh", dynamic, where=on_cloud),
)
