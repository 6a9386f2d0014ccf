"""What the state machine found once, each as the fewest steps that showed it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.sandbox.faults import Fault, FaultKind, Phase
from tests.sync_live.company import Company, Died, Variant, opened
from tests.sync_live.world import Seed


@pytest.fixture(scope="module")
def talking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company where everything is synced."""
    with opened(tmp_path_factory.mktemp("acme"), Variant(fields=("status", "assignee", "comments"))) as company:
        yield company


def test_a_case_that_is_only_assigned_is_not_moved_although_datadog_moved_it_meanwhile(talking: Company) -> None:
    # Assigning 1-b makes Datadog review it, which carries the case along; putting the case back would carry 1-a back, too.
    talking.declare("open", "unknown")
    talking.begin(Seed(1, "open", ["OPEN", "OPEN"]), case_fans_out=True, remembered=True)
    talking.act("ticket SHOP-1 assign alice@acme.com")
    talking.act("issue 1-a state ACKNOWLEDGED")
    assert talking.run().is_done
    assert talking.states(1) == {
        "1-a": "ACKNOWLEDGED",
        "1-a by": "alice@acme.com",
        "1-b": "ACKNOWLEDGED",
        "1-b by": "alice@acme.com",
        "case": "in_progress",
        "case by": "alice@acme.com",
        "ticket": "open",
        "ticket by": "alice@acme.com",
    }
    talking.wait(20 * 60)
    talking.run()
    assert talking.plan().changes == ()
    assert talking.states(1)["ticket"] == "in_progress"


def test_a_person_unknown_to_datadog_keeps_the_ticket_although_a_run_was_broken_off(talking: Company) -> None:
    # The assignment cannot travel, so the base is without it: taken for what was to be written, it took Dora off the ticket.
    talking.declare("open", "no")
    talking.begin(Seed(1, "open", ["OPEN"]), remembered=True)
    talking.act("case SHOP-1 status In Progress")
    talking.act("ticket SHOP-1 assign dora@acme.com")

    def die() -> None:
        talking.clock.is_dead = True
        talking.running.stage_fault(Fault(FaultKind.DROP, times=0))

    talking.running.stage_fault(Fault(FaultKind.KILL, Phase.AFTER, writes_only=True, nth=1, call=die))
    with pytest.raises(Died):
        talking.run()
    talking.running.clear_faults()
    talking.clock.is_dead = False
    for _ in range(2):
        ran = talking.run()
        assert ran.is_done
        assert "assignee-unknown-in-datadog" in {finding.code for finding in ran.findings}, "told until it can travel"
        assert talking.states(1)["ticket by"] == "dora@acme.com"
