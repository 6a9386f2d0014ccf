"""Small edits of a ticket, the same on Cloud and Data Center. Reference: jira-api §5.4, §5.8, §5.11."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from reconciler.errors import Forbidden, Unauthorized
from reconciler.providers.jira.api import JiraApi
from reconciler.providers.jira.permissions import needing
from reconciler.providers.jira.signin import SignedInAsNobody

_TICKET: Final = "/issue/{ticket}"


def add_label(api: JiraApi, ticket: str, label: str) -> None:
    """Add one label; those that are there stay."""
    _edit(api, ticket, {"update": {"labels": [{"add": label}]}})


def set_summary(api: JiraApi, ticket: str, summary: str) -> None:
    """Set the summary."""
    _edit(api, ticket, {"fields": {"summary": summary}})


def set_property(api: JiraApi, ticket: str, key: str, value: Mapping[str, Any]) -> None:
    """Write an entity property: at most 32,768 characters of JSON."""
    with needing("EDIT_ISSUES"):
        api.write("PUT", api.rest + _TICKET + "/properties/{property}", ticket, key, json=value)


def assign(api: JiraApi, ticket: str, user: Mapping[str, str | None]) -> None:
    """Assign, by the reference that the deployment takes: `accountId` or `name`, null for nobody.

    Data Center answers whoever may not assign with 401, as if nobody were signed in.
    """
    with needing("ASSIGN_ISSUES"), _not_signed_out():
        api.write("PUT", api.rest + _TICKET + "/assignee", ticket, json=user)


def _edit(api: JiraApi, ticket: str, change: Mapping[str, object]) -> None:
    with needing("EDIT_ISSUES"):
        api.write("PUT", api.rest + _TICKET, ticket, json=change)


@contextmanager
def _not_signed_out() -> Iterator[None]:
    """A 401 that is about a permission, not about the credential."""
    try:
        yield
    except SignedInAsNobody:
        raise
    except Unauthorized as error:
        raise Forbidden(error.message, system=error.system, call=error.call, status=error.status) from None
