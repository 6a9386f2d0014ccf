"""The search that Cloud has removed and Data Center still has: pages by `startAt`, with a total. Reference: jira-api §5.5."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import JsonValue

from reconciler.sandbox.jira.api.call import Call, rest
from reconciler.sandbox.jira.api.search import removed
from reconciler.sandbox.jira.api.tickets import texts
from reconciler.sandbox.jira.jql import parse_jql
from reconciler.sandbox.jira.jql_match import Asker, in_order, matcher
from reconciler.sandbox.jira.records import Ticket
from reconciler.sandbox.jira.refusal import JiraRefusal
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.jira.wire import Wire
from reconciler.sandbox.jira.wire_ticket import names, ticket
from reconciler.sandbox.route import Answer, Route, answer

_MOST = 1000  # the site's `jira.search.views.default.max`
_MEMBERS = ("jql", "startAt", "maxResults", "fields", "expand", "validateQuery")


@dataclass(frozen=True, slots=True)
class _Search:
    jql: str
    start: int
    size: int
    fields: list[str]
    expand: list[str]
    validates: bool


def by_query(call: Call) -> Answer:
    """GET: everything in the query."""
    if call.state.site.is_cloud:
        return removed(call)
    return _search(
        call,
        _Search(
            call.request.parameter("jql") or "",
            call.number("startAt", 0),
            call.number("maxResults", 50),
            list(call.words("fields")),
            list(call.words("expand")),
            call.is_set("validateQuery", default=True),
        ),
    )


def by_body(call: Call) -> Answer:
    """POST: everything in the body. What it does not know it refuses: entity properties cannot be asked for here."""
    if call.state.site.is_cloud:
        return removed(call)
    body = call.body()
    unknown = sorted(set(body) - set(_MEMBERS))
    if unknown:
        raise JiraRefusal(400, f'Unrecognized field "{unknown[0]}" (Class SearchRequestBean), not marked as ignorable')
    validates = body.get("validateQuery", True)
    if not isinstance(validates, bool):
        raise JiraRefusal(400, "Can not construct instance of boolean from validateQuery")
    size = _whole(body.get("maxResults"), 50)
    lists = texts(body.get("fields")), texts(body.get("expand"))
    return _search(call, _Search(_jql(body.get("jql")), _whole(body.get("startAt"), 0), size, *lists, validates))


def _whole(value: JsonValue, default: int) -> int:
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int):
        raise JiraRefusal(400, "Can not deserialize instance of java.lang.Integer")
    return value


def _jql(value: JsonValue) -> str:
    if not isinstance(value, str | None):
        raise JiraRefusal(400, "Can not deserialize instance of java.lang.String")
    return value or ""


def _search(call: Call, search: _Search) -> Answer:
    found, warnings = _found(call, search)
    start, size = max(0, search.start), min(max(0, search.size), _MOST)
    page = found[start : start + size]
    shown = [ticket(call.voice, each, asked=search.fields or ["*navigable"], expand=search.expand) for each in page]
    reply: Wire = {"expand": "names,schema", "startAt": start, "maxResults": size, "total": len(found), "issues": shown}
    if warnings:
        reply["warningMessages"] = warnings
    return answer({**reply, "names": names(call.voice)} if "names" in search.expand else reply)


def _found(call: Call, search: _Search) -> tuple[list[Ticket], list[str]]:
    """The tickets, in the query's order. An empty query means all of them; a name that does not exist refuses the query
    (400), or is only warned of where it is not validated.
    """
    query = parse_jql(search.jql)
    strict = Asker(call.state, call.user, call.state.now())
    warnings: list[str] = []
    try:
        matcher(strict, query)
    except JiraRefusal as wrong:
        if search.validates:
            raise
        warnings.append(wrong.sentence)
    asker = Asker(call.state, call.user, call.state.now(), lenient=not search.validates)
    test = matcher(asker, query)
    return in_order(asker, query, [each for each in call.state.indexed() if call.sees(each) and test(each)]), warnings


ROUTES: tuple[Route[JiraState], ...] = (
    rest("GET", "/search", by_query),
    rest("POST", "/search", by_body, writes=False),
)
