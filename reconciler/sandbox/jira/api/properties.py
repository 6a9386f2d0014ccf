"""Entity properties of tickets and comments. Reference: jira-api §5.11.

They are in no changelog and do not touch `updated`.
"""

from __future__ import annotations

import json
from dataclasses import replace

from pydantic import JsonValue

from reconciler.sandbox.jira import comments
from reconciler.sandbox.jira.api.call import Call, nothing, rest
from reconciler.sandbox.jira.records import Comment, Ticket
from reconciler.sandbox.jira.refusal import JiraRefusal, forbidden, no_ticket
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.jira.wire import Wire
from reconciler.sandbox.route import Answer, Route, answer

_LONGEST = 32_768


def _listed(address: str, keys: dict[str, JsonValue]) -> Wire:
    return {"keys": [{"self": f"{address}/{key}", "key": key} for key in sorted(keys)]}


def _found(properties: dict[str, JsonValue], key: str, what: str) -> JsonValue:
    if key not in properties:
        raise JiraRefusal(404, f"The property with key '{key}' does not exist on the {what}.")
    return properties[key]


def _value(call: Call) -> JsonValue:
    """The body: any JSON that is not empty and not too long."""
    value = call.json()
    if len(call.arg("key")) > 255:
        raise JiraRefusal(400, "The property key is too long. The maximum length is 255 characters.")
    if len(json.dumps(value)) > _LONGEST:
        raise JiraRefusal(400, f"The property value is too long. The maximum length is {_LONGEST} characters.")
    return value


def ticket_keys(call: Call) -> Answer:
    """The keys of a ticket's properties."""
    found = call.ticket()
    return answer(_listed(f"{call.voice.rest}/issue/{found.id}/properties", found.properties))


def read_of_ticket(call: Call) -> Answer:
    """A property of a ticket."""
    value = _found(call.ticket().properties, call.arg("key"), "issue")
    return answer({"key": call.arg("key"), "value": value})


def _editable(call: Call) -> Ticket:
    """The ticket, if it may be edited. Whether a read-only step of the workflow keeps properties from being written is not
    documented: here it does, with the sentence that Jira's own page says.
    """
    found = call.ticket()
    if not call.may("EDIT_ISSUES", call.state.site.projects[found.project]):
        raise forbidden("edit issues in this project")
    if not call.state.is_editable(found):
        raise JiraRefusal(403, "You are not allowed to edit this issue due to its current status in the workflow.")
    return found


def write_on_ticket(call: Call) -> Answer:
    """Set a property of a ticket: 201 for a new one, 200 for a known one."""
    found, key = _editable(call), call.arg("key")
    value = _value(call)
    call.state.keep(replace(found, properties={**found.properties, key: value}))
    return answer({}, 200 if key in found.properties else 201)


def delete_from_ticket(call: Call) -> Answer:
    """Delete a property of a ticket."""
    found, key = _editable(call), call.arg("key")
    _found(found.properties, key, "issue")
    call.state.keep(replace(found, properties={name: each for name, each in found.properties.items() if name != key}))
    return nothing()


def _comment(call: Call) -> tuple[Ticket, Comment]:
    for ticket in call.state.site.tickets.values():
        for each in ticket.comments:
            if each.id == call.arg("comment"):
                if not call.sees(ticket):
                    raise no_ticket()
                return ticket, each
    raise JiraRefusal(404, f"Can not find a comment for the id: {call.arg('comment')}.")


def comment_keys(call: Call) -> Answer:
    """The keys of a comment's properties."""
    _, found = _comment(call)
    return answer(_listed(f"{call.voice.rest}/comment/{found.id}/properties", found.properties))


def read_of_comment(call: Call) -> Answer:
    """A property of a comment."""
    value = _found(_comment(call)[1].properties, call.arg("key"), "comment")
    return answer({"key": call.arg("key"), "value": value})


def write_on_comment(call: Call) -> Answer:
    """Set a property of a comment: 201 for a new one, 200 for a known one."""
    ticket, found = _comment(call)
    key = call.arg("key")
    if not comments.may_edit(call.state, ticket, found, call.user):
        raise forbidden("edit this comment")
    changed = replace(found, properties={**found.properties, key: _value(call)})
    comments.put(call.state, ticket, changed)
    return answer({}, 200 if key in found.properties else 201)


def delete_from_comment(call: Call) -> Answer:
    """Delete a property of a comment."""
    ticket, found = _comment(call)
    key = call.arg("key")
    if not comments.may_edit(call.state, ticket, found, call.user):
        raise forbidden("edit this comment")
    _found(found.properties, key, "comment")
    left = {name: each for name, each in found.properties.items() if name != key}
    comments.put(call.state, ticket, replace(found, properties=left))
    return nothing()


ROUTES: tuple[Route[JiraState], ...] = (
    rest("GET", "/issue/<ticket>/properties", ticket_keys),
    rest("GET", "/issue/<ticket>/properties/<key>", read_of_ticket),
    rest("PUT", "/issue/<ticket>/properties/<key>", write_on_ticket),
    rest("DELETE", "/issue/<ticket>/properties/<key>", delete_from_ticket),
    rest("GET", "/comment/<comment>/properties", comment_keys),
    rest("GET", "/comment/<comment>/properties/<key>", read_of_comment),
    rest("PUT", "/comment/<comment>/properties/<key>", write_on_comment),
    rest("DELETE", "/comment/<comment>/properties/<key>", delete_from_comment),
)
