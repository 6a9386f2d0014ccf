"""Who we are in Jira, what we may do, and whom a ticket can be assigned to. Reference: jira-api §3 and §5.8."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from reconciler.model.ticket import JiraUser
from reconciler.providers.jira import parsing
from reconciler.providers.jira.api import JiraApi
from reconciler.providers.jira.permissions import needing
from reconciler.providers.payload import Node

CLOUD_SEARCH: Final = "query"
DATA_CENTER_SEARCH: Final = "username"
"""The parameter that holds the text to search users by. Cloud refuses the other's."""

_PERMISSIONS_A_CALL: Final = 40
_USERS_SEARCHED: Final = 1000


def myself(api: JiraApi) -> JiraUser:
    """Who we are. The one call that never takes us for an anonymous visitor."""
    return parsing.user(api.read("GET", api.rest + "/myself"))


def permissions(api: JiraApi, keys: Sequence[str], project_key: str | None) -> Mapping[str, bool]:
    """Which of these we have. Cloud wants them named, and refuses the whole call for one name it does not know."""
    asked = tuple(dict.fromkeys(keys))
    held: dict[str, bool] = {}
    for first in range(0, len(asked), _PERMISSIONS_A_CALL):
        some = asked[first : first + _PERMISSIONS_A_CALL]
        params = {"permissions": ",".join(some)} | _in_project(project_key)
        answer = api.read("GET", api.rest + "/mypermissions", params=params).at("permissions")
        held |= {key: answer.at(key).at("havePermission").flag() for key in some}
    return held


def all_permissions(api: JiraApi, keys: Sequence[str], project_key: str | None) -> Mapping[str, bool]:
    """The same on Data Center, which tells of every permission there is: one that it does not have nobody has."""
    answer = api.read("GET", api.rest + "/mypermissions", params=_in_project(project_key)).at("permissions")
    told = {key: answer.maybe(key) for key in dict.fromkeys(keys)}
    return {key: one is not None and one.at("havePermission").flag() for key, one in told.items()}


def assignable_users(api: JiraApi, parameter: str, project_key: str, text: str) -> tuple[JiraUser, ...]:
    """Users who match the text and can be assigned, in order of id.

    One call sees all that there is to see: Jira searches the first 1,000 users that match, whatever the page.
    """
    return _search(api, "/user/assignable/search", {"project": project_key, parameter: text})


def users(api: JiraApi, parameter: str, text: str) -> tuple[JiraUser, ...]:
    """Active people who match the text, in order of id; apps and customers, who are assigned nothing, left out."""
    return (
        tuple(user for user in _search(api, "/user/search", {parameter: text}) if user.active) if text.strip() else ()
    )


def user(api: JiraApi, parameter: str, identity: str) -> JiraUser:
    """One user, active or not. Reference: jira-api §5.8."""
    with needing("USER_PICKER"):
        return parsing.user(api.read("GET", api.rest + "/user", params={parameter: identity}))


def _search(api: JiraApi, path: str, params: Mapping[str, str]) -> tuple[JiraUser, ...]:
    with needing("USER_PICKER"):
        answer = api.read("GET", api.rest + path, params={**params, "maxResults": _USERS_SEARCHED})
    found = {user.id: user for user in (parsing.user(item) for item in answer.items() if _is_person(item))}
    return tuple(found[identity] for identity in sorted(found))


def _is_person(node: Node) -> bool:
    return node.text_or("accountType", "atlassian") == "atlassian"


def _in_project(project_key: str | None) -> dict[str, str]:
    return {"projectKey": project_key} if project_key is not None else {}
