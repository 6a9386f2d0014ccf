"""Whole workflows, for administrators. Jira Cloud alone. Reference: Jira's description of `POST /rest/api/3/workflows`.

The shape is the described one (of December 2025: `toStatusReference` and `links`). Not described, and therefore a guess: the
body of the 401 that whoever may not read a workflow gets, and what is said of a project that is not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import NAMESPACE_URL, uuid5

from pydantic import JsonValue

from reconciler.sandbox.jira.api.call import Call, on_cloud, rest
from reconciler.sandbox.jira.records import Category, Status, Transition, Workflow
from reconciler.sandbox.jira.refusal import BAD_PAYLOAD, JiraRefusal
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.jira.wire import Wire
from reconciler.sandbox.route import Answer, Route, answer

_CATEGORIES = {Category.NEW: "todo", Category.INDETERMINATE: "in_progress", Category.DONE: "done"}
_NOT_ALLOWED = "You do not have permission to view workflows."
_GLOBAL: Wire = {"type": "GLOBAL"}


def read_workflows(call: Call) -> Answer:
    """The workflows of these names or ids, or of these ticket types of projects, and the statuses that they refer to."""
    if not call.may("ADMINISTER"):
        raise JiraRefusal(401, _NOT_ALLOWED)
    body = call.body("projectAndIssueTypes", "workflowIds", "workflowNames")
    flows = call.state.site.workflows
    named = {*_listed(body, "workflowNames")}
    ids = {*_listed(body, "workflowIds")}
    wanted = {*_of_types(call, body)} | named | {name for name in flows if _id("workflow", name) in ids}
    found = [flows[name] for name in sorted(flows) if name in wanted]
    statuses = dict.fromkeys(status for flow in found for status in flow.statuses)
    return answer(
        {
            "statuses": [_status(call.state.site.statuses[each]) for each in statuses],
            "workflows": [_workflow(each) for each in found],
        }
    )


def _listed(body: dict[str, JsonValue], member: str) -> list[str]:
    match body.get(member, []):
        case list() as values if all(isinstance(each, str) for each in values):
            return [str(each) for each in values]
        case _:
            raise JiraRefusal(400, BAD_PAYLOAD, bare=True)


def _of_types(call: Call, body: dict[str, JsonValue]) -> Iterator[str]:
    pairs = body.get("projectAndIssueTypes", [])
    for pair in pairs if isinstance(pairs, list) else [None]:
        match pair:
            case {"projectId": str(project_id), "issueTypeId": str(type_id), **more} if not more:
                project = call.state.site.projects.get(project_id)
                used = call.state.type_of(project, type_id) if project is not None else None
                if used is None:
                    raise JiraRefusal(400, f"There is no issue type {type_id} in a project {project_id}.")
                yield used.workflow
            case _:
                raise JiraRefusal(400, BAD_PAYLOAD, bare=True)


def _id(what: str, name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{what}:{name}"))


def _status(of: Status) -> Wire:
    shown: Wire = {"id": of.id, "name": of.name, "statusReference": _id("status", of.id), "description": ""}
    return {**shown, "scope": _GLOBAL, "statusCategory": _CATEGORIES.get(of.category, "todo").upper()}


def _workflow(of: Workflow) -> Wire:
    creation: Wire = {
        **_bare("1", "Create"),
        "type": "INITIAL",
        "toStatusReference": _id("status", of.statuses[0]),
        "links": [],
    }
    steps = [_transition(each) for each in of.transitions if each.target in of.statuses]
    return {
        "id": _id("workflow", of.name),
        "name": of.name,
        "description": "",
        "isEditable": True,
        "scope": _GLOBAL,
        "version": {"id": _id("version", of.name), "versionNumber": 0},
        "statuses": [_step(each, is_read_only=each in of.read_only) for each in of.statuses],
        "transitions": [creation, *steps],
    }


def _step(status: str, *, is_read_only: bool) -> Wire:
    properties: Wire = {"jira.issue.editable": "false"} if is_read_only else {}
    return {"statusReference": _id("status", status), "deprecated": False, "properties": properties}


def _bare(identity: str, name: str) -> Wire:
    empty: Wire = {"description": "", "properties": {}, "actions": [], "triggers": [], "validators": []}
    return {"id": identity, "name": name, **empty}


def _transition(of: Transition) -> Wire:
    """A transition; what it asks for is told by its rules alone, not by the fields of its screen."""
    shown = _bare(of.id, of.name)
    shown["toStatusReference"] = _id("status", of.target)
    shown["type"] = "GLOBAL" if of.sources is None else "DIRECTED"
    shown["links"] = [
        {"fromPort": 0, "fromStatusReference": _id("status", each), "toPort": 0} for each in of.sources or ()
    ]
    if of.screen:
        shown["transitionScreen"] = _rule("system:transition-screen", f"screen:{of.name}", {"screenId": of.id})
    if of.only is not None:
        allowed = _rule("system:restrict-issue-transition", f"only:{of.name}", {"accountIds": ",".join(of.only)})
        shown["conditions"] = {"operation": "ALL", "conditionGroups": [], "conditions": [allowed]}
    shown["validators"] = [
        _rule(
            "system:validate-field-value",
            f"{of.name}:{field}",
            {"ruleType": "fieldRequired", "fieldsRequired": field, "errorMessage": sentence},
        )
        for field, sentence in of.validators.items()
    ]
    return shown


def _rule(key: str, name: str, parameters: dict[str, str]) -> Wire:
    return {"id": _id("rule", name), "ruleKey": key, "parameters": dict(parameters)}


ROUTES: tuple[Route[JiraState], ...] = (rest("POST", "/workflows", read_workflows, writes=False, where=on_cloud),)
