"""How much one run may do. What is over a limit is a finding of the plan, seen before anything is applied."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model.declared import Limits
from reconciler.model.finding import Finding, Severity
from reconciler.model.resource import TicketRequest
from reconciler.plan.change import Change, Create


def exceeded(changes: Sequence[Change], limits: Limits) -> tuple[Finding, ...]:
    """One error for each limit these changes break; none means that they may be applied."""
    creates = sum(isinstance(change, Create) and isinstance(change.after, TicketRequest) for change in changes)
    if creates <= limits.max_creates:
        return ()
    return (
        Finding(
            "limit-creates",
            Severity.ERROR,
            f"{creates} tickets would be created in one run, the limit is {limits.max_creates}",
            origin=limits.written.at("max_creates") if limits.written else None,
            hint="apply in parts with --target, narrow the rules, or raise `max_creates` in the Limits document",
        ),
    )
