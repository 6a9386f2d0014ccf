"""Cases: all pages of a project or an error, and the writes. Reference: datadog-api §2, §2.2."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from reconciler.engine.ports import TicketCall
from reconciler.errors import BadAnswer, Superseded
from reconciler.model.case import Case
from reconciler.providers.datadog import parsing
from reconciler.providers.datadog.transport import Transport, sent_once
from reconciler.providers.datadog.words import quoted
from reconciler.providers.payload import Node

_CASES: Final = "/api/v2/cases"
_CASE: Final = "/api/v2/cases/{case}"
_TICKET: Final = "/api/v2/cases/{case}/relationships/jira_issues"
_INSIGHTS: Final = "/api/v2/cases/{case}/insights"
_PAGE: Final = 100
_MOST_PAGES: Final = 10_000
_ERROR_TRACKING: Final = "00000000-0000-0000-0000-000000000005"


@dataclass(frozen=True, slots=True)
class _Page:
    cases: tuple[Case, ...]
    pages: int | None
    total: int | None
    whole: Node


class _DoesNotAddUp(BadAnswer):
    """The pages together are not all cases: cases came, went or moved between two pages."""


def of_project(transport: Transport, key: str) -> tuple[Case, ...]:
    """All cases of the project that are not archived, in order of key number.

    A project that changes while it is read is read once more; BadAnswer where the pages still do not add up.
    """
    try:
        return _read(transport, key)
    except _DoesNotAddUp:
        return _read(transport, key)


def _read(transport: Transport, key: str) -> tuple[Case, ...]:
    first = _page(transport, key, 1)
    pages = [first, *_following(transport, key, first)]
    found: dict[str, Case] = {}
    for number, page in enumerate(pages, start=1):
        fresh = {case.id: case for case in page.cases if case.id not in found}
        if page.cases and not fresh:
            raise _partial(first, f"page {number} of the cases repeats what earlier pages hold")
        found |= fresh
    if len(found) < (first.total or 0):
        raise _partial(first, f"the pages hold {len(found)} cases, but {first.total} were announced")
    return _of_key(key, found, first)


def _partial(page: _Page, words: str) -> _DoesNotAddUp:
    return _DoesNotAddUp(
        words,
        system=page.whole.system,
        call=page.whole.call,
        status=200,
        hint="somebody may be changing many cases at this moment: run again",
    )


def _of_key(key: str, found: Mapping[str, Case], page: _Page) -> tuple[Case, ...]:
    """Those that really are the project's: what the filter matches is the server's affair, a case's key is not."""
    own = [case for case in found.values() if case.key.rpartition("-")[0].casefold() == key.casefold()]
    if len({case.project_id for case in own}) > 1:
        raise _partial(page, f"cases of several projects have a key that begins with {key}-")
    return tuple(sorted((case for case in own if not case.archived), key=_number))


def _number(case: Case) -> tuple[str, int, str]:
    prefix, _, number = case.key.rpartition("-")
    return (prefix, int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0, case.id)


def _following(transport: Transport, key: str, first: _Page) -> list[_Page]:
    """The pages after the first: at once where the answer says how many there are, else until a short one."""
    if first.pages is not None:
        if first.pages > _MOST_PAGES:
            raise _partial(first, f"{first.pages} pages of cases are more than can be read")
        with ThreadPoolExecutor(max_workers=transport.caller.workers) as pool:
            return list(pool.map(lambda number: _page(transport, key, number), range(2, first.pages + 1)))
    pages: list[_Page] = []
    seen = {case.id for case in first.cases}
    page = first
    while len(page.cases) >= _PAGE:
        page = _page(transport, key, len(pages) + 2)
        pages.append(page)
        if page.cases and all(case.id in seen for case in page.cases):
            break
        seen.update(case.id for case in page.cases)
    return pages


def _page(transport: Transport, key: str, number: int) -> _Page:
    """One page, from 1. Oldest first, so that a case that comes while we read stands on the last page."""
    params = {
        "filter": f"project:{quoted(key)}",
        "page[size]": str(_PAGE),
        "page[number]": str(number),
        "sort[field]": "created_at",
        "sort[asc]": "true",
    }
    whole = transport.get(_CASES, params=params)
    meta = whole.maybe("meta")
    page = meta.maybe("page") if meta is not None else None
    pages = page.maybe("total") if page is not None else None
    total = meta.maybe("total_cases") if meta is not None else None
    return _Page(
        cases=tuple(parsing.case(resource) for resource in whole.at("data").items()),
        pages=pages.number() if pages is not None else None,
        total=total.number() if total is not None else None,
        whole=whole,
    )


def one(transport: Transport, case_id: str) -> Case:
    """One case by id or key."""
    return parsing.case(transport.get(_CASE, case_id).at("data"))


def create(transport: Transport, project_id: str, title: str, description: str) -> Case:
    """A new case of the type Error Tracking. Sent once."""
    body = {
        "data": {
            "type": "case",
            "attributes": {"title": title, "type_id": _ERROR_TRACKING, "description": description},
            "relationships": {"project": {"data": {"type": "project", "id": project_id}}},
        }
    }
    answer = transport.create(_CASES, body=body)
    with sent_once():
        return parsing.case(answer.at("data"))


def describe(transport: Transport, case_id: str, description: str) -> None:
    """Set the description."""
    body = {"data": {"type": "case", "attributes": {"description": description}}}
    transport.put("POST", "/api/v2/cases/{case}/description", case_id, body=body)


def move(transport: Transport, case_id: str, project_id: str) -> None:
    """Move to another project."""
    body = {"data": {"type": "project", "id": project_id}}
    transport.put("PATCH", "/api/v2/cases/{case}/relationships/project", case_id, body=body)


def attach(transport: Transport, case_id: str, issue_id: str) -> None:
    """Attach an issue, as an insight."""
    transport.put("PUT", _INSIGHTS, case_id, body=_insight(issue_id))


def detach(transport: Transport, case_id: str, issue_id: str) -> None:
    """Take an issue off, as an insight: a DELETE that names it in its body. Reference: datadog-api §2."""
    transport.put("DELETE", _INSIGHTS, case_id, body=_insight(issue_id))


def _insight(issue_id: str) -> Mapping[str, object]:
    insight = {"type": "ERROR_TRACKING", "ref": f"/error-tracking?issueId={issue_id}", "resource_id": issue_id}
    return {"data": {"type": "case", "attributes": {"insights": [insight]}}}


def request_ticket(transport: Transport, case_id: str, call: TicketCall) -> None:
    """Ask for a ticket; Datadog answers before it exists. Sent once."""
    attributes = {
        "jira_account_id": call.account_id,
        "project_id": call.project_id,
        "issue_type_id": call.issue_type_id,
        "fields": dict(call.fields),
    }
    transport.create(_TICKET, case_id, body={"data": {"type": "issues", "attributes": attributes}})


def link(transport: Transport, case_id: str, url: str) -> None:
    """Link an existing ticket. Whether a repetition is refused is not documented: then what stands there decides."""
    body = {"data": {"type": "issues", "attributes": {"jira_issue_url": url}}}
    try:
        transport.put("PATCH", _TICKET, case_id, body=body)
    except Superseded:
        ticket = one(transport, case_id).ticket
        if ticket is None or (ticket.url or "").rstrip("/") != url.rstrip("/"):
            raise


def unlink(transport: Transport, case_id: str) -> None:
    """Take the ticket off; the ticket itself stays in Jira. Reference: datadog-api §2.2."""
    transport.remove(_TICKET, case_id)
