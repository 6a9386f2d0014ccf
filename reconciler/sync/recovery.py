"""A run was broken off between its writes: what it meant to write counts as written, unless somebody moved on.

A value still equal to what it was counts as what it was to become - except a ticket that somebody moved since, and an issue
that was seen again since. A person who put an issue back meanwhile cannot be told from a write that never happened; so what is
rolled forward is listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reconciler.sync.group import GroupState
from reconciler.sync.remembered import Intent


@dataclass(frozen=True, slots=True)
class Rolled:
    """The base to decide from, the group as if the broken run had ended, and what was rolled to get there."""

    base: GroupState
    seen: GroupState
    names: tuple[str, ...]


def roll_forward(intent: Intent, seen: GroupState, *, ticket_moved: bool, last_seen: Mapping[str, datetime]) -> Rolled:
    """Finish the intent in thought. `ticket_moved`: somebody moved the ticket since the intent's changelog entry."""
    before, after = intent.before, intent.after
    names = []
    ticket, case, issues = seen.ticket, seen.case, dict(seen.issues)
    if ticket is before.ticket and ticket is not after.ticket and not ticket_moved:
        ticket = after.ticket
        names.append("ticket")
    if case is before.case and case is not after.case:
        case = after.case
        names.append("case")
    for name in sorted(issues):
        meant = after.issues.get(name, issues[name])
        untouched = issues[name] is before.issues.get(name) and issues[name] is not meant
        seen_again = name in last_seen and last_seen[name] > intent.at
        if untouched and not seen_again:
            issues[name] = meant
            names.append(name)
    return Rolled(after, GroupState(ticket, case, issues, seen.reviewing), tuple(names))
