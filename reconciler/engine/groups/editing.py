"""Tickets that nobody may edit in the status that they stand in: what sync remembers on them may be refused.

Jira lists no field for editing there (JRASERVER-63664); whether it takes an entity property all the same is not documented. So
nothing is held back for it: the plan warns, and apply says what Jira answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reconciler.engine.groups.group import Group
from reconciler.engine.scope import Systems
from reconciler.errors import ProviderError, Unauthorized
from reconciler.model.address import Address, Kind
from reconciler.model.finding import Finding, Severity
from reconciler.model.state import StatusCategory


@dataclass(slots=True)
class ReadOnlyStatuses:
    """Looks at one ticket of each status, where looking is worth a call: in final statuses, which are the ones that people make
    read-only, and where a run was broken off.
    """

    systems: Systems
    asked: set[tuple[str, str, str, str]] = field(default_factory=set)

    def findings(self, groups: Sequence[Group]) -> list[Finding]:
        """One for each status in which tickets that are to be written cannot be edited."""
        return [told for group in groups if (told := self._finding(group)) is not None]

    def _finding(self, group: Group) -> Finding | None:
        ticket, account = group.ticket, group.home.binding.account
        is_broken_off = group.remembered is not None and group.remembered.intent is not None
        place = (account, ticket.project_key, ticket.type.id, ticket.status.id)
        if place in self.asked or not (is_broken_off or ticket.status.category is StatusCategory.DONE):
            return None
        self.asked.add(place)
        if self._may_be_written(group):
            return None
        return Finding(
            "ticket-read-only",
            Severity.WARNING,
            f"Jira offers no field of {ticket.key} for editing in {ticket.status.name!r}, although our user has Edit Issues in "
            f"{ticket.project_key}: it may refuse what sync remembers on the tickets there, and then nothing of their groups is written",
            Address(Kind.TICKET, ticket.key),
            hint="take `jira.issue.editable` or `jira.permission.edit…` off that status in the workflow, or close to another status",
        )

    def _may_be_written(self, group: Group) -> bool:
        """Also where it cannot be told, and where the permission is missing: that is said by itself."""
        jira, ticket = self.systems.jira[group.home.binding.account], group.ticket
        try:
            if jira.is_editable(ticket.id):
                return True
            return not jira.permissions(("EDIT_ISSUES",), ticket.project_key).get("EDIT_ISSUES", False)
        except Unauthorized:
            raise
        except ProviderError:
            return True
