"""Creating a ticket exactly once, with no database: the case is the write-ahead record.

Order: the issue's case, or one of ours that was begun, or a new one; a mark with the time in the case; the issue attached; then
Datadog is asked once (202), the case is followed until the ticket is there, and both sides are checked.

A case that has a ticket, in whatever progress, is never asked again. A case marked and attached may have been asked: until the
settle window has passed since its mark nothing is sent, and then Jira is searched for the marker before asking anew.
What can still go wrong is written down in docs/reliability.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from reconciler.engine.mark import Mark, marked, read_mark, unmarked
from reconciler.engine.ports import TicketCall
from reconciler.engine.scope import Tools, WritableSystems
from reconciler.engine.tickets.completion import Completion
from reconciler.engine.tickets.daily import DailyGuard
from reconciler.errors import OutcomeUnknown, Superseded
from reconciler.model.case import Case, CaseTicket, TicketProgress
from reconciler.model.declared import Configuration
from reconciler.model.finding import Finding, Severity
from reconciler.model.issue import Issue
from reconciler.model.resource import LinkedTicket, TicketRequest
from reconciler.model.state import IssueState
from reconciler.plan.outcome import Status

Ended = tuple[Status, str]

# A settle window about to end is waited out; a longer one is left to a later run.
PATIENCE = timedelta(seconds=60)
# The mark's time must be true when the request is sent: an older one is written anew first.
SEND_DEADLINE = timedelta(seconds=60)
# How long Datadog is followed after it took the request, and the pauses between looks.
FOLLOW = timedelta(minutes=2)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 10.0


class NotBegun(Exception):
    """The ticket is not asked for; nothing of this attempt needs undoing."""

    def __init__(self, status: Status, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


@dataclass(slots=True)
class Creation:
    """Carries out the creation of tickets, and completes those that a broken run left behind.

    `by_hand`: somebody asked for this very ticket, so the issue need not be new. `retry`: a request that Jira refused is
    taken back and sent again.
    """

    configuration: Configuration
    systems: WritableSystems
    tools: Tools
    by_hand: bool = False
    retry: bool = False
    completion: Completion = field(init=False)
    daily: DailyGuard = field(init=False)
    _last_words: str | None = None
    _projects: dict[str, str] = field(default_factory=dict)
    _editable: dict[tuple[str, str], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.completion = Completion(self.configuration, self.systems, self.tools)
        self.daily = DailyGuard(self.configuration, self.systems.datadog)

    def create(self, request: TicketRequest) -> Ended:
        """Create the ticket, or follow and complete a creation that was begun before."""
        try:
            issue = self.systems.datadog.issue(request.issue_id)
            case = self._present_case(issue, request)
            self._may_begin(request, issue, case)
            self._last_words = self._admit(request, case)
            case = self._begin(request, issue, case)
            ticket = case.ticket or self._ask(request, case)
            return self._follow(request, case, ticket)
        except NotBegun as reason:
            return reason.status, reason.detail

    def complete(self, before: LinkedTicket) -> Ended:
        """Finish what a broken run left: label, state, base."""
        issue = self.systems.datadog.issue(before.issue_id)
        case = self.systems.datadog.case(issue.case_id) if issue.case_id else None
        if case is None or case.ticket is None or case.ticket.progress is not TicketProgress.COMPLETED:
            return Status.STALE, f"issue {before.issue_id} is no longer linked to {before.key}"
        return self.completion.complete(before.address, before.account, issue, case)

    def _present_case(self, issue: Issue, request: TicketRequest) -> Case | None:
        known = issue.case_id or request.case
        return self.systems.datadog.case(known) if known else None

    def _mark(self, case: Case | None, request: TicketRequest) -> Mark | None:
        """The case's mark, if it is this request's."""
        instance = self.configuration.connections.instance if self.configuration.connections else ""
        mark = read_mark(case.description, instance) if case is not None else None
        return mark if mark is not None and mark.marker == request.marker else None

    def _may_begin(self, request: TicketRequest, issue: Issue, case: Case | None) -> None:
        ours = self._mark(case, request) is not None
        if case is not None and case.ticket is not None and not ours and not self._is_retried(case):
            raise NotBegun(Status.UNCHANGED, f"the issue has ticket {case.ticket.key or 'in creation'} by now")
        if issue.state is not IssueState.OPEN and not ours and not self.by_hand:
            raise NotBegun(Status.STALE, f"the issue is {issue.state.label} by now, no longer new")
        if not self._may_edit(request.account, request.project.name):
            raise NotBegun(
                Status.FAILED,
                f"our Jira user lacks Edit Issues in {request.project.name}: the ticket could not be labelled and remembered",
            )

    def _admit(self, request: TicketRequest, case: Case | None) -> str | None:
        """Hold the daily limit of the rule; what the ticket is to say if it is the last of the day. One that was begun is finished."""
        if self.by_hand or self._mark(case, request) is not None:
            return None
        now = self.tools.clock.now()
        refusal = self.daily.refusal(request.rule, request.case_project, now)
        if refusal is None:
            return self.daily.last_words(request.rule, now)
        hint = "the issue stays new: the next run looks again"
        self.tools.reporter.found(Finding("rule-daily-limit", Severity.WARNING, refusal, request.address, hint=hint))
        raise NotBegun(Status.SKIPPED, f"{refusal}; {hint}")

    def _described(self, text: str) -> str:
        words = self._last_words
        return text if words is None or words in text else f"{unmarked(text)}\n\n{words}"

    def _may_edit(self, account: str, project: str) -> bool:
        if (account, project) not in self._editable:
            held = self.systems.jira[account].permissions(("EDIT_ISSUES",), project)
            self._editable[account, project] = held.get("EDIT_ISSUES", False)
        return self._editable[account, project]

    def _begin(self, request: TicketRequest, issue: Issue, case: Case | None) -> Case:
        """The case that carries the request: in its project, marked with a true time, the issue attached."""
        if case is None:
            case = self._open_case(request)
        elif self._is_retried(case):
            case = self._take_back(request, self._home(request, case))
            if case.ticket is not None:
                return case
        elif case.ticket is not None:
            return case
        else:
            case = self._home(request, case)
            mark = self._mark(case, request)
            if mark is not None and issue.id in case.issue_ids:
                case = self._settle(request, case, mark)
                if case.ticket is not None:
                    return case
            case = self._write_mark(request, case)
        if issue.id not in case.issue_ids:
            self.tools.reporter.step(request.address, f"attaching the issue to case {case.key}")
            self.systems.datadog.attach_issue(case.id, issue.id)
        return case

    def _is_retried(self, case: Case) -> bool:
        return self.retry and case.ticket is not None and case.ticket.progress is TicketProgress.FAILED

    def _take_back(self, request: TicketRequest, case: Case) -> Case:
        """The case without the request that Jira refused; with its ticket where there is one after all. The mark comes
        first: from here on a broken run may have asked again.
        """
        case = self._write_mark(request, case)
        self.tools.reporter.step(request.address, f"taking the refused request off case {case.key}")
        self.systems.datadog.unlink_ticket(case.id)
        return self._adopt(request, self.systems.datadog.case(case.id))

    def _open_case(self, request: TicketRequest) -> Case:
        self.tools.reporter.step(request.address, f"opening a case in {request.case_project}")
        description = marked(self._described(request.description), self._mark_now(request))
        project = self._project_id(request.case_project)
        try:
            return self.systems.datadog.create_case(project, request.summary, description)
        except OutcomeUnknown:
            for case in self.systems.datadog.cases(request.case_project):
                if self._mark(case, request) is not None:
                    return case
            raise

    def _mark_now(self, request: TicketRequest) -> Mark:
        mark = Mark(request.marker, request.issue_id, request.rule, self.tools.clock.now(), request.alike)
        self.daily.made.note([mark])
        return mark

    def _project_id(self, key: str) -> str:
        if key not in self._projects:
            self._projects = {record.key: record.id for record in self.systems.datadog.case_projects()}
        if key not in self._projects:
            raise NotBegun(Status.STALE, f"case project {key} is gone, or no longer visible")
        return self._projects[key]

    def _home(self, request: TicketRequest, case: Case) -> Case:
        """The case in the bound project. Moving costs it nothing: it has no ticket yet."""
        wanted = self._project_id(request.case_project)
        if case.project_id == wanted:
            return case
        self.tools.reporter.step(request.address, f"moving case {case.key} to {request.case_project}")
        self.systems.datadog.move_case(case.id, wanted)
        moved = self.systems.datadog.case(case.id)
        if moved.project_id != wanted:
            raise NotBegun(Status.FAILED, f"Datadog left case {case.key} where it was")
        return moved

    def _write_mark(self, request: TicketRequest, case: Case) -> Case:
        """Write the time of this attempt into the case before asking, and see that it stands there."""
        mark = self._mark_now(request)
        text = marked(self._described(case.description if case.description.strip() else request.description), mark)
        self.tools.reporter.step(request.address, f"marking case {case.key}")
        self.systems.datadog.describe_case(case.id, text)
        written = self.systems.datadog.case(case.id)
        if self._mark(written, request) is None:
            raise NotBegun(Status.FAILED, f"case {case.key} does not show the mark that was written into it")
        return written

    def _settle(self, request: TicketRequest, case: Case, mark: Mark) -> Case:
        """The ticket may have been asked for at the mark's time: wait that out, then look on both sides before asking anew."""
        remaining = mark.at + self.configuration.limits.settle_window - self.tools.clock.now()
        if remaining > PATIENCE:
            raise NotBegun(
                Status.UNKNOWN,
                f"asked for at {mark.at:%H:%M} UTC with case {case.key}, no answer yet; a run after "
                f"{mark.at + self.configuration.limits.settle_window:%H:%M} UTC looks again",
            )
        if remaining > timedelta():
            self.tools.reporter.step(
                request.address, f"waiting {remaining.seconds + 1} s for an earlier request to settle"
            )
            self.tools.clock.sleep(remaining.total_seconds())
        case = self.systems.datadog.case(case.id)
        return case if case.ticket is not None else self._adopt(request, case)

    def _adopt(self, request: TicketRequest, case: Case) -> Case:
        """The case, linked to the ticket that carries our marker where Jira has one that Datadog lost."""
        jira = self.systems.jira[request.account]
        lost = jira.tickets_with_label(request.marker)
        if len(lost) > 1:
            keys = ", ".join(ticket.key for ticket in lost)
            raise NotBegun(
                Status.FAILED, f"several tickets carry the marker {request.marker}: {keys}; link one, close the others"
            )
        if lost:
            self.tools.reporter.step(request.address, f"adopting {lost[0].key}")
            self.systems.datadog.link_ticket(case.id, f"{jira.server().url.rstrip('/')}/browse/{lost[0].key}")
            return self.systems.datadog.case(case.id)
        return case

    def _ask(self, request: TicketRequest, case: Case) -> CaseTicket:
        """Ask once. After an answer that tells nothing, only look."""
        mark = self._mark(case, request)
        if mark is None or self.tools.clock.now() - mark.at > SEND_DEADLINE:
            case = self._write_mark(request, case)
        self.tools.reporter.step(request.address, "asking Datadog for the ticket")
        call = TicketCall(request.account_id, request.project.id, request.issue_type.id, request.fields)
        try:
            self.systems.datadog.request_ticket(case.id, call)
        except (OutcomeUnknown, Superseded):
            ticket = self.systems.datadog.case(case.id).ticket
            if ticket is None:
                raise
            return ticket
        return CaseTicket(TicketProgress.IN_PROGRESS)

    def _follow(self, request: TicketRequest, case: Case, ticket: CaseTicket) -> Ended:
        """Watch the case until the ticket is there or refused, then complete and check it."""
        waited, pause = 0.0, _FIRST_PAUSE
        while ticket.progress is TicketProgress.IN_PROGRESS:
            if waited > FOLLOW.total_seconds():
                return (
                    Status.UNKNOWN,
                    f"Datadog is still creating the ticket of case {case.key}; the next run looks again",
                )
            self.tools.clock.sleep(pause)
            waited, pause = waited + pause, min(pause * 2, _LONGEST_PAUSE)
            case = self.systems.datadog.case(case.id)
            ticket = case.ticket or ticket
        issue = self.systems.datadog.issue(request.issue_id)
        if ticket.progress is TicketProgress.FAILED:
            told = issue.case.ticket.error if issue.case is not None and issue.case.ticket is not None else ticket.error
            return Status.FAILED, f"Jira refused the ticket: {told or 'Datadog keeps no reason'} (case {case.key})"
        return self.completion.complete(request.address, request.account, issue, case, request)
