"""Case Management: search, create, get and the small changes. Reference: datadog-api §2."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import JsonValue

from reconciler.sandbox.datadog.access import Gate
from reconciler.sandbox.datadog.body import Fields, attributes, number, related, resource, section, text
from reconciler.sandbox.datadog.documents import CASE_TYPES, STATUS_NAMES, Document, case_document, case_users
from reconciler.sandbox.datadog.filter import BadQuery, Facets, compile_query
from reconciler.sandbox.datadog.records import Case, Group
from reconciler.sandbox.datadog.refusal import JSON_API, bad_request, generic, missing
from reconciler.sandbox.datadog.state import STANDARD, DatadogState
from reconciler.sandbox.route import Answer, Request, Route, answer

READ, WRITE = ("cases_read",), ("cases_read", "cases_write")
PRIORITIES = ("P1", "P2", "P3", "P4", "P5", "NOT_DEFINED")
STATUSES: dict[str, Group] = {
    **dict.fromkeys(("NOT_STARTED", "OPEN", "TRIGGERED", "PENDING_APPROVAL", "SUNKNOWN"), Group.OPEN),
    **dict.fromkeys(("IN_PROGRESS", "ACKNOWLEDGED", "APPROVED", "IMPLEMENTING"), Group.IN_PROGRESS),
    **dict.fromkeys(("CLOSED", "COMPLETED", "CANCELLED", "DECLINED", "RESOLVED"), Group.CLOSED),
}
_ORDER_TOLD = (
    "NOT_STARTED, IN_PROGRESS, CLOSED, ACKNOWLEDGED, TRIGGERED, PENDING_APPROVAL, COMPLETED, CANCELLED, DECLINED, "
    "SUNKNOWN, OPEN, RESOLVED, APPROVED, IMPLEMENTING"
)


def routes(gate: Gate) -> tuple[Route[DatadogState], ...]:
    """Search, create, get, and a POST for each attribute."""
    return (
        gate.route(("GET", "/api/v2/cases"), search, READ),
        gate.route(("POST", "/api/v2/cases"), create, WRITE),
        gate.route(("GET", "/api/v2/cases/<case>"), get, READ),
        *(
            gate.route(("POST", f"/api/v2/cases/<case>/{name}"), _changing(change), WRITE)
            for name, change in _CHANGES.items()
        ),
    )


def find(state: DatadogState, request: Request) -> Case:
    """The case of the path, by id or key."""
    case = state.find_case(request.args["case"])
    if case is None:
        raise missing("case")
    return case


def whole(state: DatadogState, case: Case, status: int = 200) -> Answer:
    """A case as an answer, with its people."""
    body: Document = {"data": case_document(state, case), "included": case_users(state, [case])}
    return answer(body, status, content_type=JSON_API)


def search(state: DatadogState, request: Request) -> Answer:
    """Pages count from 1 (an absent or zero number is the first), hold up to 100, and `total` counts pages."""
    size = min(100, number(request, "page[size]", 10, 1))
    page = number(request, "page[number]", 1, 1)
    found = _sorted(_found(state, request.parameter("filter")), request)
    shown = found[(page - 1) * size : page * size]
    pages: Document = {"current": page, "size": len(shown), "total": -(-len(found) // size)}
    body: Document = {
        "data": [case_document(state, case) for case in shown],
        "included": case_users(state, shown),
        "meta": {"total_cases": len(found), "page": pages},
    }
    return answer(body, content_type=JSON_API)


def create(state: DatadogState, request: Request) -> Answer:
    """201; the project must exist and the title must not be empty."""
    data = resource(request, "case")
    given = section(data, "attributes")
    project = state.company.projects.get(related(data, "project") or "")
    if project is None:
        raise missing("project")
    type_id = text(given, "type_id", STANDARD)
    if not text(given, "title", "").strip() or type_id not in CASE_TYPES:
        raise bad_request()
    priority, assignee = _priority(given), _person(state, related(data, "assignee"))
    group = _named_status(text(given, "status_name", "Open"))
    case = state.add_case(project, text(given, "title"), type_id=type_id, source="MANUAL")
    case.description, case.priority, case.assignee_id = text(given, "description", ""), priority, assignee
    state.enter(case, group, STATUS_NAMES[group])
    return whole(state, case, 201)


def get(state: DatadogState, request: Request) -> Answer:
    """One case, archived ones too."""
    return whole(state, find(state, request))


def _found(state: DatadogState, query: str | None) -> list[Case]:
    cases = [case for case in state.company.cases.values() if not case.archived]
    if query is None or not query.strip():
        return cases
    try:
        test = compile_query(query)
    except BadQuery as wrong:
        raise generic(f"invalid filter: {wrong}") from None
    return [case for case in cases if test(_facets(state, case))]


def _facets(state: DatadogState, case: Case) -> Facets:
    """What the filter sees: never the description."""
    assignee = state.company.users.get(case.assignee_id or "")
    attached: dict[str, tuple[str, ...]] = {
        "project": (state.company.projects[case.project_id].key,),
        "status": (case.group.value, case.status_name),
        "priority": (case.priority,),
        "type": (CASE_TYPES.get(case.type_id, ("", ""))[1],),
        "creation_source": (case.source,),
        "key": (case.key,),
        "assignee": () if assignee is None else (assignee.email, assignee.id),
    }
    tags = {name.lower(): tuple(values) for name, values in case.attributes.items()}
    return Facets(case.title, {**tags, **attached})


def _sorted(cases: list[Case], request: Request) -> list[Case]:
    field = request.parameter("sort[field]") or "created_at"
    ascending = (request.parameter("sort[asc]") or "false").lower() == "true"
    keys: dict[str, Callable[[Case], object]] = {
        "created_at": lambda case: case.created.isoformat(),
        "priority": lambda case: case.priority,
        "status": lambda case: case.group.value,
    }
    if field not in keys:
        raise generic(f"invalid sort field {field}. Must be one of {', '.join(keys)}")
    chosen = keys[field]
    return sorted(cases, key=lambda case: (str(chosen(case)), case.number, case.id), reverse=not ascending)


def _changing(change: Callable[[DatadogState, Case, Fields], None]) -> Callable[[DatadogState, Request], Answer]:
    def respond(state: DatadogState, request: Request) -> Answer:
        case = find(state, request)
        change(state, case, attributes(request, "case"))
        state.touch(case)
        return whole(state, case)

    return respond


def _set_status(state: DatadogState, case: Case, given: Fields) -> None:
    if "status_name" in given:
        group = _named_status(text(given, "status_name"))
    else:
        wanted = text(given, "status")
        if wanted not in STATUSES:
            raise generic(f"invalid status {wanted}. Must be one of {_ORDER_TOLD}")
        group = STATUSES[wanted]
    state.enter(case, group, STATUS_NAMES[group])


def _set_title(state: DatadogState, case: Case, given: Fields) -> None:
    if not text(given, "title", "").strip():
        raise bad_request()
    case.title = text(given, "title")


def _set_description(state: DatadogState, case: Case, given: Fields) -> None:
    case.description = text(given, "description")


def _set_priority(state: DatadogState, case: Case, given: Fields) -> None:
    case.priority = _priority(given, required=True)


def _set_due_date(state: DatadogState, case: Case, given: Fields) -> None:
    case.due_date = text(given, "due_date") or None


def _set_attributes(state: DatadogState, case: Case, given: Fields) -> None:
    tags = given.get("attributes")
    if not isinstance(tags, dict):
        raise generic(f'error decoding attribute "attributes": invalid type {type(tags).__name__}')
    case.attributes = {name: _texts(values) for name, values in tags.items()}


def _assign(state: DatadogState, case: Case, given: Fields) -> None:
    state.assign_case(case, _person(state, text(given, "assignee_id")))


def _unassign(state: DatadogState, case: Case, given: Fields) -> None:
    state.assign_case(case, None)


def _archive(state: DatadogState, case: Case, given: Fields) -> None:
    case.archived = True


def _unarchive(state: DatadogState, case: Case, given: Fields) -> None:
    case.archived = False


_CHANGES: dict[str, Callable[[DatadogState, Case, Fields], None]] = {
    "status": _set_status,
    "title": _set_title,
    "description": _set_description,
    "priority": _set_priority,
    "due_date": _set_due_date,
    "attributes": _set_attributes,
    "assign": _assign,
    "unassign": _unassign,
    "archive": _archive,
    "unarchive": _unarchive,
}


def _named_status(name: str) -> Group:
    for group, known in STATUS_NAMES.items():
        if name.casefold() == known.casefold():
            return group
    raise generic(f"invalid status {name}. Must be one of {', '.join(STATUS_NAMES.values())}")


def _priority(given: Fields, *, required: bool = False) -> str:
    priority = text(given, "priority", None if required else "NOT_DEFINED")
    if priority not in PRIORITIES:
        raise generic(f"invalid priority {priority}. Must be one of {', '.join(PRIORITIES)}")
    return priority


def _person(state: DatadogState, user_id: str | None) -> str | None:
    if user_id is not None and user_id not in state.company.users:
        raise bad_request()
    return user_id


def _texts(values: JsonValue) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
        raise generic('error decoding attribute "attributes": invalid type string')
    return [str(each) for each in values]
