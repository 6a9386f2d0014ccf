"""Case projects, Jira accounts and the keys. Reference: datadog-api §0, §2.1, §3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.errors import Forbidden, ProviderError, Unauthorized
from reconciler.model.case import CaseProjectRecord, JiraAccount
from reconciler.providers.datadog import parsing
from reconciler.providers.datadog.transport import KEYS_HINT, Transport, sent_once

_PROJECTS: Final = "/api/v2/cases/projects"
_PROJECT: Final = "/api/v2/cases/projects/{project}"


def all_projects(transport: Transport) -> tuple[CaseProjectRecord, ...]:
    """All case projects, in order of key. They come without pages."""
    answer = transport.get(_PROJECTS)
    records = (parsing.case_project(resource) for resource in answer.at("data").items())
    return tuple(sorted(records, key=lambda record: (record.key, record.id)))


def one(transport: Transport, project_id: str) -> CaseProjectRecord:
    """One case project."""
    return parsing.case_project(transport.get(_PROJECT, project_id).at("data"))


def create(transport: Transport, key: str, name: str) -> CaseProjectRecord:
    """A new case project; settings cannot be given with it. Sent once."""
    body = {"data": {"type": "project", "attributes": {"key": key, "name": name}}}
    answer = transport.create(_PROJECTS, body=body)
    with sent_once():
        return parsing.case_project(answer.at("data"))


def update(transport: Transport, project_id: str, settings: Mapping[str, object]) -> None:
    """Put the whole settings object in place: whether PATCH merges is not documented, so nothing is left out."""
    body = {"data": {"type": "project", "attributes": {"settings": settings}}}
    transport.put("PATCH", _PROJECT, project_id, body=body)


def jira_accounts(transport: Transport) -> tuple[JiraAccount, ...]:
    """The Jira accounts of the integration, in order of URL; none where the integration is absent (404)."""
    answer = transport.get("/api/v2/integration/jira/accounts", accept=frozenset({200, 404}))
    if answer.maybe("errors") is not None:
        return ()
    accounts = (parsing.jira_account(resource) for resource in answer.at("data").items())
    return tuple(sorted(accounts, key=lambda account: (account.url, account.id)))


def validate_keys(transport: Transport) -> None:
    """Return if both keys are accepted. Datadog answers 403, not 401, to a wrong key: here both are Unauthorized."""
    try:
        transport.get("/api/v2/validate_keys")
    except (Unauthorized, Forbidden) as error:
        which = "the application key is" if _api_key_works(transport) else "the API key, or both keys, are"
        raise Unauthorized(
            f"{which} not accepted ({error.message})",
            system=error.system,
            call=error.call,
            status=error.status,
            hint=f"{KEYS_HINT}; check that `site` or `url` in Connections is your organization's",
        ) from error


def _api_key_works(transport: Transport) -> bool:
    try:
        answer = transport.get("/api/v1/validate")
    except ProviderError:
        return False
    return isinstance(answer.value, dict) and answer.value.get("valid") is True
