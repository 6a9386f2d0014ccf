"""A company in order, to be broken: served over HTTP, asked through the command, its clock standing still."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.main import main
from reconciler.cli.serving import invitation
from reconciler.cli.session import Session
from reconciler.sandbox.clock import Clock
from reconciler.sandbox.datadog.state import id_of
from reconciler.sandbox.serve import RunningSandbox, start
from reconciler.sandbox.world import World
from reconciler.sandbox.worldfile import WorldFile, read_world

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "troubleshooting"
BEGINNING = datetime(2026, 11, 2, 9, 0, tzinfo=UTC).timestamp()


@dataclass(slots=True)
class WorldClock:
    """The reconciler looks at the same clock as the simulator."""

    running: RunningSandbox

    def now(self) -> datetime:
        return self.running.world.clock.now()

    def sleep(self, seconds: float) -> None:
        self.running.world.clock.move(timedelta(seconds=seconds))


@dataclass(slots=True)
class Patient:
    """The company, and the command in front of it."""

    running: RunningSandbox
    config: Path
    capture: pytest.CaptureFixture[str]

    def act(self, words: str) -> None:
        """Somebody does something; a minute passes."""
        self.running.act(*shlex.split(words))
        self.running.world.clock.move(timedelta(minutes=1))

    def edit(self, file: str, old: str, new: str) -> None:
        """Somebody edits the configuration."""
        path = self.config / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """One command line: its exit code, stdout and stderr."""
        self.capture.readouterr()
        code = main(["-C", str(self.config), *arguments], Session(clock=WorldClock(self.running)))
        captured = self.capture.readouterr()
        return code, captured.out, captured.err

    def examined(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """The exit code and the diagnosis."""
        code, out, err = self.run("doctor", *arguments, "--format", "json")
        assert out, err
        document: dict[str, Any] = json.loads(out)
        return code, document

    def follow(self, command: str) -> None:
        """Run a command as the doctor wrote it."""
        program, option, directory, *words = shlex.split(command)
        assert (program, option, directory) == ("reconciler", "-C", str(self.config))
        code, out, err = self.run(*words, "--yes")
        assert code == 0, out + err

    def issue(self, name: str) -> str:
        """The id of an issue that the world names."""
        return id_of("issue", name)


@pytest.fixture(scope="session")
def described() -> WorldFile:
    """The world as its file describes it."""
    return read_world(EXAMPLE / "world.yaml")


@pytest.fixture(scope="session")
def served() -> Iterator[RunningSandbox]:
    """One simulator for all tests; each gets the world anew."""
    with start(EXAMPLE / "world.yaml") as running:
        yield running
        assert running.failures == ()


@pytest.fixture
def patient(
    served: RunningSandbox,
    described: WorldFile,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Patient:
    """The company, freshly seeded, everything in order."""
    for name in ("GITHUB_ACTIONS", "TF_BUILD", "RECONCILER_CONFIG", "RECONCILER_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    served.clear_faults()
    served.application.world = World.from_file(described, Clock(source=lambda: BEGINNING))
    served.traffic.reset()
    for path in EXAMPLE.glob("*.yaml"):
        if path.name != "world.yaml":
            (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    told, _, document = invitation(served).partition("apiVersion:")
    (tmp_path / "connections.yaml").write_text(f"apiVersion:{document}", encoding="utf-8")
    for line in told.splitlines():
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            monkeypatch.setenv(name, value.strip("'"))
    return Patient(served, tmp_path, capsys)
