"""Times as world files and people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.sandbox.clock import Clock, parse_moment, parse_shift, parse_span
from reconciler.sandbox.people import act
from reconciler.sandbox.world import World
from reconciler.sandbox.worldfile import read_world

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("3s", timedelta(seconds=3)),
        ("250ms", timedelta(milliseconds=250)),
        ("1h30m", timedelta(minutes=90)),
        ("2w", timedelta(days=14)),
        ("0.5d", timedelta(hours=12)),
        ("5m", timedelta(minutes=5)),
    ],
)
def test_spans(text: str, span: timedelta) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize("text", ["", "3", "s", "-3s", "3 s", "3y", "1h-2m", "threes"])
def test_what_is_no_span_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as 3s, 10m, 24h or 7d"):
        parse_span(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now", NOW),
        ("-3h", NOW - timedelta(hours=3)),
        ("+1d", NOW + timedelta(days=1)),
        ("2026-11-01T00:00:00Z", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T02:00:00+02:00", datetime(2026, 11, 1, tzinfo=UTC)),
    ],
)
def test_moments(text: str, moment: datetime) -> None:
    assert parse_moment(text, NOW) == moment


@pytest.mark.parametrize("text", ["", "3h", "yesterday", "2026-11-01T00:00:00", "--3h", "-"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|write|not a length"):
        parse_moment(text, NOW)


@given(st.integers(0, 10**6), st.sampled_from(["s", "m", "h"]))
def test_a_shift_and_its_opposite_lead_back(number: int, unit: str) -> None:
    clock = Clock(source=NOW.timestamp)
    clock.move(parse_shift(f"+{number}{unit}"))
    assert clock.now() >= NOW
    clock.move(parse_shift(f"-{number}{unit}"))
    assert clock.now() == NOW


def test_one_deed_happens_at_one_moment_however_often_the_clock_is_read(world_file: Path) -> None:
    ticks = count(1_780_000_000.0, 0.001)
    world = World.from_file(read_world(world_file), Clock(source=lambda: next(ticks)))
    for words in ("ticket SHOP-1 status Done", "case SHOP-7 status Closed", "clock +1h"):
        with world.deed():
            began = world.clock.now()
            act(world, words.split())
            world.save()
            assert world.clock.now() - began == timedelta(hours=words.startswith("clock"))
    ticket = world.jira["acme"].ticket("SHOP-1")
    assert ticket.updated == ticket.category_changed == ticket.resolved == ticket.histories[-1].created
    case = world.datadog.find_case("SHOP-7")
    assert case is not None
    assert case.closed == case.modified
    assert world.clock.now() != world.clock.now()
