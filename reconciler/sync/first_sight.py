"""A group seen for the first time: nobody's change is known, so evidence decides, or nothing is written."""

from __future__ import annotations

from reconciler.sync.decision import Decision, Evidence, Reason, warning
from reconciler.sync.group import GroupState
from reconciler.sync.steps import aggregate, lift


def first_sight(seen: GroupState, evidence: Evidence) -> Decision:
    """Nobody's change is known, so evidence decides: an issue behind the ticket wins if it was seen since the ticket moved."""
    hub = seen.ticket
    if hub is None:
        return _undecided(seen, "the ticket's status belongs to no group")
    behind = [name for name, state in seen.issues.items() if state.group.progress < hub.progress]
    since = evidence.ticket_since
    if behind and (since is None or any(name not in evidence.last_seen for name in behind)):
        return _undecided(seen, "when the ticket moved, or an issue was last seen, is not known")
    winners = [name for name in behind if since is not None and evidence.last_seen[name] > since]
    if winners:
        hub = aggregate(seen.issues[name] for name in winners)
    elif seen.ticket is not seen.case:
        return _undecided(seen, "ticket and case are apart")
    issues = {name: lift(state, hub) for name, state in seen.issues.items()}
    reason = Reason("first-sight", f"seen for the first time; the group stands at {hub.value}")
    return Decision(GroupState(hub, hub, issues), reasons=(reason,))


def _undecided(seen: GroupState, why: str) -> Decision:
    target = GroupState(seen.ticket, seen.case, dict(seen.issues))
    finding = warning("first-sight-conflict", f"seen for the first time and not in step: {why}")
    return Decision(target, True, (), (finding,), (Reason("first-sight", why),))
