"""A small company in front of the panel: served over HTTP, acted on through the command, its clock standing still."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.cli.main import main
from reconciler.cli.serving import invitation
from reconciler.cli.session import Session
from reconciler.documents.plan_schema import machine_schemas
from reconciler.sandbox.clock import Clock
from reconciler.sandbox.datadog.state import id_of
from reconciler.sandbox.serve import RunningSandbox, start
from reconciler.sandbox.world import World
from reconciler.sandbox.worldfile import read_world

HERE = Path(__file__).parent
BEGINNING = datetime(2026, 11, 2, 9, 0, tzinfo=UTC).timestamp()


@dataclass(slots=True)
class WorldClock:
    """The reconciler looks at the same clock as the simulator, and waiting moves it."""

    running: RunningSandbox

    def now(self) -> datetime:
        """The simulated moment."""
        return self.running.world.clock.now()

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        self.running.world.clock.move(timedelta(seconds=seconds))


@dataclass(slots=True)
class Company:
    """The company, and the command in front of it. Issues go by the names that the world gives them."""

    running: RunningSandbox
    config: Path
    capture: pytest.CaptureFixture[str]

    def act(self, words: str) -> None:
        """Somebody does something; a minute passes."""
        self.running.act(*shlex.split(words))
        self.running.world.clock.move(timedelta(minutes=1))

    def run(self, words: str) -> tuple[int, str, str]:
        """One command line: its exit code, stdout and stderr."""
        named = {issue.name: issue.id for issue in self.running.world.datadog.company.issues.values()}
        arguments = [named.get(word, word) for word in shlex.split(words)]
        self.capture.readouterr()
        code = main(["-C", str(self.config), *arguments], Session(clock=WorldClock(self.running)))
        captured = self.capture.readouterr()
        self.running.world.clock.move(timedelta(minutes=1))
        out, err = captured.out, captured.err
        for name, identity in named.items():
            out, err = out.replace(identity, name), err.replace(identity, name)
        return code, out, err

    def ticket(self, words: str, code: int = 0) -> dict[str, Any]:
        """An action on one ticket as JSON, which is what its schema says."""
        shown = "ticket" if words.startswith("show") else "ticket-action"
        yes = "" if words.startswith("show") else "--yes "
        ended, out, err = self.run(f"ticket {words} {yes}--format json")
        assert ended == code, out + err
        document: dict[str, Any] = json.loads(out)
        Draft202012Validator(machine_schemas()[shown]).validate(document)
        return document

    def apply(self) -> None:
        """One apply of sync."""
        code, out, err = self.run("apply --yes --only sync")
        assert code == 0, out + err

    def state(self, name: str) -> str:
        """The status of a ticket, or the state of an issue."""
        site = self.running.world.jira["acme"]
        if name.partition("-")[0].isupper():
            return site.site.statuses[site.ticket(name).status].name
        return self.running.world.datadog.company.issues[id_of("issue", name)].state

    def case_of(self, name: str) -> str | None:
        """The key of the case that an issue is attached to."""
        company = self.running.world.datadog.company
        case = company.cases.get(company.issues[id_of("issue", name)].case_id or "")
        return case.key if case else None

    def linked(self, key: str) -> dict[str, list[str]]:
        """The cases that own a ticket, with the names of their issues."""
        company = self.running.world.datadog.company
        names = {issue.id: issue.name for issue in company.issues.values()}
        return {
            case.key: sorted(names[each.resource_id] for each in case.insights)
            for case in company.cases.values()
            if case.ticket is not None and case.ticket.key == key
        }


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """One simulator for all tests; each gets the world anew."""
    with start(HERE / "company" / "world.yaml") as running:
        yield running
        assert running.failures == ()


def _stage(running: RunningSandbox, directory: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    for name in ("GITHUB_ACTIONS", "TF_BUILD", "RECONCILER_CONFIG", "RECONCILER_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    running.clear_faults()
    running.application.world = World.from_file(read_world(HERE / "company" / "world.yaml"), clock)
    running.traffic.reset()
    told, _, document = invitation(running).partition("apiVersion:")
    (directory / "connections.yaml").write_text(f"apiVersion:{document}")
    (directory / "config.yaml").write_text((HERE / "company" / "config.yaml").read_text())
    for line in told.splitlines():
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            monkeypatch.setenv(name, value.strip("'"))


@pytest.fixture
def company(
    served: RunningSandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Company:
    """The company, freshly seeded; nothing has been applied yet."""
    _stage(served, tmp_path, monkeypatch, Clock(source=lambda: BEGINNING))
    return Company(served, tmp_path, capsys)


@pytest.fixture
def living(
    served: RunningSandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Company:
    """The company by real time, as other processes need it."""
    _stage(served, tmp_path, monkeypatch, Clock())
    return Company(served, tmp_path, capsys)
