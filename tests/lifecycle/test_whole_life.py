"""The whole life of a configuration repository, by the very commands of the workflows: their `run` lines are read from the YAML."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.cli.main import main
from reconciler.cli.serving import invitation
from reconciler.report.sticky import shown_in
from reconciler.sandbox.serve import RunningSandbox, start

ROOT = Path(__file__).resolve().parents[2]
EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")
INSTALLS = "python -m pip install --quiet --requirement requirements.txt"

# What the fixture `forge` gives: see conftest.
Forge = Any


@dataclass
class Repository:
    """A clone with its secrets, and a runner that does what the jobs of its workflows say."""

    path: Path
    secrets: Mapping[str, str]
    forge: Forge
    running: RunningSandbox
    shims: Path
    said: list[str] = field(default_factory=list)

    def git(self, *words: str) -> str:
        told = subprocess.run(["git", *words], cwd=self.path, capture_output=True, text=True, check=True)
        return told.stdout.strip()

    def commit(self, message: str) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.path / name).read_text(encoding="utf-8")
        assert old in text
        (self.path / name).write_text(text.replace(old, new), encoding="utf-8")

    def job(self, workflow: str, job: str, **context: str) -> tuple[int, dict[str, str]]:
        """Run the steps of a job, until one fails: its exit code, and the outputs of all."""
        document = yaml.load((self.path / f".github/workflows/{workflow}.yml").read_text(), yaml.CSafeLoader)
        values = self._values(document, context)
        steps = [step for step in document["jobs"][job]["steps"] if "run" in step and _applies(step, values)]
        assert steps.pop(0)["run"] == INSTALLS
        output = self.path / ".git" / "output"
        output.write_text("")
        for step in steps:
            named = {**document["env"], **step.get("env", {})}
            told = {name: EXPRESSION.sub(lambda found: values[found[1]], text) for name, text in named.items()}
            code = self._shell(
                step["run"], {**told, "GITHUB_OUTPUT": str(output), "GITHUB_SHA": context.get("sha", "")}
            )
            if code != 0:
                return code, {}
        return 0, dict(line.split("=", 1) for line in output.read_text().splitlines())

    def _values(self, document: dict[Any, Any], context: Mapping[str, str]) -> dict[str, str]:
        # YAML reads the key `on` as true.
        asked = document[True]["workflow_call"]
        inputs = {f"inputs.{name}": str(one["default"]).lower() for name, one in asked["inputs"].items()}
        secrets = {f"secrets.{name}": self.secrets[name] for name in asked["secrets"]}
        base = {"github.event.pull_request.base.sha": self.git("rev-parse", "main"), "github.token": "bot-token"}
        given = {name.replace("__", "."): value for name, value in context.items()}
        return {**inputs, **secrets, **base, **given}

    def _shell(self, script: str, environment: Mapping[str, str]) -> int:
        fixed = {
            "PATH": f"{self.shims}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.path),
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.forge.url,
            "GITHUB_REPOSITORY": "acme/errors",
            "GITHUB_RUN_ID": "77",
            "GITHUB_EVENT_PATH": str(self.path / ".git" / "event.json"),
            "GITHUB_STEP_SUMMARY": str(self.path / ".git" / "summary.md"),
        }
        everything = {**fixed, **environment}
        if re.fullmatch(r"reconciler [^|&;<>\n]*", script):
            return self._command(script, everything)
        # As a runner calls it. Reference: docs.github.com, workflow syntax, "jobs.<job_id>.steps[*].shell".
        told = subprocess.run(
            ["bash", "-e", "-c", script], cwd=self.path, env=everything, capture_output=True, text=True, check=False
        )
        self.said.append(told.stdout + told.stderr)
        return told.returncode

    def _command(self, line: str, environment: Mapping[str, str]) -> int:
        """One plain command needs no process of its own, which would cost a second each."""
        before, said = dict(os.environ), io.StringIO()
        os.environ.clear()
        os.environ.update(environment)
        try:
            with contextlib.chdir(self.path), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                return main([os.path.expandvars(word) for word in shlex.split(line)[1:]])
        finally:
            os.environ.clear()
            os.environ.update(before)
            self.said.append(said.getvalue())


def _applies(step: Mapping[str, str], values: Mapping[str, str]) -> bool:
    reviewed = values.get("inputs.reviewed") == "true"
    known = {
        "": True,
        "inputs.reviewed": reviewed,
        "${{ !inputs.reviewed }}": not reviewed,
        "${{ !cancelled() }}": True,
    }
    return known[str(step.get("if", ""))]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forge: Forge) -> Iterator[Repository]:
    """What `init` makes, committed, and its company served beside it."""
    for name, value in {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}.items():
        monkeypatch.setenv(name, value)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Alice")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "alice@my-company.com")
    path, shims = tmp_path / "errors", tmp_path / "bin"
    assert main(["init", str(path), "--sandbox"]) == 0
    shims.mkdir()
    (shims / "reconciler").write_text(f'#!/bin/sh\nexec {sys.executable} -m reconciler "$@"\n')
    (shims / "reconciler").chmod(0o755)
    with start(path / "config" / "world.yaml") as running:
        told, _, document = invitation(running).partition("apiVersion:")
        (path / "config" / "connections.yaml").write_text("apiVersion:" + document)
        exports = re.findall(r"^export (\w+)=(.*)$", told, re.MULTILINE)
        repository = Repository(path, {name: value.strip("'") for name, value in exports}, forge, running, shims)
        repository.git("init", "--quiet", "--initial-branch", "main")
        repository.commit("what init made")
        yield repository
        assert running.failures == ()


def test_from_init_to_drift_and_back(repository: Repository, forge: Forge) -> None:
    # What is there is brought in step, as "Run workflow" does it.
    assert repository.job("apply", "apply", inputs__reviewed="false")[0] == 0, repository.said
    assert "3 applied" in (repository.path / ".git" / "summary.md").read_text()

    # A branch: the rule shall make tickets. First somebody forgets what is expected of it.
    repository.git("switch", "--quiet", "--create", "tickets")
    repository.edit("config/rules/shop.yaml", "auto_create: false", "auto_create: true ")
    assert repository.job("plan", "check")[0] == 2
    assert "::error file=config/tests.yaml,line=" in repository.said[-1], repository.said[-1]
    repository.edit("config/tests.yaml", "auto_create: false", "auto_create: true")
    head = repository.commit("tickets for the web store")
    event = {"pull_request": {"number": 5, "head": {"sha": head}}}
    (repository.path / ".git" / "event.json").write_text(json.dumps(event))
    assert repository.job("plan", "check")[0] == 0, repository.said
    assert repository.job("plan", "plan")[0] == 0, repository.said
    assert repository.job("plan", "comment")[0] == 0, repository.said
    (comment,) = forge.comments[5]
    assert "Plan: 1 to create, 0 to update, 0 to delete" in comment["body"]
    assert "TimeoutError" in comment["body"]
    shown = shown_in(comment["body"])
    assert shown is not None
    assert shown.head == head

    # The merge: the plan that was reviewed is found and applied, and no other.
    repository.git("switch", "--quiet", "main")
    repository.git("merge", "--quiet", "--no-ff", "tickets")
    merge = repository.git("rev-parse", "HEAD")
    forge.merge(5, head, merge)
    code, found = repository.job("apply", "reviewed", sha=merge)
    assert (code, found) == (0, {"digest": shown.digest, "run": "77"}), repository.said
    repository.running.traffic.reset()
    assert repository.job("apply", "apply", needs__reviewed__outputs__digest="sha256:" + "0" * 64)[0] == 4
    assert repository.running.traffic.exchanges == ()
    assert repository.job("apply", "apply", needs__reviewed__outputs__digest=found["digest"])[0] == 0, repository.said
    assert [one.system for one in repository.running.traffic.effects].count("datadog") >= 1
    assert "1 applied" in (repository.path / ".git" / "summary.md").read_text()
    assert look(repository) == "0"
    assert forge.issues == []

    # Somebody moves something: the issue opens, and closes when it is brought back.
    repository.running.act("project", "SHOP", "set", "integration_jira.sync.enabled", "false")
    assert look(repository) == "2"
    (issue,) = forge.issues
    assert issue["state"] == "open"
    assert "case_project.SHOP" in issue["body"]
    assert repository.job("apply", "apply", inputs__reviewed="false")[0] == 0, repository.said
    assert look(repository) == "0"
    assert [(one["number"], one["state"]) for one in forge.issues] == [(issue["number"], "closed")]


def look(repository: Repository) -> str:
    """The workflow `drift`: how the look ended."""
    code, found = repository.job("drift", "look")
    assert code == 0, repository.said
    assert repository.job("drift", "issue", needs__look__outputs__ended=found["ended"])[0] == 0, repository.said
    return found["ended"]
