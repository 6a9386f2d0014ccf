"""Putting a new issue on the ticket of an alike one: one write that links it, and what makes the link whole.

Nothing is believed of the plan: the ticket's case is read anew, and must still say that it takes such issues. A run that broke
off after the link leaves a linked issue, which no later run links again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from reconciler.engine.mark import marker_of, read_mark
from reconciler.engine.ownership import writes_assignee
from reconciler.engine.scope import Tools, WritableSystems
from reconciler.engine.tickets.completion import Completion, Ended
from reconciler.engine.tickets.creation import NotBegun
from reconciler.engine.tickets.leaders import is_open
from reconciler.model.case import Case, TicketProgress
from reconciler.model.declared import Configuration, ProjectBinding
from reconciler.model.issue import Issue
from reconciler.model.resource import JoinRequest
from reconciler.model.state import IssueState
from reconciler.model.ticket import Ticket
from reconciler.plan.outcome import Status
from reconciler.sync.group import ticket_group
from reconciler.sync.remembered import Remembered


@dataclass(slots=True)
class Joining:
    """Carries out such links."""

    configuration: Configuration
    systems: WritableSystems
    tools: Tools
    completion: Completion
    _editable: dict[tuple[str, str], bool] = field(default_factory=dict)

    def join(self, request: JoinRequest) -> Ended:
        """Link the issue, or say why that is no longer to be done."""
        try:
            case = self._leading(request)
            ticket = self._open_ticket(request, case)
            self._check_issue(request, case, ticket)
            self._attach(request, case)
            return self._finish(request, case, ticket)
        except NotBegun as reason:
            return reason.status, reason.detail

    def _leading(self, request: JoinRequest) -> Case:
        """The case of the ticket that is joined, as it stands now."""
        key = request.case or self.systems.datadog.issue(request.leader).case_id
        if key is None:
            raise NotBegun(Status.STALE, f"issue {request.leader}, whose ticket it was to join, has none")
        case = self.systems.datadog.case(key)
        instance = self.configuration.connections.instance if self.configuration.connections else ""
        mark = read_mark(case.description, instance)
        if mark is None or (mark.marker, mark.rule) != (marker_of(instance, request.leader), request.rule):
            raise NotBegun(
                Status.STALE, f"case {case.key} is no longer the one that was made for issue {request.leader}"
            )
        if mark.alike != request.alike or case.archived:
            raise NotBegun(Status.STALE, f"case {case.key} takes no such issues any more")
        return case

    def _open_ticket(self, request: JoinRequest, case: Case) -> Ticket:
        held = case.ticket
        if held is None or held.progress is not TicketProgress.COMPLETED:
            raise NotBegun(
                Status.STALE, f"case {case.key} has no ticket that could be joined yet: the next run looks again"
            )
        ticket = self._ticket(request.account, held.ticket_id or held.key or "")
        if ticket is None:
            raise NotBegun(Status.STALE, f"ticket {held.key} is gone, or our Jira user may not see it any more")
        binding = self._binding(request)
        if not is_open(ticket, self.configuration.mappings.get(binding.status_mapping or "") if binding else None):
            raise NotBegun(
                Status.STALE, f"{ticket.key} is {ticket.status.name} by now: the next run makes another ticket"
            )
        if not self._may_edit(request.account, ticket.project_key):
            raise NotBegun(
                Status.FAILED,
                f"our Jira user lacks Edit Issues in {ticket.project_key}: the ticket could not remember the issue",
            )
        return ticket

    def _check_issue(self, request: JoinRequest, case: Case, ticket: Ticket) -> None:
        """It is still new and nobody's."""
        issue = self.systems.datadog.issue(request.issue_id)
        if issue.id in case.issue_ids or issue.case_id == case.id:
            raise NotBegun(Status.UNCHANGED, f"the issue is linked to {ticket.key} by now")
        if issue.case_id is not None:
            raise NotBegun(Status.STALE, f"the issue has a case of its own by now ({issue.case_id})")
        if issue.state is not IssueState.OPEN:
            raise NotBegun(Status.STALE, f"the issue is {issue.state.label} by now, no longer new")

    def _attach(self, request: JoinRequest, case: Case) -> None:
        """A PUT: to say it twice changes nothing. Reference: datadog-api §2.3."""
        self.tools.reporter.step(request.address, f"attaching the issue to case {case.key}")
        self.systems.datadog.attach_issue(case.id, request.issue_id)

    def _finish(self, request: JoinRequest, case: Case, ticket: Ticket) -> Ended:
        """See it from both sides, review it, and let the ticket remember it."""
        issue, case = self.systems.datadog.issue(request.issue_id), self.systems.datadog.case(case.id)
        if issue.case_id != case.id or issue.id not in case.issue_ids:
            return Status.FAILED, f"Datadog took it, but does not show the issue with case {case.key} from both sides"
        state = self.completion.review(request.address, issue)
        self._remember(request, replace(issue, state=state), case, ticket)
        return Status.APPLIED, f"{ticket.key}, with {len(case.issue_ids) - 1} others, through case {case.key}"

    def _remember(self, request: JoinRequest, issue: Issue, case: Case, seen: Ticket) -> None:
        """Take the issue into the base where the group is in step with it; otherwise sync takes it in as a newcomer."""
        ticket, memory = self._ticket(request.account, seen.id), self.tools.memory
        base = memory.decode(ticket.properties.get(memory.property_key)) if ticket is not None else None
        binding = self._binding(request)
        if ticket is None or base is None or base.intent is not None or binding is None:
            return
        mapping = self.configuration.mappings.get(binding.status_mapping or "")
        if base.group.ticket is not ticket_group(ticket.status, mapping) or base.group.case is not case.status:
            return
        joined = _with_newcomer(base, issue, case, writes_people=writes_assignee(binding))
        self.tools.reporter.step(request.address, f"writing the base of {ticket.key}")
        self.systems.jira[request.account].set_property(ticket.id, memory.property_key, memory.encode(joined))

    def _ticket(self, account: str, key: str) -> Ticket | None:
        return self.systems.jira[account].tickets((key,), (self.tools.memory.property_key,)).get(key) if key else None

    def _may_edit(self, account: str, project: str) -> bool:
        if (account, project) not in self._editable:
            held = self.systems.jira[account].permissions(("EDIT_ISSUES",), project)
            self._editable[account, project] = held.get("EDIT_ISSUES", False)
        return self._editable[account, project]

    def _binding(self, request: JoinRequest) -> ProjectBinding | None:
        rule = next((rule for rule in self.configuration.rules if rule.name == request.rule), None)
        return self.configuration.bindings.get(rule.destination.binding) if rule is not None else None


def _with_newcomer(base: Remembered, issue: Issue, case: Case, *, writes_people: bool) -> Remembered:
    """The base with one issue more. Who it is assigned to is left out where sync is still to give it to the case's assignee."""
    group = replace(base.group, issues={**base.group.issues, issue.id: issue.state})
    if not writes_people or base.people is None or (issue.assignee_id is None and case.assignee_id is not None):
        return replace(base, group=group)
    people = replace(base.people, issues={**base.people.issues, issue.id: issue.assignee_id})
    return replace(base, group=group, people=people)
