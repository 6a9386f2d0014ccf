"""Projects and their old tickets, from a world file."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pydantic import JsonValue

from reconciler.sandbox.clock import parse_moment
from reconciler.sandbox.failure import SandboxError
from reconciler.sandbox.jira.lookup import by_name, numbered, pick
from reconciler.sandbox.jira.records import (
    Category,
    Comment,
    Field,
    History,
    Item,
    Named,
    Project,
    ProjectType,
    ScreenField,
    Site,
    Ticket,
    User,
)
from reconciler.sandbox.jira.screens import create_screen, field_named
from reconciler.sandbox.jira.values import BadValue, Scope, parse_value, user_value
from reconciler.sandbox.jira.world import ProjectShape, ScreenFieldShape, TicketShape


def user(site: Site, email: str) -> User:
    """The user of that e-mail. SandboxError where there is none."""
    return pick({each.email: each for each in site.users.values()}, email, "user")


def moment(text: str, now: datetime) -> datetime:
    """The point in time that a world file means. SandboxError for what is none."""
    try:
        return parse_moment(text, now)
    except ValueError as error:
        raise SandboxError(f"the world: {error}") from error


def add_project(site: Site, key: str, shape: ProjectShape, now: datetime) -> None:
    """Give the site this project, with its tickets."""
    types = dict.fromkeys(shape.types, shape.workflow or "") if isinstance(shape.types, list) else shape.types
    components = tuple(numbered(shape.components, _next(site, len(shape.components))).values())
    project = Project(
        str(_next(site, 1)),
        key,
        shape.name,
        user(site, shape.lead).id if shape.lead else next(iter(site.users)),
        (),
        components,
        archived=shape.archived,
    )
    project = replace(project, types=tuple(_type(site, project, shape, name, flow) for name, flow in types.items()))
    site.projects[project.id] = project
    for ticket in shape.tickets:
        _add_ticket(site, project.id, ticket, now)


def _next(site: Site, many: int) -> int:
    """The first of so many new ids."""
    site.next_id += many
    return site.next_id - many + 1


def _type(site: Site, project: Project, shape: ProjectShape, name: str, workflow: str) -> ProjectType:
    screen = tuple(
        ScreenField(field.id, each.required, _default(Scope(site, project), field, each))
        for each in shape.fields
        if each.types is None or name in each.types
        for field in (field_named(site, each.field),)
    )
    hidden = frozenset(field_named(site, each).id for each in shape.hidden)
    return ProjectType(
        _type_id(site, name),
        pick({each: each for each in site.workflows}, workflow, "workflow"),
        create_screen(site, screen, hidden=hidden, has_components=bool(shape.components)),
    )


def _type_id(site: Site, name: str) -> Named:
    """Types are the site's: projects that use the same name share the type."""
    for project in site.projects.values():
        for each in project.types:
            if each.type.name == name:
                return each.type
    return Named(str(_next(site, 1)), name)


def _default(scope: Scope, field: Field, shape: ScreenFieldShape) -> JsonValue:
    return None if shape.default is None else named_value(scope, field, shape.default)


def named_value(scope: Scope, field: Field, value: JsonValue) -> JsonValue:
    """The value as the record keeps it, from the names a person writes. SandboxError where the field refuses it."""
    wanted: JsonValue = value
    if value is None:
        wanted = None
    elif field.type == "user":
        wanted = user_value(scope.site, user(scope.site, str(value)).id)
    elif field.type in {"option", "priority", "resolution"}:
        wanted = {"value": value, "name": value}
    elif field.items in {"option", "component"} and isinstance(value, list):
        wanted = [{"value": each, "name": each} for each in value]
    try:
        return parse_value(replace(scope, version=2), field, wanted)
    except BadValue as error:
        raise SandboxError(f"field {field.name!r} cannot be {value!r}: {error}") from error


def _add_ticket(site: Site, project_id: str, shape: TicketShape, now: datetime) -> None:
    project = site.projects[project_id]
    type_ = pick({each.type.name: each for each in project.types}, shape.type, f"type in {project.key} named")
    workflow = site.workflows[type_.workflow]
    statuses = {site.statuses[each].name: each for each in workflow.statuses}
    born = workflow.statuses[0]
    status = pick(statuses, shape.status, f"status in workflow {workflow.name!r} named") if shape.status else born
    created = moment(shape.created, now)
    entered = moment(shape.entered, now) if shape.entered else created
    ticket = Ticket(
        id=str(_next(site, 1)),
        key=_key(site, project, shape),
        project=project.id,
        type=type_.type.id,
        status=status,
        summary=shape.summary,
        created=created,
        updated=moment(shape.updated, now) if shape.updated else entered,
        category_changed=entered,
        creator=user(site, shape.reporter).id if shape.reporter else project.lead,
        reporter=user(site, shape.reporter).id if shape.reporter else project.lead,
        properties=dict(shape.properties),
        hidden_from=tuple(user(site, each).id for each in shape.hidden_from),
    )
    ticket = _with_fields(site, project, shape, ticket)
    if status != born:
        ticket = replace(ticket, histories=(_arrival(site, ticket, born, entered),))
    comments = tuple(_comment(site, each.author, each.text, moment(each.at, now)) for each in shape.comments)
    site.tickets[ticket.id] = replace(ticket, comments=comments)


def _key(site: Site, project: Project, shape: TicketShape) -> str:
    key = shape.key or f"{project.key}-{project.next_number}"
    prefix, _, number = key.rpartition("-")
    if prefix != project.key or not number.isdigit() or any(each.key == key for each in site.tickets.values()):
        raise SandboxError(
            f"the world: {key!r} cannot be the key of a ticket in {project.key}: its own prefix and a new number"
        )
    site.projects[project.id] = replace(project, next_number=max(project.next_number, int(number) + 1))
    return key


def _with_fields(site: Site, project: Project, shape: TicketShape, ticket: Ticket) -> Ticket:
    scope = Scope(site, project)
    is_done = site.statuses[ticket.status].category is Category.DONE
    resolution = shape.resolution or (next(iter(site.resolutions.values())).name if is_done else None)
    custom = {
        field.id: named_value(scope, field, value)
        for name, value in shape.fields.items()
        for field in (field_named(site, name),)
    }
    components = by_name(project.components)
    return replace(
        ticket,
        description=shape.description,
        assignee=user(site, shape.assignee).id if shape.assignee else None,
        priority=pick(by_name(site.priorities.values()), shape.priority, "priority")
        if shape.priority
        else site.default_priority,
        resolution=pick(by_name(site.resolutions.values()), resolution, "resolution") if resolution else None,
        resolved=ticket.category_changed if resolution else None,
        labels=tuple(sorted(shape.labels)),
        components=tuple(pick(components, each, "component") for each in shape.components),
        due=shape.due,
        custom=custom,
    )


def _arrival(site: Site, ticket: Ticket, born: str, entered: datetime) -> History:
    """The changelog entry of how an old ticket came into its status."""
    names = {status.id: status.name for status in site.statuses.values()}
    item = Item("status", "status", born, names[born], ticket.status, names[ticket.status])
    return History(str(_next(site, 1)), ticket.assignee or ticket.creator, entered, (item,))


def _comment(site: Site, author: str, text: str, at: datetime) -> Comment:
    account = user(site, author).id
    return Comment(str(_next(site, 1)), account, account, at, at, text)
