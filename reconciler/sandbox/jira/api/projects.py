"""Projects, their statuses, and what their create screens want. Reference: jira-api §4."""

from __future__ import annotations

from reconciler.sandbox.jira.api.call import Call, on_cloud, rest
from reconciler.sandbox.jira.records import Project, ProjectType, ScreenField
from reconciler.sandbox.jira.refusal import JiraRefusal
from reconciler.sandbox.jira.screens import field_of
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.jira.wire import Wire, project, screen_field, status, ticket_type
from reconciler.sandbox.route import Answer, Route, answer

_ORDERS = ("name", "key", "owner", "category", "issueCount", "lastIssueUpdatedTime", "archivedDate", "deletedDate")


_BRIEFLY = frozenset({"self", "id", "name", "subtask"})


def visible_projects(call: Call) -> list[Project]:
    """The projects the caller may see that are not archived, in order of key."""
    projects = [each for each in call.state.site.projects.values() if call.may("BROWSE_PROJECTS", each)]
    return sorted((each for each in projects if not each.archived), key=lambda each: each.key)


def search_projects(call: Call) -> Answer:
    """The projects, paged."""
    order = call.request.parameter("orderBy") or "key"
    if order.lstrip("+-") not in _ORDERS:
        sentence = f"The field to order by should be one of [{', '.join(_ORDERS)}]. Instead, it was: {order}."
        raise JiraRefusal(400, sentence)
    found = visible_projects(call)
    keys = {key.upper() for key in call.words("keys")}
    text = (call.request.parameter("query") or "").casefold()
    wanted = [
        each
        for each in found
        if (not keys or each.key in keys) and (text in each.key.casefold() or text in each.name.casefold())
    ]
    if order.lstrip("+-") == "name":
        wanted.sort(key=lambda each: each.name.casefold())
    if order.startswith("-"):
        wanted.reverse()
    return answer(call.page_bean([project(call.voice, each) for each in wanted]))


def all_projects(call: Call) -> Answer:
    """The projects as a plain list."""
    return answer([project(call.voice, each) for each in visible_projects(call)])


def one_project(call: Call) -> Answer:
    """One project."""
    return answer(project(call.voice, call.project_of(call.arg("project"))))


def project_statuses(call: Call) -> Answer:
    """The statuses of each ticket type's workflow: membership, not reachability."""
    types: list[Wire] = []
    for each in call.project_of(call.arg("project")).types:
        statuses = [call.state.site.statuses[one] for one in call.state.site.workflows[each.workflow].statuses]
        shown = {name: value for name, value in ticket_type(call.voice, each.type).items() if name in _BRIEFLY}
        types.append({**shown, "statuses": [status(call.voice, one) for one in statuses]})
    return answer(types)


def project_components(call: Call) -> Answer:
    """The components of a project."""
    shown = project(call.voice, call.project_of(call.arg("project")))
    return answer(shown["components"])


def _creatable(call: Call) -> Project:
    """The project of the path. Data Center refuses (400) whoever may not create there, Cloud shows them nothing."""
    owner = call.project_of(call.arg("project"))
    if not call.state.site.is_cloud and not call.may("CREATE_ISSUES", owner):
        sentence = "You do not have permission to create issues in this project."
        raise JiraRefusal(400, errors={"project": sentence})
    return owner


def create_types(call: Call) -> Answer:
    """The types we may create in a project; none without the permission."""
    owner = _creatable(call)
    types = [ticket_type(call.voice, each.type) for each in owner.types] if call.may("CREATE_ISSUES", owner) else []
    return answer(_create_page(call, types, "issueTypes"))


def create_fields(call: Call) -> Answer:
    """The fields of a create screen; none without the permission."""
    owner = _creatable(call)
    type_ = next((each for each in owner.types if each.type.id == call.arg("type")), None)
    if type_ is None:
        raise JiraRefusal(404, f"Issue type with id '{call.arg('type')}' does not exist in the project.")
    fields = (
        [_create_field(call, owner, type_, each) for each in type_.screen] if call.may("CREATE_ISSUES", owner) else []
    )
    return answer(_create_page(call, fields, "fields"))


def _create_page(call: Call, values: list[Wire], member: str) -> Wire:
    if not call.state.site.is_cloud:
        bean = call.page_bean(values, size=50, most=1000)
        return {name: bean[name] for name in ("maxResults", "startAt", "total", "isLast", "values")}
    if call.number("maxResults", 50) > 200:
        raise _too_many()
    shown, about = call.page(values, size=50, most=200)
    return {**about, member: shown}


class _TooMany(JiraRefusal):
    """Createmeta refuses a page that is too large with a member of its own."""

    @property
    def body(self) -> dict[str, object]:
        return {**super().body, "httpStatusCode": {"empty": False, "present": True}}


def _too_many() -> JiraRefusal:
    return _TooMany(400, "Parameter 'maxResults' must not exceed the limit '200'")


def _create_field(call: Call, owner: Project, type_: ProjectType, on: ScreenField) -> Wire:
    field = field_of(call.state.site, on.field)
    if field is None:
        return {}
    shown = {**screen_field(call.voice, (owner, type_), field, on), "fieldId": field.id}
    return shown if call.state.site.is_cloud else {name: value for name, value in shown.items() if name != "key"}


def edit_meta(call: Call) -> Answer:
    """The fields of a ticket's edit screen; none in a status that makes it read-only. Reference: JRASERVER-63664."""
    found = call.ticket()
    owner, type_, _ = call.state.place(found)
    may_edit = call.may("EDIT_ISSUES", owner) and call.state.is_editable(found)
    fields = {
        each.field: screen_field(call.voice, (owner, type_), field, each)
        for each in type_.screen
        if each.field not in {"project", "issuetype"} and may_edit
        for field in (field_of(call.state.site, each.field),)
        if field is not None
    }
    return answer({"fields": fields})


ROUTES: tuple[Route[JiraState], ...] = (
    rest("GET", "/project", all_projects),
    rest("GET", "/project/search", search_projects, where=on_cloud),
    rest("GET", "/project/<project>", one_project),
    rest("GET", "/project/<project>/statuses", project_statuses),
    rest("GET", "/project/<project>/components", project_components),
    rest("GET", "/issue/createmeta/<project>/issuetypes", create_types),
    rest("GET", "/issue/createmeta/<project>/issuetypes/<type>", create_fields),
    rest("GET", "/issue/<ticket>/editmeta", edit_meta),
)
