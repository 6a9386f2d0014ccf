"""What makes a created ticket whole: seen from both sides, labelled, its issue Reviewed, its base written.

Every step may be repeated without harm, so a run that was broken off is simply completed by the next.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from reconciler.engine.mark import marker_of
from reconciler.engine.ownership import writes_assignee
from reconciler.engine.scope import Tools, WritableSystems
from reconciler.errors import Refused
from reconciler.model.address import Address
from reconciler.model.case import Case
from reconciler.model.declared import Configuration, ProjectBinding
from reconciler.model.finding import Finding, Severity
from reconciler.model.issue import Issue
from reconciler.model.resource import TicketRequest
from reconciler.model.state import IssueState
from reconciler.model.ticket import Ticket
from reconciler.plan.outcome import Status
from reconciler.sync.group import GroupState, ticket_group
from reconciler.sync.remembered import People, Remembered

Ended = tuple[Status, str]


@dataclass(frozen=True, slots=True)
class Completion:
    """Completes tickets that Datadog has created on a case of ours."""

    configuration: Configuration
    systems: WritableSystems
    tools: Tools

    def complete(
        self, address: Address, account: str, issue: Issue, case: Case, request: TicketRequest | None = None
    ) -> Ended:
        """Verify the link from both sides and add what is missing. With a request, its summary is held too."""
        key = (case.ticket.ticket_id or case.ticket.key or "") if case.ticket else ""
        ticket = self._ticket(account, key)
        if ticket is None:
            return (
                Status.FAILED,
                f"Datadog created {case.ticket.key if case.ticket else key}, but our Jira user cannot see it",
            )
        if issue.case_id != case.id or issue.id not in case.issue_ids:
            return Status.FAILED, f"{ticket.key} exists, but Datadog does not show it with the issue (case {case.key})"
        self._label(address, account, issue, ticket)
        if request is not None and ticket.summary != request.summary:
            self.systems.jira[account].set_summary(ticket.id, request.summary)
        state = self.review(address, issue)
        return self._remember(address, account, replace(issue, state=state), case, ticket)

    def _ticket(self, account: str, key: str) -> Ticket | None:
        return self.systems.jira[account].tickets((key,), (self.tools.memory.property_key,)).get(key) if key else None

    def _label(self, address: Address, account: str, issue: Issue, ticket: Ticket) -> None:
        instance = self.configuration.connections.instance if self.configuration.connections else ""
        marker = marker_of(instance, issue.id)
        if marker in ticket.labels:
            return
        self.tools.reporter.step(address, f"labelling {ticket.key}")
        try:
            self.systems.jira[account].add_label(ticket.id, marker)
        except Refused as error:
            self.tools.reporter.found(
                Finding(
                    "marker-label-refused",
                    Severity.WARNING,
                    f"{ticket.key} cannot be labelled {marker}: {error.message}",
                    address,
                    hint="put Labels on the edit screen of the ticket type: a lost ticket is found again by it",
                )
            )

    def review(self, address: Address, issue: Issue) -> IssueState:
        """Datadog reviews an issue when it is linked; where it did not, we do. Reference: datadog-api §1.5."""
        if issue.state is not IssueState.OPEN:
            return issue.state
        self.tools.reporter.step(address, "setting the issue to Reviewed")
        self.systems.datadog.set_issue_state(issue.id, IssueState.ACKNOWLEDGED)
        return IssueState.ACKNOWLEDGED

    def _remember(self, address: Address, account: str, issue: Issue, case: Case, ticket: Ticket) -> Ended:
        memory, jira = self.tools.memory, self.systems.jira[account]
        binding = self._binding(account, ticket, case)
        mapping = self.configuration.mappings.get(binding.status_mapping or "") if binding else None
        group = GroupState(ticket_group(ticket.status, mapping), case.status, {issue.id: issue.state})
        people = None
        if binding is not None and writes_assignee(binding):
            assignee = ticket.assignee.id if ticket.assignee else None
            people = People(assignee, case.assignee_id, {issue.id: issue.assignee_id})
        self.tools.reporter.step(address, f"writing the base of {ticket.key}")
        now = self.tools.clock.now()
        history = jira.histories((ticket.id,)).get(ticket.id)
        base = Remembered(group, at=now, since=now, changelog=history.last_id if history else None, people=people)
        jira.set_property(ticket.id, memory.property_key, memory.encode(base))
        written = self._ticket(account, ticket.id)
        read = memory.decode(written.properties.get(memory.property_key)) if written is not None else None
        if read is None or read.group != group:
            return Status.FAILED, f"{ticket.key} exists, but its base does not read back as it was written"
        return Status.APPLIED, ticket.key

    def _binding(self, account: str, ticket: Ticket, case: Case) -> ProjectBinding | None:
        """That of the ticket's project; where Jira calls that by another key by now, that of the case."""
        bindings, home = self.configuration.bindings.values(), case.key.rpartition("-")[0]
        of_account = [binding for binding in bindings if binding.account == account]
        of_project = [binding for binding in of_account if binding.project == ticket.project_key]
        of_case = [binding for binding in of_account if binding.case_project == home]
        return next(iter([*of_project, *of_case]), None)
