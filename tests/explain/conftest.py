"""A small company whose stories are told: served over HTTP, asked through the command, its clock standing still."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable, Iterator
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
    """The reconciler looks at the same clock as the simulator."""

    running: RunningSandbox

    def now(self) -> datetime:
        """The simulated moment."""
        return self.running.world.clock.now()

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        self.running.world.clock.move(timedelta(seconds=seconds))


@dataclass(slots=True)
class Company:
    """The company, and the command in front of it."""

    running: RunningSandbox
    config: Path
    capture: pytest.CaptureFixture[str]

    def act(self, words: str) -> None:
        """Somebody does something; a minute passes."""
        self.running.act(*shlex.split(words))
        self.running.world.clock.move(timedelta(minutes=1))

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """One command line: its exit code, stdout and stderr."""
        self.capture.readouterr()
        code = main(["-C", str(self.config), *arguments], Session(clock=WorldClock(self.running)))
        captured = self.capture.readouterr()
        return code, captured.out, captured.err

    def adopt(self) -> None:
        """One apply: whatever can be remembered is, and nothing is left but what is refused."""
        assert self.run("apply", "--yes")[0] in {0, 3}
        self.running.world.clock.move(timedelta(minutes=1))

    def text(self, subject: str) -> str:
        """The story as text, issues by the names they have in the world."""
        code, out, err = self.run("explain", self.named(subject))
        assert code == 0, out + err
        for issue in self.running.world.datadog.company.issues.values():
            out = out.replace(issue.id, issue.name)
        return out

    def told(self, subject: str, code: int = 0) -> dict[str, Any]:
        """The story as JSON, which is what its schema says."""
        ended, out, err = self.run("explain", self.named(subject), "--format", "json")
        assert ended == code, out + err
        document: dict[str, Any] = json.loads(out)
        Draft202012Validator(machine_schemas()["explanation"]).validate(document)
        return document

    def named(self, subject: str) -> str:
        """The id of an issue that the world names; anything else as it is."""
        known = {issue.name: issue.id for issue in self.running.world.datadog.company.issues.values()}
        return known.get(subject, subject)

    def issue(self, name: str) -> str:
        """The id of an issue that the world names."""
        return id_of("issue", name)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """One simulator for all tests; each gets the world anew."""
    with start(HERE / "company" / "world.yaml") as running:
        yield running
        assert running.failures == ()


@pytest.fixture
def company(
    served: RunningSandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Company:
    """The company, freshly seeded; nothing has been applied yet."""
    for name in ("GITHUB_ACTIONS", "TF_BUILD", "RECONCILER_CONFIG", "RECONCILER_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    served.clear_faults()
    world = read_world(HERE / "company" / "world.yaml")
    served.application.world = World.from_file(world, Clock(source=lambda: BEGINNING))
    served.traffic.reset()
    told, _, document = invitation(served).partition("apiVersion:")
    (tmp_path / "connections.yaml").write_text(f"apiVersion:{document}")
    (tmp_path / "config.yaml").write_text((HERE / "company" / "config.yaml").read_text())
    for line in told.splitlines():
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            monkeypatch.setenv(name, value.strip("'"))
    return Company(served, tmp_path, capsys)


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compares with a file below `golden/`, or writes it where UPDATE_GOLDEN is set."""

    def compare(name: str, text: str) -> None:
        path = HERE / "golden" / name
        if os.environ.get("UPDATE_GOLDEN"):
            path.write_text(text)
        assert path.exists(), f"{name} is missing: run with UPDATE_GOLDEN=1 and read what it writes"
        assert text == path.read_text(), "UPDATE_GOLDEN=1 rewrites it; read the difference"

    return compare
