"""Comments of a case, people, and who and what a case or an issue is set to. Reference: datadog-api §1.4, §2, §4."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from reconciler.model.activity import Comment, CommentMark
from reconciler.model.case import DatadogUser
from reconciler.model.state import StatusGroup
from reconciler.providers.datadog.transport import Transport, sent_once
from reconciler.providers.payload import Node

_CASE: Final = "/api/v2/cases/{case}"
_ISSUE_ASSIGNEE: Final = "/api/v2/error-tracking/issues/{issue}/assignee"
_USERS: Final = "/api/v2/users"
_PAGE: Final = 100
_MOST_PAGES: Final = 10_000
# The words of the older attribute `status`: a case type names its statuses as it likes, and these mean the group's default.
_STATUS: Final[Mapping[StatusGroup, str]] = {
    StatusGroup.OPEN: "OPEN",
    StatusGroup.IN_PROGRESS: "IN_PROGRESS",
    StatusGroup.CLOSED: "CLOSED",
}
_MARK: Final = re.compile(
    r"\[reconciler (?P<origin>datadog|jira:[^\s\[\]]{1,100}) (?P<id>[^\s\[\]]{1,100}) (?P<digest>[^\s\[\]]{1,128})\]"
)


def comments(transport: Transport, case_id: str) -> tuple[Comment, ...]:
    """All comments of the case that stand, oldest first."""
    cells = (cell for cell in _cells(transport, case_id) if _is_comment(cell.at("attributes")))
    found = {comment.id: comment for comment in map(_comment, cells)}
    return tuple(sorted(found.values(), key=lambda comment: (comment.created, comment.id)))


def add_comment(transport: Transport, case_id: str, text: str, mark: CommentMark) -> str:
    """A new comment, its mark the last line; its id. Sent once."""
    answer = transport.create(_CASE + "/comment", case_id, body=_said(text, mark))
    with sent_once():
        made = [cell for cell in answer.at("data").items() if _is_comment(cell.at("attributes"))]
        if len(made) != 1:
            raise answer.at("data").broken("the one comment that was made")
        return made[0].at("id").identity()


def edit_comment(transport: Transport, case_id: str, comment_id: str, text: str, mark: CommentMark) -> None:
    """Replace the text and the mark."""
    transport.put("PUT", _CASE + "/comment/{comment}", case_id, comment_id, body=_said(text, mark))


def users(transport: Transport, text: str) -> tuple[DatadogUser, ...]:
    """The active users whose e-mail, handle or name contains the text, in order of e-mail; none for a blank text."""
    if not text.strip():
        return ()
    found = {user.id: user for user in map(_user, _people(transport, text)) if user.active}
    return tuple(sorted(found.values(), key=lambda user: (user.email, user.id)))


def user(transport: Transport, user_id: str) -> DatadogUser:
    """One user, active or not."""
    return _user(transport.get(_USERS + "/{user}", user_id).at("data"))


def myself(transport: Transport) -> DatadogUser:
    """The owner of the application key. Reference: the official client 2.62, `get_current_user`."""
    return _user(transport.get("/api/v2/current_user").at("data"))


def permissions(transport: Transport, user_id: str) -> frozenset[str]:
    """What the user's roles grant, by technical name; the scopes of a key may narrow it. Reference: the official client 2.62,
    `list_user_permissions`, which takes User Access Read.
    """
    listed = transport.get(_USERS + "/{user}/permissions", user_id).at("data").items()
    return frozenset(one.at("attributes").at("name").text() for one in listed)


def set_case_status(transport: Transport, case_id: str, status: StatusGroup) -> None:
    """Set the status of a case to the default one of the group."""
    _change_case(transport, case_id, "status", {"status": _STATUS[status]})


def assign_case(transport: Transport, case_id: str, user_id: str | None) -> None:
    """Assign a case, or unassign it."""
    if user_id is None:
        transport.put("POST", _CASE + "/unassign", case_id, body={"data": {"type": "case"}})
    else:
        _change_case(transport, case_id, "assign", {"assignee_id": user_id})


def assign_issue(transport: Transport, issue_id: str, user_id: str | None) -> None:
    """Assign an issue, or unassign it. That an OPEN issue is reviewed by being assigned is Datadog's own doing."""
    if user_id is None:
        transport.remove(_ISSUE_ASSIGNEE, issue_id)
    else:
        transport.put("PUT", _ISSUE_ASSIGNEE, issue_id, body={"data": {"type": "assignee", "id": user_id}})


def marked(text: str, mark: CommentMark) -> str:
    """The text with the mark as its last line. Raises ValueError for a mark that could not be read again."""
    line = f"[reconciler {mark.origin} {mark.id} {mark.digest}]"
    if not _MARK.fullmatch(line):
        raise ValueError("a part of this mark is empty, too long, or holds a space or a square bracket")
    return f"{text.rstrip()}\n\n{line}"


def unmarked(text: str) -> tuple[str, CommentMark | None]:
    """The text without its mark, and the mark. Only the very last line counts: what stands above it somebody wrote."""
    rest, _, last = text.rstrip().rpartition("\n")
    match = _MARK.fullmatch(last.strip())
    if match is None:
        return text, None
    return rest.rstrip(), CommentMark(match["origin"], match["id"], match["digest"])


def _change_case(transport: Transport, case_id: str, what: str, attributes: Mapping[str, str]) -> None:
    body = {"data": {"type": "case", "attributes": dict(attributes)}}
    transport.put("POST", f"{_CASE}/{what}", case_id, body=body)


def _said(text: str, mark: CommentMark) -> Mapping[str, object]:
    return {"data": {"type": "case", "attributes": {"comment": marked(text, mark)}}}


def _cells(transport: Transport, case_id: str) -> Iterator[Node]:
    """The timeline, oldest first, so that what comes while we read stands at the end."""
    return _pages(lambda page: transport.get(_CASE + "/timelines", case_id, params={"sort[ascending]": "true", **page}))


def _people(transport: Transport, text: str) -> Iterator[Node]:
    """The people who match: the filter is a part of e-mail, handle or name."""
    return _pages(lambda page: transport.get(_USERS, params={"filter": text, "filter[status]": "Active", **page}))


def _pages(read: Callable[[Mapping[str, str]], Node]) -> Iterator[Node]:
    """The elements of all pages, which count from 0 here; a short page is the last."""
    seen: set[str] = set()
    for number in range(_MOST_PAGES):
        page = read({"page[size]": str(_PAGE), "page[number]": str(number)}).at("data")
        found = {element.at("id").identity(): element for element in page.items()}
        if found and seen.issuperset(found):
            raise page.broken(f"others on page {number} than on the pages before")
        yield from (element for identity, element in found.items() if identity not in seen)
        seen.update(found)
        if len(found) < _PAGE:
            return


def _is_comment(said: Node) -> bool:
    """A comment that was not deleted. The timeline may hold what else happened."""
    return said.text_or("type", "") == "COMMENT" and said.maybe("deleted_at") is None


def _comment(cell: Node) -> Comment:
    said = cell.at("attributes")
    text, mark = unmarked(said.at("cell_content").text_or("message", ""))
    by = said.maybe("author")
    person = by.maybe("content") if by is not None else None
    email = person.text_or("email", "") if person is not None else ""
    name = person.text_or("name", "") if person is not None else ""
    identity = (person.maybe("ID") or person.maybe("id")) if person is not None else None
    return Comment(
        id=cell.at("id").identity(),
        author=name or email or "somebody",
        text=text,
        created=said.at("created_at").moment(),
        updated=said.moment_or_none("modified_at"),
        author_id=identity.identity() if identity is not None else None,
        author_email=email or None,
        mark=mark,
    )


def _user(resource: Node) -> DatadogUser:
    """One person. `name` may be null; a user is disabled by flag, or by a status that is not Active."""
    said = resource.at("attributes")
    disabled = said.flag_or("disabled", default=False)
    return DatadogUser(
        id=resource.at("id").identity(),
        email=said.text_or("email", ""),
        name=said.text_or("name", ""),
        active=not disabled and said.text_or("status", "Active") == "Active",
    )
