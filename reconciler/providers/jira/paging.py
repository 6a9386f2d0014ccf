"""Lists in pages: all of them, or an error. A list that was read in part would make absences out of what was not read.

Reference: jira-api §8.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from reconciler.providers.jira.api import JiraApi
from reconciler.providers.payload import Node

_MOST_PAGES: Final = 10_000


def pages_by_offset(
    api: JiraApi, route: str, *segments: str, member: str, size: int, params: Mapping[str, object] | None = None
) -> Iterator[Node]:
    """The elements of `member` on every page of a list with `startAt`."""

    def read(start: int) -> Node:
        asked = {**(params or {}), "startAt": start, "maxResults": size}
        return api.read("GET", route, *segments, params=asked)

    return _pages(read, member)


def searched_by_offset(
    api: JiraApi, route: str, *, member: str, size: int, json: Mapping[str, object]
) -> Iterator[Node]:
    """The same of a search that is asked for by POST."""

    def read(start: int) -> Node:
        return api.read("POST", route, json={**json, "startAt": start, "maxResults": size})

    return _pages(read, member)


def _pages(read: Callable[[int], Node], member: str) -> Iterator[Node]:
    """The next page begins after what really came."""
    start = 0
    while True:
        page = read(start)
        begins = page.maybe("startAt")
        if begins is not None and begins.number() != start:
            raise begins.broken(f"the page that begins at {start}")
        found = tuple(page.at(member).items())
        yield from found
        start += len(found)
        if _is_last(page, start):
            return
        if not found:
            raise page.at(member).broken("more elements, for the list is said not to end here")


def pages_by_token(api: JiraApi, route: str, *, member: str, json: Mapping[str, object]) -> Iterator[Node]:
    """The elements of `member` on every page of a search with `nextPageToken`; no token means that it was the last."""
    tokens: set[str] = set()
    body = dict(json)
    while True:
        page = api.read("POST", route, json=body)
        yield from page.at(member).items()
        token = page.maybe("nextPageToken")
        if token is None or not token.text():
            return
        if token.text() in tokens or len(tokens) >= _MOST_PAGES:
            raise token.broken("a page token that was not given before")
        tokens.add(token.text())
        body["nextPageToken"] = token.text()


def _is_last(page: Node, read: int) -> bool:
    last, total = page.maybe("isLast"), page.maybe("total")
    if last is None and total is None:
        raise page.broken('a page that says in "isLast" or "total" whether it is the last')
    return (last is not None and last.flag()) or (total is not None and read >= total.number())
