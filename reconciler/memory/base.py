"""The base of a group as one JSON object.

Kept under `PROPERTY_KEY` on the ticket, so that there is no database to set up, lose or lock. Anybody with edit permission can
write it: what does not validate is treated as never seen. Reference: jira-api §5.11 (at most 32,768 characters, any JSON).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reconciler.model.state import IssueState, StatusGroup
from reconciler.plan.encoding import timestamp
from reconciler.sync.group import GroupState

PROPERTY_KEY = "datadog-jira-reconciler"
VERSION = 1


class TicketMemory:
    """Writes and reads bases of one instance: a base of another instance is not ours."""

    def __init__(self, instance: str) -> None:
        self.instance = instance

    @property
    def property_key(self) -> str:
        """The key of the entity property."""
        return PROPERTY_KEY

    def encode(self, state: GroupState, at: datetime) -> Mapping[str, Any]:
        """The property value that remembers `state` as the group was at `at`."""
        return {
            "version": VERSION,
            "instance": self.instance,
            "at": timestamp(at),
            "base": {
                "ticket": state.ticket.value if state.ticket else None,
                "case": state.case.value,
                "issues": {issue: state.issues[issue].value for issue in sorted(state.issues)},
                "reviewing": sorted(state.reviewing),
            },
        }

    def decode(self, value: object) -> GroupState | None:
        """The state a property value remembers; None where it is absent, broken, forged or of another instance."""
        match value:
            case {
                "version": 1,
                "instance": self.instance,
                "base": {
                    "ticket": str() | None as ticket,
                    "case": str(case),
                    "issues": dict(issues),
                    "reviewing": list(reviewing),
                },
            }:
                try:
                    return GroupState(
                        ticket=StatusGroup(ticket) if ticket is not None else None,
                        case=StatusGroup(case),
                        issues={str(issue): IssueState(state) for issue, state in issues.items()},
                        reviewing=frozenset(str(issue) for issue in reviewing),
                    )
                except ValueError:
                    return None
            case _:
                return None
