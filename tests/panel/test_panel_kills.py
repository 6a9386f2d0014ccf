"""`ticket create` and `ticket link` killed after each write and run again: one case, one ticket, one link, as without the kill.

The kill is real (SIGKILL of a process); the simulator lives on beside the test, as the real systems would.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from reconciler.sandbox.datadog.state import id_of
from reconciler.sandbox.faults import Fault, FaultKind, Phase
from reconciler.sandbox.world import World

# Imports once, then forks for each command: the death of a child is the death of a whole command.
NURSERY = """
import os, sys
from reconciler.cli import acting, main
import reconciler.documents.load, reconciler.engine.tickets.templates, reconciler.report.panel, jinja2.sandbox
while line := sys.stdin.readline():
    gate, opened = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(opened)
        os.read(gate, 1)
        sys.stdout = sys.stderr = open(os.devnull, "w")
        os._exit(main.main(line.split()))
    os.close(gate)
    print(child, flush=True)
    sys.stdin.readline()
    os.close(opened)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Nursery:
    """Runs commands in processes that may be killed, one after the other."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._child = 0

    def run(self, *arguments: str) -> int:
        self._child = int(self._asked(" ".join(arguments)))
        return int(self._asked("go"))

    def kill(self) -> None:
        assert self._child > 1
        # The child of the process that this test started, by its id.
        subprocess.run(["kill", "-KILL", str(self._child)], check=True)

    def _asked(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


@contextmanager
def nursery() -> Iterator[Nursery]:
    with subprocess.Popen(
        [sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Nursery(process)
        assert process.stdin is not None
        process.stdin.close()


def everything(company: Any) -> dict[str, Any]:
    """Tickets with what they remember of their group, cases with their links, issues with theirs."""
    world = company.running.world
    tickets = {
        each.key: (each.status, sorted(each.labels), each.properties.get("datadog-jira-reconciler", {}).get("base"))
        for each in world.jira["acme"].site.tickets.values()
    }
    cases = sorted(
        (each.key, each.ticket.key if each.ticket else "", sorted(insight.resource_id for insight in each.insights))
        for each in world.datadog.company.cases.values()
    )
    issues = {each.name: (each.state, company.case_of(each.name)) for each in world.datadog.company.issues.values()}
    return {"tickets": tickets, "cases": cases, "issues": issues}


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("words", ["create free", "link free SHOP-2", "link cased SHOP-1", "unlink one"])
def test_killed_at_any_write_and_run_again_ends_as_without_the_kill(living: Any, words: str) -> None:
    company, running = living, living.running
    verb, name, *rest = words.split()
    command = ("-C", str(company.config), "ticket", verb, id_of("issue", name), *rest, "--yes")
    snapshot = running.world.to_json()
    with nursery() as processes:
        assert processes.run(*command) == 0
        writes = len(running.traffic.writes)
        undisturbed = everything(company)
        for phase, number in ((Phase.BEFORE, 1), *((Phase.AFTER, number) for number in range(1, writes + 1))):
            where = f"killed {phase} write {number} of {writes}"
            running.application.world = World.from_json(snapshot)
            running.stage_fault(Fault(FaultKind.KILL, phase, writes_only=True, nth=number, call=processes.kill))
            assert processes.run(*command) == -signal.SIGKILL, f"{where}: it was not reached"
            running.clear_faults()
            # What is done already is refused as a second ticket (1), or nothing to do (0).
            assert processes.run(*command) in {0, 1}, where
            assert everything(company) == undisturbed, where
