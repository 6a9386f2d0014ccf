"""Transitions over the API. Reference: jira-api §5.7."""

from __future__ import annotations

from pydantic import JsonValue

from reconciler.sandbox.jira import workflow
from reconciler.sandbox.jira.api.call import Call, nothing, rest
from reconciler.sandbox.jira.creation import Submission
from reconciler.sandbox.jira.records import Ticket, Transition
from reconciler.sandbox.jira.refusal import BAD_PAYLOAD, JiraRefusal, forbidden
from reconciler.sandbox.jira.screens import field_of
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.jira.wire import Wire, screen_field, status
from reconciler.sandbox.route import Answer, Route, answer


def shown_transitions(call: Call, of: Ticket, *, with_fields: bool) -> list[Wire]:
    """The transitions a ticket offers the caller now."""
    steps = workflow.available(call.state, of, call.user)
    wanted = call.request.parameter("transitionId")
    return [_shown(call, of, each, with_fields=with_fields) for each in steps if wanted in (None, each.id)]


def _shown(call: Call, of: Ticket, step: Transition, *, with_fields: bool) -> Wire:
    shown: Wire = {
        "id": step.id,
        "name": step.name,
        "to": status(call.voice, call.state.site.statuses[step.target]),
    }
    if call.state.site.is_cloud:
        shown |= {
            "hasScreen": bool(step.screen),
            "isGlobal": step.sources is None,
            "isInitial": False,
            "isAvailable": True,
            "isConditional": False,
            "isLooped": step.target == of.status,
        }
    else:
        shown["opsbarSequence"] = 10
    if with_fields:
        project, type_, _ = call.state.place(of)
        shown["fields"] = {
            each.field: screen_field(call.voice, (project, type_), field, each)
            for each in step.screen
            if (field := field_of(call.state.site, each.field)) is not None
        }
    return shown


def offered(call: Call) -> Answer:
    """The transitions of a ticket; `expand=transitions.fields` shows their screens."""
    with_fields = "transitions.fields" in call.words("expand")
    return answer(
        {"expand": "transitions", "transitions": shown_transitions(call, call.ticket(), with_fields=with_fields)}
    )


def take(call: Call) -> Answer:
    """Take a transition."""
    found = call.ticket()
    body = call.body()
    step = workflow.offered(call.state, found, _wanted(body), call.user)
    if call.user is None:
        raise forbidden("transition this issue")
    fields, update = body.get("fields") or {}, body.get("update") or {}
    if not isinstance(fields, dict) or not isinstance(update, dict):
        raise JiraRefusal(400, BAD_PAYLOAD, bare=True)
    workflow.take(call.state, found, step, Submission(fields, update, version=call.version), call.user)
    return nothing()


def _wanted(body: dict[str, JsonValue]) -> JsonValue:
    match body.get("transition"):
        case {"id": wanted}:
            return wanted
        case _:
            raise JiraRefusal(400, "Missing 'transition' identifier")


ROUTES: tuple[Route[JiraState], ...] = (
    rest("GET", "/issue/<ticket>/transitions", offered),
    rest("POST", "/issue/<ticket>/transitions", take),
)
