"""The simulated Datadog at work: finding things, making cases, and the tickets it creates a moment after it was asked."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from pydantic import JsonValue, TypeAdapter, ValidationError

from reconciler.sandbox.clock import Clock
from reconciler.sandbox.datadog.happenings import (
    Assigned,
    CaseMoved,
    Commented,
    IssueLinked,
    IssueMoved,
    OwnHappening,
    TicketLinked,
)
from reconciler.sandbox.datadog.ports import SiteTicket, TicketRefused, TicketSite
from reconciler.sandbox.datadog.records import (
    DEFAULT_PROJECT,
    Case,
    Comment,
    Company,
    Group,
    Insight,
    Issue,
    JiraAccount,
    Project,
    TicketOrder,
)
from reconciler.sandbox.failure import SandboxError

_COMPANY = TypeAdapter(Company)
_NAMES = uuid.UUID("5f6d2d3a-7f0c-4b5e-9d3b-0c8c5a3f2e11")
STANDARD = "00000000-0000-0000-0000-000000000001"
ERROR_TRACKING = "00000000-0000-0000-0000-000000000005"


def id_of(sort: str, name: str) -> str:
    """The id of a thing that a world file names: the same in every seeding."""
    return str(uuid.uuid5(_NAMES, f"{sort}:{name}"))


AUTOMATION = id_of(
    "user", "datadog"
)  # who Datadog says it is when it changes something by itself; no user of that id is shown


class DatadogState:
    """One organisation and the Jira sites it can reach. Whoever calls holds the world's lock."""

    def __init__(self, company: Company, clock: Clock, sites: Mapping[str, TicketSite]) -> None:
        self.company = company
        self.clock = clock
        self.sites = sites
        self.is_following = False  # what native sync itself does is no news to it

    @classmethod
    def from_json(cls, data: object, clock: Clock, sites: Mapping[str, TicketSite]) -> DatadogState:
        """As `to_json` left it. Raises SandboxError for anything else."""
        try:
            return cls(_COMPANY.validate_python(data), clock, sites)
        except ValidationError as error:
            hint = "`reconciler sandbox seed` starts over from the world file"
            raise SandboxError(
                f"the saved state of the Datadog simulator is unreadable: {error.errors(include_url=False)[0]}",
                hint=hint,
            ) from None

    def to_json(self) -> dict[str, JsonValue]:
        """All of it as JSON."""
        dumped: dict[str, JsonValue] = _COMPANY.dump_python(self.company, mode="json")
        return dumped

    def to_bytes(self) -> bytes:
        """All of it as JSON text, several times faster than by way of `to_json`."""
        return _COMPANY.dump_json(self.company)

    def new_id(self, sort: str) -> str:
        """An id that nothing else has: it depends on nothing but how many there were before."""
        self.company.next_id += 1
        return id_of(sort, f"made-{self.company.next_id}")

    # -- finding

    def find_case(self, key: str) -> Case | None:
        """The case of this id or key."""
        by_id = self.company.cases.get(key.lower())
        return by_id or next((case for case in self.company.cases.values() if case.key == key.upper()), None)

    def project_by_key(self, key: str) -> Project | None:
        """The case project of this key."""
        return next((project for project in self.company.projects.values() if project.key == key.upper()), None)

    def find_issue(self, name: str) -> Issue | None:
        """The issue of this id, or of the name it has in the world file."""
        by_id = self.company.issues.get(name.lower())
        return by_id or next((issue for issue in self.company.issues.values() if issue.name == name), None)

    def account_at(self, url: str) -> JiraAccount | None:
        """The connected account whose site holds that address."""
        accounts = sorted(self.company.accounts.values(), key=lambda account: account.id)
        return next((account for account in accounts if url.startswith(f"{account.url}/")), None)

    def issues_of(self, case: Case) -> list[Issue]:
        """The issues attached to a case, as far as they exist."""
        ids = [insight.resource_id for insight in case.insights if insight.kind == "ERROR_TRACKING"]
        return [self.company.issues[each] for each in ids if each in self.company.issues]

    # -- changing

    def sync_due(self) -> datetime:
        """When native sync acts on what happens now."""
        return self.clock.now() + timedelta(seconds=self.company.behaviour.sync_delay)

    def tell(self, sort: Callable[..., OwnHappening], *facts: str | None) -> None:
        """Let native sync hear of a change. It also keeps cases and their issues in step, where the world says so."""
        behaviour = self.company.behaviour
        if (behaviour.native_sync or behaviour.case_fans_out) and not self.is_following:
            self.company.pending.append(sort(self.sync_due(), *facts))

    def add_case(self, project: Project, title: str, *, type_id: str, source: str, author: str | None = None) -> Case:
        """A new case with the project's next key."""
        now = self.clock.now()
        made_by = author or self.company.owner_id
        number = project.next_number
        project.next_number += 1
        case = Case(
            id=self.new_id("case"),
            number=number,
            key=f"{project.key}-{number}",
            project_id=project.id,
            title=title,
            created=now,
            modified=now,
            created_by=made_by,
            modified_by=made_by,
            type_id=type_id,
            source=source,
        )
        self.company.cases[case.id] = case
        return case

    def own_case(self, issue: Issue) -> Case:
        """The case of an issue; where there is none Datadog makes one in its default project. Reference: datadog-api §1.4."""
        if issue.case_id in self.company.cases:
            return self.company.cases[issue.case_id]
        project = self.project_by_key(DEFAULT_PROJECT) or self.add_project(DEFAULT_PROJECT, "Error Tracking")
        title = f"{issue.error_type}: {issue.error_message}"
        case = self.add_case(project, title, type_id=ERROR_TRACKING, source="ERROR_TRACKING")
        case.attributes = {"service": [issue.service]}
        self.attach(case, issue)
        return case

    def add_project(self, key: str, name: str) -> Project:
        """A new case project with every integration off."""
        settings: dict[str, JsonValue] = {
            "integration_jira": {"enabled": False, "auto_creation": {"enabled": False}, "sync": {"enabled": False}},
            "notification": {"enabled": False, "destinations": [], "notify_on_case_assignment": True},
        }
        project = Project(id_of("project", key), key, name, settings)
        self.company.projects[project.id] = project
        return project

    def attach(self, case: Case, issue: Issue) -> None:
        """Attach an issue to a case, away from the one it had; an OPEN issue becomes reviewed by that."""
        former = self.company.cases.get(issue.case_id or "")
        if former is not None and former is not case:
            former.insights = [each for each in former.insights if each.resource_id != issue.id]
        if all(each.resource_id != issue.id for each in case.insights):
            case.insights.append(Insight("ERROR_TRACKING", f"/error-tracking?issueId={issue.id}", issue.id))
            self.tell(IssueLinked, case.id, issue.id)
        issue.case_id = case.id
        self.review(issue)

    def review(self, issue: Issue) -> None:
        """Automatic review: OPEN becomes ACKNOWLEDGED. Reference: datadog-api §1.5."""
        if issue.state == "OPEN":
            issue.state = "ACKNOWLEDGED"

    def change_state(self, issue: Issue, state: str) -> None:
        """Put an issue in a state."""
        if state == "RESOLVED" and issue.state != "RESOLVED":
            issue.resolved = self.clock.now()
        if state != issue.state:
            self.tell(IssueMoved, issue.id, issue.state)
        issue.state = state

    def enter(self, case: Case, group: Group, name: str) -> None:
        """Put a case in a status."""
        if group is not case.group:
            self.tell(CaseMoved, case.id)
        if group is Group.CLOSED and case.group is not Group.CLOSED:
            case.closed = self.clock.now()
        case.closed = case.closed if group is Group.CLOSED else None
        case.group, case.status_name = group, name

    def assign_issue(self, issue: Issue, user_id: str | None, author: str | None = None) -> None:
        """Assign an issue, and with it its case, which is made where there is none; an OPEN issue is reviewed by that."""
        if user_id is None and issue.case_id is None:
            issue.assignee_id = None
            return
        case = self.own_case(issue)
        if issue.assignee_id != user_id:
            self.tell(Assigned, case.id, issue.id)
        issue.assignee_id = case.assignee_id = user_id
        if user_id is not None and issue.state == "OPEN":
            self.change_state(issue, "ACKNOWLEDGED")
        self.touch(case, author)

    def assign_case(self, case: Case, user_id: str | None) -> None:
        """Assign a case; its issues keep whom they have."""
        if case.assignee_id != user_id:
            self.tell(Assigned, case.id, None)
        case.assignee_id = user_id

    def say(self, case: Case, text: str, author: str | None = None) -> Comment:
        """Comment on a case."""
        cell = Comment(self.new_id("cell"), author or self.company.owner_id, text, self.clock.now())
        case.comments.append(cell)
        self.touch(case, author)
        self.tell(Commented, case.id, cell.id)
        return cell

    def touch(self, case: Case, author: str | None = None) -> None:
        """Say that somebody changed a case."""
        case.modified = self.clock.now()
        case.modified_by = author or self.company.owner_id

    def move_case(self, case: Case, project: Project, author: str | None = None) -> None:
        """Into another project: a new key, and the ticket is lost. Reference: datadog-api §2, move."""
        if project.id == case.project_id:
            return
        case.project_id, case.number = project.id, project.next_number
        case.key, case.ticket = f"{project.key}-{project.next_number}", None
        project.next_number += 1
        self.touch(case, author)

    def auto_close(self, case: Case) -> None:
        """Close a case as Datadog itself does."""
        self.enter(case, Group.CLOSED, "Closed")
        self.touch(case, AUTOMATION)

    # -- tickets

    def order_ticket(
        self, case: Case, account: JiraAccount, place: tuple[str, str], fields: dict[str, JsonValue]
    ) -> None:
        """Accept the order of a ticket; it exists `creation_delay` later."""
        due = self.clock.now() + timedelta(seconds=self.company.behaviour.creation_delay)
        case.ticket = TicketOrder("IN_PROGRESS", account.id, due, place[0], place[1], fields)
        self.touch(case)

    def link_ticket(self, case: Case, account: JiraAccount, ticket: SiteTicket, author: str | None = None) -> None:
        """Link an existing ticket to a case; its issues are reviewed by that."""
        case.ticket = TicketOrder.linked(account.id, ticket, self.clock.now())
        for issue in self.issues_of(case):
            self.review(issue)
        self.touch(case, author)
        self.tell(TicketLinked, case.id)

    def settle(self) -> bool:
        """Create the tickets that are due. True if anything changed."""
        now = self.clock.now()
        waiting = [(case.ticket, case) for case in self.company.cases.values() if case.ticket is not None]
        due = [(order, case) for order, case in waiting if _is_due(order, now)]
        for order, case in sorted(due, key=lambda pair: (pair[0].due, pair[1].id)):
            self._create(case, order)
        return bool(due)

    def _create(self, case: Case, order: TicketOrder) -> None:
        try:
            made = self._ask_jira(case, order)
        except TicketRefused as refusal:
            order.status, order.error = "FAILED", str(refusal)
        else:
            order.complete(made)
            for issue in self.issues_of(case):
                self.review(issue)
        self.touch(case)

    def _ask_jira(self, case: Case, order: TicketOrder) -> SiteTicket:
        account = self.company.accounts.get(order.account_id)
        if account is None:
            raise TicketRefused("the Jira account is no longer connected")
        fields: dict[str, JsonValue] = {
            "summary": " ".join(case.title.split())[:255],
            "description": case.description,
            **order.fields,
        }
        return self.sites[account.site].create(order.project_id or "", order.issue_type_id or "", fields)


def _is_due(order: TicketOrder, now: datetime) -> bool:
    return order.status == "IN_PROGRESS" and order.due <= now
