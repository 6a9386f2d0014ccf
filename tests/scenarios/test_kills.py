"""`apply` killed at every write of a scenario, before it takes effect and after, and run again: the end is as without the kill.

The kill is real (SIGKILL of a process); the simulator lives on beside the test, as the real systems would.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.sandbox.clock import Clock
from reconciler.sandbox.faults import Fault, FaultKind, Phase
from reconciler.sandbox.world import World
from tests.nursery import nursery

HERE = Path(__file__).parent
KILLED = ("seed-1-reopened", "seed-3-linked-to-done", "seed-5-ticket-moves", "several-hops", "first-sight", "talk")

Stage = Any


def everything(stage: Stage) -> dict[str, Any]:
    """Where all that sync writes stands: statuses, states, people and comments."""
    site, datadog = stage.running.world.jira["acme"], stage.running.world.datadog
    tickets = {
        each.key: (each.status, each.assignee, sorted(str(comment.body) for comment in each.comments))
        for each in site.site.tickets.values()
    }
    cases = {
        each.key: (each.status_name, each.assignee_id, sorted(comment.text for comment in each.comments))
        for each in datadog.company.cases.values()
    }
    issues = {each.name: (each.state, each.assignee_id) for each in datadog.company.issues.values()}
    return {"tickets": tickets, "cases": cases, "issues": issues}


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", KILLED)
def test_killed_at_any_write_and_run_again_ends_as_without_the_kill(
    name: str, stage: Callable[[Mapping[str, Any], str, Clock], Stage]
) -> None:
    scenario = yaml.safe_load((HERE / name / "scenario.yaml").read_text())  # noqa: TID251 - our own test data
    played = stage(scenario, "reconciler", Clock())
    running = played.running
    for step in scenario["steps"]:
        if "apply" in step:
            break
        if "act" in step:
            played.play(step)
    snapshot = running.world.to_json()
    apply = ("-C", str(played.config), "apply", "--yes", "--only", "sync")
    with nursery() as processes:
        running.application.world = World.from_json(snapshot)
        running.traffic.reset()
        assert processes.run(*apply) == 0
        writes = len(running.traffic.writes)
        undisturbed = everything(played)
        # To be killed before a write is to be killed after the one before it: only the first has none before.
        for phase, number in ((Phase.BEFORE, 1), *((Phase.AFTER, number) for number in range(1, writes + 1))):
            where = f"killed {phase} write {number} of {writes}"
            running.application.world = World.from_json(snapshot)
            running.stage_fault(Fault(FaultKind.KILL, phase, writes_only=True, nth=number, call=processes.kill))
            assert processes.run(*apply) == -signal.SIGKILL, f"{where}: it was not reached"
            running.clear_faults()
            assert processes.run(*apply) == 0, where
            assert everything(played) == undisturbed, where
            running.traffic.reset()
            assert processes.run(*apply) == 0, where
            assert running.traffic.writes == (), f"{where}: something was left to do"
