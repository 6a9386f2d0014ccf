"""What the clients of Jira Cloud and Jira Data Center have in common."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from reconciler.model.activity import Comment, CommentMark, Transition
from reconciler.model.ticket import JiraProject, JiraServer, JiraStatus, JiraUser
from reconciler.providers.jira import edits, parsing, people, projects, workflow
from reconciler.providers.jira.api import JiraApi
from reconciler.providers.jira.comments import Comments


class JiraSite:
    """Reads and writes of one Jira account. The caller must check its answers with `refuse_nobody`.

    Every method may raise a ProviderError whose `call` is the path asked for. Safe for many threads.
    """

    def __init__(self, api: JiraApi, comments: Comments) -> None:
        self._api = api
        self._comments = comments

    @property
    def calls(self) -> int:
        """Requests sent so far, retries included."""
        return self._api.caller.calls

    @property
    def ahead(self) -> timedelta | None:
        """How far its clock was ahead of ours in its last answer; None before any."""
        return self._api.caller.ahead

    @property
    def headroom(self) -> float | None:
        """The smallest part of a rate limit that any answer left us, from 0 to 1; None where none told."""
        return self._api.caller.headroom

    def close(self) -> None:
        """Close all connections."""
        self._api.caller.close()

    def server(self) -> JiraServer:
        """What the server says of itself, to anybody. Reference: jira-api §3."""
        return parsing.server(self._api.read("GET", self._api.rest + "/serverInfo"))

    def myself(self) -> JiraUser:
        """Who we are signed in as. Unauthorized, with where to make a token, if nobody."""
        return people.myself(self._api)

    def project(self, key: str) -> JiraProject:
        """One project with its ticket types. NotFound if absent or invisible."""
        return projects.project(self._api, key)

    def statuses(self, project_key: str) -> Mapping[str, tuple[JiraStatus, ...]]:
        """The workflow statuses of each ticket type, by type id."""
        return projects.statuses(self._api, project_key)

    def add_label(self, ticket: str, label: str) -> None:
        """Add one label. Repeating is harmless."""
        edits.add_label(self._api, ticket, label)

    def set_summary(self, ticket: str, summary: str) -> None:
        """Set the summary. Repeating is harmless."""
        edits.set_summary(self._api, ticket, summary)

    def set_property(self, ticket: str, key: str, value: Mapping[str, Any]) -> None:
        """Write an entity property. Repeating is harmless."""
        edits.set_property(self._api, ticket, key, value)

    def is_editable(self, ticket_id: str) -> bool:
        """Whether we are offered any field of the ticket for editing: not without Edit Issues, nor in a read-only status."""
        return edits.is_editable(self._api, ticket_id)

    def transitions(self, ticket_id: str) -> tuple[Transition, ...]:
        """The ways out of the ticket's present status, with the fields of their screens."""
        return workflow.transitions(self._api, ticket_id)

    def transition(self, ticket_id: str, transition_id: str, fields: Mapping[str, Any]) -> None:
        """Take a transition. Sent once; Superseded where somebody moved the ticket meanwhile."""
        workflow.take(self._api, ticket_id, transition_id, fields)

    def comments(self, ticket_id: str) -> tuple[Comment, ...]:
        """The comments that every reader may see, oldest first."""
        return self._comments.all(ticket_id)

    def add_comment(self, ticket_id: str, text: str, mark: CommentMark) -> str:
        """A new comment with our mark; its id. Sent once."""
        return self._comments.add(ticket_id, text, mark)

    def edit_comment(self, ticket_id: str, comment_id: str, text: str, mark: CommentMark) -> None:
        """Replace the text and the mark of a comment. Repeating is harmless."""
        self._comments.edit(ticket_id, comment_id, text, mark)
