"""The ways out of a ticket's status, and taking one. Reference: jira-api §5.7."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from reconciler.errors import Refused, Superseded
from reconciler.model.activity import Transition
from reconciler.providers.jira import parsing
from reconciler.providers.jira.api import JiraApi
from reconciler.providers.jira.permissions import needing
from reconciler.providers.payload import Node

_TRANSITIONS: Final = "/issue/{ticket}/transitions"
_ALREADY_ELSEWHERE: Final = re.compile(r"not valid for the current state", re.IGNORECASE)


def transitions(api: JiraApi, ticket: str) -> tuple[Transition, ...]:
    """The transitions that we may take now, in Jira's order. None at all may mean that "Transition Issues" is missing."""
    answer = api.read("GET", api.rest + _TRANSITIONS, ticket, params={"expand": "transitions.fields"})
    offered = answer.at("transitions").items()
    return tuple(_transition(item) for item in offered if item.flag_or("isAvailable", default=True))


def take(api: JiraApi, ticket: str, transition: str, fields: Mapping[str, Any]) -> None:
    """Take a transition; sent once. Superseded where the ticket is not, or no longer, in a status that has it."""
    body: dict[str, object] = {"transition": {"id": transition}}
    if fields:
        body["fields"] = dict(fields)
    try:
        with needing("TRANSITION_ISSUES"):
            api.write("POST", api.rest + _TRANSITIONS, ticket, json=body, repeatable=False)
    except Superseded:
        raise
    except Refused as error:
        if not _ALREADY_ELSEWHERE.search(error.message):
            raise
        raise Superseded(
            error.message,
            system=error.system,
            call=error.call,
            status=error.status,
            hint="somebody moved the ticket meanwhile: plan again",
            fields=error.fields,
        ) from error


def _transition(node: Node) -> Transition:
    screen = node.maybe("fields")
    return Transition(
        id=node.at("id").identity(),
        name=node.text_or("name", ""),
        to=parsing.status(node.at("to")),
        fields=tuple(parsing.screen_field(name, screen.at(name)) for name in screen.members()) if screen else (),
    )
