"""What a ticket remembers of a link that we make: where it stood at that moment, before any issue came."""

from __future__ import annotations

from datetime import datetime

from reconciler.model.case import Case
from reconciler.model.declared import StatusMapping
from reconciler.model.ticket import Ticket
from reconciler.sync.group import GroupState, ticket_group
from reconciler.sync.remembered import Remembered


def base_of_link(
    ticket: Ticket, case: Case, mapping: StatusMapping | None, now: datetime, changelog: str | None = None
) -> Remembered:
    """The base of a ticket that is linked to a case now. Its hub is the ticket: a new link never moves the hub, so every issue
    of the case is a newcomer, and a case that stands elsewhere was left so.
    """
    group = ticket_group(ticket.status, mapping)
    hub = group if group is not None else case.status
    left = case.status if case.status is not hub else None
    return Remembered(GroupState(group, hub, {}), at=now, since=now, changelog=changelog, case_left=left)
