"""Comments on a ticket, made by the API and by people alike. Reference: jira-api §5.9."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pydantic import JsonValue

from reconciler.sandbox.jira import adf
from reconciler.sandbox.jira.permissions import may
from reconciler.sandbox.jira.records import Comment, Ticket, User
from reconciler.sandbox.jira.refusal import JiraRefusal
from reconciler.sandbox.jira.state import JiraState, News

_TOO_LONG = f"The entered text is too long. It exceeds the allowed limit of {adf.LONGEST:,} characters."


@dataclass(frozen=True, slots=True)
class Draft:
    """A comment to be made. `body` is a document on version 3 and text on version 2."""

    body: JsonValue
    version: int = 3
    visibility: JsonValue = None
    properties: Mapping[str, JsonValue] = field(default_factory=dict)


def checked_body(body: JsonValue, version: int) -> JsonValue:
    """The body as it is kept. Refuses (400) what is no comment."""
    if version == 2:
        if not isinstance(body, str) or not body.strip():
            raise JiraRefusal(400, errors={"comment": "Comment body can not be empty!"})
        kept: JsonValue = body
    else:
        if not adf.is_document(body) or not isinstance(body, dict) or not body["content"]:
            raise JiraRefusal(400, errors={"comment": "Comment body is not valid!"})
        kept = adf.checked(body)
    if len(adf.as_text(kept) or "") > adf.LONGEST:
        raise JiraRefusal(400, errors={"comment": _TOO_LONG})
    return kept


def check(state: JiraState, ticket: Ticket, draft: Draft, author: User | None) -> tuple[User, JsonValue]:
    """The author and the body as it is kept, if the comment may be made. Refuses (400) without the permission, too: Jira
    answers so here, not with 403.
    """
    body: JsonValue = None
    errors: dict[str, str] = {}
    messages: list[str] = []
    try:
        body = checked_body(draft.body, draft.version)
    except JiraRefusal as refusal:
        errors, messages = refusal.errors, list(refusal.messages)
    if author is None or not may(state.site, author, "ADD_COMMENTS", state.site.projects[ticket.project]):
        raise JiraRefusal(400, "You do not have the permission to comment on this issue.", *messages, errors=errors)
    if errors or messages:
        raise JiraRefusal(400, *messages, errors=errors)
    return author, body


def add(state: JiraState, ticket: Ticket, draft: Draft, author: User | None) -> tuple[Ticket, Comment]:
    """Comment on a ticket, or refuse as `check` does."""
    by, body = check(state, ticket, draft, author)
    now = state.now()
    comment = Comment(state.new_id(), by.id, by.id, now, now, body, draft.visibility, dict(draft.properties))
    kept = replace(ticket, comments=(*ticket.comments, comment), updated=now)
    state.keep(kept)
    state.news.append(News("comment_created", kept, by.id, comment=comment))
    return kept, comment


def edit(state: JiraState, ticket: Ticket, comment: Comment, draft: Draft, editor: User | None) -> Comment:
    """Change a comment. Refuses (400) without the permission."""
    if editor is None or not may_edit(state, ticket, comment, editor):
        raise JiraRefusal(400, "You do not have the permission to edit this comment.")
    now = state.now()
    edited = replace(
        comment,
        body=checked_body(draft.body, draft.version),
        editor=editor.id,
        updated=now,
        visibility=draft.visibility if draft.visibility is not None else comment.visibility,
        properties={**comment.properties, **draft.properties},
    )
    put(state, replace(ticket, updated=now), edited)
    state.news.append(News("comment_updated", ticket, editor.id, comment=edited))
    return edited


def put(state: JiraState, ticket: Ticket, comment: Comment) -> None:
    """Put a changed comment in the place of the one it was."""
    comments = tuple(comment if each.id == comment.id else each for each in ticket.comments)
    state.keep(replace(ticket, comments=comments))


def delete(state: JiraState, ticket: Ticket, comment: Comment, by: User | None) -> None:
    """Delete a comment. Refuses (400) without the permission."""
    if by is None or not _may_touch(state, ticket, comment, by, "DELETE"):
        raise JiraRefusal(400, "You do not have the permission to delete this comment.")
    left = tuple(each for each in ticket.comments if each.id != comment.id)
    state.keep(replace(ticket, comments=left, updated=state.now()))
    state.news.append(News("comment_deleted", ticket, by.id, comment=comment))


def find(ticket: Ticket, comment_id: str) -> Comment:
    """The comment of that id on the ticket. Refuses (404) where it is not."""
    for comment in ticket.comments:
        if comment.id == comment_id:
            return comment
    raise JiraRefusal(404, f"Can not find a comment for the id: {comment_id}.")


def may_edit(state: JiraState, ticket: Ticket, comment: Comment, user: User | None) -> bool:
    """Whether the user may edit this comment."""
    return user is not None and _may_touch(state, ticket, comment, user, "EDIT")


def _may_touch(state: JiraState, ticket: Ticket, comment: Comment, user: User, verb: str) -> bool:
    project = state.site.projects[ticket.project]
    is_own = comment.author == user.id
    return may(state.site, user, f"{verb}_ALL_COMMENTS", project) or (
        is_own and may(state.site, user, f"{verb}_OWN_COMMENTS", project)
    )
