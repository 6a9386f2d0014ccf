"""Projects of Jira: their keys, ticket types, statuses and create screens. Reference: jira-api §4."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.errors import Forbidden
from reconciler.model.ticket import CreateField, JiraProject, JiraStatus
from reconciler.providers.jira import parsing
from reconciler.providers.jira.api import JiraApi
from reconciler.providers.jira.paging import pages_by_offset
from reconciler.providers.jira.permissions import needing, permission_hint

_PROJECTS_A_PAGE: Final = 100
_FIELDS_A_PAGE: Final = 200

CLOUD_FIELDS: Final = "fields"
DATA_CENTER_FIELDS: Final = "values"
"""What the list of the fields of a create screen is called. Reference: jira-api §0 (8)."""


def project_keys(api: JiraApi) -> tuple[str, ...]:
    """The keys of all projects visible to us, sorted."""
    found = pages_by_offset(
        api, api.rest + "/project/search", member="values", size=_PROJECTS_A_PAGE, params={"orderBy": "key"}
    )
    return tuple(sorted({project.at("key").text() for project in found}))


def all_project_keys(api: JiraApi) -> tuple[str, ...]:
    """The same on Data Center, which gives all projects at once."""
    return tuple(sorted({project.at("key").text() for project in api.read("GET", api.rest + "/project").items()}))


def project(api: JiraApi, key: str) -> JiraProject:
    """One project with its ticket types."""
    return parsing.project(api.read("GET", api.rest + "/project/{project}", key))


def statuses(api: JiraApi, key: str) -> Mapping[str, tuple[JiraStatus, ...]]:
    """The statuses of each ticket type's workflow, by type id."""
    types = api.read("GET", api.rest + "/project/{project}/statuses", key)
    return {
        kind.at("id").identity(): tuple(parsing.status(status) for status in kind.at("statuses").items())
        for kind in types.items()
    }


def create_fields(api: JiraApi, member: str, key: str, type_id: str) -> tuple[CreateField, ...]:
    """The fields of the create screen, in Jira's order. `member` is what the list is called.

    Every create screen has fields: Cloud gives an empty list to whoever may not create there, hence Forbidden; Data Center
    refuses.
    """
    route = api.rest + "/issue/createmeta/{project}/issuetypes/{type}"
    with needing("CREATE_ISSUES"):
        found = pages_by_offset(api, route, key, type_id, member=member, size=_FIELDS_A_PAGE)
        fields = {field.id: field for field in map(parsing.create_field, found)}
    if not fields:
        raise Forbidden(
            "Jira shows no field of the create screen, as it does to an account that may not create tickets there",
            system=api.caller.system,
            call=f"GET {api.rest}/issue/createmeta/{key}/issuetypes/{type_id}",
            status=200,
            hint=permission_hint("CREATE_ISSUES"),
        )
    return tuple(fields.values())
