"""Error Tracking: search, get, state and assignee. Reference: datadog-api §1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import JsonValue

from reconciler.sandbox.datadog.access import Gate
from reconciler.sandbox.datadog.body import Fields, included, is_uuid, resource, section
from reconciler.sandbox.datadog.documents import (
    Document,
    issue_case_document,
    issue_document,
    reference,
    team_document,
    user_document,
)
from reconciler.sandbox.datadog.filter import BadQuery, Facets, Test, compile_query
from reconciler.sandbox.datadog.records import Issue
from reconciler.sandbox.datadog.refusal import JSON_API, bad_request, no_issue
from reconciler.sandbox.datadog.state import DatadogState
from reconciler.sandbox.route import Answer, Request, Route, answer

STATES = ("OPEN", "ACKNOWLEDGED", "RESOLVED", "IGNORED", "EXCLUDED")
CAP = 100
_MOBILE = frozenset({"FLUTTER", "REACT_NATIVE", "IOS", "ROKU", "ANDROID"})
_ALL = frozenset({"UNKNOWN", "BACKEND", "BROWSER", *_MOBILE})
_PERSONAS = {
    "ALL": _ALL,
    "BROWSER": frozenset({"BROWSER"}),
    "MOBILE": _MOBILE,
    "BACKEND": frozenset({"BACKEND", "UNKNOWN"}),
}
_TRACKS = {"trace": frozenset({"BACKEND"}), "logs": frozenset({"UNKNOWN"}), "rum": frozenset({"BROWSER", *_MOBILE})}
_ORDERS = ("TOTAL_COUNT", "FIRST_SEEN", "IMPACTED_SESSIONS", "PRIORITY")


def routes(gate: Gate) -> tuple[Route[DatadogState], ...]:
    """The five operations there are."""
    base = "/api/v2/error-tracking/issues"
    read, write = ("error_tracking_read",), ("error_tracking_read", "error_tracking_write")
    assign = (*write, "cases_read", "cases_write")
    return (
        gate.route(("POST", f"{base}/search"), search, read, writes=False),
        gate.route(("GET", f"{base}/<issue>"), get, read),
        gate.route(("PUT", f"{base}/<issue>/state"), set_state, write),
        gate.route(("PUT", f"{base}/<issue>/assignee"), assign_issue, assign),
        gate.route(("DELETE", f"{base}/<issue>/assignee"), unassign_issue, assign),
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A search, read and checked."""

    test: Test
    start: datetime
    end: datetime
    platforms: frozenset[str]
    order: str
    states: frozenset[str]
    assignees: frozenset[str]
    teams: frozenset[str]

    def takes(self, state: DatadogState, issue: Issue) -> bool:
        """Whether the issue had errors in the window and is asked for."""
        return (
            any(self.start <= moment < self.end for moment in issue.seen)
            and issue.platform in self.platforms
            and (not self.states or issue.state in self.states)
            and (not self.assignees or issue.assignee_id in self.assignees)
            and (not self.teams or not self.teams.isdisjoint(issue.team_ids))
            and self.test(_facets(state, issue))
        )

    def count(self, issue: Issue) -> int:
        """How many errors in the window."""
        return issue.count or sum(self.start <= moment < self.end for moment in issue.seen)


def search(state: DatadogState, request: Request) -> Answer:
    """At most 100, no cursor, no total: whoever wants all must split. Without `include=issue` only ids and counts."""
    wanted = _wanted(section(resource(request, "search_request"), "attributes"))
    wishes = included(request, "issue", "issue.assignee", "issue.case", "issue.team_owners")
    found = [issue for issue in state.company.issues.values() if wanted.takes(state, issue)]
    found.sort(key=lambda issue: issue.id)
    if wanted.order == "FIRST_SEEN":
        found.sort(key=lambda issue: issue.seen[0], reverse=True)
    else:
        found.sort(key=wanted.count, reverse=True)
    found = found[:CAP]
    body: Document = {"data": [_result(issue, wanted.count(issue)) for issue in found]}
    beside: list[JsonValue] = [issue_document(issue) for issue in found] if wishes else []
    beside += _beside(state, found, {wish.removeprefix("issue.") for wish in wishes})
    if beside:
        body["included"] = beside
    return answer(body, content_type=JSON_API)


def get(state: DatadogState, request: Request) -> Answer:
    """One issue; relationships are always named, what they point at only on request."""
    wishes = included(request, "assignee", "case", "team_owners")
    issue = _issue(state, request)
    body: Document = {"data": issue_document(issue)}
    beside = _beside(state, [issue], set(wishes))
    if beside:
        body["included"] = beside
    return answer(body, content_type=JSON_API)


def set_state(state: DatadogState, request: Request) -> Answer:
    """Existence is checked before the state is."""
    issue = _issue(state, request)
    wanted = section(resource(request, "error_tracking_issue"), "attributes").get("state")
    if wanted not in STATES:
        raise bad_request(f'invalid json value for IssueState: "{wanted}"')
    state.change_state(issue, str(wanted))
    return _whole(state, issue)


def assign_issue(state: DatadogState, request: Request) -> Answer:
    """Assigning makes a case where there is none, and reviews an OPEN issue."""
    issue = _issue(state, request)
    user = resource(request, "assignee", "user").get("id")
    if not isinstance(user, str) or user not in state.company.users:
        raise bad_request()
    state.assign_issue(issue, user)
    return _whole(state, issue)


def unassign_issue(state: DatadogState, request: Request) -> Answer:
    """204, also where nobody was assigned."""
    state.assign_issue(_issue(state, request), None)
    return Answer(204)


def _issue(state: DatadogState, request: Request) -> Issue:
    given = request.args["issue"]
    if not is_uuid(given):
        raise bad_request("issue id is not an uuid")
    issue = state.company.issues.get(given.lower())
    if issue is None:
        raise no_issue()
    return issue


def _whole(state: DatadogState, issue: Issue) -> Answer:
    body: Document = {"data": issue_document(issue)}
    beside = _beside(state, [issue], {"assignee", "case", "team_owners"})
    return answer(body | ({"included": beside} if beside else {}), content_type=JSON_API)


def _result(issue: Issue, count: int) -> Document:
    counts: Document = {"impacted_sessions": count, "impacted_users": count, "total_count": count}
    return {
        "id": issue.id,
        "type": "error_tracking_search_result",
        "attributes": counts,
        "relationships": {"issue": reference("issue", issue.id)},
    }


def _beside(state: DatadogState, issues: list[Issue], wishes: set[str]) -> list[JsonValue]:
    """What the issues point at, as far as it is wished for, each once."""
    company = state.company
    cases = {issue.case_id for issue in issues if "case" in wishes and issue.case_id in company.cases}
    users = {issue.assignee_id for issue in issues if "assignee" in wishes and issue.assignee_id in company.users}
    teams = {team for issue in issues if "team_owners" in wishes for team in issue.team_ids if team in company.teams}
    return [
        *(issue_case_document(company.cases[each]) for each in sorted(filter(None, cases))),
        *(user_document(company.users[each]) for each in sorted(filter(None, users))),
        *(team_document(company.teams[each]) for each in sorted(teams)),
    ]


def _facets(state: DatadogState, issue: Issue) -> Facets:
    teams = [state.company.teams[each] for each in issue.team_ids]
    return Facets(
        f"{issue.error_type}: {issue.error_message}",
        {
            "service": (issue.service,),
            "team": tuple(name for team in teams for name in (team.handle, team.name)),
            "language": tuple(issue.languages),
            "error.type": (issue.error_type,),
            "error.message": (issue.error_message,),
            "error.is_crash": (str(issue.is_crash).lower(),),
            "issue.state": (issue.state,),
            "platform": (issue.platform,),
            "version": (issue.last_seen_version,),
        },
    )


def _wanted(given: Fields) -> _Wanted:
    query = given.get("query")
    if not isinstance(query, str):
        raise bad_request("query is required")
    try:
        test = compile_query(query)
    except BadQuery as wrong:
        raise bad_request(f"invalid query: {wrong}") from None
    order = given.get("order_by", "TOTAL_COUNT")
    states = _list(given, "states", 20)
    if order not in _ORDERS:
        raise bad_request(f"invalid json value for OrderBy: {order}")
    for each in states:
        if each not in STATES:
            raise bad_request(f'invalid json value for IssueState: "{each}"')
    return _Wanted(
        test,
        _moment(given, "from"),
        _moment(given, "to"),
        _platforms(given),
        str(order),
        states,
        _list(given, "assignee_ids", 50),
        _list(given, "team_ids", 50),
    )


def _platforms(given: Fields) -> frozenset[str]:
    """Exactly one of persona and track says which platforms are asked for."""
    track, persona = given.get("track"), given.get("persona")
    if track is None and persona is None:
        raise bad_request("either track or persona is required")
    if track is not None and persona is not None:
        raise bad_request("only one of track and persona is allowed")
    if isinstance(track, str) and track in _TRACKS:
        return _TRACKS[track]
    if isinstance(persona, str) and persona in _PERSONAS:
        return _PERSONAS[persona]
    kind, wrong = ("TrackType", track) if track is not None else ("Persona", persona)
    raise bad_request(f"invalid json value for {kind}: {wrong}")


def _moment(given: Fields, name: str) -> datetime:
    value = given.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise bad_request(f"{name} is required")
    try:
        return datetime.fromtimestamp(value / 1000, tz=UTC)
    except (OverflowError, ValueError, OSError):
        raise bad_request(f"invalid value for {name}") from None


def _list(given: Fields, name: str, most: int) -> frozenset[str]:
    value = given.get(name, [])
    if not isinstance(value, list) or len(value) > most:
        raise bad_request(f"{name} must have at most {most} items")
    return frozenset(str(each) for each in value)
