"""A company in a storm of errors: served over HTTP, acted on through the command, its clock standing still."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.cli.main import main
from reconciler.cli.serving import invitation
from reconciler.cli.session import Session
from reconciler.sandbox.clock import Clock
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
class Storm:
    """The company, and the command in front of it. Issues go by the names that the world gives them."""

    running: RunningSandbox
    config: Path
    capture: pytest.CaptureFixture[str]

    def run(self, words: str) -> tuple[int, str]:
        """One command line: its exit code, and what it said."""
        named = {issue.name: issue.id for issue in self.running.world.datadog.company.issues.values()}
        arguments = [named.get(word, word) for word in shlex.split(words)]
        self.capture.readouterr()
        code = main(["-C", str(self.config), *arguments], Session(clock=WorldClock(self.running)))
        said = "".join(self.capture.readouterr())
        for name, identity in named.items():
            said = said.replace(identity, name)
        return code, " ".join(said.split())

    def apply(self) -> str:
        """One apply of tickets that ends well."""
        code, said = self.run("apply --yes --only tickets")
        assert code == 0, said
        return said

    def anew(self) -> None:
        """Everything as it was in the beginning."""
        self.running.clear_faults()
        world = read_world(HERE / "company" / "world.yaml")
        self.running.application.world = World.from_file(world, Clock(source=lambda: BEGINNING))
        self.running.traffic.reset()

    def act(self, *words: str) -> None:
        """A person does something in either system."""
        self.running.act(*words)

    def later(self, **span: float) -> None:
        """Time passes."""
        self.running.world.clock.move(timedelta(**span))

    def declare(self, before: str, after: str) -> None:
        """The configuration says something else from now on."""
        path = self.config / "config.yaml"
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after))

    def tickets(self) -> dict[str, list[str]]:
        """The tickets that stand, each with the names of the issues behind it."""
        company = self.running.world.datadog.company
        names = {issue.id: issue.name for issue in company.issues.values()}
        found = {
            case.ticket.key: sorted(names[each.resource_id] for each in case.insights)
            for case in company.cases.values()
            if case.ticket is not None and case.ticket.key
        }
        site = self.running.world.jira["acme"].site
        assert sorted(found) == sorted(ticket.key for ticket in site.tickets.values())
        return dict(sorted(found.items()))

    def descriptions(self) -> dict[str, str]:
        """What the case of each issue says, by the name of the issue it was made for."""
        company = self.running.world.datadog.company
        return {
            company.issues[case.insights[0].resource_id].name: case.description
            for case in company.cases.values()
            if case.insights
        }


@pytest.fixture(scope="session")
def served() -> Iterator[RunningSandbox]:
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
def storm(
    served: RunningSandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Storm:
    """The company, freshly seeded."""
    _stage(served, tmp_path, monkeypatch, Clock(source=lambda: BEGINNING))
    return Storm(served, tmp_path, capsys)
