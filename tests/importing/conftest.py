"""A company that was set up by hand, served over HTTP; and a directory that says how to reach it, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.cli.main import main
from reconciler.cli.serving import invitation
from reconciler.cli.session import Session
from reconciler.sandbox.serve import RunningSandbox, start

WORLD = Path(__file__).parent / "world.yaml"


@dataclass(frozen=True)
class Ended:
    """One run of the command."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def grown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSandbox]:
    """The company; the environment and `config` lead there."""
    for name in ("GITHUB_ACTIONS", "TF_BUILD", "RECONCILER_CONFIG", "RECONCILER_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    config = tmp_path / "config"
    config.mkdir()
    with start(WORLD) as running:
        told, _, document = invitation(running).partition("apiVersion:")
        (config / "connections.yaml").write_text(f"apiVersion:{document}")
        for line in told.splitlines():
            if line.startswith("export "):
                name, _, value = line.removeprefix("export ").partition("=")
                monkeypatch.setenv(name, value.strip("'"))
        yield running
        assert running.failures == ()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `reconciler …` in this process."""

    def reconciler(*arguments: str) -> Ended:
        capsys.readouterr()
        code = main(list(arguments), Session())
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return reconciler
