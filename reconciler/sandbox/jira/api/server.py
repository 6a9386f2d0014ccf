"""The server, who we are, and what we may do. Reference: jira-api §3."""

from __future__ import annotations

from pydantic import JsonValue

from reconciler.sandbox.jira.api.call import Call, on_cloud, rest
from reconciler.sandbox.jira.permissions import PERMISSIONS, Permission
from reconciler.sandbox.jira.records import Project
from reconciler.sandbox.jira.refusal import BAD_PAYLOAD, JiraRefusal
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.jira.wire import Wire, stamp, user_ref
from reconciler.sandbox.route import Answer, Route, answer

_BEFORE = {
    "ASSIGN_ISSUE": "ASSIGN_ISSUES",
    "BROWSE": "BROWSE_PROJECTS",
    "COMMENT_ISSUE": "ADD_COMMENTS",
    "CREATE_ISSUE": "CREATE_ISSUES",
    "EDIT_ISSUE": "EDIT_ISSUES",
    "TRANSITION_ISSUE": "TRANSITION_ISSUES",
}
_NOBODY = "You are not authenticated. Authentication required to perform this operation."


def server_info(call: Call) -> Answer:
    """What the server says of itself, to anybody."""
    site = call.state.site
    body: Wire = {
        "baseUrl": call.state.url,
        "displayUrl": call.state.url,
        "version": "1001.0.0-SNAPSHOT" if site.is_cloud else ".".join(str(part) for part in site.version),
        "versionNumbers": list(site.version),
        "deploymentType": "Cloud" if site.is_cloud else "Server",
        "buildNumber": 100283,
        "buildDate": "2026-11-20T00:00:00.000+0000",
        "serverTime": stamp(call.state.now()),
        "scmInfo": "simulated",
        "serverTitle": "Jira",
        "defaultLocale": {"locale": "en_US"},
        "serverTimeZone": "Etc/UTC",
    }
    return answer(body)


def myself(call: Call) -> Answer:
    """Who is signed in; nobody gets 401 here and nowhere else."""
    if call.user is None:
        raise JiraRefusal(401, _NOBODY)
    body = {
        **(user_ref(call.voice, call.user.id) or {}),
        "emailAddress": call.user.email,
        "locale": "en_US",
        "groups": {"size": 0, "items": []},
        "applicationRoles": {"size": 1, "items": []},
        "expand": "groups,applicationRoles",
    }
    return answer(body)


def my_permissions(call: Call) -> Answer:
    """Which of the permissions asked for we have, in a project, on a ticket, or anywhere."""
    if not call.state.site.is_cloud:
        return _every_permission(call)
    keys = call.words("permissions")
    if not keys:
        raise JiraRefusal(400, "The 'permissions' query parameter is required.")
    unknown = {key: "Unrecognized permission" for key in keys if key not in PERMISSIONS}
    if unknown:
        raise JiraRefusal(400, errors=unknown)
    project = _context(call)
    return answer({"permissions": {key: _shown(PERMISSIONS[key], has=call.may(key, project)) for key in keys}})


def _every_permission(call: Call) -> Answer:
    """Data Center takes no list and tells of all, some by the keys they had before version 7 too."""
    project = _context(call)
    told = {key: _shown(each, has=call.may(key, project)) for key, each in PERMISSIONS.items()}
    old = {name: {**told[key], "key": name, "deprecatedKey": True} for name, key in _BEFORE.items()}
    return answer({"permissions": {**told, **old}})


def _context(call: Call) -> Project | None:
    ticket = call.request.parameter("issueKey") or call.request.parameter("issueId")
    if ticket:
        return call.state.site.projects[call.ticket_of(ticket).project]
    key = call.request.parameter("projectKey") or call.request.parameter("projectId")
    if not key:
        return None
    project = call.state.find_project(key)
    if project is None or not call.may("BROWSE_PROJECTS", project):
        raise JiraRefusal(404, "Could not find project with provided key.")
    return project


def _shown(permission: Permission, *, has: bool | None = None) -> Wire:
    shown: Wire = {
        "id": permission.id,
        "key": permission.key,
        "name": permission.name,
        "type": "GLOBAL" if permission.is_global else "PROJECT",
        "description": f"{permission.name}.",
    }
    return shown if has is None else {**shown, "havePermission": has}


def all_permissions(_call: Call) -> Answer:
    """All permissions there are."""
    return answer({"permissions": {key: _shown(each) for key, each in PERMISSIONS.items()}})


def check_permissions(call: Call) -> Answer:
    """Which permissions we have on which projects and tickets, in bulk."""
    body = call.body("globalPermissions", "projectPermissions", "accountId")
    asked = body.get("globalPermissions") or []
    groups = body.get("projectPermissions") or []
    if not isinstance(asked, list) or not isinstance(groups, list):
        raise JiraRefusal(400, BAD_PAYLOAD, bare=True)
    found = [grant for group in groups for grant in _grants(call, group)]
    have = [str(key) for key in asked if str(key) in PERMISSIONS and call.may(str(key))]
    return answer({"globalPermissions": have, "projectPermissions": found})


def _grants(call: Call, group: JsonValue) -> list[Wire]:
    match group:
        case {"permissions": list(keys)}:
            wanted = group if isinstance(group, dict) else {}
        case _:
            raise JiraRefusal(400, BAD_PAYLOAD, bare=True)
    if any(str(key) not in PERMISSIONS for key in keys):
        raise JiraRefusal(
            400, errors={str(key): "Unrecognized permission" for key in keys if str(key) not in PERMISSIONS}
        )
    projects = [call.state.find_project(str(each)) for each in _ids(wanted.get("projects"))]
    tickets = [call.state.find_ticket(str(each)) for each in _ids(wanted.get("issues"))]
    return [
        {
            "permission": str(key),
            "projects": [int(each.id) for each in projects if each and call.may(str(key), each)],
            "issues": [
                int(each.id)
                for each in tickets
                if each and call.sees(each) and call.may(str(key), call.state.site.projects[each.project])
            ],
        }
        for key in keys
    ]


def _ids(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


ROUTES: tuple[Route[JiraState], ...] = (
    rest("GET", "/serverInfo", server_info),
    rest("GET", "/myself", myself),
    rest("GET", "/mypermissions", my_permissions),
    rest("GET", "/permissions", all_permissions),
    rest("POST", "/permissions/check", check_permissions, writes=False, where=on_cloud),
)
