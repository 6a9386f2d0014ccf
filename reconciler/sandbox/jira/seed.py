"""From the Jira part of a world file to a site: names become ids, relative times become moments."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from pydantic import ValidationError

from reconciler.sandbox.failure import SandboxError
from reconciler.sandbox.jira import seed_projects
from reconciler.sandbox.jira.lookup import by_name, numbered, pick
from reconciler.sandbox.jira.permissions import PERMISSIONS
from reconciler.sandbox.jira.records import (
    Denial,
    Field,
    Site,
    Status,
    Transition,
    User,
    Webhook,
    Workflow,
)
from reconciler.sandbox.jira.screens import CUSTOM_TYPES, transition_screen
from reconciler.sandbox.jira.world import SiteShape, UserShape, WorkflowShape


def site_from_world(account: str, section: Mapping[str, object], now: datetime) -> Site:
    """The site that the section describes. SandboxError where it does not hold together."""
    try:
        shape = SiteShape.model_validate(section)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors())
        raise SandboxError(f"the world: jira.{account}: {wrong}", hint="see reconciler.sandbox.jira.world") from error
    site = _bare(shape)
    for name, workflow in shape.workflows.items():
        site.workflows[name] = _workflow(site, name, workflow)
    for key, project in shape.projects.items():
        seed_projects.add_project(site, key, project, now)
    site.denials = tuple(
        Denial(
            seed_projects.user(site, each.user).id,
            pick({one.key: one.id for one in site.projects.values()}, each.project, "project")
            if each.project
            else None,
            tuple(sorted(pick({name: name for name in PERMISSIONS}, key, "permission") for key in each.deny)),
        )
        for each in shape.permissions
    )
    _add_webhooks(site, shape, now)
    return site


def _user(shape: UserShape, token: str | None) -> User:
    account = shape.account or "5b10" + hashlib.sha256(shape.email.encode()).hexdigest()[:20]
    login = shape.login or shape.email.partition("@")[0]
    return User(
        account,
        shape.email,
        shape.name,
        login,
        shape.key or login,
        token=shape.token or token,
        admin=shape.admin,
        app=shape.app,
        active=shape.active,
        hides_email=shape.hides_email,
    )


def _bare(shape: SiteShape) -> Site:
    """The site without workflows, projects and webhooks."""
    users = [_user(each, shape.token if each.email == shape.email else None) for each in shape.users]
    by_email = {user.email: user for user in users}
    pick(by_email, shape.email, "user")
    app_email = shape.app_user or "datadog@app.invalid"
    if app_email not in by_email:
        by_email[app_email] = _user(UserShape(email=app_email, name="Datadog", app=True), None)
    statuses = [
        Status(str(number), name, category) for number, (name, category) in enumerate(shape.statuses.items(), 10001)
    ]
    priorities = numbered(shape.priorities, 1)
    return Site(
        url=shape.url.rstrip("/"),
        deployment=shape.deployment,
        email=shape.email,
        token=shape.token,
        app_user=by_email[app_email].id,
        users={user.id: user for user in by_email.values()},
        denials=(),
        statuses={status.id: status for status in statuses},
        priorities=priorities,
        default_priority=pick(by_name(priorities.values()), shape.default_priority, "priority")
        if shape.default_priority
        else None,
        resolutions=numbered(shape.resolutions, 10000),
        fields=_fields(shape),
        workflows={},
        projects={},
        version=(1001, 0, 0) if shape.deployment == "cloud" else shape.version,
        skew=shape.skew,
        index_lag=shape.index_lag,
    )


def _fields(shape: SiteShape) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    options = 10100
    for number, (name, each) in enumerate(shape.fields.items(), 10101):
        kind = CUSTOM_TYPES[each.type]
        values = tuple(numbered(each.options, options).values())
        options += len(values)
        fields[f"customfield_{number}"] = Field(
            f"customfield_{number}", name, kind.type, kind.items, kind.custom, values
        )
    return fields


def _workflow(site: Site, name: str, shape: WorkflowShape) -> Workflow:
    ids = {status.name: status.id for status in site.statuses.values()}
    statuses = tuple(pick(ids, each, "status") for each in shape.statuses)
    if shape.transitions is None:
        steps = [Transition(str(11 + 10 * at), site.statuses[each].name, each) for at, each in enumerate(statuses)]
        return Workflow(name, statuses, tuple(steps), _read_only(ids, shape))
    resolutions = by_name(site.resolutions.values())
    transitions = [
        Transition(
            str(11 + 10 * at),
            step.name,
            pick(ids, step.to, "status"),
            None if step.sources is None else tuple(pick(ids, each, "status") for each in step.sources),
            transition_screen(site, step.screen),
            step.resolution
            if step.resolution in {"auto", "keep", "clear"}
            else pick(resolutions, step.resolution, "resolution"),
            dict(step.validators),
            None if step.only is None else tuple(seed_projects.user(site, each).id for each in step.only),
        )
        for at, step in enumerate(shape.transitions)
    ]
    for transition in transitions:
        if transition.target not in statuses or not set(transition.sources or ()) <= set(statuses):
            raise SandboxError(
                f"workflow {name!r}: transition {transition.name!r} uses a status that is not in `statuses`"
            )
    return Workflow(name, statuses, tuple(transitions), _read_only(ids, shape))


def _read_only(ids: Mapping[str, str], shape: WorkflowShape) -> tuple[str, ...]:
    return tuple(pick({each: ids[each] for each in shape.statuses}, one, "status") for one in shape.read_only)


def _add_webhooks(site: Site, shape: SiteShape, now: datetime) -> None:
    admin = next((user.id for user in site.users.values() if user.admin), site.app_user)
    for number, each in enumerate(shape.webhooks, 1):
        site.webhooks[str(number)] = Webhook(
            str(number),
            each.name,
            each.url,
            tuple(each.events),
            each.jql,
            each.enabled,
            each.exclude_body,
            admin,
            now,
            secret=each.secret,
        )
