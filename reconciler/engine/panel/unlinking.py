"""Preparing to take an issue off its ticket: what stays, and what sync will then do with it."""

from __future__ import annotations

from dataclasses import replace

from reconciler.engine.explain.locating import Located
from reconciler.engine.explain.prospect import why_no_ticket
from reconciler.engine.panel.action import Action, Following, TicketShown, Unlinking
from reconciler.engine.panel.desk import Desk
from reconciler.engine.panel.following import Supposed, following
from reconciler.model.address import Address, Kind
from reconciler.model.case import Case
from reconciler.model.issue import Issue
from reconciler.rules.routing import compile_rules


def prepare_unlink(desk: Desk, text: str) -> Action:
    """Taking an issue off its ticket. Raises NotPossible where its case cannot be read."""
    located = desk.issue(text)
    issue, case = located.issue, located.case
    assert issue is not None  # noqa: S101 - an issue was asked for, and located
    desk.must_be_read()
    told = Action(
        name="unlink",
        address=Address(Kind.LINK, issue.id),
        title=f"Unlink issue {issue.id}",
        issue_id=issue.id,
        case=case.key if case else None,
    )
    if case is None or case.ticket is None:
        note = f"issue {issue.id} has no ticket: nothing to do"
        return replace(told, notes=(note,), calls=desk.calls)
    key = case.ticket.key or case.ticket.ticket_id or "?"
    left = tuple(name for name in case.issue_ids if name != issue.id)
    remaining = (
        f"{len(left)} other issue{'' if len(left) == 1 else 's'} stay linked to it"
        if left
        else "no issue stays linked to it"
    )
    return replace(
        told,
        title=f"Unlink issue {issue.id} from {key}",
        steps=(f"issue {issue.id} is taken off case {case.key} and ticket {key}; {remaining}",),
        notes=_again(desk, issue),
        writing=Unlinking(issue, case),
        ticket=TicketShown(key, case.ticket.url),
        following=_left(desk, located, case, left),
        calls=desk.calls,
    )


def _left(desk: Desk, located: Located, case: Case, left: tuple[str, ...]) -> Following | None:
    binding = desk.locating.binding_of(case)
    if binding is None or located.ticket is None or located.account is None:
        return None
    supposed = Supposed(replace(case, issue_ids=left), located.ticket, located.account, binding)
    return following(desk, supposed)


def _again(desk: Desk, issue: Issue) -> tuple[str, ...]:
    """Whether the rules would make another ticket for the issue that is unlinked."""
    free = replace(issue, case_id=None, case=None)
    rule = compile_rules(desk.configuration.rules).route([free]).get(issue.id)
    if why_no_ticket(desk.configuration, free, None, rule, desk.tools.clock.now()) is not None or rule is None:
        return ()
    return (f"the next apply will create another ticket for it, by rule {rule.name!r}",)
