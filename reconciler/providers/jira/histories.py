"""Who moved and assigned a ticket, from its changelog. Reference: jira-api §5.10."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from reconciler.errors import Forbidden, NotFound, Refused
from reconciler.model.activity import AssigneeMove, History, StatusMove
from reconciler.providers.jira import parsing
from reconciler.providers.jira.api import JiraApi
from reconciler.providers.jira.paging import pages_by_offset, pages_by_token
from reconciler.providers.jira.threads import at_once
from reconciler.providers.payload import Node

_A_CALL: Final = 100
_ENTRIES_A_PAGE: Final = 1000
_ENTRIES_OF_ONE: Final = 100


def in_bulk(api: JiraApi, ticket_ids: Sequence[str]) -> Mapping[str, History]:
    """The histories by ticket id (Cloud). Where Jira refuses to tell many at once, each ticket is asked for by itself."""
    wanted = [identity for identity in dict.fromkeys(ticket_ids) if identity.isascii() and identity.isdigit()]
    chunks = [wanted[first : first + _A_CALL] for first in range(0, len(wanted), _A_CALL)]
    found: dict[str, History] = {}
    for part in at_once(api, partial(_chunk, api), chunks):
        found |= part
    return {identity: found[identity] for identity in wanted if identity in found}


def single(api: JiraApi, ticket_id: str) -> History | None:
    """The history of one ticket (Cloud); None where it is absent or invisible."""
    route = api.rest + "/issue/{ticket}/changelog"
    try:
        return history(pages_by_offset(api, route, ticket_id, member="values", size=_ENTRIES_OF_ONE))
    except NotFound:
        return None


def expanded(api: JiraApi, ticket_id: str, name_of: Callable[[str], str]) -> History | None:
    """The history of one ticket on Data Center, where it comes with the ticket; None where that is absent or invisible.

    The changelog names those a ticket was assigned to by key, and we know people by name: `name_of` translates the keys of
    those who did not themselves change anything.
    """
    params = {"fields": "created", "expand": "changelog"}
    try:
        log = api.read("GET", api.rest + "/issue/{ticket}", ticket_id, params=params).at("changelog")
    except NotFound:
        return None
    entries = tuple(log.at("histories").items())
    total = log.maybe("total")
    if total is not None and total.number() > len(entries):
        raise log.at("histories").broken(f"all {total.number()} entries of the changelog")
    authors = [author for entry in entries if (author := entry.maybe("author")) is not None]
    names = {author.text_or("key", ""): parsing.user(author).id for author in authors}
    return history(entries, lambda key: names.get(key) or name_of(key))


def history(entries: Iterable[Node], person: Callable[[str], str] = lambda identity: identity) -> History:
    """The moves among changelog entries, oldest first. `person` makes our id of a person of the one the changelog has."""
    moves: list[StatusMove] = []
    assignments: list[AssigneeMove] = []
    identities: dict[str, None] = {}
    for entry in entries:
        identity = entry.at("id").identity()
        if identity in identities:
            continue
        identities[identity] = None
        author, at = entry.maybe("author"), _moment(entry.at("created"))
        by = parsing.user(author) if author else None
        for item in entry.list_or_empty("items"):
            if _is_of(item, "status"):
                move = (item.at("from").identity(), item.at("to").identity(), item.text_or("toString", ""))
                moves.append(StatusMove(identity, at, by, *move))
            elif _is_of(item, "assignee"):
                left, came = _identity(item, "from"), _identity(item, "to")
                assignments.append(
                    AssigneeMove(identity, at, by, person(left) if left else None, person(came) if came else None)
                )
    return History(
        moves=tuple(sorted(moves, key=_age)),
        assignments=tuple(sorted(assignments, key=_age)),
        last_id=max(identities, key=_number, default=None),
    )


def _chunk(api: JiraApi, ticket_ids: Sequence[str]) -> Mapping[str, History]:
    try:
        told = _told(api, ticket_ids)
    except (NotFound, Forbidden, Refused):
        singly = zip(ticket_ids, at_once(api, partial(single, api), ticket_ids), strict=True)
        return {identity: history for identity, history in singly if history is not None}
    return {identity: history(entries) for identity, entries in told.items()} | {
        identity: History() for identity in _visible(api, [one for one in ticket_ids if one not in told])
    }


def _told(api: JiraApi, ticket_ids: Sequence[str]) -> Mapping[str, list[Node]]:
    """All entries of each ticket, which may be spread over pages. Not narrowed to fields: the newest of any kind counts."""
    query = {"issueIdsOrKeys": list(ticket_ids), "maxResults": _ENTRIES_A_PAGE}
    found: dict[str, list[Node]] = {}
    for log in pages_by_token(api, api.rest + "/changelog/bulkfetch", member="issueChangeLogs", json=query):
        found.setdefault(log.at("issueId").identity(), []).extend(log.list_or_empty("changeHistories"))
    return found


def _visible(api: JiraApi, ticket_ids: Sequence[str]) -> Iterator[str]:
    """Those that exist. A ticket that never changed and one that is not there look alike in a bulk changelog."""
    if not ticket_ids:
        return
    query = {"issueIdsOrKeys": list(ticket_ids), "fields": ["created"]}
    answer = api.read("POST", api.rest + "/issue/bulkfetch", json=query)
    shown = {item.at("id").identity() for item in answer.at("issues").items()}
    yield from (identity for identity in ticket_ids if identity in shown)


def _moment(node: Node) -> datetime:
    """A time, which a bulk answer gives in milliseconds."""
    return node.moment() if isinstance(node.value, str) else node.moment_in_ms()


def _is_of(item: Node, field: str) -> bool:
    """Data Center has no `fieldId`; the name of a system field is not localised, but a custom field may be named alike."""
    known = item.maybe("fieldId")
    if known is not None:
        return known.value == field
    return item.text_or("field", "") == field and item.text_or("fieldtype", "jira") == "jira"


def _identity(item: Node, key: str) -> str | None:
    member = item.maybe(key)
    return None if member is None or member.value == "" else member.identity()


def _age(move: StatusMove | AssigneeMove) -> tuple[datetime, tuple[int, str]]:
    return (move.at, _number(move.id))


def _number(identity: str) -> tuple[int, str]:
    """Ids as numbers, without regard to how long a foreign one is."""
    return (len(identity), identity)
