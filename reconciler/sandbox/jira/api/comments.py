"""Comments over the API. Reference: jira-api §5.9."""

from __future__ import annotations

from pydantic import JsonValue

from reconciler.sandbox.jira import comments
from reconciler.sandbox.jira.api.call import Call, nothing, on_cloud, rest
from reconciler.sandbox.jira.api.tickets import submission, texts
from reconciler.sandbox.jira.comments import Draft
from reconciler.sandbox.jira.refusal import JiraRefusal
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.jira.wire import comment
from reconciler.sandbox.route import Answer, Route, answer

_ORDERS = {"created", "+created", "-created"}


def _draft(call: Call) -> Draft:
    body = call.body()
    given: dict[str, JsonValue] = {"properties": body.get("properties")}
    return Draft(body.get("body"), call.version, body.get("visibility"), submission(call, given).properties)


def all_comments(call: Call) -> Answer:
    """The comments of a ticket, paged."""
    found = call.ticket()
    order = call.request.parameter("orderBy") or "created"
    if order not in _ORDERS:
        raise JiraRefusal(400, f"The field to order by should be one of [created]. Instead, it was: {order}.")
    with_properties = "properties" in call.words("expand")
    shown = [comment(call.voice, found, each, properties=with_properties) for each in found.comments]
    if order.startswith("-"):
        shown.reverse()
    page, about = call.page(shown, size=100 if call.state.site.is_cloud else 50, most=5000)
    return answer({**about, "comments": page})


def read(call: Call) -> Answer:
    """One comment."""
    found = call.ticket()
    one = comments.find(found, call.arg("comment"))
    return answer(comment(call.voice, found, one, properties="properties" in call.words("expand")))


def add(call: Call) -> Answer:
    """A new comment."""
    kept, made = comments.add(call.state, call.ticket(), _draft(call), call.user)
    return answer(comment(call.voice, kept, made), 201)


def edit(call: Call) -> Answer:
    """Change a comment."""
    found = call.ticket()
    edited = comments.edit(call.state, found, comments.find(found, call.arg("comment")), _draft(call), call.user)
    return answer(comment(call.voice, found, edited))


def delete(call: Call) -> Answer:
    """Delete a comment."""
    found = call.ticket()
    comments.delete(call.state, found, comments.find(found, call.arg("comment")), call.user)
    return nothing()


def by_ids(call: Call) -> Answer:
    """Up to 1000 comments by id, of whatever tickets the caller sees."""
    ids = set(texts(call.body("ids").get("ids")))
    if not ids or len(ids) > 1000:
        raise JiraRefusal(400, "The number of comment ids must be between 1 and 1000.")
    with_properties = "properties" in call.words("expand")
    found = [
        comment(call.voice, ticket, each, properties=with_properties)
        for ticket in call.state.site.tickets.values()
        if call.sees(ticket)
        for each in ticket.comments
        if each.id in ids
    ]
    return answer(call.page_bean(found, size=1000, most=1000))


ROUTES: tuple[Route[JiraState], ...] = (
    rest("GET", "/issue/<ticket>/comment", all_comments),
    rest("POST", "/issue/<ticket>/comment", add),
    rest("GET", "/issue/<ticket>/comment/<comment>", read),
    rest("PUT", "/issue/<ticket>/comment/<comment>", edit),
    rest("DELETE", "/issue/<ticket>/comment/<comment>", delete),
    rest("POST", "/comment/list", by_ids, writes=False, where=on_cloud),
)
