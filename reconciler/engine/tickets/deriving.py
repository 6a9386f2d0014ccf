"""Which tickets should exist: for new issues whose first matching rule creates them, and for creations begun and not finished.

Nothing here is remembered between runs: what exists is counted, and an unfinished creation is known by its case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time

from reconciler.engine.facts import Facts
from reconciler.engine.mark import BY_HAND, Mark, marker_of
from reconciler.engine.scope import Tools
from reconciler.engine.state import Gathered
from reconciler.engine.tickets.daily import Allowance, Held, day_of, report_uncounted
from reconciler.engine.tickets.goals import Goals
from reconciler.engine.tickets.joins import Joins, why_new
from reconciler.engine.tickets.leaders import Leaders, Likeness, likeness
from reconciler.engine.tickets.templates import DEFAULT_DESCRIPTION, DEFAULT_SUMMARY, description_of, summary_of
from reconciler.model.address import Address, Kind
from reconciler.model.case import Case, TicketProgress
from reconciler.model.declared import Configuration, Rule
from reconciler.model.issue import Issue
from reconciler.model.resource import LinkedTicket, Named, TicketRequest
from reconciler.model.state import IssueState
from reconciler.model.ticket import Ticket
from reconciler.rules.routing import compile_rules


def derive_tickets(configuration: Configuration, facts: Facts, tools: Tools, gathered: Gathered) -> None:
    """Add the tickets that should be created to the desired side, and what of earlier creations is still to be finished."""
    if facts.issues is None or facts.case_projects is None:
        return
    instance = configuration.connections.instance if configuration.connections else ""
    _Tickets(configuration, facts, tools, gathered, instance, Goals(configuration, facts, gathered)).derive()


def derive_ticket_by_hand(
    configuration: Configuration, facts: Facts, tools: Tools, gathered: Gathered, issue: Issue, rule: Rule
) -> None:
    """Add the ticket that somebody asks for by hand: whatever the issue's state and age, and whether or not the rule makes
    tickets by itself. Nothing is added where the rule's destination does not resolve, which is then a finding.
    """
    instance = configuration.connections.instance if configuration.connections else ""
    tickets = _Tickets(configuration, facts, tools, gathered, instance, Goals(configuration, facts, gathered))
    tickets.request(issue, rule)


@dataclass(slots=True)
class _Tickets:
    configuration: Configuration
    facts: Facts
    tools: Tools
    gathered: Gathered
    instance: str
    goals: Goals
    cases: dict[str, Case] = field(default_factory=dict)
    own: dict[str, Case] = field(default_factory=dict)
    now: datetime = field(init=False)
    allowance: Allowance = field(init=False)
    held: Held = field(init=False)
    joins: Joins = field(init=False)

    def __post_init__(self) -> None:
        self.now = self.tools.clock.now()
        self.allowance = Allowance(self.configuration, day_of(self.now))
        self.held = Held(self.allowance)
        self.joins = Joins(Leaders(self.configuration, self.facts, self.now), self.gathered)

    def derive(self) -> None:
        """Both kinds: the new and the unfinished."""
        self._know_cases()
        issues = (
            sorted(self.facts.issues.values(), key=lambda issue: (issue.first_seen, issue.id))
            if self.facts.issues
            else []
        )
        self._check_goals()
        open_issues = [issue for issue in issues if not self._finish(issue) and self._wants_ticket(issue)]
        routes = compile_rules(self.configuration.rules).route(open_issues)
        self.allowance.made.note(self.facts.marks.values())
        uncounted = report_uncounted(self.configuration, self.facts, self.gathered)
        for issue in open_issues:
            rule = routes.get(issue.id)
            if self._is_left_to_somebody(issue, rule) or rule is None or not rule.auto_create.enabled:
                continue
            if rule.name in uncounted:
                continue
            if issue.id in self.own or self._is_new(issue, rule):
                self._derive(issue, rule)
        self.held.report(self.gathered)
        self.joins.report(self.gathered)

    def _derive(self, issue: Issue, rule: Rule) -> None:
        """The ticket of one issue: its own, or that of an alike one."""
        is_begun = issue.id in self.own
        alike = likeness(self.instance, issue, rule)
        if alike is not None and not is_begun and self._case_of(issue) is None and self.joins.join(issue, rule, alike):
            return
        if not is_begun and self.held.refuses(rule):
            return
        note = "" if is_begun else self.allowance.last_note(rule)
        if not self._request(issue, rule, alike, note):
            return
        self.joins.expect(issue, rule, alike, self.own.get(issue.id))
        if not is_begun:
            self.allowance.made.note([Mark("", issue.id, rule.name, self.now)])

    def _know_cases(self) -> None:
        for cases in self.facts.cases.values():
            for case in cases:
                self.cases[case.id] = case
                mark = self.facts.marks.get(case.id)
                if mark is not None and (not case.issue_ids or mark.issue_id in case.issue_ids):
                    self.own[mark.issue_id] = case

    def _check_goals(self) -> None:
        """Prove every rule's destination, with or without an issue for it: a wrong one is found before it is needed."""
        for rule in self.configuration.rules:
            if rule.auto_create.enabled:
                self.goals.of(rule)

    def request(self, issue: Issue, rule: Rule) -> None:
        """Want one ticket, without asking whether it is due."""
        self._know_cases()
        self._request(issue, rule, likeness(self.instance, issue, rule))

    def _is_left_to_somebody(self, issue: Issue, rule: Rule | None) -> bool:
        """Whether somebody began the ticket by hand, and no rule would make the same one: only they can finish it."""
        case = self.own.get(issue.id)
        mark = self.facts.marks.get(case.id) if case is not None else None
        if case is None or mark is None or case.ticket is not None:
            return False
        if mark.rule != BY_HAND and rule is not None and rule.auto_create.enabled:
            return False
        self.gathered.warn(
            "ticket-begun-by-hand",
            f"a ticket for issue {issue.id} was begun by hand with case {case.key} at {mark.at:%Y-%m-%d %H:%M} UTC, and is not there",
            address=Address(Kind.TICKET, issue.id),
            hint=f"finish it with `reconciler ticket create {issue.id}` and the same options, or archive the case",
        )
        return True

    def _case_of(self, issue: Issue) -> Case | None:
        if issue.id in self.own:
            return self.own[issue.id]
        return self.cases.get(issue.case_id or "") or issue.case

    def _wants_ticket(self, issue: Issue) -> bool:
        """For Review without a ticket; or one of ours that was begun, whatever state the beginning put it in."""
        case = self._case_of(issue)
        if case is None or case.ticket is None:
            return issue.state is IssueState.OPEN or issue.id in self.own
        if case.ticket.progress is TicketProgress.FAILED:
            if issue.id in self.own:
                self._report_failed(issue, case)
            return False
        return case.ticket.progress is TicketProgress.IN_PROGRESS and issue.id in self.own

    def _report_failed(self, issue: Issue, case: Case) -> None:
        told = issue.case.ticket.error if issue.case and issue.case.ticket else None
        self.gathered.warn(
            "ticket-failed",
            f"Jira refused the ticket of case {case.key}: {told or 'Datadog keeps no reason'}",
            address=Address(Kind.TICKET, issue.id),
            hint=f"mend the cause, then ask again with `reconciler ticket create {issue.id} --retry`; nothing does so on its own",
        )

    def _is_new(self, issue: Issue, rule: Rule) -> bool:
        since = rule.auto_create.since
        start = self.now - self.configuration.limits.new_issue_window
        if since is not None:
            start = min(start, datetime.combine(since, time(), UTC))
        return issue.first_seen >= start

    def _request(self, issue: Issue, rule: Rule, alike: Likeness | None, note: str = "") -> bool:
        """Want a ticket for the issue. False where the rule's destination does not resolve (already reported)."""
        goal = self.goals.of(rule)
        if goal is None:
            return False
        case = self._case_of(issue)
        marker = marker_of(self.instance, issue.id)
        payload = dict(goal.fields.payload)
        if goal.has_labels:
            payload["labels"] = [marker, *(label for label in payload.get("labels", ()) if label != marker)]
        home = None if case is None or case.id in self.cases else case.project_id
        request = TicketRequest(
            issue_id=issue.id,
            rule=rule.name,
            binding=goal.binding.name,
            case_project=goal.binding.case_project,
            account=goal.account,
            project=Named(goal.project.id, goal.project.key),
            issue_type=Named(goal.type.id, goal.type.name),
            summary=summary_of(self._render(rule, rule.destination.summary or DEFAULT_SUMMARY, issue)),
            description=description_of(self._render(rule, rule.destination.description or DEFAULT_DESCRIPTION, issue)),
            marker=marker,
            fields=payload,
            case=case.key if case is not None else None,
            case_home=self._project_key(home) if home else None,
            account_id=goal.account_id,
            written_fields=rule.destination.fields,
            alike=alike.marker if alike is not None else None,
        )
        place = rule.written.at("match") if rule.written else None
        self.gathered.want(request, self._reason(issue, rule, case) + note, place)
        return True

    def _render(self, rule: Rule, template: str, issue: Issue) -> str:
        try:
            return self.tools.templates.render(template, issue, rule.name)
        except ValueError as error:
            self.gathered.warn(
                "template-failed",
                f"rule {rule.name!r}: {error}; the built-in text is used for issue {issue.id}",
                hint="use facts that every issue has, or `{{ issue.NAME or 'text' }}`",
            )
            standard = DEFAULT_SUMMARY if template == rule.destination.summary else DEFAULT_DESCRIPTION
            return self.tools.templates.render(standard, issue, rule.name)

    def _project_key(self, project_id: str) -> str:
        known = {record.id: record.key for record in (self.facts.case_projects or {}).values()}
        return known.get(project_id, project_id)

    def _reason(self, issue: Issue, rule: Rule, case: Case | None) -> str:
        text = why_new(issue, rule)
        if issue.id in self.own and case is not None:
            mark = self.facts.marks[case.id]
            return f"begun with case {case.key} at {mark.at:%Y-%m-%d %H:%M} UTC and not finished; {text}"
        return f"{text}; its case {case.key} carries it" if case is not None else text

    def _finish(self, issue: Issue) -> bool:
        """Whether the issue's ticket of ours exists; what is still missing of it goes on both sides of the plan."""
        case = self.own.get(issue.id)
        if case is None or case.ticket is None or case.ticket.progress is not TicketProgress.COMPLETED:
            return False
        account = next(
            (
                b.account
                for b in self.configuration.bindings.values()
                if self._project_key(case.project_id) == b.case_project
            ),
            "",
        )
        site = self.facts.sites.get(account)
        if site is None or site.tickets is None:
            return True
        ticket = site.tickets.get(case.ticket.ticket_id or case.ticket.key or "")
        if ticket is None:
            self.gathered.warn(
                "ticket-invisible",
                f"ticket {case.ticket.key} of case {case.key} was deleted, or our Jira user may not see it: nothing is done",
                address=Address(Kind.TICKET, issue.id),
                hint="if it is gone for good, unlink it from the case in Datadog",
            )
            return True
        self._compare(issue, ticket, account)
        return True

    def _compare(self, issue: Issue, ticket: Ticket, account: str) -> None:
        memory = self.tools.memory
        if memory.decode(ticket.properties.get(memory.property_key)) is not None:
            return
        labelled = marker_of(self.instance, issue.id) in ticket.labels
        held = LinkedTicket(
            issue.id, account, ticket.key, labelled, issue.state is not IssueState.OPEN, remembered=False
        )
        self.gathered.see(held)
        wanted = LinkedTicket(issue.id, account, ticket.key, labelled=True, reviewed=True, remembered=True)
        self.gathered.want(wanted, f"ticket {ticket.key} was created by us and is not finished", None)
