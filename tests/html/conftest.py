"""Every page with every text in it as an enemy would write it: what the suite takes apart, and what a browser is shown."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.cli.main import main
from reconciler.cli.serving import invitation
from reconciler.cli.session import Session
from reconciler.engine.doctor.check import About, Check, Cure, Diagnosis, Step, Verdict
from reconciler.engine.drift.drift import Aspect, Drift, Drifted
from reconciler.engine.streams import Board, Stream
from reconciler.model.accepted import AcceptedDrift
from reconciler.model.address import Address, Kind
from reconciler.model.finding import Finding, Origin, Severity
from reconciler.model.issue import Issue
from reconciler.model.resource import (
    CaseProjectSettings,
    CaseStatus,
    CommentCopy,
    IssueStatus,
    JoinRequest,
    Named,
    Reason,
    TicketRequest,
    TicketStatus,
    WebhookSettings,
)
from reconciler.model.state import IssueState, StatusGroup
from reconciler.plan.change import Change, Create, Update
from reconciler.plan.outcome import Outcome, Status
from reconciler.plan.plan import Plan, Targets
from reconciler.report.html.diagnosis_page import render_diagnosis_page
from reconciler.report.html.drift_page import render_drift_page
from reconciler.report.html.outcomes_page import render_outcomes_page
from reconciler.report.html.plan_page import render_plan_page
from reconciler.rules.backtest import Backtest, Compared, Effect, Move, Place, Totals
from reconciler.sandbox.clock import Clock
from reconciler.sandbox.serve import RunningSandbox, start
from reconciler.sandbox.world import World
from reconciler.sandbox.worldfile import read_world

QUICKSTART = Path(__file__).resolve().parents[2] / "examples" / "quickstart"
MADE = datetime(2026, 11, 23, 18, 49, 0, tzinfo=UTC)
HOSTILE = (
    "<script>document.title='owned'</script>",
    "<img src=/owned onerror=alert(1)><svg onload=alert(1)>",
    "</style><style>*{display:none}</style><link rel=stylesheet href=/owned>",
    "</title></text></svg><foreignObject><iframe src=/owned>",
    '"/><image href="/owned" onmouseover="alert(1)" x="',
    "' autofocus onfocus='alert(1)",
    "--><!--#exec cmd=x--> <![CDATA[ ]]> </details></main></html>",
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    "&lt;script&gt; &#60;b&#62; &amp;",
    "\x1b[31mred\x1b]0;title\x07\r over",
    "\u202egnp.exe \u2066x\u2069 zero\u200bwidth",
    "::error file=x::owned ##[add-mask]no\n::stop-commands::x",
    "@acme/owners #123 https://evil.example/?x=1 javascript:alert(1)",
    "lone \ud800 surrogate \x00 \u2028 and \ufeff",
    "مرحبا שלום " * 30,
    "x" * 5000,
    "",
)


def about(text: str) -> Iterator[Change]:
    """One change of each sort, with the text wherever a text can be."""
    who, why = Named(text, text), Reason(text, text or None, 3)
    yield Create(
        TicketRequest(
            text, text, text, text, text, who, who, text, text, text, {text: [text, {text: text}]}, text, text
        ),
        why,
    )
    yield Create(JoinRequest(text, text, text, text, text, text, MADE, text or None, text, {text: (text, text)}), why)
    off = CaseProjectSettings(text, integration=False, account=None, project=who, issue_type=None, sync=False)
    names = {text: text}
    on = CaseProjectSettings(
        text, integration=True, account=who, project=None, issue_type=who, sync=True, directions=names, statuses=names
    )
    yield Update(off, on, why)
    yield Create(WebhookSettings(text, enabled=True, events=frozenset({text, "x"}), jql=text), why)
    yield Update(
        WebhookSettings(f"{text}2", enabled=True, events=frozenset({text, "x"}), jql=text),
        WebhookSettings(f"{text}2", enabled=True, events=frozenset({"y", "x"}), jql=""),
        why,
    )
    yield from group(text, why)


def group(text: str, why: Reason) -> Iterator[Change]:
    """A group that is moved, ticket first."""
    who = Named(text, text)
    yield Update(
        TicketStatus(text, text, text, text, Named("1", text), None, None),
        TicketStatus(text, text, text, text, Named("2", text), text, who, hops=(text, text)),
        why,
    )
    yield Update(
        IssueStatus(text, text, IssueState.OPEN, who),
        IssueStatus(text, text, IssueState.RESOLVED, Named("n", text)),
        why,
    )
    yield Update(CaseStatus(text, text, StatusGroup.OPEN, who), CaseStatus(text, text, StatusGroup.CLOSED, who), why)
    yield Create(CommentCopy(text, text, text, text, text, text, text), why)


def told(text: str) -> Finding:
    """A finding that says nothing else."""
    address = Address(Kind.TICKET, text)
    return Finding(
        "hostile", Severity.WARNING, f"{text}\n{text}", address, Origin(text, 1) if text else None, text, text
    )


@pytest.fixture(scope="session")
def hostile() -> tuple[str, ...]:
    """What somebody writes who can throw an exception, name a service, or rename a status."""
    return HOSTILE


@pytest.fixture(scope="session")
def hostile_streams() -> tuple[Stream, ...]:
    """Services, teams, rules and boards with such names; every fourth matches no rule."""
    return tuple(
        Stream(text, (text,), text, number, Board(text, text), number + 1)
        if number % 4
        else Stream(text, (text,), None, len(HOSTILE), None, number + 1)
        for number, text in enumerate(HOSTILE)
    )


@pytest.fixture(scope="session")
def hostile_plan() -> Plan:
    """Every sort of change and finding, once for each text."""
    return Plan(
        tuple(change for text in HOSTILE for change in about(text)),
        (*map(told, HOSTILE), *(Finding("sync-conflict", Severity.WARNING, text) for text in HOSTILE)),
        Targets(HOSTILE[0], {text: text for text in HOSTILE}),
        HOSTILE[0],
        MADE,
        MADE,
        complete=False,
        over_limit=HOSTILE,
        calls=dict.fromkeys(HOSTILE, 1),
    )


def hostile_impact() -> Backtest:
    """Rules with such names that fare differently, and issues with such titles that move every way."""
    rules, moves = [], []
    for text in HOSTILE:
        effect = Effect((text, text, text), 3, 2, 1, MADE.date(), 1, 1)
        here, elsewhere = Place(text, (text, text, text)), Place(text, ("x", text, text))
        issue = Issue(text, IssueState.OPEN, text, MADE, MADE, error_type=text, error_message=text)
        rules += [
            Compared(text, effect, None),
            Compared(text, None, effect),
            Compared(text, effect, replace(effect, issues=9)),
        ]
        moves += [Move(one, other, 1, (issue, issue)) for one, other in ((None, here), (here, None), (here, elsewhere))]
    sums = Totals(1, 2, 1, MADE.date())
    return Backtest(MADE, MADE, 9, 9, tuple(rules), sums, replace(sums, tickets=7), tuple(moves), HOSTILE, HOSTILE[0])


def hostile_drift() -> Drift:
    """Every list of it, filled likewise."""
    found = [
        Drifted(
            Address(Kind.TICKET, text),
            aspect,
            tuple(group(text, Reason(text, text or None, 3))),
            (told(text),),
            text,
            MADE,
            AcceptedDrift(text, text, text, text, date(2026, 12, 1)),
        )
        for text in HOSTILE
        for aspect in Aspect
    ]
    parts = (tuple(found[0::3]), tuple(found[1::3]), tuple(found[2::3]))
    targets = Targets(HOSTILE[0], {text: text for text in HOSTILE})
    return Drift(*parts, tuple(map(told, HOSTILE)), MADE, timedelta(minutes=15), targets, is_blind=True)


def hostile_diagnosis() -> Diagnosis:
    """A check of each step and verdict about each text."""
    return Diagnosis(
        tuple(
            Check(text or "none", About(step, text, text, Origin(text, 1)), verdict, text, Cure(text, text))
            for step in Step
            for verdict in Verdict
            for text in HOSTILE
        ),
        asked=HOSTILE[0],
    )


@pytest.fixture(scope="session")
def hostile_pages(hostile_plan: Plan, hostile_streams: tuple[Stream, ...]) -> Mapping[str, str]:
    """Each kind of page, by its name."""
    outcomes = [Outcome(Address(Kind.TICKET, text), text, status, text) for text in HOSTILE for status in Status]
    return {
        "plan": render_plan_page(hostile_plan, hostile_streams, hostile_impact()),
        "drift": render_drift_page(hostile_drift()),
        "doctor": render_diagnosis_page(hostile_diagnosis(), f"reconciler -C {HOSTILE[0]}"),
        "apply": render_outcomes_page(outcomes, tuple(map(told, HOSTILE))),
    }


@dataclass(slots=True)
class WorldClock:
    """The reconciler looks at the same clock as the simulator."""

    running: RunningSandbox

    def now(self) -> datetime:
        """The simulated moment."""
        return self.running.world.clock.now()

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        self.running.world.clock.move(timedelta(seconds=seconds))


@dataclass(frozen=True, slots=True)
class Quickstart:
    """The example company, served at a standing clock, and the command in front of it."""

    running: RunningSandbox
    config: Path
    capture: pytest.CaptureFixture[str]

    def run(self, *arguments: str) -> tuple[int, str]:
        """One command line: its exit code and stdout, the port taken out."""
        self.capture.readouterr()
        code = main(["-C", str(self.config), *arguments], Session(clock=WorldClock(self.running)))
        return code, re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1", self.capture.readouterr().out)


@pytest.fixture
def quickstart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Quickstart]:
    """Before anything is applied."""
    for name in ("GITHUB_ACTIONS", "TF_BUILD", "RECONCILER_CONFIG", "RECONCILER_DEBUG", "RECONCILER_BASE"):
        monkeypatch.delenv(name, raising=False)
    config = tmp_path / "acme"
    shutil.copytree(QUICKSTART, config, ignore=shutil.ignore_patterns(".reconciler"))
    with start(config / "world.yaml") as running:
        world = World.from_file(read_world(config / "world.yaml"), Clock(source=MADE.timestamp))
        running.application.world = world
        told, _, document = invitation(running).partition("apiVersion:")
        (config / "connections.yaml").write_text(f"apiVersion:{document}", encoding="utf-8")
        for name, value in re.findall(r"^export (\w+)='?([^'\n]*)'?$", told, re.MULTILINE):
            monkeypatch.setenv(name, value)
        yield Quickstart(running, config, capsys)
        assert running.failures == ()


@pytest.fixture
def quickstart_page(quickstart: Quickstart) -> str:
    """`plan --format html` of the example company."""
    code, page = quickstart.run("plan", "--format", "html")
    assert code == 0
    return page
