"""What people do to cases and case projects, without asking the API. Each function returns a sentence of what happened."""

from __future__ import annotations

import json

from pydantic import JsonValue, TypeAdapter, ValidationError

from reconciler.sandbox.datadog.documents import STATUS_NAMES
from reconciler.sandbox.datadog.people import acting, named_case, named_project, named_user
from reconciler.sandbox.datadog.records import Group, JiraAccount
from reconciler.sandbox.datadog.state import DatadogState, id_of
from reconciler.sandbox.failure import SandboxError

_JSON: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)


def set_case_status(state: DatadogState, key: str, wanted: str, by: str | None = None) -> str:
    """By the name of the status (`In Progress`) or of its group (`IN_PROGRESS`)."""
    case = named_case(state, key)
    names = {name.casefold(): group for group, name in STATUS_NAMES.items()} | {each.lower(): each for each in Group}
    group = names.get(wanted.casefold())
    if group is None:
        raise SandboxError(f"no case status {wanted!r}", hint=f"one of {', '.join(STATUS_NAMES.values())}")
    before = case.status_name
    state.enter(case, group, STATUS_NAMES[group])
    state.touch(case, acting(state, by).id)
    return f"case {case.key}: {before} -> {case.status_name}"


def set_case_title(state: DatadogState, key: str, title: str, by: str | None = None) -> str:
    """Rename a case."""
    case = named_case(state, key)
    case.title = title
    state.touch(case, acting(state, by).id)
    return f"case {case.key} is now called {title}"


def assign_case(state: DatadogState, key: str, email: str | None, by: str | None = None) -> str:
    """Somebody gets a case, or nobody."""
    case = named_case(state, key)
    user = None if email is None else named_user(state, email)
    state.assign_case(case, None if user is None else user.id)
    state.touch(case, acting(state, by).id)
    return f"case {case.key} is given to {'nobody' if user is None else user.name}"


def comment_case(state: DatadogState, key: str, text: str, by: str | None = None) -> str:
    """Somebody comments on a case."""
    case = named_case(state, key)
    cell = state.say(case, text, acting(state, by).id)
    return f"comment {cell.id} on case {case.key}"


def archive_case(state: DatadogState, key: str, *, archived: bool, by: str | None = None) -> str:
    """Out of search, or back into it."""
    case = named_case(state, key)
    case.archived = archived
    state.touch(case, acting(state, by).id)
    return f"case {case.key} is {'archived' if archived else 'back'}"


def move_case(state: DatadogState, key: str, project_key: str, by: str | None = None) -> str:
    """Into another project: a new key, and its ticket is lost."""
    case, project = named_case(state, key), named_project(state, project_key)
    state.move_case(case, project, acting(state, by).id)
    return f"case {key} is now {case.key}" + (" and has no ticket any more" if case.ticket is None else "")


def link_case(state: DatadogState, key: str, url: str, by: str | None = None) -> str:
    """Link a ticket to a case by its address, as the panel does, in place of the one it had."""
    case = named_case(state, key)
    account = state.account_at(url)
    ticket = None if account is None else state.sites[account.site].find(url.rpartition("/browse/")[2])
    if account is None or ticket is None:
        known = ", ".join(sorted(f"{each.url}/browse/KEY" for each in state.company.accounts.values()))
        raise SandboxError(f"no ticket at {url}", hint=f"expected {known or 'a connected Jira account'}")
    state.link_ticket(case, account, ticket, acting(state, by).id)
    return f"case {case.key} is linked to {ticket.key}"


def unlink_case(state: DatadogState, key: str, by: str | None = None) -> str:
    """Take the ticket off a case."""
    case = named_case(state, key)
    case.ticket = None
    state.touch(case, acting(state, by).id)
    return f"case {case.key} has no ticket"


def close_inactive_case(state: DatadogState, key: str) -> str:
    """What Datadog's daily look for inactive cases does to one of them."""
    case = named_case(state, key)
    state.auto_close(case)
    return f"case {case.key} was closed for inactivity"


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


def create_project(state: DatadogState, key: str, name: str) -> str:
    """A new case project, as its form makes one: without any integration."""
    if state.project_by_key(key) is not None:
        raise SandboxError(f"there is a case project {key} already")
    project = state.add_project(key, name)
    return f"case project {project.key} is there now"


def connect_account(state: DatadogState, site: str) -> str:
    """Add a Jira account in the tile. It has the id it had before, if it was there before."""
    if site not in state.sites:
        raise SandboxError(f"no Jira site {site!r}", hint=f"there are {', '.join(sorted(state.sites))}")
    account = JiraAccount(id_of("jira-account", site), site, state.sites[site].url)
    state.company.accounts.setdefault(account.id, account)
    return f"Datadog's Jira tile has an account for {account.url}"


def disconnect_account(state: DatadogState, site: str) -> str:
    """Remove a Jira account from the tile."""
    gone = state.company.accounts.pop(id_of("jira-account", site), None)
    if gone is None:
        raise SandboxError(f"the tile has no account for the site {site!r}")
    return f"Datadog's Jira tile has no account for {gone.url} any more"


def _value(text: str) -> JsonValue:
    try:
        return _JSON.validate_json(text)
    except ValidationError:
        return text
