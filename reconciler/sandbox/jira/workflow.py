"""Transitions: which a ticket offers, and taking one. Reference: jira-api §5.7."""

from __future__ import annotations

from dataclasses import replace

from pydantic import JsonValue

from reconciler.sandbox.jira import comments
from reconciler.sandbox.jira.creation import Submission
from reconciler.sandbox.jira.editing import comment_drafts
from reconciler.sandbox.jira.forms import fill
from reconciler.sandbox.jira.permissions import may
from reconciler.sandbox.jira.records import Category, Item, Ticket, Transition, User
from reconciler.sandbox.jira.refusal import JiraRefusal
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.jira.ticket_fields import is_empty, value_of, with_values
from reconciler.sandbox.jira.values import Scope


def available(state: JiraState, ticket: Ticket, user: User | None) -> tuple[Transition, ...]:
    """The transitions that lead on from the present status and whose conditions let this user take them, in the workflow's
    order; none without Transition Issues.
    """
    project, _, workflow = state.place(ticket)
    if not may(state.site, user, "TRANSITION_ISSUES", project):
        return ()
    return tuple(
        each
        for each in workflow.transitions
        if (each.sources is None or ticket.status in each.sources)
        and each.target in workflow.statuses
        and (each.only is None or (user is not None and user.id in each.only))
    )


def offered(state: JiraState, ticket: Ticket, transition_id: JsonValue, user: User | None) -> Transition:
    """The transition of that id. Refuses (400) one that is unknown or not possible now."""
    if not isinstance(transition_id, int) and not (isinstance(transition_id, str) and transition_id.isdigit()):
        raise JiraRefusal(400, "'transition' identifier must be an integer")
    for each in available(state, ticket, user):
        if each.id == str(transition_id):
            return each
    known = [each.name for each in state.place(ticket)[2].transitions if each.id == str(transition_id)]
    if not known:
        raise JiraRefusal(400, f"Transition id '{transition_id}' is not valid for this issue.")
    message = (
        f"It seems that you have tried to perform a workflow operation ({known[0]}) that is not valid for the current state "
        f"of this issue ({ticket.key}). The likely cause is that somebody has changed the issue recently, please look at the "
        "issue history for details."
    )
    raise JiraRefusal(400, message)


def take(state: JiraState, ticket: Ticket, step: Transition, submission: Submission, user: User) -> Ticket:
    """Take a transition. Refuses (400) fields that are not on its screen, and required ones that are left empty."""
    project = state.site.projects[ticket.project]
    screen = {each.field: each for each in step.screen}
    scope = Scope(state.site, project, submission.version)
    values = fill(scope, screen, ticket, submission.fields, submission.update)
    edited, items = with_values(state.site, project, ticket, values)
    refused = {name: text for name, text in step.validators.items() if is_empty(value_of(edited, name))}
    if refused:
        raise JiraRefusal(400, errors=refused)
    drafts = comment_drafts(submission)
    for draft in drafts:
        comments.check(state, ticket, draft, user)
    if "resolution" not in screen:
        edited, more = with_values(state.site, project, edited, _post_function(state, ticket, step))
        items += more
    kept = enter(state, edited, step.target, items, user)
    for draft in drafts:
        kept, _ = comments.add(state, kept, draft, user)
    return kept


def _post_function(state: JiraState, ticket: Ticket, step: Transition) -> dict[str, JsonValue]:
    """What the transition does to the resolution by itself."""
    match step.resolution:
        case "keep":
            return {}
        case "clear":
            return {"resolution": None}
        case "auto":
            if state.site.statuses[step.target].category is not Category.DONE:
                return {"resolution": None}
            return {"resolution": ticket.resolution or next(iter(state.site.resolutions))}
        case resolution:
            return {"resolution": resolution}


def enter(state: JiraState, ticket: Ticket, status: str, items: tuple[Item, ...], by: User) -> Ticket:
    """Let the ticket be in that status, with the changelog saying so; `items` are what else changed at the same time."""
    before, after = state.site.statuses[ticket.status], state.site.statuses[status]
    entered = replace(ticket, status=status)
    if before != after:
        items = (*items, Item("status", "status", before.id, before.name, after.id, after.name))
    if not items:
        entered = replace(entered, updated=state.now())
        state.keep(entered)
        return entered
    return state.record(entered, by.id, items)
