"""The sandbox in a process of its own: served, planned against over HTTP, acted in, started over."""

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@dataclass
class Served:
    """A `sandbox serve` and what it printed."""

    process: subprocess.Popen[str]
    variables: dict[str, str] = field(default_factory=dict)
    document: str = ""


@pytest.fixture
def served_apart(company: Path, tmp_path: Path) -> Iterator[Served]:
    """`reconciler sandbox serve` on the company, as somebody would start it in another terminal."""
    with subprocess.Popen(
        [
            sys.executable,
            "-m",
            "reconciler",
            "-C",
            str(company),
            "sandbox",
            "serve",
            "--log",
            str(tmp_path / "log.ndjson"),
        ],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        served = Served(process)
        for line in process.stdout:
            if line.startswith("export "):
                name, _, value = line.removeprefix("export ").partition("=")
                (served.variables[name],) = shlex.split(value)
            served.document += line if served.document or line.startswith("apiVersion:") else ""
            if "webhook:" in line:
                break
        yield served
        process.kill()


def test_commands_elsewhere_use_it_with_credentials_from_the_environment(
    run: Run, company: Path, tmp_path: Path, served_apart: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in served_apart.variables.items():
        monkeypatch.setenv(name, value)
    (company / "connections.yaml").write_text(served_apart.document)
    assert run("plan", "--detailed-exitcode").code == 2
    assert run("apply", "--yes").code == 0
    assert run("plan", "--detailed-exitcode").code == 0
    log = [json.loads(line) for line in (tmp_path / "log.ndjson").read_text().splitlines()]
    assert sum(exchange["effect"] for exchange in log) > 12
    assert not any(value in json.dumps(log) for value in served_apart.variables.values())


def test_a_person_acts_in_it_while_it_is_served(run: Run, served_apart: Served) -> None:
    acted = run("sandbox", "act", "ticket", "SHOP-3", "status", "To", "Do")
    assert (acted.code, acted.err) == (0, "")
    assert "SHOP-3" in acted.out
    assert "To Do" in acted.out
    wrong = run("sandbox", "act", "ticket", "SHOP-999999", "status", "Done")
    assert (wrong.code, wrong.out) == (1, "")
    assert "SHOP-999999" in wrong.err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_ends_cleanly(number: signal.Signals, code: int, served_apart: Served) -> None:
    served_apart.process.send_signal(number)
    assert served_apart.process.wait(timeout=20) == code


def test_a_person_acts_between_runs_and_the_world_starts_over(run: Run) -> None:
    assert run("apply", "--yes").code == 0
    assert run("plan", "--detailed-exitcode").code == 0
    acted = run("sandbox", "act", "webhook", "Datadog Webhook", "disable")
    assert acted.code == 0, acted.err
    after = run("plan", "--detailed-exitcode")
    assert after.code == 2
    assert "webhook.acme" in after.out
    assert run("sandbox", "seed").out.startswith("seeded acme: ")
    again = json.loads(run("plan", "--format", "json").out)
    assert again["counts"]["create"] == 10


def test_words_that_make_no_sense_are_answered_with_those_that_do(run: Run) -> None:
    wrong = run("sandbox", "act", "ticket", "SHOP-3", "stauts", "Done")
    assert wrong.code == 1
    assert "ticket can be told: status, assign" in wrong.err


def test_a_configuration_of_the_real_systems_has_no_sandbox(run: Run, company: Path) -> None:
    (company / "connections.yaml").unlink()
    refused = run("sandbox", "seed")
    assert refused.code == 1
    assert "name a world" in refused.err
