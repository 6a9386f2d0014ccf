"""What somebody asks about: an issue or a ticket, by its name or by an address copied from a browser. Nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from reconciler.errors import ReconcilerError

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}-[0-9]{1,19}")
# Datadog's ids are UUIDs; what else one may be is Datadog's affair, as long as it is one word.
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,99}")
_URL = re.compile(r"https?://", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:ticket|issue|link)\.", re.IGNORECASE)
_TICKET_PAGE = {"browse", "issues", "issue"}
_PORTS = {"http": 80, "https": 443}
_EXPECTED = "an issue's id or page (…issueId=ID), a ticket's key (SHOP-3) or page (…/browse/SHOP-3)"


class NotUnderstood(ReconcilerError):
    """The text names neither an issue nor a ticket that we could know."""


@dataclass(frozen=True, slots=True)
class AskedIssue:
    """An issue, by its id."""

    issue_id: str


@dataclass(frozen=True, slots=True)
class AskedTicket:
    """A ticket, by its key in capitals; `url` is the page it was named by, None for a bare key."""

    key: str
    url: str | None = None


Asked: TypeAlias = AskedIssue | AskedTicket


def asked_about(text: str) -> Asked:
    """What the text names. Raises NotUnderstood."""
    text = text.strip()
    if _URL.match(text):
        return _of_page(text)
    name = _ADDRESS.sub("", text, count=1) if _ADDRESS.match(text) else text
    if _KEY.fullmatch(name):
        return AskedTicket(name.upper())
    if _ID.fullmatch(name):
        return AskedIssue(name)
    raise NotUnderstood(f"{_short(text)} names neither an issue nor a ticket", hint=f"expected {_EXPECTED}")


def site_of(url: str, sites: Mapping[str, str]) -> str | None:
    """The account whose site the page belongs to, by host, port and path; None for the page of another site."""
    page = _split(url)
    for account in sorted(sites):
        site = _split(sites[account])
        if _place(page) == _place(site) and f"{page.path}/".startswith(site.path.rstrip("/") + "/"):
            return account
    return None


def _of_page(text: str) -> Asked:
    page = _split(text)
    query = parse_qs(page.query)
    segments = [unquote(segment) for segment in page.path.split("/") if segment]
    if "error-tracking" in segments:
        named = [*query.get("issueId", []), *_after(segments, {"issue"})]
        if named and _ID.fullmatch(named[0]):
            return AskedIssue(named[0])
    keys = [*query.get("selectedIssue", []), *_after(segments, _TICKET_PAGE)]
    found = [key for key in keys if _KEY.fullmatch(key)]
    if not found:
        raise NotUnderstood(
            f"{_short(text)} is the page of neither an issue nor a ticket", hint=f"expected {_EXPECTED}"
        )
    return AskedTicket(found[0].upper(), text)


def _after(segments: list[str], words: set[str]) -> Iterator[str]:
    """The segments that stand after one of these words."""
    for word, following in pairwise(segments):
        if word in words:
            yield following


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _place(parts)
    except ValueError:
        raise NotUnderstood(f"{_short(url)} is no address", hint=f"expected {_EXPECTED}") from None
    return parts


def _place(parts: SplitResult) -> tuple[str, int | None]:
    scheme = parts.scheme.lower()
    return (parts.hostname or "").rstrip("."), parts.port or _PORTS.get(scheme)


def _short(text: str) -> str:
    return repr(text if len(text) <= 120 else text[:119] + "…")
