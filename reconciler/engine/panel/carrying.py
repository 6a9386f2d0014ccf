"""Carrying out what was prepared: everything is read once more before it is written, and looked at from both sides after."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import assert_never

from reconciler.engine.apply import apply
from reconciler.engine.panel.action import Action, Creating, Done, Linking, Settling, TicketShown, Unlinking
from reconciler.engine.panel.link_writing import LinkWriting, Moved
from reconciler.engine.scope import Tools, WritableSystems
from reconciler.engine.tickets.creation import Creation
from reconciler.errors import OutcomeUnknown, ProviderError, Superseded
from reconciler.model.address import Address
from reconciler.model.declared import Configuration
from reconciler.model.resource import TicketRequest
from reconciler.plan.change import Create
from reconciler.plan.outcome import Outcome, Status
from reconciler.plan.plan import Plan


def carry_out(action: Action, configuration: Configuration, systems: WritableSystems, tools: Tools) -> Done:
    """Do it, and say how it ended. An action without anything to write, or over a limit, is not touched."""
    match action.writing:
        case None:
            return Done(())
        case Creating(plan=plan, retry=retry):
            outcomes = _created(plan, Creation(configuration, systems, tools, by_hand=True, retry=retry), tools)
        case Settling(plan=plan):
            outcomes = apply(plan, configuration, systems, tools)
        case Linking() as link:
            writing = LinkWriting(configuration, systems, tools, action.address)
            outcomes = (_attempted(action.address, "create", partial(writing.link, link), tools),)
        case Unlinking() as unlink:
            writing = LinkWriting(configuration, systems, tools, action.address)
            outcomes = (_attempted(action.address, "delete", partial(writing.unlink, unlink), tools),)
        case _:
            assert_never(action.writing)
    return _told(action, systems, outcomes)


def _created(plan: Plan, creation: Creation, tools: Tools) -> tuple[Outcome, ...]:
    if plan.over_limit:
        return ()
    requests = [change.after for change in plan.changes if isinstance(change, Create)]
    return tuple(
        _attempted(request.address, "create", partial(creation.create, request), tools)
        for request in requests
        if isinstance(request, TicketRequest)
    )


def _attempted(address: Address, action: str, act: Callable[[], tuple[Status, str]], tools: Tools) -> Outcome:
    """How it ended: every failure of a system is an end like any other."""
    try:
        status, detail = act()
    except Moved as moved:
        status, detail = Status.STALE, moved.detail
    except OutcomeUnknown as error:
        status, detail = Status.UNKNOWN, _sentence(error)
    except Superseded as error:
        status, detail = Status.STALE, _sentence(error)
    except ProviderError as error:
        status, detail = Status.FAILED, _sentence(error)
    outcome = Outcome(address, action, status, detail)
    tools.reporter.applied(outcome)
    return outcome


def _sentence(error: ProviderError) -> str:
    return f"{error} - {error.hint}" if error.hint else str(error)


def _told(action: Action, systems: WritableSystems, outcomes: tuple[Outcome, ...]) -> Done:
    """The issue and its ticket as they stand now; a failure to look changes nothing about what was done."""
    if action.issue_id is None:
        return Done(outcomes, action.ticket)
    try:
        issue = systems.datadog.issue(action.issue_id)
    except ProviderError:
        return Done(outcomes, action.ticket)
    known = issue.case.ticket if issue.case else None
    ticket = TicketShown(known.key, known.url) if known and known.key else action.ticket
    return Done(outcomes, ticket, issue.state.label)
