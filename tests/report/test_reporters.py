"""Progress and events: told as it happens, and never the reason why an apply stops."""

from __future__ import annotations

import io
import json

import pytest

from reconciler.engine.ports import Reporter
from reconciler.model.address import Address, Kind
from reconciler.model.finding import Finding, Severity
from reconciler.plan.outcome import Outcome, Status
from reconciler.plan.plan import Plan
from reconciler.report.events import EventsReporter
from reconciler.report.safe_text import width
from reconciler.report.screen import Screen
from reconciler.report.several import SeveralReporters
from reconciler.report.terminal import TerminalReporter

HOOK = Address(Kind.WEBHOOK, "acme")
APPLIED = Outcome(HOOK, "create", Status.APPLIED)
FAILED = Outcome(HOOK, "create", Status.FAILED, "refused\x1b[2J\n::error::x")
NOTE = Finding("case-apart", Severity.INFO, "the case stays")


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


class Gone(io.StringIO):
    """A stream whose reader has gone away."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal

    def write(self, text: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")


class Full(Gone):
    """A disk that is full only when it comes to flushing."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


def tell_all(reporter: Reporter, plan: Plan) -> None:
    reporter.reading("cases of SHOP", 0, 2)
    reporter.reading("cases of SHOP", 2, 2)
    reporter.applying(plan.changes[0], 1, 2)
    reporter.step(HOOK, "asked Jira for the webhook")
    reporter.applied(APPLIED)
    reporter.applying(plan.changes[1], 2, 2)
    reporter.applied(FAILED)
    reporter.found(NOTE)


def test_without_a_terminal_nothing_is_said(plan: Plan) -> None:
    stream = io.StringIO()
    with TerminalReporter(stream) as reporter:
        tell_all(reporter, plan)
    assert stream.getvalue() == ""
    assert reporter.findings == [NOTE]


def test_without_a_terminal_lines_are_said_to_who_asks(plan: Plan) -> None:
    stream = io.StringIO()
    with TerminalReporter(stream, verbose=True) as reporter:
        tell_all(reporter, plan)
    assert stream.getvalue().splitlines() == [
        "Reading cases of SHOP  2/2",
        "~ case_project.PAY  1/2",
        "    asked Jira for the webhook (webhook.acme)",
        "  applied webhook.acme",
        "~ case_project.SHOP  2/2",
        "  failed webhook.acme: refused\\x1b[2J ::error::x",
    ]


def rows(drawn: str) -> list[str]:
    """What stays on a terminal: a carriage return overwrites."""
    screen = []
    for line in drawn.split("\n"):
        row = ""
        for piece in line.split("\r"):
            row = piece + row[len(piece) :]
        screen.append(row.rstrip())
    return screen


def test_a_terminal_has_a_bar_that_goes_and_failures_that_stay(plan: Plan) -> None:
    stream = Terminal()
    with TerminalReporter(stream, Screen(80, colour=True)) as reporter:
        tell_all(reporter, plan)
    drawn = stream.getvalue()
    assert "━━━━━━━━━━━━━━━━━━━━ 2/2 Reading cases of SHOP" in drawn
    assert "━━━━━━━━━━────────── 1/2 ~ case_project.SHOP" in drawn
    assert rows(drawn) == ["  failed webhook.acme: refused\\x1b[2J ::error::x", ""]


def test_the_bar_goes_when_a_run_is_interrupted() -> None:
    stream = Terminal()
    reporter = TerminalReporter(stream)
    with pytest.raises(KeyboardInterrupt), reporter:
        interrupted(reporter)
    assert rows(stream.getvalue()) == [""]


def interrupted(reporter: Reporter) -> None:
    reporter.reading("x", 0, 1)
    raise KeyboardInterrupt


def test_hostile_words_do_not_reach_the_bar() -> None:
    stream = Terminal()
    with TerminalReporter(stream, Screen(40)) as reporter:
        reporter.reading("\x1b]0;t\x07 \r\n" + "日" * 80, 0, 0)
        assert width(rows(stream.getvalue())[-1]) <= 39
    assert "\x1b" not in stream.getvalue()
    assert "\n" not in stream.getvalue()


@pytest.mark.parametrize("stream", [Gone(is_terminal=True), Gone(is_terminal=False), Full(is_terminal=True)])
def test_a_terminal_that_has_gone_stops_nothing(stream: Gone, plan: Plan) -> None:
    with TerminalReporter(stream, verbose=True) as reporter:
        tell_all(reporter, plan)
        tell_all(reporter, plan)
    assert reporter.findings == [NOTE, NOTE]


def test_events_are_one_line_each_as_they_come(plan: Plan) -> None:
    stream = io.StringIO()
    reporter = EventsReporter(stream)
    reporter.applied(APPLIED)
    assert [json.loads(line)["status"] for line in stream.getvalue().splitlines()] == ["applied"]
    tell_all(reporter, plan)
    assert [json.loads(line)["status"] for line in stream.getvalue().splitlines()] == ["applied", "applied", "failed"]
    assert reporter.broken is None


@pytest.mark.parametrize("stream", [Gone(is_terminal=False), Full(is_terminal=False)])
def test_events_that_cannot_be_written_are_told_at_the_end(stream: Gone, plan: Plan) -> None:
    reporter = EventsReporter(stream)
    tell_all(reporter, plan)
    assert reporter.broken is not None
    assert "Errno" in reporter.broken


def test_a_closed_event_stream_stops_nothing(plan: Plan) -> None:
    stream = io.StringIO()
    reporter = EventsReporter(stream)
    stream.close()
    tell_all(reporter, plan)
    assert reporter.broken is not None


def test_several_reporters_are_all_told(plan: Plan) -> None:
    lines, events = io.StringIO(), io.StringIO()
    with TerminalReporter(lines, verbose=True) as terminal:
        tell_all(SeveralReporters(terminal, EventsReporter(events)), plan)
    assert len(lines.getvalue().splitlines()) == 6
    assert len(events.getvalue().splitlines()) == 2
    assert terminal.findings == [NOTE]
