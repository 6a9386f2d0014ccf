"""Case projects and case types. Reference: datadog-api §2.1.

What `sync_type` and the keys of `mapping` may be is published nowhere. This simulator takes every string, and its own native
sync reads: sync_type `two_way`, `once`, `none`; mapping from `OPEN`, `IN_PROGRESS`, `CLOSED` to the name of a Jira status.
"""

from __future__ import annotations

from pydantic import JsonValue

from reconciler.sandbox.datadog.access import Gate
from reconciler.sandbox.datadog.body import Fields, attributes, section, text
from reconciler.sandbox.datadog.cases import READ, WRITE
from reconciler.sandbox.datadog.documents import CASE_TYPES, STATUS_NAMES, Document, project_document
from reconciler.sandbox.datadog.records import Project
from reconciler.sandbox.datadog.refusal import JSON_API, conflict, generic, missing
from reconciler.sandbox.datadog.state import DatadogState
from reconciler.sandbox.route import Answer, Request, Route, answer

_PROJECTS = "/api/v2/cases/projects"


def routes(gate: Gate) -> tuple[Route[DatadogState], ...]:
    """Projects and types."""
    return (
        gate.route(("GET", _PROJECTS), listed, READ),
        gate.route(("POST", _PROJECTS), create, WRITE),
        gate.route(("GET", f"{_PROJECTS}/<project>"), get, READ),
        gate.route(("PATCH", f"{_PROJECTS}/<project>"), update, WRITE),
        gate.route(("DELETE", f"{_PROJECTS}/<project>"), delete, WRITE),
        gate.route(("GET", "/api/v2/cases/types"), types, READ),
    )


def listed(state: DatadogState, request: Request) -> Answer:
    """All of them: no paging."""
    projects = sorted(state.company.projects.values(), key=lambda project: project.key)
    return answer({"data": [project_document(project) for project in projects]}, content_type=JSON_API)


def create(state: DatadogState, request: Request) -> Answer:
    """201. Settings are not taken here; the key is for ever."""
    given = attributes(request, "project")
    key, name = text(given, "key").upper(), text(given, "name")
    if not (key.isalnum() and key[0].isalpha() and len(key) <= 10) or key == "CASE" or not name.strip():
        raise generic(f"invalid project key {key}")
    if state.project_by_key(key) is not None:
        raise conflict(f"project key {key} already exists")
    project = state.add_project(key, name)
    return answer({"data": project_document(project)}, 201, content_type=JSON_API)


def get(state: DatadogState, request: Request) -> Answer:
    """One project."""
    return answer({"data": project_document(_project(state, request))}, content_type=JSON_API)


def update(state: DatadogState, request: Request) -> Answer:
    """Settings are merged or replaced as a whole, as the world says: the real semantics are unpublished."""
    project = _project(state, request)
    given = attributes(request, "project")
    settings = section(given, "settings")
    _check_switches(settings)
    if "name" in given:
        project.name = text(given, "name")
    if settings:
        merges = state.company.behaviour.patch == "merge"
        project.settings = _merged(project.settings, settings) if merges else settings
    return answer({"data": project_document(project)}, content_type=JSON_API)


def delete(state: DatadogState, request: Request) -> Answer:
    """204; refused while cases are in it."""
    project = _project(state, request)
    if any(case.project_id == project.id for case in state.company.cases.values()):
        raise generic("project has cases")
    del state.company.projects[project.id]
    return Answer(204)


def types(state: DatadogState, request: Request) -> Answer:
    """The built-in types."""
    configured: Document = {
        group.value.lower(): {"status_options": [{"name": name}], "default": name}
        for group, name in STATUS_NAMES.items()
    }
    documents: list[Document] = [
        {
            "id": identity,
            "type": "case_type",
            "attributes": {
                "name": name,
                "internal": True,
                "emoji": "",
                "description": "",
                "statuses_config": configured,
            },
        }
        for identity, (name, _) in CASE_TYPES.items()
    ]
    return answer({"data": documents}, content_type=JSON_API)


def _project(state: DatadogState, request: Request) -> Project:
    project = state.company.projects.get(request.args["project"].lower())
    if project is None:
        raise missing("project")
    return project


def _check_switches(settings: Fields) -> None:
    """`enabled` is a truth value wherever it stands."""
    for name, value in settings.items():
        if name == "enabled" and not isinstance(value, bool):
            raise generic(f'error decoding attribute "{name}": invalid type')
        if isinstance(value, dict):
            _check_switches(value)


def _merged(old: Fields, new: Fields) -> Fields:
    result: Fields = dict(old)
    for name, value in new.items():
        before: JsonValue = result.get(name)
        result[name] = _merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return result
