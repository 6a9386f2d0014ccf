"""What administrators do to projects and workflows in Jira's own pages. Each function returns a sentence about what happened."""

from __future__ import annotations

import re
from dataclasses import replace

from reconciler.sandbox.jira.lookup import nearest
from reconciler.sandbox.jira.records import Workflow
from reconciler.sandbox.jira.refusal import NoSuchThing
from reconciler.sandbox.jira.state import JiraState

_KEY = re.compile(r"[A-Z][A-Z0-9_]{1,9}")


def archive_project(state: JiraState, project_key: str, *, archived: bool = True) -> str:
    """Archive a project, or restore it."""
    project = state.project(project_key)
    state.site.projects[project.id] = replace(project, archived=archived)
    return f"{project.key} is {'archived' if archived else 'restored'}"


def rename_project(state: JiraState, project_key: str, new_key: str) -> str:
    """Give a project another key, and its tickets with it. The old keys go on finding both, without a redirect, and cannot be
    another project's; no changelog tells of it. Reference: Jira's "Editing a project key".
    """
    project, key = state.project(project_key), new_key.upper()
    taken = state.find_project(key)
    if not _KEY.fullmatch(key) or (taken is not None and taken.id != project.id):
        raise NoSuchThing(
            f"{project.key} cannot be called {new_key}", hint="2 to 10 letters and digits that nobody has"
        )
    former = tuple(each for each in (*project.former_keys, project.key) if each != key)
    state.site.projects[project.id] = replace(project, key=key, former_keys=former)
    for ticket in [*state.site.tickets.values()]:
        if ticket.project == project.id:
            state.site.moved[ticket.key] = ticket.id
            renamed = replace(ticket, key=f"{key}-{ticket.key.rpartition('-')[2]}")
            state.site.moved.pop(renamed.key, None)
            state.keep(renamed)
    return f"{project.key} is called {key} now, and its tickets with it"


def set_read_only(state: JiraState, workflow_name: str, status_name: str, *, read_only: bool) -> str:
    """Set `jira.issue.editable` to false on a status of a workflow, or take it off."""
    flow, status = _workflow(state, workflow_name), state.status_named(status_name)
    if status.id not in flow.statuses:
        raise NoSuchThing(f"workflow {flow.name} has no status {status.name}")
    others = tuple(each for each in flow.read_only if each != status.id)
    state.site.workflows[flow.name] = replace(flow, read_only=(*others, status.id) if read_only else others)
    return f"tickets in {status.name} can {'no longer' if read_only else 'again'} be edited, by workflow {flow.name}"


def restrict(state: JiraState, workflow_name: str, transition: str, whom: str | None) -> str:
    """Put a condition on a transition, so that only this user is offered it, or (None) take it off."""
    flow = _workflow(state, workflow_name)
    if transition not in {each.name for each in flow.transitions}:
        hint = nearest((each.name for each in flow.transitions), transition)
        raise NoSuchThing(f"workflow {flow.name} has no transition {transition!r}", hint=hint)
    user = state.user(whom) if whom is not None else None
    only = (user.id,) if user is not None else None
    steps = tuple(replace(each, only=only) if each.name == transition else each for each in flow.transitions)
    state.site.workflows[flow.name] = replace(flow, transitions=steps)
    return f"{transition} of workflow {flow.name} is offered to {user.name if user else 'everybody'}"


def _workflow(state: JiraState, name: str) -> Workflow:
    flows = state.site.workflows
    if name not in flows:
        raise NoSuchThing(f"{state.url} has no workflow {name!r}", hint=nearest(flows, name))
    return flows[name]
