"""What the engine needs from the world, as small Protocols. Reading and writing are two types: planning cannot write.

Every method may raise a `ProviderError`. Readers must not write. Reads may be repeated; a writer sends each request once
unless its docstring says that repeating is harmless.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from reconciler.engine.activity_ports import (
    DatadogActivityReader,
    DatadogActivityWriter,
    JiraActivityReader,
    JiraActivityWriter,
)
from reconciler.model.address import Address
from reconciler.model.case import Case, CaseProjectRecord, DatadogUser, JiraAccount
from reconciler.model.finding import Finding
from reconciler.model.issue import Issue
from reconciler.model.state import IssueState
from reconciler.model.ticket import (
    CreateField,
    JiraProject,
    JiraServer,
    JiraStatus,
    JiraUser,
    JiraWebhook,
    Ticket,
)
from reconciler.plan.change import Change
from reconciler.plan.outcome import Outcome
from reconciler.sync.remembered import Remembered


class Clock(Protocol):
    """Time, so that tests need not wait."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


@dataclass(frozen=True, slots=True)
class IssueWindow:
    """Issues that had errors from `start` (inclusive) to `end` (exclusive), in one of `states`."""

    start: datetime
    end: datetime
    states: tuple[IssueState, ...]


@dataclass(frozen=True, slots=True)
class IssueSearch:
    """What a search found. `truncated` names the partitions (as query text) that stayed at the cap of 100 although they
    could not be split further: issues may be missing there.
    """

    issues: tuple[Issue, ...]
    truncated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketCall:
    """What Datadog is asked for when it shall create a ticket: Jira ids, and fields as Jira's create takes them."""

    account_id: str
    project_id: str
    issue_type_id: str
    fields: Mapping[str, Any] = field(default_factory=dict)


class DatadogReader(DatadogActivityReader, Protocol):
    """The reads of Datadog that plan and drift may do."""

    @property
    def calls(self) -> int:
        """Requests sent so far, retries included."""

    @property
    def ahead(self) -> timedelta | None:
        """How far its clock was ahead of ours in its last answer, to the second; None before any."""

    def validate_keys(self) -> None:
        """Returns if both keys are accepted. Raises Unauthorized or Forbidden otherwise."""

    def myself(self) -> DatadogUser:
        """Who the application key belongs to."""

    def permissions(self, user_id: str) -> frozenset[str]:
        """The permissions that a user's roles grant, by their technical names."""

    def issues(self, window: IssueWindow) -> IssueSearch:
        """Every issue of the window, with its case, teams and assignee, each once, in order of id."""

    def issue(self, issue_id: str) -> Issue:
        """One issue with its case, as it stands now. NotFound if there is none (or none visible)."""

    def case_projects(self) -> tuple[CaseProjectRecord, ...]:
        """All case projects visible to us, settings included, in order of key."""

    def case_project(self, project_id: str) -> CaseProjectRecord:
        """One case project, as it stands now."""

    def cases(self, project_key: str) -> tuple[Case, ...]:
        """All cases of a project that are not archived, in order of key. All pages or an error: never a part."""

    def case(self, case_id: str) -> Case:
        """One case by id or key, as it stands now."""

    def jira_accounts(self) -> tuple[JiraAccount, ...]:
        """The Jira accounts connected in Datadog. Empty where the integration is not installed."""


class DatadogWriter(DatadogReader, DatadogActivityWriter, Protocol):
    """The writes of Datadog that apply may do. Creations are sent once and raise OutcomeUnknown where no answer tells."""

    def create_case_project(self, key: str, name: str) -> CaseProjectRecord:
        """A new case project. Not repeatable."""

    def update_case_project(self, project_id: str, settings: Mapping[str, Any]) -> None:
        """Put the whole settings object in place (PATCH). Repeating is harmless."""

    def create_case(self, project_id: str, title: str, description: str) -> Case:
        """A new case of the Error Tracking type. Not repeatable."""

    def describe_case(self, case_id: str, description: str) -> None:
        """Set the description. Repeating is harmless."""

    def move_case(self, case_id: str, project_id: str) -> None:
        """Move a case to another project: it gets a new key and loses any ticket link. Repeating is harmless."""

    def attach_issue(self, case_id: str, issue_id: str) -> None:
        """Attach an issue to a case (insight). Repeating is harmless."""

    def detach_issue(self, case_id: str, issue_id: str) -> None:
        """Take an issue off a case (insight). One that is not there is no error. Repeating is harmless."""

    def request_ticket(self, case_id: str, call: TicketCall) -> None:
        """Ask Datadog to create a ticket on the case; answered 202 before it exists. Not repeatable, sent once."""

    def link_ticket(self, case_id: str, url: str) -> None:
        """Link an existing ticket to the case. Raises Superseded where the case has another one already."""

    def unlink_ticket(self, case_id: str) -> None:
        """Take the ticket, or a request for one, off the case; the ticket itself stays. Repeating is harmless."""

    def set_issue_state(self, issue_id: str, state: IssueState) -> None:
        """Set the state of an issue. Repeating is harmless."""


class JiraReader(JiraActivityReader, Protocol):
    """The reads of one Jira account. Cloud and Data Center stand behind the same methods."""

    @property
    def calls(self) -> int:
        """Requests sent so far, retries included."""

    @property
    def ahead(self) -> timedelta | None:
        """How far its clock was ahead of ours in its last answer, to the second; None before any."""

    def server(self) -> JiraServer:
        """What the server says of itself. Works for anybody: proves reachability only."""

    def myself(self) -> JiraUser:
        """Who we are signed in as. Unauthorized if nobody."""

    def permissions(self, keys: Sequence[str], project_key: str | None = None) -> Mapping[str, bool]:
        """Which of these permissions we have, in the project or (without one) anywhere."""

    def project_keys(self) -> tuple[str, ...]:
        """The keys of all projects visible to us, sorted."""

    def project(self, key: str) -> JiraProject:
        """One project, by key or id, with its ticket types. NotFound if absent or invisible."""

    def statuses(self, project_key: str) -> Mapping[str, tuple[JiraStatus, ...]]:
        """The workflow statuses of each ticket type of a project (by key or id), by type id: membership, not reachability."""

    def create_fields(self, project_key: str, issue_type_id: str) -> tuple[CreateField, ...]:
        """The fields of the create screen (createmeta), in the order Jira gives."""

    def webhooks(self) -> tuple[JiraWebhook, ...]:
        """All admin webhooks. Forbidden or Unauthorized without Administer Jira."""

    def tickets(self, keys: Sequence[str], properties: Sequence[str] = ()) -> Mapping[str, Ticket]:
        """The tickets among these keys or ids that exist and are visible, by the key or id asked for, read strongly.
        What is missing from the answer is absent or invisible.
        """

    def tickets_with_label(self, label: str) -> tuple[Ticket, ...]:
        """Tickets that the search index knows to carry the label; the index may lag by minutes."""

    def assignable_users(self, project_key: str, text: str) -> tuple[JiraUser, ...]:
        """Users who can be assigned in the project and match a name or e-mail."""


class JiraWriter(JiraReader, JiraActivityWriter, Protocol):
    """The writes of one Jira account."""

    def create_webhook(self, webhook: JiraWebhook) -> JiraWebhook:
        """A new admin webhook (its `id` is ignored). Not repeatable."""

    def update_webhook(self, webhook: JiraWebhook) -> None:
        """Replace the webhook of that id. Repeating is harmless."""

    def add_label(self, ticket: str, label: str) -> None:
        """Add one label. Repeating is harmless."""

    def set_summary(self, ticket: str, summary: str) -> None:
        """Set the summary. Repeating is harmless."""

    def set_property(self, ticket: str, key: str, value: Mapping[str, Any]) -> None:
        """Write an entity property. Repeating is harmless."""


class Memory(Protocol):
    """The base that is kept on tickets: how it is written as an entity property."""

    @property
    def property_key(self) -> str:
        """The key of the entity property."""

    def encode(self, remembered: Remembered) -> Mapping[str, Any]:
        """The property value that remembers this."""

    def decode(self, value: object) -> Remembered | None:
        """What a property value remembers; None where it is absent, broken, forged or not ours."""


class Templates(Protocol):
    """Renders the summary and description of a ticket."""

    def render(self, template: str, issue: Issue, rule: str) -> str:
        """The text. Raises ValueError, saying where, for a template that cannot be rendered."""


class Reporter(Protocol):
    """Is told what happens; decides nothing."""

    def reading(self, what: str, done: int, total: int) -> None:
        """So many of the reads of this run are done."""

    def applying(self, change: Change, number: int, total: int) -> None:
        """This change begins."""

    def step(self, address: Address, text: str) -> None:
        """A step within a change: "asked Datadog for the ticket"."""

    def applied(self, outcome: Outcome) -> None:
        """This change ended so."""

    def found(self, finding: Finding) -> None:
        """Something to read that arose while applying."""
