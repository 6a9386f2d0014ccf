"""A company of one's own: a copy of the quickstart, on its embedded sandbox or on one that is served beside the test."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.cli.clock import SystemClock
from reconciler.cli.main import main
from reconciler.cli.serving import invitation
from reconciler.cli.session import Session
from reconciler.sandbox.serve import RunningSandbox, start

QUICKSTART = Path(__file__).resolve().parents[2] / "examples" / "quickstart"


@dataclass(frozen=True)
class Ended:
    """One run of the command."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """A configuration directory: the quickstart, untouched."""
    directory = tmp_path / "acme"
    shutil.copytree(QUICKSTART, directory, ignore=shutil.ignore_patterns(".reconciler"))
    return directory


@pytest.fixture
def run(company: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `reconciler -C company …` in this process."""
    for name in ("GITHUB_ACTIONS", "TF_BUILD", "RECONCILER_CONFIG", "RECONCILER_DEBUG"):
        monkeypatch.delenv(name, raising=False)

    def reconciler(*arguments: str, clock: SystemClock | None = None) -> Ended:
        capsys.readouterr()
        code = main(["-C", str(company), *arguments], Session(clock=clock or SystemClock()))
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return reconciler


@pytest.fixture
def served(company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSandbox]:
    """The company's sandbox, served beside the test; the configuration and the environment point there."""
    with start(company / "world.yaml", tmp_path / "sandbox.json") as running:
        told, _, document = invitation(running).partition("apiVersion:")
        (company / "connections.yaml").write_text("apiVersion:" + document)
        for line in told.splitlines():
            if line.startswith("export "):
                name, _, value = line.removeprefix("export ").partition("=")
                monkeypatch.setenv(name, value.strip("'"))
        yield running
        assert running.failures == ()
