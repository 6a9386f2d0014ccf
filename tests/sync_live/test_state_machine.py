"""Random walks through the life of groups: people act on either side, links come and go, writes fail or lose their answer,
runs die at any request. Then the faults stop, and the laws of sync must hold.

A life is one group's way through one walk. Walks are numbered, and a number is all that a walk depends on: a failing one is
repeated with `pytest -k 'walk-17]'`. `RECONCILER_LIVES` says how many lives there are (`make proof`, which CI runs beside the tests: 2000).
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from reconciler.sandbox.faults import Fault, FaultKind, Phase

LIVES = int(os.environ.get("RECONCILER_LIVES", "160"))
GROUPS = 8
ROUNDS = 4
STATES = ("OPEN", "ACKNOWLEDGED", "RESOLVED", "IGNORED", "EXCLUDED")
GROUP_OF = {"OPEN": "open", "ACKNOWLEDGED": "in_progress"}
HUBS = ("open", "in_progress", "closed")
TICKET = {"open": "To Do", "in_progress": "In Progress", "closed": "Done"}
CASE = {"open": "Open", "in_progress": "In Progress", "closed": "Closed"}
REVIEW_AND_MORE = 20 * 60
BROKEN = (FaultKind.DROP, FaultKind.STATUS, FaultKind.TRUNCATE, FaultKind.HTML, FaultKind.EMPTY)

Company = Any
Seeds = Any


@dataclass(slots=True)
class Life:
    """What happened to one group: `edits` of this round by field, `trail` of values that runs left since somebody acted,
    `reports` of the group since the round began.
    """

    number: int
    names: tuple[str, ...]
    story: list[str] = field(default_factory=list)
    edits: dict[str, str] = field(default_factory=dict)
    trail: dict[str, list[str]] = field(default_factory=dict)
    reports: set[str] = field(default_factory=set)
    case_linked: bool = True


@dataclass(slots=True)
class Walk:
    """One world of several groups, walked by chance."""

    company: Company
    chance: random.Random
    lives: list[Life]

    def act(self, life: Life) -> None:
        """Somebody does something to this group, or does not."""
        deeds: list[Callable[[Life], str | None]] = [
            self._move_ticket, self._set_issue, self._set_issue, self._move_case, self._attach, self._detach, self._fail,
            self._unlink,
        ]  # fmt: skip
        before = self.company.states(life.number)
        for _ in range(self.chance.choice((0, 0, 1, 1, 1, 2, 3))):
            words = self.chance.choice(deeds)(life)
            if words is not None:
                self.company.act(words)
                life.story.append(words)
                life.trail.clear()
        now = self.company.states(life.number)
        life.edits = {name: now[name] for name in before if name in now and now[name] != before[name]}
        # Cases have no history: one that was moved and moved back to the base before a run saw it looks as if nobody had.
        if life.edits.get("case") == self.company.remembered_case(life.number):
            life.edits.pop("case", None)

    def _move_ticket(self, life: Life) -> str:
        wanted = self.chance.choice(HUBS)
        return f"ticket SHOP-{life.number} status {TICKET[wanted]}"

    def _move_case(self, life: Life) -> str:
        wanted = self.chance.choice(HUBS)
        return f"case SHOP-{life.number} status {CASE[wanted]}"

    def _set_issue(self, life: Life) -> str:
        name, wanted = self.chance.choice(life.names), self.chance.choice(STATES)
        return f"issue {name} state {wanted}"

    def _fail(self, life: Life) -> str:
        name = self.chance.choice(life.names)
        return f"issue {name} error"

    def _attach(self, life: Life) -> str | None:
        apart = [name for name in life.names if name not in self.company.linked(life.number)]
        if not apart:
            return None
        name = self.chance.choice(apart)
        return f"issue {name} attach SHOP-{life.number}"

    def _detach(self, life: Life) -> str | None:
        linked = self.company.linked(life.number)
        if len(linked) < 2:
            return None
        name = self.chance.choice(linked)
        return f"issue {name} detach"

    def _unlink(self, life: Life) -> str | None:
        life.case_linked = not life.case_linked
        if life.case_linked:
            return f"case SHOP-{life.number} link https://acme.atlassian.net/browse/SHOP-{life.number}"
        return f"case SHOP-{life.number} unlink"

    def stage(self) -> None:
        """Something will go wrong in the next run: one request fails, or everything does from that request on."""
        phase, nth = self.chance.choice(list(Phase)), self.chance.randint(1, 24)
        if self.chance.random() < 0.5:
            fault = Fault(FaultKind.KILL, phase, writes_only=True, nth=nth, call=self._die)
        else:
            fault = Fault(self.chance.choice(BROKEN), phase, writes_only=self.chance.random() < 0.7, nth=nth)
        self.company.running.stage_fault(fault)

    def _die(self) -> None:
        """As far as the two systems can tell, a run whose every further request is lost is dead."""
        self.company.running.stage_fault(Fault(FaultKind.DROP, times=0))

    def run(self) -> Any:
        """One run, with what it changed and what it reported."""
        before = {life.number: self.company.states(life.number) for life in self.lives}
        try:
            ran = self.company.run()
        finally:
            for life in self.lives:
                self._note(life, before[life.number])
        for life in self.lives:
            told = {f.code for f in ran.findings if f.address is not None and f.address.name == f"SHOP-{life.number}"}
            life.reports |= told
            life.story.append(f"run: {self.company.states(life.number)} {sorted(told)}")
        return ran

    def _note(self, life: Life, before: dict[str, str]) -> None:
        after = self.company.states(life.number)
        for name, value in after.items():
            if name in before and before[name] != value:
                trail = life.trail.setdefault(name, [before[name]])
                assert value not in trail, f"{name} went to and fro by our hand: {trail} {value}: {life.story}"
                trail.append(value)


def _begin(company: Company, seed: Seeds, chance: random.Random) -> Walk:
    fans_out = chance.choice((True, False, False))
    company.declare(
        chance.choice(("open", "jira", "datadog", "hold")), "unknown" if fans_out else chance.choice(("unknown", "no"))
    )
    seeds = []
    for number in range(1, GROUPS + 1):
        hub = chance.choice(HUBS)
        ahead = [state for state in STATES if HUBS.index(GROUP_OF.get(state, "closed")) >= HUBS.index(hub)]
        issues = [chance.choice(ahead) for _ in range(chance.randint(1, 3))]
        seeds.append(seed(number, hub, issues, (chance.choice(STATES),)))
    company.begin(*seeds, case_fans_out=fans_out)
    return Walk(company, chance, [Life(each.number, each.names, [f"{each}"]) for each in seeds])


def _check_edits(walk: Walk) -> None:
    """Every edit of the last round stands, or was reported."""
    for life in walk.lives:
        states = walk.company.states(life.number)
        for name, wanted in life.edits.items():
            assert states.get(name, wanted) == wanted or life.reports, (
                f"the edit {name} to {wanted} vanished unreported, left is {states}: {life.story}"
            )


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("number", range(LIVES // GROUPS), ids=lambda number: f"walk-{number}")
def test_whatever_happens_the_laws_of_sync_hold_once_the_faults_stop(
    number: int, company: Company, seed: Seeds
) -> None:
    chance = random.Random(number)
    walk = _begin(company, seed, chance)
    walk.run()
    for _ in range(ROUNDS):
        for life in walk.lives:
            life.reports.clear()
            walk.act(life)
        if chance.random() < 0.6:
            walk.stage()
        walk.run()
        walk.company.running.clear_faults()
    _quiet(walk)
    _check_edits(walk)
    for life in walk.lives:
        _check_group(walk, life)


def _quiet(walk: Walk) -> None:
    """Nobody acts and nothing fails any more: two runs, and nothing is left to do."""
    walk.company.wait(REVIEW_AND_MORE)
    for _ in range(2):
        ran = walk.run()
        assert ran.is_done, [str(outcome) for outcome in ran.outcomes if not outcome.status.is_done]
    left = walk.company.plan()
    stories = {life.number: life.story for life in walk.lives}
    assert left.changes == (), [
        (str(change), stories.get(int(str(change.address).rpartition("-")[2]))) for change in left.changes
    ]


def _check_group(walk: Walk, life: Life) -> None:
    """The hub is never further along than its least-progressed issue, ticket and case are together - or it was reported."""
    if not life.case_linked or life.reports & {"sync-conflict", "first-sight-conflict"}:
        return
    states = walk.company.states(life.number)
    issues = [GROUP_OF.get(states[name], "closed") for name in walk.company.linked(life.number)]
    excluded = "excluded-kept" in life.reports
    assert HUBS.index(states["ticket"]) <= min(map(HUBS.index, issues)) or excluded, (states, life.story)
    assert states["case"] == states["ticket"] or "case-apart" in life.reports, (states, life.story)
