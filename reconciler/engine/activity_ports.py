"""What sync needs from the two systems beyond their settings: who moved what, comments, people - and writing them.

Reading and writing are two types here too. What `engine.ports` says of reads, writes and repeating holds here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from reconciler.model.activity import Comment, CommentMark, History, Transition
from reconciler.model.case import DatadogUser
from reconciler.model.state import StatusGroup
from reconciler.model.ticket import JiraUser, Ticket
from reconciler.model.workflow import DeclaredWorkflow, Withheld


class DatadogActivityReader(Protocol):
    """Comments and people of Datadog."""

    def comments(self, case_id: str) -> tuple[Comment, ...]:
        """All comments of a case (its timeline), oldest first; a copy made by us carries its mark."""

    def users(self, text: str) -> tuple[DatadogUser, ...]:
        """The active users whose e-mail, handle or name contains the text."""

    def user(self, user_id: str) -> DatadogUser:
        """One user. NotFound if there is none, or none visible."""


class DatadogActivityWriter(DatadogActivityReader, Protocol):
    """What sync writes in Datadog."""

    def set_case_status(self, case_id: str, status: StatusGroup) -> None:
        """Set the status of a case to the default one of the group. Repeating is harmless."""

    def assign_issue(self, issue_id: str, user_id: str | None) -> None:
        """Assign an issue, or unassign it. Datadog reviews an OPEN issue that is assigned. Repeating is harmless."""

    def assign_case(self, case_id: str, user_id: str | None) -> None:
        """Assign a case, or unassign it. Repeating is harmless."""

    def add_comment(self, case_id: str, text: str, mark: CommentMark) -> str:
        """A new comment on a case, as a copy; its id. The mark becomes a line of the text. Not repeatable."""

    def edit_comment(self, case_id: str, comment_id: str, text: str, mark: CommentMark) -> None:
        """Replace the text of a copy. Repeating is harmless."""


class JiraActivityReader(Protocol):
    """Moves, comments and people of one Jira account, Cloud or Data Center."""

    def histories(self, ticket_ids: Sequence[str]) -> Mapping[str, History]:
        """The status and assignee moves of these tickets, by the id asked for. Tickets that are absent are left out."""

    def transitions(self, ticket_id: str) -> tuple[Transition, ...]:
        """The ways out of the ticket's present status that we may take, with the fields of their screens."""

    def ticket_in_status(self, project_key: str, issue_type_id: str, status_id: str) -> Ticket | None:
        """Some ticket of that type in that status, from the index; None if there is none."""

    def is_editable(self, ticket_id: str) -> bool:
        """Whether Jira offers us any field of the ticket for editing, in the status that it has."""

    def workflow(self, project_key: str, issue_type_id: str) -> DeclaredWorkflow | Withheld:
        """The whole workflow of a ticket type, for who may read it; why not, where we may not or this Jira does not tell."""

    def comments(self, ticket_id: str) -> tuple[Comment, ...]:
        """All comments that every reader of the ticket may see, oldest first; a copy made by us carries its mark."""

    def users(self, text: str) -> tuple[JiraUser, ...]:
        """The active users that match an e-mail or name."""

    def user(self, user_id: str) -> JiraUser:
        """One user by id, active or not. NotFound if there is none, or none visible."""


class JiraActivityWriter(JiraActivityReader, Protocol):
    """What sync writes in Jira."""

    def transition(self, ticket_id: str, transition_id: str, fields: Mapping[str, Any]) -> None:
        """Take a transition. Sent once: after an unknown outcome the status tells whether it happened."""

    def assign(self, ticket_id: str, user_id: str | None) -> None:
        """Assign a ticket, or unassign it. Repeating is harmless."""

    def add_comment(self, ticket_id: str, text: str, mark: CommentMark) -> str:
        """A new comment, as a copy; its id. The mark is kept as a property of the comment. Not repeatable."""

    def edit_comment(self, ticket_id: str, comment_id: str, text: str, mark: CommentMark) -> None:
        """Replace the text of a copy. Repeating is harmless."""
