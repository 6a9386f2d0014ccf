"""Every write of a creation, its answer lost: one case and one ticket, whatever was asked twice.

The simulator makes a second ticket where it is asked a second time, and a second case too: nothing hides a repetition.
Reference: reliability §2.4, L1 to L4.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.clock import SystemClock
from reconciler.sandbox.faults import Fault, FaultKind, Phase
from reconciler.sandbox.serve import RunningSandbox
from reconciler.sandbox.world import World

Run = Callable[..., Any]
# How else it gets lost, and what each comes to: tests/providers/test_http_faults.py.
LOSSES = ((FaultKind.DROP, Phase.AFTER), (FaultKind.STATUS, Phase.AFTER), (FaultKind.EMPTY, Phase.AFTER))


class Hasty(SystemClock):
    """A clock that is believed to have been waited for."""

    waited = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.waited)

    def sleep(self, seconds: float) -> None:
        self.waited += seconds


def made(running: RunningSandbox) -> tuple[list[int], list[int]]:
    """How many tickets and how many cases there are for each marker of ours."""
    tickets = [ticket for site in running.world.jira.values() for ticket in site.site.tickets.values()]
    texts = [case.description for case in running.world.datadog.company.cases.values()]
    labels = Counter(label for ticket in tickets for label in ticket.labels if label.startswith("ddet-"))
    marked = Counter(marker for text in texts for marker in re.findall(r"ddet-[a-z2-7]{20}", text))
    return list(labels.values()), list(marked.values())


@pytest.mark.parametrize(("kind", "phase"), LOSSES)
def test_whichever_answer_is_lost_there_is_one_ticket(
    kind: FaultKind, phase: Phase, run: Run, served: RunningSandbox, company: Path
) -> None:
    limits = company / "limits.yaml"
    limits.write_text(limits.read_text().replace("settle_window: 3s", "settle_window: 0s"))
    behaviour = served.world.datadog.company.behaviour
    behaviour.creation_delay, behaviour.second_ticket = 0.0, "create"
    assert run("apply", "--yes", "--only", "settings").code == 0
    changes = json.loads(run("plan", "--only", "tickets", "--format", "json").out)["changes"]
    address = next(each["address"] for each in changes if each["action"] == "create")
    apply = ("apply", "--yes", "--only", "tickets", "--target", address)
    snapshot = served.world.to_json()
    served.traffic.reset()
    assert run(*apply, clock=Hasty()).code == 0
    writes = len(served.traffic.writes)
    assert writes >= 4
    for number in range(1, writes + 1):
        where = f"{kind} {phase} write {number} of {writes}"
        served.application.world = World.from_json(snapshot)
        # Once, and all of a request's tries: a repetition may make up for the first, but need not.
        served.stage_fault(Fault(kind, phase, writes_only=True, nth=number, times=1 if number % 2 else 4))
        first = run(*apply, clock=Hasty())
        served.clear_faults()
        assert run(*apply, clock=Hasty()).code == 0, f"{where}: {first.out}"
        assert made(served) == ([1], [1]), f"{where}: {first.out}"
    served.traffic.reset()
    assert run(*apply, clock=Hasty()).code == 0
    assert served.traffic.writes == ()
