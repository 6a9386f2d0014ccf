"""`apply` killed at each of its writes, before the write takes effect and after, and run again: one ticket for each issue.

The kill is real (SIGKILL of a process); the sandbox lives on beside the test, as the real systems would.
"""

import json
import re
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.faults import Fault, FaultKind, Phase
from reconciler.sandbox.serve import RunningSandbox
from reconciler.sandbox.world import World
from tests.nursery import Nursery
from tests.nursery import nursery as nursery_beside

Run = Callable[..., Any]


@pytest.fixture
def nursery(served: RunningSandbox) -> Iterator[Nursery]:
    """Beside the simulator that is served."""
    with nursery_beside() as made_ready:
        yield made_ready


def made(running: RunningSandbox) -> tuple[Counter[str], Counter[str]]:
    """How many tickets and how many cases there are for each issue that got one from us: both carry its marker."""
    tickets = [ticket for site in running.world.jira.values() for ticket in site.site.tickets.values()]
    texts = [case.description for case in running.world.datadog.company.cases.values()]
    return (
        Counter(label for ticket in tickets for label in ticket.labels if label.startswith("ddet-")),
        Counter(marker for text in texts for marker in re.findall(r"ddet-[a-z2-7]{20}", text)),
    )


def start_over(running: RunningSandbox, snapshot: dict[str, Any]) -> None:
    running.clear_faults()
    running.application.world = World.from_json(snapshot)


def targets(run: Run) -> list[str]:
    """All settings, the first ticket of each binding, and one group that is to be remembered: every sort of write that this
    company needs, without repeating it for each issue.
    """
    changes = json.loads(run("plan", "--format", "json").out)["changes"]
    first = {_sort(change): change["address"] for change in reversed(changes)}
    assert {"a base", "shop", "payments", "webhook.acme"} < first.keys()
    return [word for address in sorted(first.values()) for word in ("--target", address)]


def _sort(change: dict[str, Any]) -> str:
    after = change["after"]
    return "a base" if "remembered" in after else after.get("binding", change["address"])


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("phase", Phase)
def test_killed_at_any_write_and_run_again_leaves_one_ticket_for_each_issue(
    phase: Phase, nursery: Nursery, served: RunningSandbox, company: Path, run: Run
) -> None:
    # The simulator answers at once here, so nothing can still land after a run has died.
    limits = company / "limits.yaml"
    limits.write_text(limits.read_text().replace("settle_window: 3s", "settle_window: 0s"))
    behaviour = served.world.datadog.company.behaviour
    behaviour.creation_delay, behaviour.second_ticket = 0.0, "create"  # what is asked for twice is made twice
    snapshot = served.world.to_json()
    chosen = targets(run)
    apply = ("-C", str(company), "apply", "--yes", *chosen)
    served.traffic.reset()
    assert nursery.run(*apply) == 0
    undisturbed = made(served)
    writes = len(served.traffic.writes)
    assert [list(counts.values()) for counts in undisturbed] == [[1, 1], [1, 1]]
    assert writes > len(chosen) / 2
    for number in range(1, writes + 1):
        start_over(served, snapshot)
        served.stage_fault(Fault(FaultKind.KILL, phase, writes_only=True, nth=number, call=nursery.kill))
        assert nursery.run(*apply) == -signal.SIGKILL, f"write {number} was not reached"
        served.clear_faults()
        again = nursery.run(*apply)
        assert (made(served), again) == (undisturbed, 0), f"killed {phase} write {number}"
        served.traffic.reset()
        assert nursery.run(*apply) == 0
        assert served.traffic.writes == (), f"killed {phase} write {number}: something was left to do"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_while_applying_the_change_in_flight_is_finished_and_the_rest_not_begun(
    number: signal.Signals, code: int, nursery: Nursery, served: RunningSandbox, company: Path, tmp_path: Path
) -> None:
    # The signal comes while the first change is being written, whose answer is lost on top of it.
    served.stage_fault(Fault(FaultKind.KILL, Phase.AFTER, method="PATCH", call=lambda: nursery.send(number)))
    report = tmp_path / "outcomes.json"
    assert nursery.run("-C", str(company), "apply", "--yes", "--format", "json", "-o", str(report)) == code
    statuses = [outcome["status"] for outcome in json.loads(report.read_text())["outcomes"]]
    assert statuses == ["applied"] + ["skipped"] * 17
    assert nursery.run("-C", str(company), "apply", "--yes") == 0
    assert nursery.run("-C", str(company), "plan", "--detailed-exitcode") == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_while_planning_the_run_ends_at_once_and_nothing_was_written(
    number: signal.Signals, code: int, nursery: Nursery, served: RunningSandbox, company: Path
) -> None:
    served.stage_fault(Fault(FaultKind.KILL, path="/api/v2/cases*", nth=2, call=lambda: nursery.send(number)))
    assert nursery.run("-C", str(company), "apply", "--yes") == code
    assert served.traffic.effects == ()
