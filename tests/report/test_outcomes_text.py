"""How an apply ended, on a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from reconciler.model.address import Address, Kind
from reconciler.plan.outcome import Outcome, Status
from reconciler.plan.plan import Plan
from reconciler.report.text_outcomes import render_outcomes


def outcome(status: Status, name: str = "SHOP", detail: str = "") -> Outcome:
    return Outcome(Address(Kind.CASE_PROJECT, name), "update", status, detail)


ALL = [
    outcome(Status.APPLIED, "PAY"),
    outcome(
        Status.FAILED,
        "B",
        "jira:acme: POST /rest/api/3/issue: 400: Severity is required, and this goes on and on and on",
    ),
    outcome(Status.UNCHANGED, "C", "it stood already"),
    outcome(Status.UNKNOWN, "D", "no answer within 60 s"),
    outcome(Status.STALE, "E", "somebody changed it"),
    outcome(Status.SKIPPED, "F", "the credential was refused"),
]


def test_the_whole_screen(plan: Plan, golden: Callable[[str, str], None]) -> None:
    golden("outcomes.txt", render_outcomes(ALL, plan.findings[:1]))


def test_what_is_not_done_stands_last_where_it_is_seen() -> None:
    words = [line.split()[0] for line in render_outcomes(ALL).splitlines() if line.startswith("  ") and line[2] != " "]
    assert words == ["applied", "unchanged", "failed", "unknown", "stale", "skipped"]


@pytest.mark.parametrize("status", [status for status in Status if not status.is_done])
def test_whatever_is_not_done_comes_with_advice(status: Status) -> None:
    assert re.search(
        r"^(Skipped|Stale|Failed|Of unknown) ", render_outcomes([outcome(status, detail="why")]), re.MULTILINE
    )


def test_all_done_needs_no_advice() -> None:
    assert render_outcomes([outcome(Status.APPLIED)]).splitlines()[-1] == "Apply: 1 applied"


def test_nothing_to_do() -> None:
    assert render_outcomes([]) == "Apply: nothing to do\n"


def test_a_hostile_detail_is_inert() -> None:
    screen = render_outcomes([outcome(Status.FAILED, "x\x1b[2J\n::error::x", "\r\n::add-mask::a ##[error]")])
    assert "\x1b" not in screen
    assert "\r" not in screen
    assert not any(line.strip().startswith("::") or "##[" in line for line in screen.splitlines())
