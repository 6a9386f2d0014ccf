"""What the whole site has: statuses, fields, priorities, resolutions, types, labels. Reference: jira-api §4."""

from __future__ import annotations

from reconciler.sandbox.jira.api.call import Call, on_cloud, rest
from reconciler.sandbox.jira.records import Category, Field
from reconciler.sandbox.jira.refusal import JiraRefusal
from reconciler.sandbox.jira.screens import SYSTEM_FIELDS
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.jira.wire import Wire, category, named, schema, status, ticket_type
from reconciler.sandbox.route import Answer, Route, answer


def statuses(call: Call) -> Answer:
    """All statuses; nobody sees none."""
    known = call.state.site.statuses.values() if call.user else ()
    return answer([status(call.voice, each) for each in known])


def one_status(call: Call) -> Answer:
    """A status by id or name."""
    wanted = call.arg("status")
    for each in call.state.site.statuses.values():
        if call.user and (wanted == each.id or wanted.casefold() == each.name.casefold()):
            return answer(status(call.voice, each))
    raise JiraRefusal(404, f"The status with ID '{wanted}' does not exist")


def categories(call: Call) -> Answer:
    """The four status categories."""
    return answer([category(call.voice, each) for each in Category])


def fields(call: Call) -> Answer:
    """All fields; nobody sees only the system's."""
    custom = call.state.site.fields.values() if call.user else ()
    return answer([_field(each) for each in (*SYSTEM_FIELDS.values(), *custom)])


def _field(each: Field) -> Wire:
    clauses = [f"cf[{each.id.removeprefix('customfield_')}]", each.name] if each.is_custom else [each.id]
    return {
        "id": each.id,
        "key": each.id,
        "name": each.name,
        "untranslatedName": each.name,
        "custom": each.is_custom,
        "orderable": True,
        "navigable": True,
        "searchable": True,
        "clauseNames": clauses,
        "schema": schema(each),
    }


def search_fields(call: Call) -> Answer:
    """Fields, paged; `type=custom` and `query` narrow them."""
    text = (call.request.parameter("query") or "").casefold()
    only_custom = "custom" in call.words("type")
    known = [each for each in (*SYSTEM_FIELDS.values(), *call.state.site.fields.values()) if call.user]
    chosen = [each for each in known if text in each.name.casefold() and (each.is_custom or not only_custom)]
    shown = [
        {"id": each.id, "key": each.id, "name": each.name, "description": "", "schema": schema(each)} for each in chosen
    ]
    return answer(call.page_bean(shown, most=50))


def priorities(call: Call) -> Answer:
    """All priorities, the highest first."""
    return answer(_priorities(call))


def search_priorities(call: Call) -> Answer:
    """Priorities, paged."""
    return answer(call.page_bean(_priorities(call), most=50))


def _priorities(call: Call) -> list[Wire]:
    site = call.state.site
    return [
        {
            **(named(call.voice, "priority", each) or {}),
            "statusColor": "#cc0000",
            "description": "",
            "isDefault": each.id == site.default_priority,
        }
        for each in (site.priorities.values() if call.user else ())
    ]


def resolutions(call: Call) -> Answer:
    """All resolutions."""
    return answer(_resolutions(call))


def search_resolutions(call: Call) -> Answer:
    """Resolutions, paged."""
    return answer(call.page_bean(_resolutions(call), most=50))


def _resolutions(call: Call) -> list[Wire]:
    known = call.state.site.resolutions.values() if call.user else ()
    return [{**(named(call.voice, "resolution", each) or {}), "description": ""} for each in known]


def types(call: Call) -> Answer:
    """The ticket types of all projects the caller sees."""
    seen = {
        each.type.id: each.type
        for owner in call.state.site.projects.values()
        if call.may("BROWSE_PROJECTS", owner)
        for each in owner.types
    }
    return answer([ticket_type(call.voice, each) for each in seen.values()])


def labels(call: Call) -> Answer:
    """All labels in use that the caller may see, paged."""
    used = {label for ticket in call.state.site.tickets.values() if call.sees(ticket) for label in ticket.labels}
    return answer(call.page_bean(sorted(used), size=1000, most=1000))


ROUTES: tuple[Route[JiraState], ...] = (
    rest("GET", "/status", statuses),
    rest("GET", "/status/<status>", one_status),
    rest("GET", "/statuscategory", categories),
    rest("GET", "/field", fields),
    rest("GET", "/field/search", search_fields, where=on_cloud),
    rest("GET", "/priority", priorities),
    rest("GET", "/priority/search", search_priorities, where=on_cloud),
    rest("GET", "/resolution", resolutions),
    rest("GET", "/resolution/search", search_resolutions, where=on_cloud),
    rest("GET", "/issuetype", types),
    rest("GET", "/label", labels, where=on_cloud),
)
