"""What people do in Jira's own pages. Each act goes through the same rules as the API unless it is said to be forced, and
leaves its entry in the changelog under the person's name.

Names are resolved as people use them; NoSuchThing or JiraRefusal says what does not exist or is not allowed. Each function
returns a sentence about what happened.
"""

from __future__ import annotations

from dataclasses import replace

from pydantic import JsonValue

from reconciler.sandbox.jira import comments, creation, editing, workflow
from reconciler.sandbox.jira.creation import Submission
from reconciler.sandbox.jira.lookup import nearest
from reconciler.sandbox.jira.permissions import PERMISSIONS
from reconciler.sandbox.jira.records import Category, Field, Project, ScreenField, Ticket, Transition, User
from reconciler.sandbox.jira.refusal import NoSuchThing
from reconciler.sandbox.jira.screens import field_named, field_of
from reconciler.sandbox.jira.seed_projects import named_value
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.jira.ticket_fields import is_empty, value_of
from reconciler.sandbox.jira.values import Scope, user_value


def actor(state: JiraState, who: str | None) -> User:
    """The person who acts: the one named, or the first of the site who is no app and not our own account."""
    if who is not None:
        return state.user(who)
    people = [each for each in state.site.users.values() if each.active and not each.app and each.email != state.email]
    return people[0] if people else state.user(state.email)


def set_status(state: JiraState, key: str, name: str, *, by: str | None = None, forced: bool = False) -> str:
    """Bring a ticket into a status by a transition, filling in what its screen requires. `forced` needs no transition:
    what an administrator's bulk change or an import does.
    """
    ticket, person = state.ticket(key), actor(state, by)
    status = state.status_named(name)
    before = state.site.statuses[ticket.status].name
    if forced:
        workflow.enter(state, ticket, status.id, (), person)
        return f"{person.name} forced {ticket.key} from {before} to {status.name}"
    steps = workflow.available(state, ticket, person)
    step = next((each for each in steps if each.target == status.id), None)
    if step is None:
        names = sorted({state.site.statuses[each.target].name for each in steps})
        ways = f"from there it goes to {', '.join(names)}" if names else f"{person.name} may not move it anywhere"
        raise NoSuchThing(f"{ticket.key} is in {before} and cannot go to {status.name}: {ways}", hint="add `--force`")
    workflow.take(state, ticket, step, _filled_in(state, ticket, step), person)
    return f"{person.name} moved {ticket.key} from {before} to {status.name}"


def _filled_in(state: JiraState, ticket: Ticket, step: Transition) -> Submission:
    """The screen as a person fills it in: each required field that is empty gets its first value."""
    fields: dict[str, JsonValue] = {}
    for each in step.screen:
        if each.required and is_empty(value_of(ticket, each.field)):
            fields[each.field] = _first_value(state, ticket, each)
    return Submission(fields, version=2)


def _first_value(state: JiraState, ticket: Ticket, each: ScreenField) -> JsonValue:
    field = field_of(state.site, each.field)
    options = {"resolution": [*state.site.resolutions], "priority": [*state.site.priorities]}.get(each.field, [])
    options = options or [option.id for option in field.options] if field else options
    if options:
        return {"id": options[0]}
    if each.field in {"assignee", "reporter"} and ticket.reporter is not None:
        return user_value(state.site, ticket.reporter)
    return "Filled in."


def assign(state: JiraState, key: str, whom: str | None, *, by: str | None = None) -> str:
    """Give a ticket to somebody, or to nobody."""
    ticket, person = state.ticket(key), actor(state, by)
    chosen = state.user(whom) if whom is not None else None
    editing.assign(state, ticket, chosen.id if chosen else None, person)
    return f"{person.name} gave {ticket.key} to {chosen.name if chosen else 'nobody'}"


def comment(state: JiraState, key: str, text: str, *, by: str | None = None, only: str | None = None) -> str:
    """Comment on a ticket: for everybody, or `only` for those of a project role."""
    ticket, person = state.ticket(key), actor(state, by)
    seen_by: JsonValue = None if only is None else {"type": "role", "value": only, "identifier": only}
    _, made = comments.add(state, ticket, comments.Draft(text, version=2, visibility=seen_by), person)
    return f"{person.name} commented on {ticket.key} (comment {made.id}{f', only for {only}' if only else ''})"


def edit_comment(state: JiraState, key: str, comment_id: str, text: str, *, by: str | None = None) -> str:
    """Change a comment; its author does, unless somebody else is named."""
    ticket = state.ticket(key)
    found = comments.find(ticket, comment_id)
    person = actor(state, by or found.author)
    comments.edit(state, ticket, found, comments.Draft(text, version=2), person)
    return f"{person.name} edited comment {comment_id} on {ticket.key}"


def delete_comment(state: JiraState, key: str, comment_id: str, *, by: str | None = None) -> str:
    """Delete a comment; its author does, unless somebody else is named."""
    ticket = state.ticket(key)
    found = comments.find(ticket, comment_id)
    person = actor(state, by or found.author)
    comments.delete(state, ticket, found, person)
    return f"{person.name} deleted comment {comment_id} of {ticket.key}"


def create(state: JiraState, project_key: str, type_name: str, summary: str, *, by: str | None = None) -> str:
    """Create a ticket by hand, filling in what its screen requires. Returns the key."""
    project, person = state.project(project_key), actor(state, by)
    type_ = state.type_of(project, type_name)
    if type_ is None:
        hint = nearest((each.type.name for each in project.types), type_name)
        raise NoSuchThing(f"{project.key} has no ticket type {type_name!r}", hint=hint)
    fields: dict[str, JsonValue] = {
        "project": {"id": project.id},
        "issuetype": {"id": type_.type.id},
        "summary": summary,
    }
    for each in type_.screen:
        field = state.site.fields.get(each.field)
        if field is not None and each.required and each.default is None:
            fields[each.field] = {"id": field.options[0].id} if field.options else "Filled in."
    return creation.create(state, Submission(fields, version=2), person).key


def set_field(state: JiraState, key: str, field_name: str, value: JsonValue, *, by: str | None = None) -> str:
    """Set a field by its name, to names as people write them: `priority` High, `components` Ledger,Cards, `duedate` none."""
    ticket, person = state.ticket(key), actor(state, by)
    field = field_named(state.site, field_name)
    if isinstance(value, str):
        value = _as_written(field, value)
    kept = named_value(Scope(state.site, state.site.projects[ticket.project]), field, value)
    editing.set_values(state, ticket, {field.id: kept}, person)
    return f"{person.name} set {field.name} of {ticket.key}"


def _as_written(field: Field, text: str) -> JsonValue:
    """The value that somebody means who can only write words."""
    if text == "none":
        return None
    if field.type == "array":
        return [each.strip() for each in text.split(",")]
    return float(text) if field.type == "number" else text


def label(
    state: JiraState, key: str, *, add: str | None = None, remove: str | None = None, by: str | None = None
) -> str:
    """Add a label, remove one, or both."""
    ticket, person = state.ticket(key), actor(state, by)
    labels = sorted({*ticket.labels, *([add] if add else [])} - {remove})
    editing.set_values(state, ticket, {"labels": [*labels]}, person)
    return f"{person.name} left {ticket.key} with the labels: {', '.join(labels) or 'none'}"


def delete_ticket(state: JiraState, key: str, *, by: str | None = None) -> str:
    """Delete a ticket."""
    ticket, person = state.ticket(key), actor(state, by)
    editing.delete(state, ticket, person)
    return f"{person.name} deleted {ticket.key}"


def move_ticket(state: JiraState, key: str, project_key: str, *, by: str | None = None) -> str:
    """Move a ticket to another project."""
    ticket, person = state.ticket(key), actor(state, by)
    target = state.project(project_key)
    if target.id == ticket.project:
        raise NoSuchThing(f"{ticket.key} is in {target.key} already")
    moved = editing.move(state, ticket, target, person)
    return f"{person.name} moved {ticket.key} to {moved.key}"


def hide_ticket(state: JiraState, key: str, *, whom: str | None = None, hidden: bool = True) -> str:
    """Hide a ticket from a user by a security level (our own account unless another is named), or show it again."""
    ticket, user = state.ticket(key), state.user(whom or state.email)
    others = [each for each in ticket.hidden_from if each != user.id]
    state.keep(replace(ticket, hidden_from=tuple([*others, user.id] if hidden else others)))
    return f"{ticket.key} is {'hidden from' if hidden else 'visible to'} {user.name}"


def rename_status(state: JiraState, name: str, new_name: str) -> str:
    """Rename a status: its id stays."""
    status = state.status_named(name)
    if any(each.name.casefold() == new_name.casefold() for each in state.site.statuses.values() if each != status):
        raise NoSuchThing(f"there is a status {new_name!r} already")
    state.site.statuses[status.id] = replace(status, name=new_name)
    return f"status {status.name} is now called {new_name}"


def set_category(state: JiraState, name: str, category: str) -> str:
    """Put a status into another category: new, indeterminate, done or undefined."""
    status = state.status_named(name)
    if category not in {each.value for each in Category}:
        raise NoSuchThing(f"there is no status category {category!r}", hint="new, indeterminate, done or undefined")
    state.site.statuses[status.id] = replace(status, category=Category(category))
    return f"status {status.name} is now in category {category}"


def drop_status(state: JiraState, workflow_name: str, name: str) -> str:
    """Take a status out of a workflow; its tickets go to the workflow's first status, as Jira asks an administrator to."""
    status = state.status_named(name)
    flow = state.site.workflows.get(workflow_name)
    if flow is None or status.id not in flow.statuses or len(flow.statuses) == 1:
        raise NoSuchThing(
            f"workflow {workflow_name!r} has no status {name!r} to spare",
            hint=nearest(state.site.workflows, workflow_name),
        )
    left = tuple(each for each in flow.statuses if each != status.id)
    steps = tuple(each for each in flow.transitions if each.target != status.id)
    state.site.workflows[workflow_name] = replace(flow, statuses=left, transitions=steps)
    admin = actor(state, None)
    for ticket in [*state.site.tickets.values()]:
        if ticket.status == status.id and state.place(ticket)[2].name == workflow_name:
            workflow.enter(state, ticket, left[0], (), admin)
    return f"workflow {workflow_name} no longer has {status.name}"


def permit(state: JiraState, whom: str, permission: str, *, allowed: bool, project_key: str | None = None) -> str:
    """Take a permission from a user, or give it back: in a project, or everywhere."""
    user = state.user(whom)
    project: Project | None = state.project(project_key) if project_key else None
    if permission not in PERMISSIONS:
        raise NoSuchThing(f"Jira has no permission {permission!r}", hint=nearest(PERMISSIONS, permission))
    state.deny(user, permission, project, denied=not allowed)
    where = f"in {project.key}" if project else "anywhere"
    return f"{user.name} {'has' if allowed else 'no longer has'} {permission} {where}"


def set_user_active(state: JiraState, whom: str, *, active: bool) -> str:
    """Deactivate an account, or activate it again."""
    user = state.user(whom)
    state.site.users[user.id] = replace(user, active=active)
    return f"{user.name} is {'active' if active else 'deactivated'}"


def set_email_hidden(state: JiraState, whom: str, *, hidden: bool) -> str:
    """Hide a user's e-mail from others, or show it."""
    user = state.user(whom)
    state.site.users[user.id] = replace(user, hides_email=hidden)
    return f"the e-mail of {user.name} is {'hidden' if hidden else 'shown'}"


def double_user(state: JiraState, whom: str) -> str:
    """A second account of the same person, with the same e-mail: Data Center allows it, and portal customers have one."""
    user = state.user(whom)
    number = sum(1 for each in state.site.users.values() if each.email == user.email) + 1
    twin = replace(user, id=f"{user.id}-{number}", login=f"{user.login}{number}", key=f"{user.key}{number}", token=None)
    state.site.users[twin.id] = replace(twin, name=f"{user.name} ({number})")
    return f"{user.name} has {number} accounts with the e-mail {user.email}"


def set_skew(state: JiraState, seconds: float) -> str:
    """Let the site's clock be ahead of Datadog's, or behind."""
    state.site.skew = seconds
    return f"the clock of {state.url} is {abs(seconds):g} s {'behind' if seconds < 0 else 'ahead'}"


def ask_captcha(state: JiraState, *, asked: bool) -> str:
    """Let the site refuse sign-ins until a CAPTCHA is solved, or let somebody have solved it."""
    state.site.wants_captcha = asked
    return f"{state.url} {'asks for a CAPTCHA' if asked else 'signs in again'}"


def set_index_lag(state: JiraState, seconds: float) -> str:
    """Let search be so many seconds behind from now on."""
    state.site.index_lag = seconds
    return f"search of {state.url} is {seconds:g} s behind"
