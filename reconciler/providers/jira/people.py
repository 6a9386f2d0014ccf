"""Who we are in Jira Cloud, what we may do, and whom a ticket can be assigned to. Reference: jira-api §3 and §5.8."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from reconciler.model.ticket import JiraUser
from reconciler.providers.jira import parsing
from reconciler.providers.jira.api import JiraApi
from reconciler.providers.jira.permissions import needing

_PERMISSIONS_A_CALL: Final = 40
_USERS_SEARCHED: Final = 1000


def myself(api: JiraApi) -> JiraUser:
    """Who we are. The one call that never takes us for an anonymous visitor."""
    return parsing.user(api.read("GET", "/rest/api/3/myself"))


def permissions(api: JiraApi, keys: Sequence[str], project_key: str | None) -> Mapping[str, bool]:
    """Which of these we have. Cloud wants them named, and refuses the whole call for one name it does not know."""
    asked = tuple(dict.fromkeys(keys))
    held: dict[str, bool] = {}
    for first in range(0, len(asked), _PERMISSIONS_A_CALL):
        some = asked[first : first + _PERMISSIONS_A_CALL]
        params = {"permissions": ",".join(some)} | ({"projectKey": project_key} if project_key is not None else {})
        answer = api.read("GET", "/rest/api/3/mypermissions", params=params).at("permissions")
        held |= {key: answer.at(key).at("havePermission").flag() for key in some}
    return held


def assignable_users(api: JiraApi, project_key: str, text: str) -> tuple[JiraUser, ...]:
    """Users who match the text and can be assigned, in order of id.

    One call sees all that there is to see: Jira searches the first 1,000 users that match, whatever the page.
    """
    params = {"project": project_key, "query": text, "maxResults": _USERS_SEARCHED}
    with needing("USER_PICKER"):
        answer = api.read("GET", "/rest/api/3/user/assignable/search", params=params)
    found = {user.id: user for user in map(parsing.user, answer.items())}
    return tuple(found[identity] for identity in sorted(found))
