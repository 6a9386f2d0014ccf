"""The changelog. Reference: jira-api §5.10."""

from __future__ import annotations

from datetime import datetime

from reconciler.sandbox.jira.api.call import Call, on_cloud, rest
from reconciler.sandbox.jira.api.tickets import texts
from reconciler.sandbox.jira.records import History
from reconciler.sandbox.jira.refusal import JiraRefusal
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.jira.wire import Wire, history
from reconciler.sandbox.route import Answer, Route, answer


def of_ticket(call: Call) -> Answer:
    """The entries of one ticket, the oldest first."""
    shown = [history(call.voice, each) for each in call.ticket().histories]
    return answer(call.page_bean(shown, size=100, most=100))


def in_bulk(call: Call) -> Answer:
    """The entries of up to 1000 tickets, narrowed to fields; a token leads to the next page. Times are epoch milliseconds."""
    body = call.body("issueIdsOrKeys", "fieldIds", "maxResults", "nextPageToken")
    keys, only = texts(body.get("issueIdsOrKeys")), set(texts(body.get("fieldIds")))
    if not 1 <= len(keys) <= 1000:
        raise JiraRefusal(400, "The number of issues must be between 1 and 1000.")
    if len(only) > 10:
        raise JiraRefusal(400, "The number of field IDs must be at most 10.")
    most = body.get("maxResults") or 1000
    start = body.get("nextPageToken") or "0"
    if not isinstance(most, int) or not 1 <= most <= 10000 or not isinstance(start, str) or not start.isdigit():
        raise JiraRefusal(400, "The provided next page token is invalid or expired.")
    found = {each.id: each for key in keys if (each := call.state.find_ticket(key)) and call.sees(each)}
    entries = [
        (ticket_id, entry)
        for ticket_id in sorted(found, key=int)
        for entry in found[ticket_id].histories
        if not only or any(item.field_id in only for item in entry.items)
    ]
    page = entries[int(start) : int(start) + most]
    by_ticket: dict[str, list[Wire]] = {}
    for ticket_id, entry in page:
        by_ticket.setdefault(ticket_id, []).append(_entry(call, entry))
    reply: Wire = {"issueChangeLogs": [{"issueId": each, "changeHistories": by_ticket[each]} for each in by_ticket]}
    end = int(start) + len(page)
    return answer({**reply, "nextPageToken": str(end)} if end < len(entries) else reply)


def _entry(call: Call, entry: History) -> Wire:
    return {**history(call.voice, entry), "created": _epoch(entry.created)}


def _epoch(at: datetime) -> int:
    return round(at.timestamp() * 1000)


ROUTES: tuple[Route[JiraState], ...] = (
    rest("GET", "/issue/<ticket>/changelog", of_ticket, where=on_cloud),
    rest("POST", "/changelog/bulkfetch", in_bulk, writes=False, where=on_cloud),
)
