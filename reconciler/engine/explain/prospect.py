"""Whether an issue without a ticket would get one, and why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from reconciler.engine.mark import read_mark
from reconciler.engine.observe import observe
from reconciler.engine.reads import Reads
from reconciler.engine.scope import TICKETS, Scope, Systems, Tools
from reconciler.engine.state import Gathered
from reconciler.engine.tickets.deriving import derive_tickets
from reconciler.model.case import Case, TicketProgress
from reconciler.model.declared import Configuration, Rule
from reconciler.model.issue import Issue
from reconciler.model.state import IssueState


def why_no_ticket(
    configuration: Configuration, issue: Issue, case: Case | None, rule: Rule | None, now: datetime
) -> str | None:
    """The first reason why a run would make no ticket for the issue; None where it would, if the destination can be used."""
    is_ours = case is not None and _is_ours(configuration, issue, case)
    waiting = _waiting(issue, case, is_ours=is_ours)
    if waiting is not None:
        return waiting
    if rule is None:
        return "no rule matches it, so it gets no ticket"
    if issue.state is not IssueState.OPEN and not is_ours:
        return f"only an issue that is For Review gets a ticket by itself, and this one is {issue.state.label}"
    if not rule.auto_create.enabled:
        return f"rule {rule.name!r} says where its tickets go, but makes none by itself: `auto_create` is off"
    start = _start(configuration, rule, now)
    if issue.first_seen < start and not is_ours:
        seen, since = (f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" for at in (issue.first_seen, start))
        return f"it is not new: first seen {seen}, and rule {rule.name!r} counts from {since}"
    return None


def _is_ours(configuration: Configuration, issue: Issue, case: Case) -> bool:
    connections = configuration.connections
    mark = read_mark(case.description, connections.instance if connections else "")
    return mark is not None and mark.issue_id == issue.id


def _waiting(issue: Issue, case: Case | None, *, is_ours: bool) -> str | None:
    """Why a case that has something of a ticket already gets no other one."""
    if case is None or case.ticket is None:
        return None
    match case.ticket.progress:
        case TicketProgress.FAILED:
            told = issue.case.ticket.error if issue.case and issue.case.ticket else None
            told = told or case.ticket.error or "Datadog keeps no reason"
            return f"Jira refused the ticket of case {case.key}, and it is not asked for again on its own: {told}"
        case TicketProgress.IN_PROGRESS:
            return None if is_ours else f"Datadog is creating a ticket on case {case.key} at somebody's request"
        case TicketProgress.COMPLETED:
            key = case.ticket.key or case.ticket.ticket_id or "?"
            return f"its case {case.key} has ticket {key}, which was deleted or is not visible to our Jira user"


def _start(configuration: Configuration, rule: Rule, now: datetime) -> datetime:
    """From when on an issue counts as new for the rule."""
    since = rule.auto_create.since
    start = now - configuration.limits.new_issue_window
    return start if since is None else min(start, datetime.combine(since, time(), UTC))


def would_create(
    configuration: Configuration, systems: Systems, tools: Tools, reads: Reads, issue: Issue, rule: Rule
) -> Gathered:
    """What a run would make of this one issue: its ticket, or why its destination cannot be used."""
    binding = configuration.bindings[rule.destination.binding]
    ours = replace(configuration, rules=(rule,), bindings={binding.name: binding})
    # The issue is known already: a window of no length is never searched.
    unhurried = replace(rule, auto_create=replace(rule.auto_create, since=None))
    limits = replace(configuration.limits, new_issue_window=timedelta(0))
    scope = Scope(frozenset({TICKETS}))
    facts = observe(replace(ours, rules=(unhurried,), limits=limits), systems, tools, scope, reads)
    facts.issues = {issue.id: issue}
    gathered = Gathered(findings=facts.findings)
    derive_tickets(ours, facts, tools, gathered)
    return gathered
