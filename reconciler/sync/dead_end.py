"""Where a workflow leads nowhere: what a person should read of it."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.activity import Transition
from reconciler.model.finding import Finding, Severity
from reconciler.model.nearest import listed, nearest
from reconciler.model.screen import choice
from reconciler.model.ticket import JiraStatus
from reconciler.model.workflow import DeclaredWorkflow, Withheld
from reconciler.sync.filling import Filling, written_name

# Every hop notifies watchers and runs automations: a longer way than this is for people.
MOST_HOPS = 5


@dataclass(frozen=True, slots=True)
class Blocked:
    """A transition that cannot be taken with the values there are."""

    source: JiraStatus
    transition: Transition
    filling: Filling


@dataclass(frozen=True, slots=True)
class DeadEnd:
    """There is no way that may be taken. `blocked` lie on a way that only lacks values; `unseen` are statuses on the way in
    which no ticket could be asked; `declared` is the workflow itself, as far as it was asked for, and `hidden` are transitions
    that it has on the way and that were not offered to us.
    """

    start: JiraStatus
    goal: JiraStatus
    available: tuple[Transition, ...]
    blocked: tuple[Blocked, ...] = ()
    unseen: tuple[JiraStatus, ...] = ()
    names: tuple[str, ...] = ()
    declared: DeclaredWorkflow | Withheld | None = None
    hidden: tuple[Blocked, ...] = ()

    def finding(self) -> Finding:
        """What a person should read; the caller adds the address."""
        for stop in self.blocked:
            if stop.filling.lacking:
                return self._lacking(stop)
        for stop in self.blocked:
            text = f"the transition {_way(stop)} cannot be taken: {'; '.join(stop.filling.unfit)}"
            hint = "correct the value under `fields:` of the status mapping"
            return Finding("transition-field-value", Severity.ERROR, text, hint=hint)
        return self._no_way()

    def _lacking(self, stop: Blocked) -> Finding:
        needed = stop.filling.lacking[0]
        names = ", ".join(repr(item.name) for item in stop.filling.lacking)
        near = nearest(needed.name, self.names) or nearest(needed.id, self.names)
        hint = f"add `{written_name(needed)}: …` under `fields:` of the status mapping's group" + (
            f" - {near}" if near else ""
        )
        text = f"the transition {_way(stop)} requires {names}, and the status mapping gives no value; {self._offers()}"
        return Finding("transition-field-required", Severity.ERROR, text, expected=choice(needed), hint=hint)

    def _no_way(self) -> Finding:
        text = f"no way from {self.start.name!r} to {self.goal.name!r} within {MOST_HOPS} transitions; {self._offers()}"
        hint = "map the group to a status that can be reached, or add a transition to the workflow in Jira"
        match self.declared:
            case DeclaredWorkflow(name) if self.hidden:
                text += f"; the workflow {name!r} has {listed(map(_way, self.hidden))}, which is not offered to us"
                hint = f"look at the conditions there, and whether our account has Transition Issues in this project; or {hint}"
            case DeclaredWorkflow(name):
                text += f"; the workflow {name!r} has none"
            case Withheld(why, cure) if self.unseen:
                text += f"; unknown, for want of a ticket to ask: the ways out of {_names(self.unseen)} ({why})"
                hint = "; or ".join(part for part in (self._ask_a_ticket(), cure, hint) if part is not None)
            case _ if self.unseen:
                text += f"; unknown, for want of a ticket to ask: the ways out of {_names(self.unseen)}"
                hint = f"{self._ask_a_ticket()}; or {hint}"
            case _:
                pass
        if not self.available and not self.hidden:
            hint = "check that our account may transition tickets in this project (Transition Issues); " + hint
        return Finding("transition-no-path", Severity.ERROR, text, hint=hint)

    def _ask_a_ticket(self) -> str:
        there = " or ".join(repr(status.name) for status in self.unseen)
        return f"put any ticket of this type into {there}, this one too: the ways on are then learned from it"

    def _offers(self) -> str:
        if not self.available:
            return f"Jira offers no transition from {self.start.name!r}"
        ways = listed(f"{way.name!r} (→ {way.to.name!r})" for way in self.available)
        return f"available from {self.start.name!r}: {ways}"


def _way(stop: Blocked) -> str:
    return f"{stop.source.name!r} → {stop.transition.to.name!r} ({stop.transition.name!r})"


def _names(statuses: tuple[JiraStatus, ...]) -> str:
    return listed(repr(status.name) for status in statuses)
