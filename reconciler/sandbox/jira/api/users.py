"""Users: finding them, and giving them tickets. Reference: jira-api §5.8."""

from __future__ import annotations

from reconciler.sandbox.jira import editing
from reconciler.sandbox.jira.api.call import Call, nothing, on_cloud, rest
from reconciler.sandbox.jira.permissions import may
from reconciler.sandbox.jira.records import Project, User
from reconciler.sandbox.jira.refusal import BAD_PAYLOAD, JiraRefusal
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.jira.values import BadValue, with_login
from reconciler.sandbox.jira.wire import user_ref
from reconciler.sandbox.route import Answer, Route, answer

_STRICT = "The query parameter 'username' is not supported in GDPR strict mode."


def _matching(call: Call, *, query: str) -> list[User]:
    """Active users whose name, a part of it, or address begins with the text. A hidden address is found all the same.

    Without Browse Users only the exact name or address finds somebody.
    """
    text = query.casefold()
    exactly = not call.may("USER_PICKER")

    def matches(user: User) -> bool:
        names = [user.name.casefold(), user.email.casefold()]
        if not call.state.site.is_cloud:
            names.append(user.login.casefold())
        if exactly:
            return text in names
        return any(part.startswith(text) for part in (*names, *user.name.casefold().split()))

    users = [user for user in call.state.site.users.values() if user.active and call.user is not None]
    return sorted((user for user in users if matches(user)), key=lambda user: (user.name, user.id))


def search(call: Call) -> Answer:
    """Users by name, address or account id, as a plain list with `startAt`."""
    if not call.state.site.is_cloud:
        return _listed(call, _matching_names(call))
    query, account = call.request.parameter("query"), call.request.parameter("accountId")
    if call.request.parameter("username"):
        raise JiraRefusal(400, _STRICT)
    if query is None and account is None:
        raise JiraRefusal(400, "The username or property query parameter must be provided")
    if account is not None:
        found = [user for user in call.state.site.users.values() if user.id == account and call.user]
    else:
        found = _matching(call, query=query or "")
    return _listed(call, found)


def _matching_names(call: Call) -> list[User]:
    """Active users whose login, name or e-mail begins with `username`; `.` and `%` mean everybody."""
    text = call.request.parameter("username")
    if not text:
        raise JiraRefusal(400, "The username query parameter was not provided")
    wanted = "" if text in {".", "%"} else text.casefold()
    users = [user for user in call.state.site.users.values() if user.active and call.user is not None]
    found = [
        user
        for user in users
        if any(part.casefold().startswith(wanted) for part in (user.login, user.email, user.name, *user.name.split()))
    ]
    return sorted(found, key=lambda user: (user.name, user.id))


def _listed(call: Call, found: list[User]) -> Answer:
    shown, _ = call.page(found, size=50, most=1000)
    return answer([user_ref(call.voice, user.id) for user in shown if isinstance(user, User)])


def assignable(call: Call) -> Answer:
    """Users who can be given tickets of a project."""
    account, cloud = call.request.parameter("accountId"), call.state.site.is_cloud
    if cloud and call.request.parameter("username"):
        raise JiraRefusal(400, _STRICT)
    project = _scope(call)
    users = _matching(call, query=call.request.parameter("query" if cloud else "username") or "")
    able = [
        user
        for user in users
        if may(call.state.site, user, "ASSIGNABLE_USER", project) and not user.app and account in (None, user.id)
    ]
    return _listed(call, able)


def _scope(call: Call) -> Project:
    ticket = call.request.parameter("issueKey") or call.request.parameter("issueId")
    if ticket:
        return call.state.site.projects[call.ticket_of(ticket).project]
    key = call.request.parameter("project")
    if not key:
        raise JiraRefusal(400, "No project, issue key or issue ID was provided")
    return call.project_of(key)


def one(call: Call) -> Answer:
    """A user by account id; on Data Center by login or key."""
    account = call.request.parameter("accountId")
    if not call.state.site.is_cloud:
        asked = {"login": call.request.parameter("username"), "key": call.request.parameter("key")}
        users = call.state.site.users.values()
        account = next((user.id for user in users if asked["login"] == user.login or asked["key"] == user.key), "?")
    if not account:
        raise JiraRefusal(400, "The accountId query parameter must be provided")
    found = user_ref(call.voice, account) if call.user else None
    if found is None:
        raise JiraRefusal(404, "Specified user does not exist or you do not have required permissions")
    return answer(found)


def in_bulk(call: Call) -> Answer:
    """Users by account ids, ten a page unless told. Unknown ids are left out."""
    accounts = call.request.parameters("accountId")
    if not accounts:
        raise JiraRefusal(400, "The accountId query parameter must be provided")
    found = [ref for account in accounts if call.user and (ref := user_ref(call.voice, account)) is not None]
    return answer(call.page_bean(found, size=10, most=200))


def assign(call: Call) -> Answer:
    """Give a ticket to somebody, or to nobody."""
    found = call.ticket()
    if not call.state.site.is_cloud:
        editing.assign(call.state, found, _by_login(call), call.user)
        return nothing()
    match call.body():
        case {"accountId": str() | None as account}:
            editing.assign(call.state, found, account, call.user)
        case {"name": _}:
            raise JiraRefusal(400, "'accountId' must be the only user identifying query parameter in GDPR strict mode.")
        case _:
            raise JiraRefusal(400, BAD_PAYLOAD, bare=True)
    return nothing()


def _by_login(call: Call) -> str | None:
    """The account that a Data Center's request names; `-1` is the project's default."""
    match call.body():
        case {"name": None}:
            return None
        case {"name": "-1"}:
            return "-1"
        case {"name": str(login)}:
            try:
                return with_login(call.state.site, login).id
            except BadValue as wrong:
                raise JiraRefusal(400, errors={"assignee": str(wrong)}) from None
        case _:
            raise JiraRefusal(400, BAD_PAYLOAD, bare=True)


ROUTES: tuple[Route[JiraState], ...] = (
    rest("GET", "/user", one),
    rest("GET", "/user/search", search),
    rest("GET", "/user/assignable/search", assignable),
    rest("GET", "/user/bulk", in_bulk, where=on_cloud),
    rest("PUT", "/issue/<ticket>/assignee", assign),
)
