"""Tickets of Jira Cloud: strong reads of known ones, and the search. Reference: jira-api §5.3, §5.5, §5.6."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.errors import Forbidden, NotFound
from reconciler.model.ticket import Ticket
from reconciler.providers.jira import jql, parsing
from reconciler.providers.jira.api import JiraApi
from reconciler.providers.jira.paging import pages_by_token
from reconciler.providers.jira.threads import at_once

_A_CALL: Final = 100
_WORTH_A_CALL: Final = 2
_ID: Final = re.compile(r"[0-9]{1,19}")
_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*-[0-9]{1,19}")


@dataclass(frozen=True, slots=True)
class _Chunk:
    """What one bulk read gave: the tickets by what was asked for, what is to be asked for by itself, and all tickets by their
    keys of now.
    """

    found: Mapping[str, Ticket]
    doubtful: tuple[str, ...]
    given: Mapping[str, Ticket]


def fetch(api: JiraApi, keys: Sequence[str], properties: Sequence[str]) -> Mapping[str, Ticket]:
    """The tickets by the key or id asked for, in that order; what is absent or invisible is missing.

    A bulk read gives a moved ticket under its new key, and leaves out what it could not find. So a key that no ticket of
    the answer has is asked for by itself, where Jira follows moves: at most one call a key, and one for all keys of a project
    that was given another key. Text that is no key is absent.
    """
    wanted = [key for key in dict.fromkeys(keys) if is_ticket_name(key)]
    chunks = [wanted[first : first + _A_CALL] for first in range(0, len(wanted), _A_CALL)]
    read = list(at_once(api, lambda chunk: _bulk(api, chunk, properties), chunks))
    found = {key: ticket for chunk in read for key, ticket in chunk.found.items()}
    given = {key: ticket for chunk in read for key, ticket in chunk.given.items()}
    lost = [key for chunk in read for key in chunk.doubtful]
    renamed = _renamed(api, lost, given)
    found |= renamed
    doubtful = [key for key in lost if key not in renamed]
    singly = zip(doubtful, at_once(api, lambda key: single(api, key, properties), doubtful), strict=True)
    found |= {key: ticket for key, ticket in singly if ticket is not None}
    return {key: found[key] for key in wanted if key in found}


def with_label(api: JiraApi, label: str) -> tuple[Ticket, ...]:
    """The tickets that the search index knows to carry the label, in order of creation."""
    query = {"jql": jql.has_label(label), "fields": list(parsing.TICKET_FIELDS), "maxResults": _A_CALL}
    return by_age(map(parsing.ticket, pages_by_token(api, api.rest + "/search/jql", member="issues", json=query)))


def in_status(api: JiraApi, project_key: str, type_id: str, status_id: str) -> Ticket | None:
    """The newest ticket of that type in that status, as the search index has it; None if there is none."""
    query = {
        "jql": jql.in_status(project_key, type_id, status_id),
        "fields": list(parsing.TICKET_FIELDS),
        "maxResults": 1,
    }
    answer = api.read("POST", api.rest + "/search/jql", json=query)
    return next((parsing.ticket(item) for item in answer.at("issues").items()), None)


def by_age(found: Iterable[Ticket]) -> tuple[Ticket, ...]:
    """Each ticket once, the oldest first: ids grow."""
    tickets = {ticket.id: ticket for ticket in found}
    return tuple(tickets[identity] for identity in sorted(tickets, key=lambda identity: (len(identity), identity)))


def is_ticket_name(text: str) -> bool:
    """Whether the text can be the key or the id of a ticket at all."""
    return bool(_ID.fullmatch(text) or _KEY.fullmatch(text))


def single(api: JiraApi, key: str, properties: Sequence[str]) -> Ticket | None:
    """One ticket by key or id, read strongly; Jira follows moves. None where it is absent or invisible."""
    params = {"fields": ",".join(parsing.TICKET_FIELDS)}
    if properties:
        params["properties"] = ",".join(properties)
    try:
        return parsing.ticket(api.read("GET", api.rest + "/issue/{ticket}", key, params=params))
    except NotFound:
        return None


def _bulk(api: JiraApi, asked: Sequence[str], properties: Sequence[str]) -> _Chunk:
    body: dict[str, object] = {"issueIdsOrKeys": list(asked), "fields": list(parsing.TICKET_FIELDS)}
    if properties:
        body["properties"] = list(properties)
    answer = api.read("POST", api.rest + "/issue/bulkfetch", json=body)
    tickets = [parsing.ticket(item) for item in answer.at("issues").items()]
    return _matched(asked, tickets, is_partial=bool(answer.list_or_empty("issueErrors")))


def _matched(asked: Sequence[str], tickets: Iterable[Ticket], *, is_partial: bool) -> _Chunk:
    """Match by id, then by key without regard to case. `is_partial`: Jira says that it could not return everything."""
    names = {name: ticket for ticket in tickets for name in (ticket.id, ticket.key.upper())}
    found = {key: names[key.upper()] for key in asked if key.upper() in names}
    missing = [key for key in asked if key not in found]
    moved = {ticket.id: ticket for ticket in names.values()}
    for ticket in found.values():
        moved.pop(ticket.id, None)
    lost_keys = [key for key in missing if not _ID.fullmatch(key)]
    if len(lost_keys) == len(moved) == 1:
        found[lost_keys[0]] = next(iter(moved.values()))
        lost_keys = []
    doubtful = tuple(key for key in missing if key not in found) if is_partial else tuple(lost_keys)
    return _Chunk(found, doubtful, {ticket.key.upper(): ticket for ticket in names.values()})


def _renamed(api: JiraApi, lost: Sequence[str], given: Mapping[str, Ticket]) -> Mapping[str, Ticket]:
    """The tickets of projects that were given another key. Their numbers stay, and a number is never used twice in a project:
    where Jira knows `OLD` as `NEW`, `OLD-7` can be no other than `NEW-7`. Not asked for a single ticket.
    """
    numbers: dict[str, list[str]] = {}
    for key in lost:
        numbers.setdefault(key.rpartition("-")[0].upper(), []).append(key)
    found: dict[str, Ticket] = {}
    for old, keys in sorted(numbers.items()):
        if not old or len(keys) < _WORTH_A_CALL:
            continue
        try:
            new = api.read("GET", api.rest + "/project/{project}", old).at("key").text().upper()
        except (NotFound, Forbidden):
            continue
        if new != old:
            names = {key: f"{new}-{key.rpartition('-')[2]}" for key in keys}
            found |= {key: given[name] for key, name in names.items() if name in given}
    return found
