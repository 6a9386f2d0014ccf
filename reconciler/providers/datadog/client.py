"""The Datadog client behind the engine's port."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from reconciler.engine.ports import Clock, IssueSearch, IssueWindow, TicketCall
from reconciler.model.activity import Comment, CommentMark
from reconciler.model.case import Case, CaseProjectRecord, DatadogUser, JiraAccount
from reconciler.model.issue import Issue
from reconciler.model.state import IssueState, StatusGroup
from reconciler.providers.datadog import activity, cases, issues, projects
from reconciler.providers.datadog.transport import Transport
from reconciler.providers.http import Caller, HttpOptions
from reconciler.providers.http_limits import Limiter
from reconciler.providers.secrets import Secret


def connect_datadog(
    url: str, api_key: Secret, app_key: Secret, *, clock: Clock, limiter: Limiter, workers: int = 8
) -> DatadogClient:
    """A client for the API at `url` (`https://api.datadoghq.com`); nothing is sent yet. Raises ConfigError for a bad URL.

    Datadog is told that its resources are managed as code. Reference: datadog-api §0.
    """
    headers = {
        "DD-API-KEY": api_key.reveal(),
        "DD-APPLICATION-KEY": app_key.reveal(),
        "X-Datadog-Managed-By": "iac",
    }
    options = HttpOptions(workers=workers)
    return DatadogClient(Caller("datadog", url, headers=headers, clock=clock, limiter=limiter, options=options))


class DatadogClient:
    """Satisfies `DatadogWriter` and `DatadogActivityWriter`; what each method means stands there. Safe for many threads."""

    def __init__(self, caller: Caller) -> None:
        self._transport = Transport(caller)

    @property
    def calls(self) -> int:
        """Requests sent so far, repetitions included."""
        return self._transport.caller.calls

    @property
    def calls_by_route(self) -> Mapping[str, int]:
        """The same by method and route."""
        return self._transport.caller.calls_by_route

    @property
    def ahead(self) -> timedelta | None:
        """How far its clock was ahead of ours in its last answer; None before any."""
        return self._transport.caller.ahead

    @property
    def headroom(self) -> float | None:
        """The smallest part of a rate limit that any answer left us, from 0 to 1; None where none told."""
        return self._transport.caller.headroom

    def close(self) -> None:
        """Close all connections."""
        self._transport.caller.close()

    def validate_keys(self) -> None:
        """Return if both keys are accepted; Unauthorized says which is not."""
        projects.validate_keys(self._transport)

    def myself(self) -> DatadogUser:
        """Who the application key belongs to."""
        return activity.myself(self._transport)

    def permissions(self, user_id: str) -> frozenset[str]:
        """What the user's roles grant."""
        return activity.permissions(self._transport, user_id)

    def issues(self, window: IssueWindow) -> IssueSearch:
        """Every issue of the window."""
        return issues.search(self._transport, window)

    def issue(self, issue_id: str) -> Issue:
        """One issue."""
        return issues.one(self._transport, issue_id)

    def case_projects(self) -> tuple[CaseProjectRecord, ...]:
        """All case projects, in order of key."""
        return projects.all_projects(self._transport)

    def case_project(self, project_id: str) -> CaseProjectRecord:
        """One case project."""
        return projects.one(self._transport, project_id)

    def cases(self, project_key: str) -> tuple[Case, ...]:
        """All cases of a project that are not archived."""
        return cases.of_project(self._transport, project_key)

    def case(self, case_id: str) -> Case:
        """One case by id or key."""
        return cases.one(self._transport, case_id)

    def jira_accounts(self) -> tuple[JiraAccount, ...]:
        """The Jira accounts connected in Datadog."""
        return projects.jira_accounts(self._transport)

    def create_case_project(self, key: str, name: str) -> CaseProjectRecord:
        """A new case project."""
        return projects.create(self._transport, key, name)

    def update_case_project(self, project_id: str, settings: Mapping[str, Any]) -> None:
        """Put the whole settings object in place."""
        projects.update(self._transport, project_id, settings)

    def create_case(self, project_id: str, title: str, description: str) -> Case:
        """A new case of the Error Tracking type."""
        return cases.create(self._transport, project_id, title, description)

    def describe_case(self, case_id: str, description: str) -> None:
        """Set the description of a case."""
        cases.describe(self._transport, case_id, description)

    def move_case(self, case_id: str, project_id: str) -> None:
        """Move a case to another project."""
        cases.move(self._transport, case_id, project_id)

    def attach_issue(self, case_id: str, issue_id: str) -> None:
        """Attach an issue to a case."""
        cases.attach(self._transport, case_id, issue_id)

    def detach_issue(self, case_id: str, issue_id: str) -> None:
        """Take an issue off a case."""
        cases.detach(self._transport, case_id, issue_id)

    def request_ticket(self, case_id: str, call: TicketCall) -> None:
        """Ask Datadog to create a ticket on the case."""
        cases.request_ticket(self._transport, case_id, call)

    def link_ticket(self, case_id: str, url: str) -> None:
        """Link an existing ticket to the case."""
        cases.link(self._transport, case_id, url)

    def unlink_ticket(self, case_id: str) -> None:
        """Take the ticket off the case."""
        cases.unlink(self._transport, case_id)

    def set_issue_state(self, issue_id: str, state: IssueState) -> None:
        """Set the state of an issue."""
        issues.set_state(self._transport, issue_id, state)

    def comments(self, case_id: str) -> tuple[Comment, ...]:
        """All comments of a case, oldest first."""
        return activity.comments(self._transport, case_id)

    def users(self, text: str) -> tuple[DatadogUser, ...]:
        """The active users whose e-mail, handle or name contains the text."""
        return activity.users(self._transport, text)

    def user(self, user_id: str) -> DatadogUser:
        """One user."""
        return activity.user(self._transport, user_id)

    def set_case_status(self, case_id: str, status: StatusGroup) -> None:
        """Set the status of a case to the default one of the group."""
        activity.set_case_status(self._transport, case_id, status)

    def assign_issue(self, issue_id: str, user_id: str | None) -> None:
        """Assign an issue, or unassign it."""
        activity.assign_issue(self._transport, issue_id, user_id)

    def assign_case(self, case_id: str, user_id: str | None) -> None:
        """Assign a case, or unassign it."""
        activity.assign_case(self._transport, case_id, user_id)

    def add_comment(self, case_id: str, text: str, mark: CommentMark) -> str:
        """A new comment on a case with our mark; its id."""
        return activity.add_comment(self._transport, case_id, text, mark)

    def edit_comment(self, case_id: str, comment_id: str, text: str, mark: CommentMark) -> None:
        """Replace the text of a copy."""
        activity.edit_comment(self._transport, case_id, comment_id, text, mark)
