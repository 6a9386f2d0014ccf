"""Which case owns a ticket: its id decides, for a moved ticket has another key."""

from __future__ import annotations

import pytest

from reconciler.engine.explain.locating import owns
from reconciler.model.case import Case, CaseTicket, TicketProgress
from reconciler.model.state import StatusCategory, StatusGroup
from reconciler.model.ticket import IssueType, JiraStatus, Ticket

TICKET = Ticket("10007", "PAY-9", "PAY", IssueType("1", "Bug"), JiraStatus("1", "To Do", StatusCategory.NEW), "Moved")


@pytest.mark.parametrize(
    ("ticket_id", "key", "is_owner"),
    [
        ("10007", "SHOP-3", True),
        ("10008", "PAY-9", False),
        (None, "PAY-9", True),
        (None, "SHOP-3", False),
        (None, None, False),
    ],
)
def test_the_id_decides_where_it_is_known(ticket_id: str | None, key: str | None, *, is_owner: bool) -> None:
    link = CaseTicket(TicketProgress.COMPLETED, ticket_id, key)
    assert owns(Case("c", "SHOP-1", "p", "x", StatusGroup.OPEN, ticket=link), TICKET) is is_owner


def test_a_case_without_a_ticket_owns_none() -> None:
    assert not owns(Case("c", "SHOP-1", "p", "x", StatusGroup.OPEN), TICKET)
