"""What a group should be, from what it was and what it is. One pure function: no I/O, no clock, no logging.

When somebody moves the hub (ticket and case together), every issue follows; when issues move, the hub follows only if the
aggregate changed; a new link never moves the hub. After every decision that is not held, the hub is never further along than
its least-progressed issue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.model.declared import ConflictPolicy
from reconciler.model.finding import Finding
from reconciler.model.state import IssueState, StatusGroup
from reconciler.sync.decision import Conflict, Decision, Evidence, Policy, Reason, warning
from reconciler.sync.first_sight import first_sight
from reconciler.sync.group import GroupState
from reconciler.sync.steps import aggregate, least, lift, mirror

TICKET, CASE = "ticket", "case"


def decide(base: GroupState | None, seen: GroupState, policy: Policy, evidence: Evidence) -> Decision:
    """What the group should be. `base` is the group as the last completed sync left it, None at first sight."""
    if base is None:
        return first_sight(seen, evidence)
    return _Sight(base, seen, policy, evidence).decide()


@dataclass(frozen=True, slots=True)
class _Sight:
    """One look at a group that has a base. K: issues in both; N: newly linked; D: those of K whose group changed."""

    base: GroupState
    seen: GroupState
    policy: Policy
    evidence: Evidence

    def decide(self) -> Decision:
        """The steps of the specification, in their order."""
        edits = self._hub_edits()
        moved = self._hub_moves(edits)
        if len(set(moved.values())) > 1 and self.policy.conflict is ConflictPolicy.HOLD:
            return self._hold("hub-conflict", moved)
        event = self._hub_event(moved)
        changed = self._changed()
        if event is None:
            return self._settle(self._follow_issues(changed), dict(self.seen.issues), edits, _reason(event, changed))
        if all(self.seen.issues[name].group is event for name in changed):
            return self._lead(event, frozenset(), edits, _reason(event, changed))
        return self._conflict(event, changed, edits)

    # --- step 1: has somebody moved the hub?

    def _hub_edits(self) -> dict[str, StatusGroup]:
        """The sides that somebody moved, with where to."""
        edits = {}
        ticket, case = self.seen.ticket, self.seen.case
        if ticket is not None and ticket is not self.base.ticket and self.evidence.ticket_moved:
            edits[TICKET] = ticket
        if case is not self.base.case and self._case_moved():
            edits[CASE] = case
        return edits

    def _hub_moves(self, edits: Mapping[str, StatusGroup]) -> dict[str, StatusGroup]:
        """Those edits that are events: a move to where the hub stood already is none."""
        return {side: group for side, group in edits.items() if group is not self.base.case}

    def _case_moved(self) -> bool:
        if self.evidence.case_moved is not None:
            return self.evidence.case_moved
        return not self._case_followed()

    def _case_followed(self) -> bool:
        """Whether the case, moved by an unknown author, merely followed its issues."""
        stirred = any(self.base.issues.get(name) is not state for name, state in self.seen.issues.items())
        return stirred and self.seen.case is aggregate(self.seen.issues.values())

    def _hub_event(self, moved: Mapping[str, StatusGroup]) -> StatusGroup | None:
        if len(moved) < 2:
            return next(iter(moved.values()), None)
        match self.policy.conflict:
            case ConflictPolicy.JIRA:
                return moved[TICKET]
            case ConflictPolicy.DATADOG:
                return moved[CASE]
            case ConflictPolicy.OPEN | ConflictPolicy.HOLD:
                return least(moved.values())

    # --- step 2: have issues moved?

    def _before(self, name: str) -> IssueState:
        """The base's state of an issue. While its automatic review may still land, OPEN and ACKNOWLEDGED are the one seen."""
        before, now = self.base.issues[name], self.seen.issues[name]
        reviewable = {IssueState.OPEN, IssueState.ACKNOWLEDGED}
        return now if name in self.base.reviewing and {before, now} <= reviewable else before

    def _known(self) -> list[str]:
        return [name for name in self.seen.issues if name in self.base.issues]

    def _new(self) -> list[str]:
        return [name for name in self.seen.issues if name not in self.base.issues]

    def _changed(self) -> frozenset[str]:
        return frozenset(n for n in self._known() if self.seen.issues[n].group is not self._before(n).group)

    # --- steps 3 to 6: where the hub goes, and the known issues with it

    def _mirrored(self, hub: StatusGroup, keeping: frozenset[str]) -> dict[str, IssueState]:
        states = {name: self.seen.issues[name] for name in self._known()}
        return {name: state if name in keeping else mirror(state, hub, self.policy) for name, state in states.items()}

    def _follow_issues(self, changed: frozenset[str]) -> StatusGroup:
        """Step 4 (and 6): the hub follows a changed aggregate; new links only hold it back; it rises only by a step forward."""
        hub, known = self.base.case, self._known()
        now = aggregate(self.seen.issues[name] for name in known)
        if now is aggregate(self._before(name) for name in known):
            return hub
        joined = aggregate(self.seen.issues[name] for name in self._new())
        wanted = least((now, max(hub, joined, key=lambda group: group.progress)))
        forward = any(self.seen.issues[n].group.progress > self._before(n).group.progress for n in changed)
        return wanted if wanted.progress <= hub.progress or forward else hub

    def _conflict(self, event: StatusGroup, changed: frozenset[str], edits: Mapping[str, StatusGroup]) -> Decision:
        """Step 5: hub and issues moved apart."""
        policy, moved = self.policy.conflict, self._hub_moves(edits)
        if policy is ConflictPolicy.HOLD:
            return self._hold("hub-and-issues", moved)
        if TICKET not in moved:
            policy = ConflictPolicy.OPEN
        if policy is ConflictPolicy.OPEN:
            back = [n for n in changed if self._went_back(n) and self.seen.issues[n].group.progress < event.progress]
            policy = ConflictPolicy.DATADOG if back else policy
        if policy is ConflictPolicy.DATADOG:
            reason = Reason("issues-win", "issues and ticket moved apart; the issues' changes win")
            return self._settle(self._follow_issues(changed), dict(self.seen.issues), edits, reason)
        keeping: frozenset[str] = frozenset()
        if policy is ConflictPolicy.OPEN and len(self.seen.issues) > 1:
            keeping = frozenset(n for n in changed if self.seen.issues[n].group.progress >= event.progress)
        reason = Reason("hub-wins", f"issues and ticket moved apart; the ticket's move to {event.value} wins")
        return self._lead(event, keeping, edits, reason)

    def _went_back(self, name: str) -> bool:
        return self.seen.issues[name].group.progress < self._before(name).group.progress

    # --- steps 7 and 8: new links, ticket and case; what is to be told

    def _lead(
        self, hub: StatusGroup, keeping: frozenset[str], edits: Mapping[str, StatusGroup], reason: Reason
    ) -> Decision:
        """The hub leads: every known issue follows but those `keeping` a state of their own."""
        issues = self._mirrored(hub, keeping)
        apart = {name for name in self._known() if name not in keeping and issues[name].group is not hub}
        told: tuple[Finding, ...] = ()
        if apart:
            message = f"excluded issues stay excluded although the ticket is {hub.value}: {', '.join(sorted(apart))}"
            told = (warning("excluded-kept", message),)
        return self._settle(hub, issues, edits, reason, told)

    def _settle(
        self,
        hub: StatusGroup,
        issues: dict[str, IssueState],
        edits: Mapping[str, StatusGroup],
        reason: Reason,
        told: tuple[Finding, ...] = (),
    ) -> Decision:
        issues |= {name: lift(self.seen.issues[name], hub) for name in self._new()}
        target = GroupState(hub if self.seen.ticket is not None else None, hub, issues)
        return Decision(
            target,
            conflicts=self._lost(target, edits, reason.rule),
            findings=(*self._unmapped(), *told, *self._findings(target)),
            reasons=(reason,),
        )

    def _hold(self, rule: str, moved: Mapping[str, StatusGroup]) -> Decision:
        target = GroupState(self.seen.ticket, self.seen.case, dict(self.seen.issues))
        sides = [self._side(side, target, rule) for side in sorted(moved)]
        issues = [
            Conflict(name, self._before(name), self.seen.issues[name], self.seen.issues[name], rule)
            for name in sorted(self._changed())
        ]
        reason = Reason(rule, "both sides moved and the policy is to hold: nothing is written until somebody decides")
        return Decision(target, True, (*sides, *issues), self._unmapped(), (reason,))

    def _side(self, side: str, target: GroupState, rule: str) -> Conflict:
        if side == TICKET:
            return Conflict(TICKET, self.base.ticket, self.seen.ticket, target.ticket, rule)
        return Conflict(CASE, self.base.case, self.seen.case, target.case, rule)

    def _lost(self, target: GroupState, edits: Mapping[str, StatusGroup], rule: str) -> tuple[Conflict, ...]:
        """Every change of state by somebody that does not survive, also within a group."""
        sides = [self._side(side, target, rule) for side in sorted(edits) if edits[side] is not target.case]
        issues = [
            Conflict(name, self._before(name), self.seen.issues[name], target.issues[name], rule)
            for name in sorted(self._known())
            if self.seen.issues[name] is not self._before(name) and target.issues[name] is not self.seen.issues[name]
        ]
        return (*sides, *issues)

    def _unmapped(self) -> tuple[Finding, ...]:
        if self.seen.ticket is not None:
            return ()
        return (warning("unmapped-status", "the ticket's status belongs to no group: the ticket is left where it is"),)

    def _findings(self, target: GroupState) -> tuple[Finding, ...]:
        told = []
        unknown_author = self.evidence.case_moved is None and self.seen.case is not self.base.case
        if unknown_author and self._case_followed() and self.seen.case is not target.case:
            told.append(
                warning("case-followed", "the case followed its issues by itself, and not to where the group is")
            )
        left = set(self.base.issues) - set(self.seen.issues)
        remaining = aggregate(target.issues.values()) if target.issues else StatusGroup.OPEN
        if left and remaining is StatusGroup.CLOSED and target.case is not StatusGroup.CLOSED:
            told.append(
                warning("all-done", "every issue that is left is closed, the ticket is not: close it, or keep it")
            )
        return tuple(told)


def _reason(event: StatusGroup | None, changed: frozenset[str]) -> Reason:
    if event is not None:
        return Reason("hub-moved", f"somebody moved the ticket or its case to {event.value}: every issue follows")
    if changed:
        return Reason(
            "issues-moved",
            f"issues moved: {', '.join(sorted(changed))}; ticket and case follow if the least of them changed",
        )
    return Reason("nothing-moved", "nobody moved anything")
