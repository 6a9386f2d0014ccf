"""What hangs on a case: insights, its Jira ticket, its project, comments. Reference: datadog-api §2, §2.2."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import JsonValue

from reconciler.sandbox.datadog.access import Gate
from reconciler.sandbox.datadog.body import Fields, attributes, is_uuid, number, resource, section, text
from reconciler.sandbox.datadog.cases import READ, WRITE, find, whole
from reconciler.sandbox.datadog.documents import comment_document
from reconciler.sandbox.datadog.records import Case, Comment, Insight
from reconciler.sandbox.datadog.refusal import JSON_API, DatadogRefusal, bad_request, conflict, generic, missing
from reconciler.sandbox.datadog.state import DatadogState
from reconciler.sandbox.route import Answer, Request, Route, answer

_CASE = "/api/v2/cases/<case>"


def routes(gate: Gate) -> tuple[Route[DatadogState], ...]:
    """Links and comments of a case."""
    ticket = f"{_CASE}/relationships/jira_issues"
    return (
        gate.route(("PUT", f"{_CASE}/insights"), add_insights, WRITE),
        gate.route(("DELETE", f"{_CASE}/insights"), remove_insights, WRITE),
        gate.route(("PATCH", f"{_CASE}/relationships/project"), move, WRITE),
        gate.route(("POST", ticket), order_ticket, WRITE),
        gate.route(("PATCH", ticket), link_ticket, WRITE),
        gate.route(("DELETE", ticket), unlink_ticket, WRITE),
        gate.route(("POST", f"{_CASE}/comment"), comment, WRITE),
        gate.route(("PUT", f"{_CASE}/comment/<cell>"), edit_comment, WRITE),
        gate.route(("DELETE", f"{_CASE}/comment/<cell>"), delete_comment, WRITE),
        gate.route(("GET", f"{_CASE}/timelines"), timeline, READ),
    )


def add_insights(state: DatadogState, request: Request) -> Answer:
    """Attach what the case is about; an issue then has this case, and is reviewed. Putting the same again is harmless."""
    case = find(state, request)
    insights = _insights(request)
    for insight in insights:
        issue = state.company.issues.get(insight.resource_id.lower())
        if insight.kind == "ERROR_TRACKING" and issue is not None:
            state.attach(case, issue)
        elif insight not in case.insights:
            case.insights.append(insight)
    state.touch(case)
    return whole(state, case)


def remove_insights(state: DatadogState, request: Request) -> Answer:
    """Detach. Those that are not there are no error."""
    case = find(state, request)
    gone = {(insight.kind, insight.resource_id) for insight in _insights(request)}
    for issue in state.issues_of(case):
        if ("ERROR_TRACKING", issue.id) in gone:
            issue.case_id = None
    case.insights = [each for each in case.insights if (each.kind, each.resource_id) not in gone]
    state.touch(case)
    return whole(state, case)


def move(state: DatadogState, request: Request) -> Answer:
    """Into another project: a new key, and the ticket is lost."""
    case = find(state, request)
    project = state.company.projects.get(str(resource(request, "project").get("id")))
    if project is None:
        raise missing("project")
    state.move_case(case, project)
    return whole(state, case)


def order_ticket(state: DatadogState, request: Request) -> Answer:
    """202 without a body: the ticket is created a while later, or it fails. A second order is refused or not: unpublished."""
    case = find(state, request)
    given = attributes(request, "issues")
    place = (text(given, "project_id"), text(given, "issue_type_id"))
    fields = section(given, "fields")
    account = state.company.accounts.get(text(given, "jira_account_id"))
    if account is None:
        raise DatadogRefusal(404, {"status": "404", "title": "Not Found", "detail": "jira account not found"})
    if case.ticket is not None and state.company.behaviour.second_ticket == "refuse":
        raise conflict("case is already linked to a jira issue")
    state.order_ticket(case, account, place, fields)
    return Answer(202)


def link_ticket(state: DatadogState, request: Request) -> Answer:
    """204; 409 where the case has another ticket, or (unless the world allows it) another case has this one."""
    case = find(state, request)
    url = text(attributes(request, "issues"), "jira_issue_url")
    account = state.account_at(url)
    key = urlsplit(url).path.rpartition("/browse/")[2]
    ticket = None if account is None or not key else state.sites[account.site].find(key)
    if account is None or ticket is None:
        raise bad_request("jira issue not found")
    if case.ticket is not None and case.ticket.ticket_id != ticket.id:
        raise conflict("case is already linked to a jira issue")
    if state.company.behaviour.shared_ticket == "refuse" and _is_taken(state, case, account.id, ticket.id):
        raise conflict("jira issue is already linked to another case")
    state.link_ticket(case, account, ticket)
    return Answer(204)


def unlink_ticket(state: DatadogState, request: Request) -> Answer:
    """204, also where there was none."""
    case = find(state, request)
    case.ticket = None
    state.touch(case)
    return Answer(204)


def comment(state: DatadogState, request: Request) -> Answer:
    """200 with the new cell in a list."""
    case = find(state, request)
    said = text(attributes(request, "case"), "comment", "")
    if not said.strip():
        raise bad_request()
    return _cells(state, [state.say(case, said)])


def edit_comment(state: DatadogState, request: Request) -> Answer:
    """200 without a body."""
    case = find(state, request)
    cell = _cell(case, request)
    said = text(attributes(request, "case"), "comment", "")
    if not said.strip():
        raise bad_request()
    cell.text = said
    state.touch(case)
    return Answer(200)


def delete_comment(state: DatadogState, request: Request) -> Answer:
    """204."""
    case = find(state, request)
    case.comments.remove(_cell(case, request))
    state.touch(case)
    return Answer(204)


def timeline(state: DatadogState, request: Request) -> Answer:
    """Pages count from 0 here."""
    case = find(state, request)
    size = min(100, number(request, "page[size]", 10, 1))
    page = number(request, "page[number]", 0, 0)
    ascending = (request.parameter("sort[ascending]") or "false").lower() == "true"
    cells = sorted(case.comments, key=lambda cell: (cell.created, cell.id), reverse=not ascending)
    return _cells(state, cells[page * size : (page + 1) * size])


def _cells(state: DatadogState, cells: list[Comment]) -> Answer:
    return answer({"data": [comment_document(state, cell) for cell in cells]}, content_type=JSON_API)


def _cell(case: Case, request: Request) -> Comment:
    wanted = request.args["cell"]
    if not is_uuid(wanted):
        detail = 'invalid parameter "CommentID" in "path"; expected type "uuid"'
        raise DatadogRefusal(400, {"title": "Invalid Parameter", "detail": detail})
    found = next((cell for cell in case.comments if cell.id == wanted), None)
    if found is None:
        raise missing("timeline cell")
    return found


def _insights(request: Request) -> list[Insight]:
    given: JsonValue = attributes(request, "case").get("insights")
    if not isinstance(given, list) or not 1 <= len(given) <= 100:
        raise generic('attribute "insights" must have 1 to 100 items')
    return [_insight(each) for each in given]


def _insight(given: JsonValue) -> Insight:
    if not isinstance(given, dict):
        raise generic('error decoding attribute "insights": invalid type')
    fields: Fields = given
    return Insight(text(fields, "type"), text(fields, "ref"), text(fields, "resource_id"))


def _is_taken(state: DatadogState, case: Case, account_id: str, ticket_id: str) -> bool:
    return any(
        other.ticket is not None and (other.ticket.account_id, other.ticket.ticket_id) == (account_id, ticket_id)
        for other in state.company.cases.values()
        if other is not case
    )
