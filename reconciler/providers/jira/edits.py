"""Small edits of a ticket, the same on Cloud and Data Center. Reference: jira-api §5.4, §5.8, §5.11.

A status may make its tickets read-only, whatever we are permitted (`jira.issue.editable` among its properties in the workflow).
Jira does not say so: it refuses as if a permission were missing, and lists no field that can be edited (JRASERVER-63664).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from reconciler.errors import Forbidden, ProviderError, Refused, Unauthorized
from reconciler.providers.jira.api import CLOUD_REST, JiraApi
from reconciler.providers.jira.permissions import needing
from reconciler.providers.jira.signin import SignedInAsNobody

_TICKET: Final = "/issue/{ticket}"
_EDIT: Final = "EDIT_ISSUES"


def add_label(api: JiraApi, ticket: str, label: str) -> None:
    """Add one label; those that are there stay."""
    _edit(api, ticket, {"update": {"labels": [{"add": label}]}})


def set_summary(api: JiraApi, ticket: str, summary: str) -> None:
    """Set the summary."""
    _edit(api, ticket, {"fields": {"summary": summary}})


def set_property(api: JiraApi, ticket: str, key: str, value: Mapping[str, Any]) -> None:
    """Write an entity property: at most 32,768 characters of JSON."""
    with _editing(api, ticket):
        api.write("PUT", api.rest + _TICKET + "/properties/{property}", ticket, key, json=value)


def is_editable(api: JiraApi, ticket: str) -> bool:
    """Whether any field of the ticket is offered to us for editing, on its edit screen in the status that it has."""
    return bool(api.read("GET", api.rest + _TICKET + "/editmeta", ticket).at("fields").members())


def assign(api: JiraApi, ticket: str, user: Mapping[str, str | None]) -> None:
    """Assign, by the reference that the deployment takes: `accountId` or `name`, null for nobody.

    Data Center answers whoever may not assign with 401, as if nobody were signed in.
    """
    with needing("ASSIGN_ISSUES"), _not_signed_out():
        api.write("PUT", api.rest + _TICKET + "/assignee", ticket, json=user)


def _edit(api: JiraApi, ticket: str, change: Mapping[str, object]) -> None:
    with _editing(api, ticket):
        api.write("PUT", api.rest + _TICKET, ticket, json=change)


@contextmanager
def _editing(api: JiraApi, ticket: str) -> Iterator[None]:
    """Name what keeps us from editing: the permission, or the ticket's status where it is not that."""
    try:
        with needing(_EDIT):
            yield
    except (Forbidden, Refused) as error:
        if error.hint is not None and (told := _read_only(api, ticket)) is not None:
            error.hint = told
        raise


def _read_only(api: JiraApi, ticket: str) -> str | None:
    """What to do where its status makes the ticket read-only; None where that is not it, or cannot be told."""
    try:
        if is_editable(api, ticket):
            return None
        fields = api.read("GET", api.rest + _TICKET, ticket, params={"fields": "status,project"}).at("fields")
        params = {"projectKey": fields.at("project").at("key").text()}
        if api.rest == CLOUD_REST:
            params["permissions"] = _EDIT
        held = api.read("GET", api.rest + "/mypermissions", params=params).at("permissions").at(_EDIT)
        status = fields.at("status").at("name").text()
    except Unauthorized:
        raise
    except ProviderError:
        return None
    if not held.at("havePermission").flag():
        return None
    return (
        f"the ticket stands in {status!r}, where Jira offers none of its fields for editing although our account has "
        f'"Edit Issues": take `jira.issue.editable` or `jira.permission.edit…` off that status in the workflow, or move the ticket'
    )


@contextmanager
def _not_signed_out() -> Iterator[None]:
    """A 401 that is about a permission, not about the credential."""
    try:
        yield
    except SignedInAsNobody:
        raise
    except Unauthorized as error:
        raise Forbidden(error.message, system=error.system, call=error.call, status=error.status) from None
