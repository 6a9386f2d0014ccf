"""Writing copies of comments, and reading back the parts of a base that a plan carries."""

from __future__ import annotations

from reconciler.engine.groups.group import Group
from reconciler.engine.scope import WritableSystems
from reconciler.errors import OutcomeUnknown
from reconciler.model.activity import Comment, CommentMark
from reconciler.model.resource import CommentCopy, Resource
from reconciler.plan.outcome import Status
from reconciler.sync.comment_text import Side
from reconciler.sync.comments import key_of
from reconciler.sync.remembered import People


def copy_key(resource: Resource) -> str:
    """How a base names the original of a copy."""
    return key_of(resource.origin, resource.id) if isinstance(resource, CommentCopy) else ""


def write_copy(systems: WritableSystems, copy: CommentCopy, group: Group) -> tuple[Status, str]:
    """Add the copy, or let it follow an edit. A creation is sent once: after an unknown outcome its mark is looked for."""
    mark = CommentMark(copy.origin, copy.id, copy.digest)
    if copy.side == Side.JIRA.value:
        writer, where = systems.jira[group.home.binding.account], group.ticket.id
        if copy.copy_id is not None:
            writer.edit_comment(where, copy.copy_id, copy.text, mark)
            return Status.APPLIED, "the copy follows the edit"
        try:
            return Status.APPLIED, f"comment {writer.add_comment(where, copy.text, mark)}"
        except OutcomeUnknown:
            return _found(writer.comments(where), mark)
    return _in_case(systems, copy, group.case.id, mark)


def _in_case(systems: WritableSystems, copy: CommentCopy, case: str, mark: CommentMark) -> tuple[Status, str]:
    datadog = systems.datadog
    if copy.copy_id is not None:
        datadog.edit_comment(case, copy.copy_id, copy.text, mark)
        return Status.APPLIED, "the copy follows the edit"
    try:
        return Status.APPLIED, f"comment {datadog.add_comment(case, copy.text, mark)}"
    except OutcomeUnknown:
        return _found(datadog.comments(case), mark)


def _found(comments: tuple[Comment, ...], mark: CommentMark) -> tuple[Status, str]:
    for comment in comments:
        if comment.mark is not None and (comment.mark.origin, comment.mark.id) == (mark.origin, mark.id):
            return Status.APPLIED, f"comment {comment.id}, whose answer was lost"
    return Status.UNKNOWN, "no answer tells whether the copy was made; the next run looks again"


def read_people(value: object) -> People | None:
    """The people of a base as a plan carries it."""
    if not isinstance(value, dict):
        return None
    return People(value["ticket"], value["case"], dict(value["issues"]))
