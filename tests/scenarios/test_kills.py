"""`apply` killed at every write of a scenario, before it takes effect and after, and run again: the end is as without the kill.

The kill is real (SIGKILL of a process); the simulator lives on beside the test, as the real systems would.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest
import yaml

from reconciler.sandbox.clock import Clock
from reconciler.sandbox.faults import Fault, FaultKind, Phase
from reconciler.sandbox.world import World

HERE = Path(__file__).parent
KILLED = ("seed-1-reopened", "seed-3-linked-to-done", "seed-5-ticket-moves", "several-hops", "first-sight", "talk")

Stage = Any

# Imports once, then forks for each command: the death of a child is the death of a whole `reconciler apply`.
NURSERY = """
import os, sys
from reconciler.cli import applying, main
import reconciler.documents.load, reconciler.engine.tickets.templates, reconciler.report.machine, jinja2.sandbox
while line := sys.stdin.readline():
    gate, opened = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(opened)
        os.read(gate, 1)
        sys.stdout = open(os.devnull, "w")
        os._exit(main.main(line.split()))
    os.close(gate)
    print(child, flush=True)
    sys.stdin.readline()
    os.close(opened)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Nursery:
    """Runs commands in processes that may be killed, one after the other."""

    def __init__(self, stdin: IO[str], stdout: IO[str]) -> None:
        self._stdin, self._stdout = stdin, stdout
        self._child = 0

    def run(self, *arguments: str) -> int:
        self._say(" ".join(arguments))
        self._child = int(self._stdout.readline())
        self._say("go")
        return int(self._stdout.readline())

    def kill(self) -> None:
        assert self._child > 1
        os.kill(self._child, signal.SIGKILL)

    def _say(self, line: str) -> None:
        self._stdin.write(line + "\n")
        self._stdin.flush()


@contextmanager
def nursery() -> Iterator[Nursery]:
    with subprocess.Popen(
        [sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Nursery(process.stdin, process.stdout)
        process.stdin.close()


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
