"""A company in step, served over HTTP, its clock standing still; and the ten ways in which people move it by hand."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
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
    in_step: bytes = b""

    def act(self, *deeds: str) -> None:
        """People do these things."""
        for words in deeds:
            self.running.act(*shlex.split(words))

    def wait(self, **span: float) -> None:
        """Time passes, and whatever is due by then happens."""
        self.running.world.clock.move(timedelta(**span))
        with self.running.world.lock:
            self.running.world.settle()

    def run(self, *arguments: str, config: Path | None = None) -> tuple[int, str, str]:
        """One command line: its exit code, stdout and stderr."""
        self.capture.readouterr()
        code = main(["-C", str(config or self.config), *arguments], Session(clock=WorldClock(self.running)))
        captured = self.capture.readouterr()
        return code, captured.out, captured.err

    def look(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """`drift` as JSON, which is what its schema says; the exit code."""
        code, out, err = self.run("drift", "--format", "json", *arguments)
        document: dict[str, Any] = json.loads(out or err)
        Draft202012Validator(machine_schemas()["drift"]).validate(document)
        return code, document

    def accept(self, address: str, until: str) -> None:
        """A document by which team-shop answers for an address."""
        (self.config / "accepted.yaml").write_text(
            "apiVersion: reconciler/v1\nkind: AcceptedDrift\nmetadata: {name: freeze}\n"
            f"spec:\n  address: {address}\n  reason: frozen\n  owner: team-shop\n  until: {until}\n"
        )


@pytest.fixture(scope="session")
def served() -> Iterator[RunningSandbox]:
    """One simulator for all tests; each gets the company anew."""
    with start(HERE / "company" / "world.yaml") as running:
        yield running
        assert running.failures == ()


@pytest.fixture
def company(
    served: RunningSandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Company:
    """The company in step: everything that is declared has been applied."""
    for name in ("GITHUB_ACTIONS", "TF_BUILD", "RECONCILER_CONFIG", "RECONCILER_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    served.clear_faults()
    world = read_world(HERE / "company" / "world.yaml")
    served.application.world = World.from_file(world, Clock(source=lambda: BEGINNING))
    config = tmp_path / "config"
    config.mkdir()
    told, _, document = invitation(served).partition("apiVersion:")
    (config / "connections.yaml").write_text(f"apiVersion:{document}")
    (config / "config.yaml").write_text((HERE / "company" / "config.yaml").read_text())
    for line in told.splitlines():
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            monkeypatch.setenv(name, value.strip("'"))
    made = Company(served, config, capsys)
    for _ in range(2):
        code, out, err = made.run("apply", "--yes")
        assert code == 0, out + err
        made.wait(minutes=20)
    served.traffic.reset()
    return made


@pytest.fixture
def ten_ways() -> Mapping[str, str]:
    """What somebody does by hand, by the address that drifts from it. All at once, they touch nothing else."""
    return {
        "case_project.OPS": "project OPS set integration_jira.enabled false",
        "case_project.PAY": "project PAY set integration_jira.sync.properties.assignee.sync_type none",
        "case_project.SHOP": "project SHOP set integration_jira.auto_creation.enabled true",
        "webhook.acme": "webhook 'Datadog Webhook' disable",
        "ticket.SHOP-1": "ticket SHOP-1 status Done --as bruno@acme.com",
        "ticket.SHOP-2": "issue two state RESOLVED",
        "ticket.SHOP-3": "case SHOP-3 status Closed",
        "ticket.SHOP-4": "ticket SHOP-4 assign alice@acme.com --as bruno@acme.com",
        "ticket.SHOP-5": "ticket SHOP-5 delete",
        f"ticket.{id_of('issue', 'new')}": "case SHOP-7 unlink",
    }
