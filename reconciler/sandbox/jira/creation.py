"""Creating a ticket: by the API, by Datadog on a person's or our behalf, by people. Reference: jira-api §5.1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pydantic import JsonValue

from reconciler.sandbox.jira.forms import fill
from reconciler.sandbox.jira.permissions import may
from reconciler.sandbox.jira.records import Project, ProjectType, Ticket, User
from reconciler.sandbox.jira.refusal import JiraRefusal, not_on_screen
from reconciler.sandbox.jira.state import JiraState, News
from reconciler.sandbox.jira.ticket_fields import with_value
from reconciler.sandbox.jira.values import Scope, user_value


@dataclass(frozen=True, slots=True)
class Submission:
    """What a create or edit request says. `version` decides whether rich text is a document (3) or text (2)."""

    fields: Mapping[str, JsonValue]
    update: Mapping[str, JsonValue] = field(default_factory=dict)
    properties: Mapping[str, JsonValue] = field(default_factory=dict)
    version: int = 3


def create_ticket(
    state: JiraState, project_id: str, issue_type_id: str, fields: Mapping[str, JsonValue], actor: str | None = None
) -> str:
    """Create a ticket as Datadog's integration does, or as the user named (id, e-mail or name); returns its key.

    A description that is text is taken as text. Raises JiraRefusal with Jira's sentences; nothing changes then.
    """
    user = state.user(actor) if actor else state.site.users[state.site.app_user]
    placed: dict[str, JsonValue] = {**fields, "project": {"id": project_id}, "issuetype": {"id": issue_type_id}}
    version = 2 if isinstance(fields.get("description"), str) else 3
    return create(state, Submission(placed, version=version), user).key


def create(state: JiraState, submission: Submission, author: User | None) -> Ticket:
    """Create a ticket. Checks, in Jira's order: project, type, permission, then every field."""
    project, type_ = _destination(state, submission.fields, author)
    if author is None or not may(state.site, author, "CREATE_ISSUES", project):
        raise JiraRefusal(400, errors={"project": "You cannot create issues in this project."})
    fields = {name: value for name, value in submission.fields.items() if name not in {"project", "issuetype"}}
    _check_rights(state, project, author, fields)
    screen = {each.field: each for each in type_.screen if each.field not in {"project", "issuetype"}}
    scope = Scope(state.site, project, submission.version)
    if "reporter" in screen:
        fields.setdefault("reporter", user_value(state.site, author.id))
    values = fill(scope, screen, None, fields, submission.update)
    born = state.site.workflows[type_.workflow].statuses[0]
    now = state.now()
    ticket = Ticket(
        id=state.new_id(),
        key=f"{project.key}-{project.next_number}",
        project=project.id,
        type=type_.type.id,
        status=born,
        summary="",
        created=now,
        updated=now,
        category_changed=now,
        creator=author.id,
        reporter=author.id,
        properties=dict(submission.properties),
    )
    for name, value in sorted(values.items()):
        ticket = with_value(ticket, name, value)
    state.site.projects[project.id] = replace(project, next_number=project.next_number + 1)
    state.keep(ticket)
    state.news.append(News("jira:issue_created", ticket, author.id))
    return ticket


def _destination(state: JiraState, fields: Mapping[str, JsonValue], author: User | None) -> tuple[Project, ProjectType]:
    project: Project | None = None
    match fields.get("project"):
        case {"id": str() | int() as wanted} | {"key": str() as wanted}:
            project = state.find_project(str(wanted))
        case _:
            pass
    if project is None or project.archived or not may(state.site, author, "BROWSE_PROJECTS", project):
        raise JiraRefusal(400, errors={"project": "Specify a valid project ID or key"})
    match fields.get("issuetype"):
        case {"id": str() | int() as wanted} | {"name": str() as wanted}:
            type_ = state.type_of(project, str(wanted))
        case _:
            raise JiraRefusal(400, errors={"issuetype": "Specify an issue type"})
    if type_ is None:
        raise JiraRefusal(400, errors={"issuetype": "Specify a valid issue type"})
    return project, type_


def _check_rights(state: JiraState, project: Project, author: User, fields: Mapping[str, JsonValue]) -> None:
    """Fields that need a right of their own are, without it, as if they were not on the screen."""
    rights = {"assignee": "ASSIGN_ISSUES", "reporter": "MODIFY_REPORTER", "duedate": "SCHEDULE_ISSUES"}
    errors = {
        name: not_on_screen(name)
        for name, right in rights.items()
        if fields.get(name) is not None and not may(state.site, author, right, project)
    }
    if errors:
        raise JiraRefusal(400, errors=errors)
