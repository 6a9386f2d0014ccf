"""What people and errors do on the Datadog side, without asking the API. Each function returns a sentence of what happened."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import JsonValue, TypeAdapter, ValidationError

from reconciler.sandbox.clock import parse_moment
from reconciler.sandbox.datadog.documents import STATUS_NAMES
from reconciler.sandbox.datadog.issues import STATES
from reconciler.sandbox.datadog.records import Case, Group, Issue, Project, Regression, User
from reconciler.sandbox.datadog.state import DatadogState, id_of
from reconciler.sandbox.failure import SandboxError

_LABELS = {"FOR REVIEW": "OPEN", "REVIEWED": "ACKNOWLEDGED"}
_JSON: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)
_NEW = ("service", "team", "error_type", "message", "name", "platform", "is_crash", "file_path", "first_seen")


def named_issue(state: DatadogState, name: str) -> Issue:
    """The issue of that id or world-file name. SandboxError otherwise."""
    issue = state.find_issue(name)
    if issue is None:
        names = ", ".join(sorted(each.name for each in state.company.issues.values())[:6])
        raise SandboxError(f"no issue {name!r}", hint=f"an id, or a name of the world file such as {names}")
    return issue


def named_case(state: DatadogState, key: str) -> Case:
    """The case of that key or id. SandboxError otherwise."""
    case = state.find_case(key)
    if case is None:
        keys = ", ".join(sorted(each.key for each in state.company.cases.values())[:6])
        raise SandboxError(f"no case {key!r}", hint=f"there are {keys or 'none'}")
    return case


def named_project(state: DatadogState, key: str) -> Project:
    """The case project of that key. SandboxError otherwise."""
    project = state.project_by_key(key)
    if project is None:
        keys = ", ".join(sorted(each.key for each in state.company.projects.values()))
        raise SandboxError(f"no case project {key!r}", hint=f"there are {keys}")
    return project


def named_user(state: DatadogState, email: str) -> User:
    """The person with that e-mail. SandboxError otherwise."""
    for user in state.company.users.values():
        if user.email.casefold() == email.casefold():
            return user
    known = ", ".join(sorted(each.email for each in state.company.users.values()))
    raise SandboxError(f"Datadog has no user {email!r}", hint=f"there are {known}")


def set_issue_state(state: DatadogState, name: str, wanted: str) -> str:
    """By the API's name of the state or by the UI's: `RESOLVED`, `For Review`."""
    issue = named_issue(state, name)
    value = _LABELS.get(wanted.upper(), wanted.upper())
    if value not in STATES:
        raise SandboxError(f"no issue state {wanted!r}", hint=f"one of {', '.join(STATES)}, For Review, Reviewed")
    before = issue.state
    state.change_state(issue, value)
    return f"issue {issue.name}: {before} -> {value}"


def fail_again(state: DatadogState, name: str) -> str:
    """The error happens once more, now; a resolved issue without versions comes back by that."""
    issue = named_issue(state, name)
    if issue.state == "RESOLVED" and not issue.last_seen_version:
        return regress(state, name)
    issue.seen = sorted({*issue.seen, state.clock.now()})
    return f"issue {issue.name} failed again"


def regress(state: DatadogState, name: str) -> str:
    """A resolved issue comes back: For Review again, with the regression noted."""
    issue = named_issue(state, name)
    if issue.state != "RESOLVED":
        raise SandboxError(f"issue {issue.name} is {issue.state}: only a RESOLVED one regresses")
    now = state.clock.now()
    issue.regression = Regression(issue.resolved or issue.seen[-1], now, issue.last_seen_version or None)
    issue.seen = sorted({*issue.seen, now})
    issue.state = "OPEN"
    return f"issue {issue.name} regressed: RESOLVED -> OPEN"


def assign_issue(state: DatadogState, name: str, email: str | None) -> str:
    """Somebody gets an issue, or nobody."""
    issue = named_issue(state, name)
    user = None if email is None else named_user(state, email)
    state.assign_issue(issue, None if user is None else user.id)
    return f"issue {issue.name} is given to {'nobody' if user is None else user.name} and is {issue.state}"


def attach_issue(state: DatadogState, name: str, case_key: str) -> str:
    """Put an issue into a case, as "Add to existing" does."""
    issue, case = named_issue(state, name), named_case(state, case_key)
    state.attach(case, issue)
    state.touch(case)
    return f"issue {issue.name} is attached to {case.key} and is {issue.state}"


def detach_issue(state: DatadogState, name: str) -> str:
    """Take an issue out of its case."""
    issue = named_issue(state, name)
    case = state.company.cases.get(issue.case_id or "")
    if case is None:
        raise SandboxError(f"issue {issue.name} has no case")
    case.insights = [each for each in case.insights if each.resource_id != issue.id]
    issue.case_id = None
    state.touch(case)
    return f"issue {issue.name} is detached from {case.key}"


def new_issue(state: DatadogState, facts: Mapping[str, str]) -> str:
    """An error that nobody has seen before: `service=… team=… error_type=… message=…`."""
    unknown = sorted(set(facts) - set(_NEW))
    if unknown or "service" not in facts:
        wrong = f"unknown {', '.join(unknown)}" if unknown else "it has no service"
        raise SandboxError(
            f"issue new: {wrong}", hint=f"issue new service=cart [{' '.join(f'{n}=…' for n in _NEW[1:])}]"
        )
    now = state.clock.now()
    try:
        first = parse_moment(facts.get("first_seen", "now"), now)
    except ValueError as wrong_moment:
        raise SandboxError(f"issue new: first_seen: {wrong_moment}") from None
    team_ids = [_team(state, each) for each in facts.get("team", "").split(",") if each]
    if state.find_issue(facts.get("name", "")) is not None:
        raise SandboxError(f"issue new: there is an issue named {facts['name']!r} already")
    identity = state.new_id("issue")
    issue = Issue(
        id=identity,
        name=facts.get("name", f"{facts['service']}-{identity[:8]}"),
        service=facts["service"],
        seen=sorted({first, now}),
        error_type=facts.get("error_type", "Error"),
        error_message=facts.get("message", "something broke"),
        file_path=facts.get("file_path", ""),
        platform=facts.get("platform", "BACKEND"),
        is_crash=facts.get("is_crash", "false").lower() == "true",
        team_ids=team_ids,
    )
    state.company.issues[issue.id] = issue
    return f"new issue {issue.name} ({issue.id}) in {issue.service}"


def _team(state: DatadogState, handle: str) -> str:
    identity = id_of("team", handle)
    if identity not in state.company.teams:
        known = ", ".join(sorted(team.handle for team in state.company.teams.values()))
        raise SandboxError(f"no team {handle!r}", hint=f"there are {known}")
    return identity


def set_case_status(state: DatadogState, key: str, wanted: str) -> str:
    """By the name of the status (`In Progress`) or of its group (`IN_PROGRESS`)."""
    case = named_case(state, key)
    names = {name.casefold(): group for group, name in STATUS_NAMES.items()} | {each.lower(): each for each in Group}
    group = names.get(wanted.casefold())
    if group is None:
        raise SandboxError(f"no case status {wanted!r}", hint=f"one of {', '.join(STATUS_NAMES.values())}")
    before = case.status_name
    state.enter(case, group, STATUS_NAMES[group])
    state.touch(case)
    return f"case {case.key}: {before} -> {case.status_name}"


def set_case_title(state: DatadogState, key: str, title: str) -> str:
    """Rename a case."""
    case = named_case(state, key)
    case.title = title
    state.touch(case)
    return f"case {case.key} is now called {title}"


def assign_case(state: DatadogState, key: str, email: str | None) -> str:
    """Somebody gets a case, or nobody."""
    case = named_case(state, key)
    user = None if email is None else named_user(state, email)
    case.assignee_id = None if user is None else user.id
    state.touch(case)
    return f"case {case.key} is given to {'nobody' if user is None else user.name}"


def comment_case(state: DatadogState, key: str, text: str, author: str | None) -> str:
    """Somebody comments on a case."""
    case = named_case(state, key)
    user = None if author is None else named_user(state, author)
    cell = state.say(case, text, None if user is None else user.id)
    return f"comment {cell.id} on case {case.key}"


def archive_case(state: DatadogState, key: str, *, archived: bool) -> str:
    """Out of search, or back into it."""
    case = named_case(state, key)
    case.archived = archived
    state.touch(case)
    return f"case {case.key} is {'archived' if archived else 'back'}"


def move_case(state: DatadogState, key: str, project_key: str) -> str:
    """Into another project: a new key, and its ticket is lost."""
    case, project = named_case(state, key), named_project(state, project_key)
    state.move_case(case, project)
    return f"case {key} is now {case.key}" + (" and has no ticket any more" if case.ticket is None else "")


def link_case(state: DatadogState, key: str, url: str) -> str:
    """Link a ticket to a case by its address, as the panel does, in place of the one it had."""
    case = named_case(state, key)
    account = state.account_at(url)
    ticket = None if account is None else state.sites[account.site].find(url.rpartition("/browse/")[2])
    if account is None or ticket is None:
        known = ", ".join(sorted(f"{each.url}/browse/KEY" for each in state.company.accounts.values()))
        raise SandboxError(f"no ticket at {url}", hint=f"expected {known or 'a connected Jira account'}")
    state.link_ticket(case, account, ticket)
    return f"case {case.key} is linked to {ticket.key}"


def unlink_case(state: DatadogState, key: str) -> str:
    """Take the ticket off a case."""
    case = named_case(state, key)
    case.ticket = None
    state.touch(case)
    return f"case {case.key} has no ticket"


def set_project_setting(state: DatadogState, key: str, path: str, value: str) -> str:
    """Change one setting by its dotted path, as somebody clicking in the settings page does; `value` is JSON or a word."""
    project = named_project(state, key)
    *above, last = path.split(".")
    place: dict[str, JsonValue] = project.settings
    for step in above:
        within = place.setdefault(step, {})
        if not isinstance(within, dict):
            raise SandboxError(f"case project {project.key}: {step} in {path!r} is no group of settings")
        place = within
    place[last] = _value(value)
    return f"case project {project.key}: {path} = {json.dumps(place[last], sort_keys=True)}"


def _value(text: str) -> JsonValue:
    try:
        return _JSON.validate_json(text)
    except ValidationError:
        return text


def permit(state: DatadogState, permission: str, *, allowed: bool) -> str:
    """Take a permission from the application key, or give it back."""
    granted = state.company.permissions
    kept = set(ALL_PERMISSIONS if granted is None else granted) - {permission}
    state.company.permissions = sorted({*kept, permission} if allowed else kept)
    return f"the application key {'has' if allowed else 'no longer has'} {permission}"


ALL_PERMISSIONS = (
    "apm_service_catalog_read",
    "cases_read",
    "cases_write",
    "error_tracking_read",
    "error_tracking_write",
    "integrations_read",
    "teams_read",
    "user_access_read",
)
