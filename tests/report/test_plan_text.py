"""The plan on a terminal: whole screens, their width, and nothing hostile on them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from reconciler.model.finding import Finding, Severity
from reconciler.model.resource import TicketRequest
from reconciler.plan.change import Create
from reconciler.plan.plan import Plan
from reconciler.report.safe_text import width
from reconciler.report.screen import Screen
from reconciler.report.text import MOST_TICKETS, render_plan

Golden = Callable[[str, str], None]
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def test_the_whole_screen(plan: Plan, golden: Golden) -> None:
    golden("plan.txt", render_plan(plan))


def test_colour_changes_nothing_but_the_colour(plan: Plan) -> None:
    coloured = render_plan(plan, Screen(colour=True))
    assert coloured != render_plan(plan)
    assert ANSI.sub("", coloured) == render_plan(plan)


def test_an_empty_plan_says_so(empty_plan: Plan, golden: Golden) -> None:
    golden("empty.txt", render_plan(empty_plan))


def test_what_could_not_be_read_is_never_called_in_step(empty_plan: Plan) -> None:
    screen = render_plan(replace(empty_plan, complete=False))
    assert "Nothing differs" not in screen
    assert "Incomplete: something could not be read" in screen


def test_an_error_is_not_called_in_step_either(empty_plan: Plan) -> None:
    screen = render_plan(replace(empty_plan, findings=(Finding("x", Severity.ERROR, "wrong"),)))
    assert "Nothing differs" not in screen
    assert "error: wrong [x]" in screen


def test_a_plan_over_a_limit_says_that_nothing_is_applied(plan: Plan) -> None:
    assert "Over a limit (limit-creates): nothing of this plan is applied." in render_plan(
        replace(plan, over_limit=("limit-creates",))
    )


def test_the_last_line_is_the_totals(plan: Plan) -> None:
    end = render_plan(plan, Screen(120)).splitlines()[-1]
    assert end == "Plan: 8 to create, 4 to update, 0 to delete; 2 errors, 1 warning, 1 note; 23 calls"


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_every_line_fits(plan: Plan, hostile_plan: Plan, columns: int) -> None:
    for shown in (plan, hostile_plan):
        too_wide = [line for line in render_plan(shown, Screen(columns)).splitlines() if width(line) > columns]
        assert too_wide == []


def test_a_hostile_plan_is_inert(hostile_plan: Plan) -> None:
    screen = render_plan(hostile_plan)
    assert set(
        re.findall(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]", screen)
    ) == {"\n"}
    assert not re.search(r"^\s*::|##\[|##vso\[", screen, re.MULTILINE | re.IGNORECASE)


def test_a_hostile_plan_colours_only_by_us(hostile_plan: Plan) -> None:
    screen = render_plan(hostile_plan, Screen(colour=True))
    assert "\x1b" not in ANSI.sub("", screen)
    assert ANSI.sub("", screen) == render_plan(hostile_plan)


def test_a_long_group_of_tickets_is_counted_not_listed(plan: Plan) -> None:
    requests = [change.after for change in plan.changes if isinstance(change, Create)]
    one = next(request for request in requests if isinstance(request, TicketRequest))
    many = tuple(Create(replace(one, issue_id=f"i{n:04}")) for n in range(MOST_TICKETS + 1000))
    screen = render_plan(replace(plan, changes=many))
    assert "Tickets to create  1015" in screen
    assert "… and 1,000 more tickets: --format json shows all" in screen
    assert screen.count("ticket.i") == MOST_TICKETS


class Stream(io.StringIO):
    """A stream that claims to be a terminal, or not."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


@pytest.mark.parametrize(
    ("is_terminal", "environ", "colour"),
    [
        (True, {"TERM": "xterm-256color"}, True),
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (True, {"TERM": "xterm", "NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
        (True, {}, False),
        (False, {"TERM": "xterm", "FORCE_COLOR": "1", "COLUMNS": "200"}, False),
    ],
)
def test_colour_needs_a_terminal_and_no_objection(is_terminal: bool, environ: dict[str, str], colour: bool) -> None:
    screen = Screen.of(Stream(is_terminal=is_terminal), environ)
    assert screen.colour is colour
    assert is_terminal or screen == Screen(80)
