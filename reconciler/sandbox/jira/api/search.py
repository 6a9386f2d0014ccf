"""Search by JQL: bounded, paged by token, eventually consistent. Reference: jira-api §5.5."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass

from reconciler.sandbox.jira.api.call import Call, on_cloud, rest
from reconciler.sandbox.jira.api.tickets import texts
from reconciler.sandbox.jira.jql import Query, parse_jql
from reconciler.sandbox.jira.jql_match import Asker, in_order, matcher
from reconciler.sandbox.jira.records import Ticket
from reconciler.sandbox.jira.refusal import BAD_PAYLOAD, JiraRefusal
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.jira.wire import Wire, history
from reconciler.sandbox.jira.wire_ticket import names, ticket
from reconciler.sandbox.route import Answer, Route, answer

_UNBOUNDED = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
_STALE_PAGE = "The provided next page token is invalid or expired."
_REMOVED = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration guideline is "
    "available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)
_WHOLE_PAGE = 100


@dataclass(frozen=True, slots=True)
class Search:
    """A search as GET and POST both ask for it. `reconcile` are ids that are read as they stand, past the index."""

    jql: str
    fields: list[str]
    properties: list[str]
    expand: list[str]
    most: int
    token: str | None
    reconcile: list[str]


def by_query(call: Call) -> Answer:
    """GET: everything in the query."""
    reconcile = call.request.parameters("reconcileIssues")
    return _search(
        call,
        Search(
            call.request.parameter("jql") or "",
            list(call.words("fields")),
            list(call.words("properties")),
            list(call.words("expand")),
            call.number("maxResults", 50),
            call.request.parameter("nextPageToken"),
            [each for text in reconcile for each in text.split(",") if each],
        ),
    )


def by_body(call: Call) -> Answer:
    """POST: everything in the body, which may have nothing else."""
    body = call.body(
        "jql",
        "fields",
        "properties",
        "expand",
        "maxResults",
        "nextPageToken",
        "reconcileIssues",
        "fieldsByKeys",
    )
    match body:
        case {"maxResults": bool()}:
            raise JiraRefusal(400, BAD_PAYLOAD, bare=True)
        case _:
            pass
    jql, token, most, expand = (
        body.get("jql") or "",
        body.get("nextPageToken"),
        body.get("maxResults", 50),
        body.get("expand"),
    )
    if not isinstance(jql, str) or not isinstance(most, int) or not isinstance(token, str | None):
        raise JiraRefusal(400, BAD_PAYLOAD, bare=True)
    if not isinstance(expand, str | None):
        raise JiraRefusal(400, BAD_PAYLOAD, bare=True)
    lists = [texts(body.get(name)) for name in ("fields", "properties", "reconcileIssues")]
    expansions = [each.strip() for each in (expand or "").split(",") if each.strip()]
    return _search(call, Search(jql, lists[0], lists[1], expansions, most, token, lists[2]))


def _search(call: Call, search: Search) -> Answer:
    if not 1 <= search.most <= 5000:
        raise JiraRefusal(400, "The max results parameter has to be between 1 and 5,000.")
    if len(search.properties) > 5:
        raise JiraRefusal(400, "The maximum number of properties is 5.")
    if len(search.reconcile) > 50 or not all(each.isdigit() for each in search.reconcile):
        raise JiraRefusal(400, "The reconcileIssues parameter takes up to 50 issue ids.")
    start = _offset(search)
    found = matching(call, search.jql, search.reconcile)
    asks_for_all = any(each.startswith("*") for each in search.fields)
    size = min(search.most, _WHOLE_PAGE) if asks_for_all else search.most
    page = found[start : start + size]
    reply: Wire = {"issues": [_shown(call, search, each) for each in page]}
    end = start + len(page)
    if end < len(found):
        reply["nextPageToken"] = _token(search.jql, end)
    reply["isLast"] = end >= len(found)
    return answer({**reply, "names": names(call.voice)} if "names" in search.expand else reply)


def _shown(call: Call, search: Search, found: Ticket) -> Wire:
    """Only the id, unless fields are asked for."""
    if not search.fields and not search.properties:
        shown: Wire = {"id": found.id}
        return shown
    shown = ticket(call.voice, found, asked=search.fields or ["id"], properties=search.properties)
    if "changelog" in search.expand:
        histories = [history(call.voice, each) for each in reversed(found.histories)]
        shown["changelog"] = {
            "startAt": 0,
            "maxResults": len(histories),
            "total": len(histories),
            "histories": histories,
        }
    return shown


def matching(call: Call, jql: str, reconcile: list[str]) -> list[Ticket]:
    """The tickets a query means, in its order. For nobody an unknown name is no error, and nothing is found."""
    query = parse_jql(jql)
    if query.condition is None:
        raise JiraRefusal(400, _UNBOUNDED)
    if call.user is None:
        return []
    return _found(call, query, reconcile)


def _found(call: Call, query: Query, reconcile: list[str]) -> list[Ticket]:
    asker = Asker(call.state, call.user, call.state.now())
    test = matcher(asker, query)
    live = {each: call.state.site.tickets.get(each) for each in reconcile}
    candidates = [each for each in call.state.indexed() if each.id not in live]
    candidates += [each for each in live.values() if each is not None]
    return in_order(asker, query, [each for each in candidates if call.sees(each) and test(each)])


def _digest(jql: str) -> str:
    return hashlib.sha256(jql.encode()).hexdigest()[:16]


def _token(jql: str, at: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([_digest(jql), at]).encode()).decode()


def _offset(search: Search) -> int:
    """Where the page begins. Refuses (400) a token that is none, or of another query."""
    if not search.token:
        return 0
    try:
        read = json.loads(base64.urlsafe_b64decode(search.token.encode()))
    except (ValueError, binascii.Error):
        raise JiraRefusal(400, _STALE_PAGE) from None
    match read:
        case [digest, int(at)] if digest == _digest(search.jql):
            return at
        case _:
            raise JiraRefusal(400, _STALE_PAGE)


def count(call: Call) -> Answer:
    """About how many tickets a query means."""
    jql = call.body("jql").get("jql") or ""
    if not isinstance(jql, str):
        raise JiraRefusal(400, BAD_PAYLOAD, bare=True)
    return answer({"count": len(matching(call, jql, []))})


def removed(_call: Call) -> Answer:
    """The old search is gone."""
    raise JiraRefusal(410, _REMOVED)


ROUTES: tuple[Route[JiraState], ...] = (
    rest("GET", "/search/jql", by_query, where=on_cloud),
    rest("POST", "/search/jql", by_body, writes=False, where=on_cloud),
    rest("POST", "/search/approximate-count", count, writes=False, where=on_cloud),
)
