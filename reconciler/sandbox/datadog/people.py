"""What people and errors do to issues in Datadog, without asking the API. Each function returns a sentence of what happened."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from reconciler.sandbox.clock import parse_moment
from reconciler.sandbox.datadog.issues import STATES
from reconciler.sandbox.datadog.records import (
    ALL_PERMISSIONS,
    SURPLUS_PERMISSIONS,
    Case,
    Issue,
    Project,
    Regression,
    User,
)
from reconciler.sandbox.datadog.state import DatadogState, id_of
from reconciler.sandbox.failure import SandboxError

_LABELS = {"FOR REVIEW": "OPEN", "REVIEWED": "ACKNOWLEDGED"}
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


def acting(state: DatadogState, by: str | None) -> User:
    """The person who acts: the one named, or the first who is active and not the keys' owner."""
    if by is not None:
        return named_user(state, by)
    company = state.company
    people = [user for user in company.users.values() if user.active and user.id != company.owner_id]
    return people[0] if people else company.users[company.owner_id]


def set_issue_state(state: DatadogState, name: str, wanted: str) -> str:
    """By the API's name of the state or by the UI's: `RESOLVED`, `For Review`."""
    issue = named_issue(state, name)
    value = _LABELS.get(wanted.upper(), wanted.upper())
    if value not in STATES:
        raise SandboxError(f"no issue state {wanted!r}", hint=f"one of {', '.join(STATES)}, For Review, Reviewed")
    before = issue.state
    state.change_state(issue, value)
    return f"issue {issue.name}: {before} -> {value}"


def fail_again(state: DatadogState, name: str, version: str | None = None) -> str:
    """The error happens once more, now. A resolved issue comes back by that if it has no versions, or if this one is newer
    than where it was last seen; an excluded one is not collected. Reference: datadog-api §1.5.
    """
    issue = named_issue(state, name)
    if issue.state == "EXCLUDED":
        return f"issue {issue.name} is excluded: nothing is collected"
    newer = version is not None and _age(version) > _age(issue.last_seen_version)
    if issue.state == "RESOLVED" and (newer or not issue.last_seen_version):
        return regress(state, name, version)
    issue.seen = sorted({*issue.seen, state.clock.now()})
    if newer and version is not None:
        issue.last_seen_version = version
    return f"issue {issue.name} failed again"


def _age(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


def regress(state: DatadogState, name: str, version: str | None = None) -> str:
    """A resolved issue comes back: For Review again, with the regression noted."""
    issue = named_issue(state, name)
    if issue.state != "RESOLVED":
        raise SandboxError(f"issue {issue.name} is {issue.state}: only a RESOLVED one regresses")
    now = state.clock.now()
    issue.last_seen_version = version or issue.last_seen_version
    issue.regression = Regression(issue.resolved or issue.seen[-1], now, issue.last_seen_version or None)
    issue.seen = sorted({*issue.seen, now})
    state.change_state(issue, "OPEN")
    return f"issue {issue.name} regressed: RESOLVED -> OPEN"


def assign_issue(state: DatadogState, name: str, email: str | None, by: str | None = None) -> str:
    """Somebody gets an issue, or nobody."""
    issue = named_issue(state, name)
    user = None if email is None else named_user(state, email)
    state.assign_issue(issue, None if user is None else user.id, acting(state, by).id)
    return f"issue {issue.name} is given to {'nobody' if user is None else user.name} and is {issue.state}"


def attach_issue(state: DatadogState, name: str, case_key: str, by: str | None = None) -> str:
    """Put an issue into a case, as "Add to existing" does."""
    issue, case = named_issue(state, name), named_case(state, case_key)
    state.attach(case, issue)
    state.touch(case, acting(state, by).id)
    return f"issue {issue.name} is attached to {case.key} and is {issue.state}"


def detach_issue(state: DatadogState, name: str, by: str | None = None) -> str:
    """Take an issue out of its case."""
    issue = named_issue(state, name)
    case = state.company.cases.get(issue.case_id or "")
    if case is None:
        raise SandboxError(f"issue {issue.name} has no case")
    case.insights = [each for each in case.insights if each.resource_id != issue.id]
    issue.case_id = None
    state.touch(case, acting(state, by).id)
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


def give_to_team(state: DatadogState, name: str, handles: str | None) -> str:
    """Let an issue belong to these teams, to none without them: what a change of code ownership does."""
    issue = named_issue(state, name)
    issue.team_ids = [_team(state, each) for each in (handles or "").split(",") if each]
    return f"issue {issue.name} belongs to {handles or 'no team'}"


def _team(state: DatadogState, handle: str) -> str:
    identity = id_of("team", handle)
    if identity not in state.company.teams:
        known = ", ".join(sorted(team.handle for team in state.company.teams.values()))
        raise SandboxError(f"no team {handle!r}", hint=f"there are {known}")
    return identity


def change_user(state: DatadogState, email: str, *, active: bool | None = None, hides_email: bool | None = None) -> str:
    """Deactivate an account or activate it; let its e-mail be hidden beside cases and issues, or shown."""
    user = named_user(state, email)
    user.active = user.active if active is None else active
    user.hides_email = user.hides_email if hides_email is None else hides_email
    return f"{user.name} is {'active' if user.active else 'deactivated'} in Datadog, e-mail {'hidden' if user.hides_email else 'shown'}"


def double_user(state: DatadogState, email: str) -> str:
    """A second account with the same e-mail, as an organisation has that invited somebody twice."""
    user = named_user(state, email)
    number = sum(1 for each in state.company.users.values() if each.email == user.email) + 1
    twin = replace(user, id=id_of("user", f"{user.email}#{number}"), name=f"{user.name} ({number})")
    state.company.users[twin.id] = twin
    return f"{user.name} has {number} accounts in Datadog with the e-mail {user.email}"


def miss(state: DatadogState, count: int, *, webhooks: bool) -> str:
    """Let native sync miss what happens next: so many webhooks from Jira, or so many of Datadog's own changes."""
    if webhooks:
        state.company.lost_webhooks = count
    else:
        state.company.lost_changes = count
    return f"native sync will miss the next {count} {'webhooks' if webhooks else 'changes in Datadog'}"


def permit(state: DatadogState, permission: str, *, allowed: bool) -> str:
    """Take a permission from the application key, or give it back."""
    if permission not in {*ALL_PERMISSIONS, *SURPLUS_PERMISSIONS}:
        raise SandboxError(f"Datadog has no permission {permission!r}", hint=f"there are {', '.join(ALL_PERMISSIONS)}")
    granted = state.company.permissions
    kept = set(ALL_PERMISSIONS if granted is None else granted) - {permission}
    state.company.permissions = sorted({*kept, permission} if allowed else kept)
    return f"the application key {'has' if allowed else 'no longer has'} {permission}"
