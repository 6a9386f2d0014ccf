"""Tickets of Jira Cloud: strong reads of known ones, the search by label, and small edits.

Reference: jira-api §5.3 to §5.6 and §5.11.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from reconciler.errors import NotFound
from reconciler.model.ticket import Ticket
from reconciler.providers.jira import jql, parsing
from reconciler.providers.jira.api import JiraApi
from reconciler.providers.jira.paging import pages_by_token
from reconciler.providers.jira.permissions import needing

_A_CALL: Final = 100
_ID: Final = re.compile(r"[0-9]{1,19}")
_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*-[0-9]{1,19}")
_TICKET: Final = "/rest/api/3/issue/{ticket}"

_In = TypeVar("_In")
_Out = TypeVar("_Out")


@dataclass(frozen=True, slots=True)
class _Chunk:
    """What one bulk read gave: the tickets by what was asked for, and what is to be asked for by itself."""

    found: Mapping[str, Ticket]
    doubtful: tuple[str, ...]


def fetch(api: JiraApi, keys: Sequence[str], properties: Sequence[str]) -> Mapping[str, Ticket]:
    """The tickets by the key or id asked for, in that order; what is absent or invisible is missing.

    A bulk read gives a moved ticket under its new key, and leaves out what it could not find. So a key that no ticket of
    the answer has is asked for by itself, where Jira follows moves: at most one call a key. Text that is no key is absent.
    """
    wanted = [key for key in dict.fromkeys(keys) if _ID.fullmatch(key) or _KEY.fullmatch(key)]
    chunks = [wanted[first : first + _A_CALL] for first in range(0, len(wanted), _A_CALL)]
    read = list(_at_once(api, lambda chunk: _bulk(api, chunk, properties), chunks))
    found = {key: ticket for chunk in read for key, ticket in chunk.found.items()}
    doubtful = [key for chunk in read for key in chunk.doubtful]
    singly = zip(doubtful, _at_once(api, lambda key: _single(api, key, properties), doubtful), strict=True)
    found |= {key: ticket for key, ticket in singly if ticket is not None}
    return {key: found[key] for key in wanted if key in found}


def with_label(api: JiraApi, label: str) -> tuple[Ticket, ...]:
    """The tickets that the search index knows to carry the label, in order of creation."""
    query = {"jql": jql.has_label(label), "fields": list(parsing.TICKET_FIELDS), "maxResults": _A_CALL}
    found = pages_by_token(api, "/rest/api/3/search/jql", member="issues", json=query)
    tickets = {ticket.id: ticket for ticket in map(parsing.ticket, found)}
    return tuple(tickets[identity] for identity in sorted(tickets, key=lambda identity: (len(identity), identity)))


def add_label(api: JiraApi, ticket: str, label: str) -> None:
    """Add one label; those that are there stay."""
    _edit(api, ticket, {"update": {"labels": [{"add": label}]}})


def set_summary(api: JiraApi, ticket: str, summary: str) -> None:
    """Set the summary."""
    _edit(api, ticket, {"fields": {"summary": summary}})


def set_property(api: JiraApi, ticket: str, key: str, value: Mapping[str, Any]) -> None:
    """Write an entity property: at most 32,768 characters of JSON."""
    with needing("EDIT_ISSUES"):
        api.write("PUT", _TICKET + "/properties/{property}", ticket, key, json=value)


def _edit(api: JiraApi, ticket: str, change: Mapping[str, object]) -> None:
    with needing("EDIT_ISSUES"):
        api.write("PUT", _TICKET, ticket, json=change)


def _bulk(api: JiraApi, asked: Sequence[str], properties: Sequence[str]) -> _Chunk:
    body: dict[str, object] = {"issueIdsOrKeys": list(asked), "fields": list(parsing.TICKET_FIELDS)}
    if properties:
        body["properties"] = list(properties)
    answer = api.read("POST", "/rest/api/3/issue/bulkfetch", json=body)
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
    return _Chunk(found, tuple(key for key in missing if key not in found) if is_partial else tuple(lost_keys))


def _single(api: JiraApi, key: str, properties: Sequence[str]) -> Ticket | None:
    params = {"fields": ",".join(parsing.TICKET_FIELDS)}
    if properties:
        params["properties"] = ",".join(properties)
    try:
        return parsing.ticket(api.read("GET", _TICKET, key, params=params))
    except NotFound:
        return None


def _at_once(api: JiraApi, call: Callable[[_In], _Out], arguments: Sequence[_In]) -> Iterator[_Out]:
    """The results in the order of the arguments, read by as many threads as there are connections."""
    if len(arguments) < 2:
        yield from map(call, arguments)
        return
    with ThreadPoolExecutor(min(api.caller.workers, len(arguments)), thread_name_prefix="jira") as pool:
        yield from pool.map(call, arguments)
