"""The example company with a pull request on its rules: served over HTTP, its clock standing still."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
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

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "quickstart"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
RULES = "rules/storefront.yaml"

Run = Callable[..., tuple[int, str, str]]


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


@pytest.fixture(scope="session")
def served() -> Iterator[RunningSandbox]:
    """One simulator for all tests: nothing here writes."""
    with start(EXAMPLE / "world.yaml") as running:
        running.application.world = World.from_file(read_world(EXAMPLE / "world.yaml"), Clock(source=NOW.timestamp))
        yield running
        assert running.failures == ()
        assert running.traffic.writes == ()


@pytest.fixture
def company(served: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration, committed to git as it is in the examples, with the pull request applied on top."""
    for name in ("GITHUB_ACTIONS", "TF_BUILD", "RECONCILER_CONFIG", "RECONCILER_DEBUG", "RECONCILER_BASE"):
        monkeypatch.delenv(name, raising=False)
    directory = tmp_path / "repository" / "config"
    shutil.copytree(EXAMPLE, directory, ignore=shutil.ignore_patterns(".reconciler", "world.yaml"))
    told, _, document = invitation(served).partition("apiVersion:")
    (directory / "connections.yaml").write_text(f"apiVersion:{document}")
    for line in told.splitlines():
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            monkeypatch.setenv(name, value.strip("'"))
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "Before"], ["tag", "before"]):
        who = ["-c", "user.name=A", "-c", "user.email=a@acme.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *who, *words], cwd=directory.parent, check=True, capture_output=True)
    text = (directory / RULES).read_text()
    head, *rules = text.split("\n    - name: ")
    # Two rules change places, and a checkout error now needs a team as well.
    changed = "\n    - name: ".join([head, rules[1], rules[0], *rules[2:]])
    changed = changed.replace("match: service:checkout\n", "match: service:checkout AND team:payments\n")
    added = "\n    - name: sign-in\n      match: service:auth\n      destination: {binding: payments}\n"
    (directory / RULES).write_text(changed.rstrip() + "\n" + added)
    return directory


@pytest.fixture
def run(
    served: RunningSandbox, company: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    """`reconciler -C config …` in the repository: the exit code, stdout and stderr."""
    monkeypatch.chdir(company.parent)

    def reconciler(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["-C", "config", *arguments], Session(clock=WorldClock(served)))
        out, err = capsys.readouterr()
        return code, out, err

    return reconciler
