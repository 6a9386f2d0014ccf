"""Preparing "create a ticket": the first matching rule gives the board, options override it, the create screen checks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from reconciler.engine.explain.locating import Located
from reconciler.engine.facts import Facts
from reconciler.engine.mark import BY_HAND
from reconciler.engine.observe import observe
from reconciler.engine.panel.action import Action, Creating, NotPossible, TicketShown
from reconciler.engine.panel.desk import Desk, refuse_second_ticket
from reconciler.engine.panel.planned import plan_of
from reconciler.engine.scope import TICKETS, Scope
from reconciler.engine.state import Gathered
from reconciler.engine.tickets.deriving import derive_ticket_by_hand
from reconciler.model.address import Address, Kind
from reconciler.model.case import Case, TicketProgress
from reconciler.model.declared import AutoCreate, Destination, Rule
from reconciler.model.finding import Finding
from reconciler.model.issue import Issue
from reconciler.model.nearest import listed, nearest
from reconciler.model.resource import TicketRequest
from reconciler.model.state import IssueState
from reconciler.rules.routing import compile_rules


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants otherwise than the rule says. `fields` are by name, as a rule has them; `retry`: a request that
    Jira refused is sent again.
    """

    binding: str | None = None
    issue_type: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    retry: bool = False


def prepare_creation(desk: Desk, text: str, wish: Wish) -> Action:
    """The ticket that is to be created for an issue. Raises NotPossible where it has one, or no board is known for it."""
    located = desk.issue(text)
    issue = located.issue
    assert issue is not None  # noqa: S101 - an issue was asked for, and located
    _refuse(desk, issue, located, wish)
    rule = _chosen(desk, issue, wish)
    gathered = _derived(desk, issue, rule)
    plan = plan_of(desk, gathered)
    wanted = gathered.wanted.get(Address(Kind.TICKET, issue.id))
    findings = tuple(_by_hand(finding) for finding in plan.findings)
    told = Action(
        name="create",
        address=Address(Kind.TICKET, issue.id),
        title=f"Create a ticket for issue {issue.id}",
        issue_id=issue.id,
        findings=findings,
        calls=desk.calls,
    )
    if not isinstance(wanted, TicketRequest):
        return told
    carrying = located.case if located.case and located.case.ticket else None
    known = carrying.ticket if carrying else None
    return replace(
        told,
        steps=_steps(issue, wanted, rule),
        case=wanted.case,
        ticket=TicketShown(known.key, known.url) if known and known.key else None,
        writing=Creating(replace(plan, findings=findings), wish.retry),
    )


def _refuse(desk: Desk, issue: Issue, located: Located, wish: Wish) -> None:
    """What is ours and unfinished goes on; every other ticket is one too many."""
    desk.must_be_read()
    case = located.case
    if case is None:
        if issue.case_id is not None:
            raise NotPossible(
                f"the case {issue.case_id} of issue {issue.id} is not visible to us", hint="see Cases Read"
            )
        return
    if case.archived:
        raise NotPossible(f"case {case.key} of issue {issue.id} is archived", hint="take it out of the archive first")
    if case.ticket is None or (wish.retry and case.ticket.progress is TicketProgress.FAILED):
        return
    mark = desk.mark(case)
    if mark is None or mark.issue_id != issue.id or case.ticket.progress is TicketProgress.FAILED:
        refuse_second_ticket(issue, case, wanted="another one")
    memory = desk.tools.memory
    is_finished = (
        located.ticket is None or memory.decode(located.ticket.properties.get(memory.property_key)) is not None
    )
    if case.ticket.progress is TicketProgress.COMPLETED and is_finished:
        refuse_second_ticket(issue, case, wanted="another one")


def _chosen(desk: Desk, issue: Issue, wish: Wish) -> Rule:
    """The rule as it will be used: that of the issue, with what is wished instead."""
    configuration = desk.configuration
    if wish.binding is not None and wish.binding not in configuration.bindings:
        known = sorted(configuration.bindings)
        raise NotPossible(
            f"there is no binding {wish.binding!r}", hint=nearest(wish.binding, known) or f"expected {listed(known)}"
        )
    rule = compile_rules(configuration.rules).route([issue]).get(issue.id)
    if rule is None and wish.binding is None:
        raise NotPossible(
            f"no rule matches issue {issue.id}, so no board is known for it",
            hint=f"name one with --binding: {listed(sorted(configuration.bindings))}",
        )
    if rule is None or (wish.binding is not None and wish.binding != rule.destination.binding):
        goal = Destination(wish.binding or "", issue_type=wish.issue_type, fields=wish.fields)
        return Rule(BY_HAND, "", goal)
    if wish.issue_type is None and not wish.fields:
        return rule
    goal = rule.destination
    changed = replace(goal, issue_type=wish.issue_type or goal.issue_type, fields={**goal.fields, **wish.fields})
    # Where the rule is written tells nothing about an option.
    return replace(rule, name=BY_HAND, destination=changed, written=None)


def _derived(desk: Desk, issue: Issue, rule: Rule) -> Gathered:
    """The request for the ticket, with everything it needs read and checked."""
    configuration = desk.configuration
    binding = configuration.bindings[rule.destination.binding]
    # For reading the create screen the rule must look like one that makes tickets; a window of no length finds no issues.
    reading = replace(rule, auto_create=AutoCreate(enabled=True))
    limits = replace(configuration.limits, new_issue_window=timedelta(0))
    ours = replace(configuration, rules=(reading,), bindings={binding.name: binding}, limits=limits)
    facts = observe(ours, desk.systems, desk.tools, Scope(frozenset({TICKETS})), desk.reads)
    _read_begun(desk, issue, facts, binding.case_project)
    facts.issues = {issue.id: issue}
    gathered = Gathered(findings=[*facts.findings, *desk.failures()])
    if not desk.failures():
        derive_ticket_by_hand(ours, facts, desk.tools, gathered, issue, rule)
    return gathered


def _read_begun(desk: Desk, issue: Issue, facts: Facts, read: str) -> None:
    """The case that was begun for the issue before, if it stands in another project: it is taken up, not made anew."""
    if issue.case_id is not None:
        return
    others = sorted({binding.case_project for binding in desk.configuration.bindings.values()} - {read})
    started = {
        key: desk.reads.start(f"Datadog: the cases of {key}", partial(desk.systems.datadog.cases, key))
        for key in others
    }
    for key, cases in started.items():
        begun = tuple(case for case in cases.value() or () if _is_begun(desk, case, issue))
        for case in begun:
            mark = desk.mark(case)
            if mark is not None:
                facts.marks[case.id] = mark
        if begun:
            facts.cases[key] = begun


def _is_begun(desk: Desk, case: Case, issue: Issue) -> bool:
    mark = desk.mark(case)
    return mark is not None and mark.issue_id == issue.id and case.ticket is None


def _by_hand(finding: Finding) -> Finding:
    """A finding about the fields, for somebody who gives them as options."""
    message = finding.message.removeprefix("rule ").removeprefix(f"{BY_HAND!r}: ")
    message = message if BY_HAND in finding.message else finding.message
    hint = finding.hint
    if finding.code == "field-required":
        hint = "give it with `--field 'NAME=VALUE'`, or below `fields:` of the rule's destination"
    return replace(finding, message=message, hint=hint)


def _steps(issue: Issue, request: TicketRequest, rule: Rule) -> tuple[str, ...]:
    """What will be there, line by line."""
    place = f" ({rule.written.at('match')})" if rule.written and rule.name != BY_HAND else ""
    chosen = "as the options say" if rule.name == BY_HAND else f"by rule {rule.name!r}{place}"
    case = f"case {request.case} carries it" if request.case else f"a new case in {request.case_project} carries it"
    moved = f", moved there from {request.case_home}" if request.case and request.case_home else ""
    steps = [
        f"{request.issue_type.name} in {request.project.name} on {request.account}, {chosen}",
        f"summary: {request.summary}",
    ]
    steps += [f"{name}: {_worded(value)}" for name, value in sorted(request.written_fields.items())]
    steps.append(f"{case}{moved}")
    if issue.state is IssueState.OPEN:
        steps.append(f"the issue becomes {IssueState.ACKNOWLEDGED.label}")
    return tuple(steps)


def _worded(value: object) -> str:
    return ", ".join(str(item) for item in value) if isinstance(value, list | tuple) else str(value)
