"""What people did to tickets and cases: moves, assignments, comments, and the ways a ticket can go next."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from reconciler.model.ticket import CreateField, JiraStatus, JiraUser


@dataclass(frozen=True, slots=True)
class StatusMove:
    """One status entry of a ticket's changelog. `id` is the changelog entry's, increasing within the site."""

    id: str
    at: datetime
    author: JiraUser | None
    from_id: str
    to_id: str
    to_name: str = ""


@dataclass(frozen=True, slots=True)
class AssigneeMove:
    """One assignee entry of a ticket's changelog; None for nobody."""

    id: str
    at: datetime
    author: JiraUser | None
    from_id: str | None
    to_id: str | None


@dataclass(frozen=True, slots=True)
class History:
    """The moves of a ticket, oldest first. `last_id` is the newest changelog entry of any kind, None for none."""

    moves: tuple[StatusMove, ...] = ()
    assignments: tuple[AssigneeMove, ...] = ()
    last_id: str | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """A way from the present status to another. `required` are the fields its screen insists on."""

    id: str
    name: str
    to: JiraStatus
    fields: tuple[CreateField, ...] = ()

    @property
    def required(self) -> tuple[CreateField, ...]:
        """The screen's fields that must be sent."""
        return tuple(item for item in self.fields if item.required and not item.has_default)


@dataclass(frozen=True, slots=True)
class CommentMark:
    """The identity a copy keeps of its original: the system it came from ("datadog" or "jira:<account>"), the comment's id
    there, and a digest of the text that was copied.
    """

    origin: str
    id: str
    digest: str


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment as plain text with simple marks (`*bold*`, backticks and links as they stand); hostile text.

    `mark` is set where the comment is a copy made by us.
    """

    id: str
    author: str
    text: str
    created: datetime
    updated: datetime | None = None
    author_id: str | None = None
    author_email: str | None = None
    mark: CommentMark | None = field(default=None)
