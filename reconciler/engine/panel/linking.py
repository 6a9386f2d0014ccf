"""Preparing "add to existing": which case carries the ticket, what stands in the way, and what sync will then do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from reconciler.engine.explain.locating import Located, owns
from reconciler.engine.panel.action import Action, Linking, NotPossible, TicketShown
from reconciler.engine.panel.desk import Desk, page_of, refuse_second_ticket
from reconciler.engine.panel.following import Supposed, following, owners, reviewed, with_ticket
from reconciler.engine.panel.link_mark import read_link_mark
from reconciler.engine.panel.remembering import base_of_link
from reconciler.model.address import Address, Kind
from reconciler.model.case import Case
from reconciler.model.declared import ProjectBinding
from reconciler.model.issue import Issue
from reconciler.model.state import IssueState, StatusGroup
from reconciler.model.ticket import Ticket


def prepare_link(desk: Desk, issue_text: str, ticket_text: str) -> Action:
    """The link of an issue to a ticket that exists. Raises NotPossible where it cannot or must not be."""
    asked, there = desk.ticket(ticket_text)
    here = desk.issue(issue_text)
    issue, ticket, account = here.issue, there.ticket, there.account
    assert issue is not None and ticket is not None and account is not None  # noqa: S101, PT018 - both were located
    owner = _owner(desk, account, ticket, there)
    desk.must_be_read()
    binding = _binding(desk, account, ticket, owner)
    url = page_of(desk.systems.jira[account].server().url, ticket.key)
    shown = TicketShown(ticket.key, url)
    told = Action(
        name="link",
        address=Address(Kind.LINK, issue.id),
        title=f"Link issue {issue.id} to {ticket.key}",
        notes=(f"{asked.key} was moved: it is {ticket.key} now",) if asked.key != ticket.key else (),
        issue_id=issue.id,
        ticket=shown,
    )
    owned = owner is not None and not _is_unfinished(desk, account, ticket, owner)
    if owner is not None and owned and issue.case_id == owner.id:
        note = f"issue {issue.id} is linked to {ticket.key} already, through case {owner.key}: nothing to do"
        return replace(told, notes=(*told.notes, note), case=owner.key, calls=desk.calls)
    former = here.case if here.case is not None and (owner is None or here.case.id != owner.id) else None
    _refuse_issue(desk, issue, former)
    carrying = owner or _carrying(desk, account, ticket, binding, former)
    writing = Linking(
        issue, account, ticket, binding, url, carrying, owned=owned,
        former=former if former is not None and (carrying is None or former.id != carrying.id) else None,
    )  # fmt: skip
    return replace(
        told,
        steps=_steps(writing),
        writing=writing,
        case=carrying.key if carrying else None,
        following=following(desk, _supposed(desk, writing)),
        calls=desk.calls,
    )


def _owner(desk: Desk, account: str, ticket: Ticket, there: Located) -> Case | None:
    """The case that owns the ticket, of whatever project. Raises NotPossible where it cannot take an issue."""
    found = {case.id: case for case in owners(desk, account, ticket)}
    if there.case is not None:
        found[there.case.id] = there.case
    if len(found) > 1:
        keys = ", ".join(sorted(case.key for case in found.values()))
        raise NotPossible(f"cases {keys} all own ticket {ticket.key}", hint="unlink all but one in Datadog first")
    owner = next(iter(found.values()), None) or _owner_elsewhere(desk, ticket)
    if owner is not None and owner.archived:
        raise NotPossible(
            f"ticket {ticket.key} belongs to case {owner.key}, which is archived",
            hint="take the case out of the archive first",
        )
    return owner


def _owner_elsewhere(desk: Desk, ticket: Ticket) -> Case | None:
    """A case of a project that is not bound: looked for only where no other owns the ticket."""
    bound = {binding.case_project.casefold() for binding in desk.configuration.bindings.values()}
    listed = desk.reads.start("Datadog: the case projects", desk.systems.datadog.case_projects).value() or ()
    started = [
        desk.reads.start(f"Datadog: the cases of {record.key}", partial(desk.systems.datadog.cases, record.key))
        for record in listed
        if record.key.casefold() not in bound
    ]
    return next((case for read in started for case in read.value() or () if owns(case, ticket)), None)


def _binding(desk: Desk, account: str, ticket: Ticket, owner: Case | None) -> ProjectBinding:
    """The binding of the ticket's board. Raises NotPossible where there is none, or the ticket's case stands elsewhere."""
    bindings = [desk.configuration.bindings[name] for name in sorted(desk.configuration.bindings)]
    of_board = [each for each in bindings if (each.account, each.project) == (account, ticket.project_key)]
    held = desk.locating.binding_of(owner) if owner is not None else None
    if owner is not None:
        project = owner.key.rpartition("-")[0]
        if held is None:
            raise NotPossible(
                f"ticket {ticket.key} belongs to case {owner.key}, of case project {project}, which no binding names",
                hint=f"bind {project}, or unlink the ticket from that case in Datadog",
            )
        if of_board and held not in of_board:
            raise NotPossible(
                f"ticket {ticket.key} belongs to case {owner.key}, of case project {project}; "
                f"tickets of {ticket.project_key} belong to {', '.join(each.case_project for each in of_board)}",
                hint="unlink the ticket from that case in Datadog first",
            )
        return held
    if not of_board:
        raise NotPossible(
            f"ticket {ticket.key} is in project {ticket.project_key} of {account}, which no binding names",
            hint="declare a ProjectBinding for that project, or take a ticket of a bound one",
        )
    by_type = [each for each in of_board if each.issue_type.casefold() in {ticket.type.name.casefold(), ticket.type.id}]
    if len(of_board) > 1 and not by_type:
        named = ", ".join(f"{each.name!r} ({each.issue_type})" for each in of_board)
        raise NotPossible(
            f"ticket {ticket.key} is a {ticket.type.name}, and each binding of {ticket.project_key} is for another type: {named}",
            hint="declare a binding for that type, or take another ticket",
        )
    return next(iter(by_type), of_board[0])


def _is_unfinished(desk: Desk, account: str, ticket: Ticket, owner: Case) -> bool:
    """Whether a link of ours was broken off before the ticket remembered it."""
    mark = read_link_mark(owner.description, desk.instance, account)
    memory = desk.tools.memory
    remembered = memory.decode(ticket.properties.get(memory.property_key))
    return mark is not None and mark.ticket_id == ticket.id and (remembered is None or remembered.at < mark.at)


def _refuse_issue(desk: Desk, issue: Issue, former: Case | None) -> None:
    """An issue with a ticket, or with one that is being made, cannot take another."""
    if former is None:
        return
    refuse_second_ticket(issue, former, wanted="the other one")
    mark = desk.mark(former)
    ends = mark.at + desk.configuration.limits.settle_window if mark else None
    if mark is not None and ends is not None and ends > desk.tools.clock.now():
        raise NotPossible(
            f"a ticket for issue {issue.id} was asked for with case {former.key} at {mark.at:%H:%M} UTC, and may still come",
            hint=f"finish it with `reconciler ticket create {issue.id}`, or link after {ends:%H:%M} UTC",
        )


def _carrying(desk: Desk, account: str, ticket: Ticket, binding: ProjectBinding, former: Case | None) -> Case | None:
    """The case that will carry a ticket without one: of a link begun before, else the issue's own; None: to be made."""
    cases = desk.locating.cases_of_account(account)
    desk.must_be_read()
    for case in cases:
        mark = read_link_mark(case.description, desk.instance, account)
        begun = mark is not None and mark.ticket_id == ticket.id and case.ticket is None
        if begun and desk.locating.binding_of(case) == binding:
            return case
    is_home = former is not None and not former.archived and desk.locating.binding_of(former) == binding
    return former if is_home else None


def _steps(link: Linking) -> tuple[str, ...]:
    """What will be written, in order."""
    case, ticket = link.case, link.ticket
    steps = []
    if case is None:
        steps.append(f"a new case in {link.binding.case_project}")
    if not link.owned:
        others = [name for name in case.issue_ids if name != link.issue.id] if case else []
        with_others = (
            f", with the {len(others)} other issue{'s' if len(others) > 1 else ''} of that case" if others else ""
        )
        steps.append(f"{'it' if case is None else f'case {case.key}'} is linked to {ticket.key}{with_others}")
        steps.append(f"{ticket.key} remembers where it stands now")
    if case is None or link.issue.id not in case.issue_ids:
        steps.append(f"issue {link.issue.id} is attached to {'that case' if case is None else f'case {case.key}'}")
    if link.former is not None:
        steps.append(f"it leaves case {link.former.key}, which has no ticket")
    if link.issue.state is IssueState.OPEN:
        steps.append(f"Datadog sets the issue from {link.issue.state.label} to {IssueState.ACKNOWLEDGED.label}")
    return tuple(steps)


def _supposed(desk: Desk, link: Linking) -> Supposed:
    """The group once the link is made."""
    case = link.case or Case(
        id="(new)", key=f"{link.binding.case_project}-(new)", project_id="", title="", status=StatusGroup.OPEN
    )
    names = tuple(dict.fromkeys((*case.issue_ids, link.issue.id)))
    ticket, memory = link.ticket, desk.tools.memory
    if not link.owned:
        mapping = desk.configuration.mappings.get(link.binding.status_mapping or "")
        base = base_of_link(ticket, case, mapping, desk.tools.clock.now())
        remembered: Mapping[str, object] = {memory.property_key: memory.encode(base)}
        ticket = replace(ticket, properties={**ticket.properties, **remembered})
    whole = replace(with_ticket(case, link.ticket, link.url), issue_ids=names)
    return Supposed(whole, ticket, link.account, link.binding, reviewed(link.issue))
