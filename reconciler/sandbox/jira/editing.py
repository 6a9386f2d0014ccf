"""Editing, deleting and moving tickets, by the API and by people. Reference: jira-api §5.4."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pydantic import JsonValue

from reconciler.sandbox.jira import comments
from reconciler.sandbox.jira.creation import Submission
from reconciler.sandbox.jira.forms import fill
from reconciler.sandbox.jira.permissions import may
from reconciler.sandbox.jira.records import Item, Project, Ticket, User
from reconciler.sandbox.jira.refusal import JiraRefusal, forbidden, not_on_screen
from reconciler.sandbox.jira.screens import edit_screen
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.jira.ticket_fields import with_values
from reconciler.sandbox.jira.values import BadValue, Scope, assignable

_RIGHTS = {"assignee": "ASSIGN_ISSUES", "reporter": "MODIFY_REPORTER", "duedate": "SCHEDULE_ISSUES"}


def edit(state: JiraState, ticket: Ticket, submission: Submission, editor: User | None) -> Ticket:
    """Edit a ticket, all or nothing. Without the permission, or where its step of the workflow makes it read-only, every field
    is refused as not on the screen (400).
    """
    project, type_, _ = state.place(ticket)
    may_edit = may(state.site, editor, "EDIT_ISSUES", project) and state.is_editable(ticket)
    named = [*submission.fields, *(name for name in submission.update if name != "comment")]
    wrong = [
        name
        for name in named
        if not may_edit or (name in _RIGHTS and not may(state.site, editor, _RIGHTS[name], project))
    ]
    if wrong:
        raise JiraRefusal(400, errors={name: not_on_screen(name) for name in wrong})
    if editor is None or (submission.properties and not may_edit):
        raise forbidden("edit this issue")
    scope = Scope(state.site, project, submission.version)
    values = fill(scope, edit_screen(type_), ticket, submission.fields, submission.update)
    drafts = comment_drafts(submission)
    for draft in drafts:
        comments.check(state, ticket, draft, editor)
    edited, items = with_values(state.site, project, ticket, values)
    kept = state.record(edited, editor.id, items)
    if submission.properties:
        kept = replace(kept, properties={**kept.properties, **submission.properties})
        state.keep(kept)
    for draft in drafts:
        kept, _comment = comments.add(state, kept, draft, editor)
    return kept


def comment_drafts(submission: Submission) -> tuple[comments.Draft, ...]:
    """The comments that a request adds under `update`."""
    operations = submission.update.get("comment")
    drafts: list[comments.Draft] = []
    for operation in operations if isinstance(operations, list) else []:
        match operation:
            case {"add": {"body": body}}:
                drafts.append(comments.Draft(body, submission.version))
            case _:
                raise JiraRefusal(400, errors={"comment": "Comment body is not valid!"})
    return tuple(drafts)


def assign(state: JiraState, ticket: Ticket, account: str | None, editor: User | None) -> Ticket:
    """Give the ticket to somebody, `-1` for the project's default, None for nobody."""
    project = state.site.projects[ticket.project]
    if editor is None or not may(state.site, editor, "ASSIGN_ISSUES", project):
        raise forbidden("assign issues in this project")
    try:
        chosen = assignable(Scope(state.site, project), account).id if account is not None else None
    except BadValue as wrong:
        raise JiraRefusal(400, errors={"assignee": str(wrong)}) from wrong
    edited, items = with_values(state.site, project, ticket, {"assignee": chosen})
    return state.record(edited, editor.id, items)


def set_values(state: JiraState, ticket: Ticket, values: Mapping[str, JsonValue], editor: User) -> Ticket:
    """Put these values, given as records keep them, with an entry in the changelog."""
    edited, items = with_values(state.site, state.site.projects[ticket.project], ticket, values)
    return state.record(edited, editor.id, items)


def delete(state: JiraState, ticket: Ticket, by: User | None) -> None:
    """Delete a ticket (403 without the permission)."""
    if by is None or not may(state.site, by, "DELETE_ISSUES", state.site.projects[ticket.project]):
        raise forbidden("delete issues in this project")
    state.forget(ticket, by.id)


def move(state: JiraState, ticket: Ticket, target: Project, by: User) -> Ticket:
    """Move a ticket to another project: it gets a new key, the old one still finds it. The type and the status stay where
    the target has them by name, else they become its first.
    """
    source, type_, _ = state.place(ticket)
    new_type = state.type_of(target, type_.type.name) or target.types[0]
    statuses = state.site.workflows[new_type.workflow].statuses
    status = ticket.status if ticket.status in statuses else statuses[0]
    key = f"{target.key}-{target.next_number}"
    items = [
        Item("project", "project", source.id, source.name, target.id, target.name),
        Item("Key", "issuekey", None, ticket.key, None, key),
    ]
    if new_type.type != type_.type:
        items.append(
            Item("issuetype", "issuetype", type_.type.id, type_.type.name, new_type.type.id, new_type.type.name)
        )
    if status != ticket.status:
        names = {each.id: each.name for each in state.site.statuses.values()}
        items.append(Item("status", "status", ticket.status, names[ticket.status], status, names[status]))
    state.site.projects[target.id] = replace(target, next_number=target.next_number + 1)
    state.site.moved[ticket.key] = ticket.id
    moved = replace(ticket, key=key, project=target.id, type=new_type.type.id, status=status, components=())
    return state.record(moved, by.id, tuple(items))
