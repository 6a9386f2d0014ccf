"""Remote links, made anew or replaced by their globalId. Reference: jira-api §5.12."""

from __future__ import annotations

from dataclasses import replace

from pydantic import JsonValue

from reconciler.sandbox.jira.api.call import Call, nothing, rest
from reconciler.sandbox.jira.records import RemoteLink, Ticket
from reconciler.sandbox.jira.refusal import JiraRefusal, forbidden
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.jira.wire import Wire
from reconciler.sandbox.route import Answer, Route, answer

_MOST = 2000
_NONE = "No remote issue link with the given {what} was found."


def _shown(call: Call, ticket: Ticket, link: RemoteLink) -> Wire:
    shown: Wire = {"id": int(link.id), "self": f"{call.voice.rest}/issue/{ticket.key}/remotelink/{link.id}"}
    if link.global_id is not None:
        shown["globalId"] = link.global_id
    return {**shown, **{name: link.content.get(name) for name in ("application", "relationship", "object")}}


def read(call: Call) -> Answer:
    """All links of a ticket, or with `globalId` that one."""
    found = call.ticket()
    wanted = call.request.parameter("globalId")
    if wanted is None:
        return answer([_shown(call, found, each) for each in found.links])
    for link in found.links:
        if link.global_id == wanted:
            return answer(_shown(call, found, link))
    raise JiraRefusal(404, _NONE.format(what="global id"))


def read_one(call: Call) -> Answer:
    """One link by its id."""
    found = call.ticket()
    for link in found.links:
        if link.id == call.arg("link"):
            return answer(_shown(call, found, link))
    raise JiraRefusal(404, _NONE.format(what="id"))


def _linkable(call: Call) -> Ticket:
    found = call.ticket()
    if not call.may("LINK_ISSUES", call.state.site.projects[found.project]):
        raise forbidden("link issues in this project")
    return found


def upsert(call: Call) -> Answer:
    """Make a link, or replace the one with this globalId: members left out become null."""
    found = _linkable(call)
    body = call.body()
    errors = _errors(body)
    if errors:
        raise JiraRefusal(400, errors=errors)
    global_id = body.get("globalId")
    known = next((each for each in found.links if global_id is not None and each.global_id == global_id), None)
    if known is None and len(found.links) >= _MOST:
        raise JiraRefusal(413, "The per-issue limit for remote links has been breached.")
    content = {name: body.get(name) for name in ("application", "relationship", "object")}
    link = RemoteLink(
        known.id if known else call.state.new_id(), global_id if isinstance(global_id, str) else None, content
    )
    others = tuple(each for each in found.links if each.id != link.id)
    call.state.keep(replace(found, links=(*others, link)))
    address = f"{call.voice.rest}/issue/{found.key}/remotelink/{link.id}"
    return answer({"id": int(link.id), "self": address}, 200 if known else 201)


def _errors(body: dict[str, JsonValue]) -> dict[str, str]:
    match body.get("object"):
        case {"url": str(url), "title": str(title)} if url and title:
            errors = {}
        case {"title": str(title)} if title:
            errors = {"url": "'url' is required."}
        case _:
            errors = {"title": "'title' is required."}
    global_id = body.get("globalId")
    if global_id is not None and (not isinstance(global_id, str) or len(global_id) > 255):
        errors["globalId"] = "'globalId' must be at most 255 characters."
    return errors


def delete(call: Call) -> Answer:
    """Delete the link with this globalId."""
    found = _linkable(call)
    wanted = call.request.parameter("globalId")
    if wanted is None:
        raise JiraRefusal(400, "The globalId query parameter is required.")
    left = tuple(each for each in found.links if each.global_id != wanted)
    if len(left) == len(found.links):
        raise JiraRefusal(404, _NONE.format(what="global id"))
    call.state.keep(replace(found, links=left))
    return nothing()


ROUTES: tuple[Route[JiraState], ...] = (
    rest("GET", "/issue/<ticket>/remotelink", read),
    rest("GET", "/issue/<ticket>/remotelink/<link>", read_one),
    rest("POST", "/issue/<ticket>/remotelink", upsert),
    rest("DELETE", "/issue/<ticket>/remotelink", delete),
)
