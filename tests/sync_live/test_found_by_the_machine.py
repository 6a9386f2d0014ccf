"""What the state machine found once, each as the fewest steps that showed it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sync_live.company import Company, Variant, opened
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
