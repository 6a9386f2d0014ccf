"""Tickets: create, read, edit, delete, and read many. Reference: jira-api §5.1-§5.6."""

from __future__ import annotations

from pydantic import JsonValue

from reconciler.sandbox.jira import creation, editing
from reconciler.sandbox.jira.api.call import Call, nothing, on_cloud, rest
from reconciler.sandbox.jira.api.transitions import shown_transitions
from reconciler.sandbox.jira.creation import Submission
from reconciler.sandbox.jira.refusal import BAD_PAYLOAD, JiraRefusal
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.jira.wire import Wire
from reconciler.sandbox.jira.wire_ticket import ticket
from reconciler.sandbox.route import Answer, Route, answer


def mapping(value: JsonValue) -> dict[str, JsonValue]:
    """A member that must be an object; absent is empty."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise JiraRefusal(400, BAD_PAYLOAD, bare=True)
    return value


def submission(call: Call, body: dict[str, JsonValue]) -> Submission:
    """What a create, edit or transition request says."""
    properties: dict[str, JsonValue] = {}
    given = body.get("properties") or []
    for each in given if isinstance(given, list) else [given]:
        match each:
            case {"key": str(key), "value": value}:
                properties[key] = value
            case _:
                raise JiraRefusal(400, BAD_PAYLOAD, bare=True)
    return Submission(mapping(body.get("fields")), mapping(body.get("update")), properties, call.version)


def create(call: Call) -> Answer:
    """A new ticket."""
    if not call.request.body.strip():
        raise JiraRefusal(400, "No Issue Create payload supplied")
    made = creation.create(call.state, submission(call, call.body()), call.user)
    return answer({"id": made.id, "key": made.key, "self": f"{call.voice.rest}/issue/{made.id}"}, 201)


def read(call: Call) -> Answer:
    """A ticket. Its key in the answer is the present one, whichever it was asked by."""
    found = call.ticket()
    expand = call.words("expand")
    shown = ticket(
        call.voice, found, asked=call.request.parameters("fields"), properties=call.words("properties"), expand=expand
    )
    if "transitions" in expand:
        shown["transitions"] = shown_transitions(call, found, with_fields=False)
    return answer(shown)


def edit(call: Call) -> Answer:
    """Change fields, labels, comments and properties, all or nothing."""
    found = call.ticket()
    edited = editing.edit(call.state, found, submission(call, call.body()), call.user)
    return answer(ticket(call.voice, edited)) if call.is_set("returnIssue") else nothing()


def delete(call: Call) -> Answer:
    """Delete a ticket."""
    editing.delete(call.state, call.ticket(), call.user)
    return nothing()


def fetch_many(call: Call) -> Answer:
    """Up to 100 tickets, read strongly. Those that are absent or invisible are left out without a word."""
    body = call.body("issueIdsOrKeys", "fields", "properties", "expand", "fieldsByKeys")
    keys = texts(body.get("issueIdsOrKeys"))
    if not keys or len(keys) > 100:
        sentence = "The number of issues must be between 1 and 100." if keys else "No issues were provided."
        raise JiraRefusal(400, sentence)
    properties = texts(body.get("properties"))
    if len(properties) > 5:
        raise JiraRefusal(400, "The maximum number of properties is 5.")
    found = {each.id: each for key in keys if (each := call.state.find_ticket(key)) and call.sees(each)}
    shown: list[Wire] = [
        ticket(
            call.voice,
            found[ticket_id],
            asked=texts(body.get("fields")) or ["*navigable"],
            properties=properties,
            expand=texts(body.get("expand")),
        )
        for ticket_id in sorted(found, key=int)
    ]
    return answer({"issues": shown, "issueErrors": []})


def texts(value: JsonValue) -> list[str]:
    """A member that must be a list of texts or numbers; absent is empty."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, str | int) for each in value):
        raise JiraRefusal(400, BAD_PAYLOAD, bare=True)
    return [str(each) for each in value]


ROUTES: tuple[Route[JiraState], ...] = (
    rest("POST", "/issue", create),
    rest("POST", "/issue/bulkfetch", fetch_many, writes=False, where=on_cloud),
    rest("GET", "/issue/<ticket>", read),
    rest("PUT", "/issue/<ticket>", edit),
    rest("DELETE", "/issue/<ticket>", delete),
)
