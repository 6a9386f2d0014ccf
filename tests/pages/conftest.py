"""A reader who does what a page says: writes its YAML into the files it names and types its commands, in a directory of their own.

Where the page speaks of a company's own Datadog and Jira, a sandbox is served in their place: `init --sandbox` tells of the company.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reconciler.cli.main import main
from reconciler.cli.serving import invitation
from reconciler.cli.session import Session
from reconciler.documents.load import load
from reconciler.model.finding import Severity
from reconciler.sandbox.serve import RunningSandbox, start

ROOT = Path(__file__).resolve().parents[2]
WORLD = ROOT / "reconciler" / "cli" / "starter" / "sandbox" / "world.yaml"
# Pages about other companies than that one.
WORLDS = {
    "docs/how-to/data-center.md": ROOT / "tests" / "sandbox" / "worlds" / "dc.yaml",
    "docs/how-to/several-jira-accounts.md": ROOT / "tests" / "pages" / "two_sites.yaml",
}

# What a reader does besides, and where it is done in earnest.
ELSEWHERE = {
    "git clone … && cd …": "by whoever reads this",
    "make setup": ".ci/run",
    "make test": ".ci/run",
    "make demo": ".github/workflows/ci.yml",
    "make": ".ci/run",
    "pip install .": ".ci/installed",
}
# `<!-- edit FILE from "TEXT": OLD => NEW -->` is what the words before a fence tell the reader to change.
EDIT = re.compile(r'<!-- edit (\S+?)(?: from "(.+?)")?: (.+?) => (.+?) -->')
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$|<!-- edit .+? -->", re.MULTILINE | re.DOTALL)
# What differs from run to run.
VARIES = re.compile(
    r"\d{4}-\d\d-\d\d(?: \d\d:\d\d UTC)?|[0-9a-f]{8}-[0-9a-f-]{27}|ddet-[a-z0-9]+|\b[0-9a-f]{8}\b|\d+ calls|\d+ ms"
)


@dataclass
class Reader:
    """What one page was run with, and what came out differently than it says."""

    sandbox: RunningSandbox
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    ran: int = 0
    wrong: list[str] = field(default_factory=list)

    def follow(self, text: str) -> None:
        for found in FENCE.finditer(text):
            if edit := EDIT.fullmatch(found[0]):
                self.edit(*edit.groups(default=""))
            elif found[1] == "yaml":
                self.write(found[2])
            elif found[1] in {"", "console", "sh"}:
                self.type(found[2], console=found[1] == "console" or "\n$ " in f"\n{found[2]}")

    def edit(self, name: str, start: str, old: str, new: str) -> None:
        before, mark, after = Path(name).read_text(encoding="utf-8").partition(start or "\n")
        if old not in after:
            self.wrong.append(f"{name}: nothing to edit: {old}")
        Path(name).write_text(before + mark + after.replace(old, new.replace("\\n", "\n"), 1), encoding="utf-8")

    def write(self, shown: str) -> None:
        """The first line names the file; what names none is a configuration by itself."""
        named = re.match(r"# (\S+\.yaml)", shown)
        path = Path(named[1]) if named else Path("shown") / "page.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.led_here(shown), encoding="utf-8")
        if named is None:
            self.wrong += [str(one) for one in load(path.parent).findings if one.severity is Severity.ERROR]

    def led_here(self, shown: str) -> str:
        """Addresses of real systems become those of the sandbox; a world file has a company of its own."""
        if "kind: SandboxWorld" in shown:
            return shown
        shown = re.sub(r"\bsite: \S+", f"url: {self.sandbox.datadog_url}", shown)
        urls = self.sandbox.jira_urls
        first = next(iter(urls.values()))
        return re.sub(
            r"^( +)([\w-]+):( *#.*)?\n\1  url: https://\S+",
            lambda found: f"{found[1]}{found[2]}:\n{found[1]}  url: {urls.get(found[2], first)}",
            shown,
            flags=re.MULTILINE,
        )

    def type(self, shown: str, *, console: bool) -> None:
        said: list[str] = []
        for line in shown.splitlines():
            command = line.removeprefix("$ ") if console else line
            if console and not line.startswith("$ "):
                self.compare(line, said)
            elif not console and not re.match(r"(reconciler|export|make|pip|cd|cp|git) ?", line):
                continue
            else:
                said = self.run(command)

    def compare(self, line: str, said: list[str]) -> None:
        """Lines come in the order that is shown; `…` and `[…]` stand for others."""
        if not line.strip() or line.strip() in {"…", "[…]"}:
            return
        wanted = VARIES.sub("?", line.rstrip())
        if wanted not in said:
            self.wrong.append(f"not said: {line}")
            return
        del said[: said.index(wanted) + 1]

    def run(self, line: str) -> list[str]:
        command, _, remark = line.partition(" #")
        ends = re.search(r"ends with (\d+)", remark)
        if Path("plan.json").exists():
            # What the workflows take from the comment that shows the plan.
            self.monkeypatch.setenv("DIGEST", json.loads(Path("plan.json").read_text(encoding="utf-8"))["digest"])
        words: list[str] = shlex.split(os.path.expandvars(command))
        match words:
            case ["reconciler", *arguments]:
                return self.reconciler(line, arguments, int(ends[1]) if ends else 0)
            case ["cd", directory]:
                self.monkeypatch.chdir(directory)
            case ["cp", "-R", source, target]:
                shutil.copytree(source, target)
            case ["export", *settings]:
                known = invitation(self.sandbox)
                self.wrong += [f"unknown: {one}" for one in settings if f"export {one.partition('=')[0]}=" not in known]
            case _:
                self.wrong += [] if command.strip() in ELSEWHERE else [f"nobody runs: {line}"]
        return []

    def reconciler(self, line: str, arguments: list[str], wanted: int) -> list[str]:
        if "apply" in arguments and not any(one.endswith(".json") or one == "--yes" for one in arguments):
            arguments.append("--yes")  # the reader agrees
        if "origin/main" in arguments:
            self.keep()
        self.capsys.readouterr()
        code = main(arguments, Session())
        told = self.capsys.readouterr()
        self.ran += 1
        if code != wanted:
            self.wrong.append(f"ends with {code}, not {wanted}: {line}\n{told.out[-1500:]}{told.err[-1500:]}")
        return [VARIES.sub("?", each.rstrip()) for each in told.out.splitlines()]

    def keep(self) -> None:
        """The directory becomes a repository as it stands, of which `origin/main` is the same."""
        git = ["git", "-c", "user.name=Reader", "-c", "user.email=reader@example.com", "-c", "commit.gpgsign=false"]
        for words in (
            ["init", "--quiet"],
            ["add", "config"],
            ["commit", "--quiet", "--no-verify", "-m", "As it stands"],
            ["update-ref", "refs/remotes/origin/main", "HEAD"],
        ):
            subprocess.run([*git, *words], check=True, capture_output=True, timeout=30)


@pytest.fixture
def reader(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Reader]]:
    """Begins to read a page, in a directory that holds `examples` and `config` as the repository does."""
    for name in ("GITHUB_ACTIONS", "TF_BUILD", "RECONCILER_CONFIG", "RECONCILER_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    for name in ("examples", "config", "schemas"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns(".reconciler"))
    monkeypatch.chdir(tmp_path)
    with ExitStack() as served:

        def begin(page: str) -> Reader:
            running = served.enter_context(start(WORLDS.get(page, WORLD)))
            one = Reader(running, capsys, monkeypatch)
            for name, value in re.findall(r"^export (\w+)=(\S+)$", invitation(running), re.MULTILINE):
                monkeypatch.setenv(name, shlex.split(value)[0])
            connections = tmp_path / "config" / "connections.yaml"
            connections.write_text(one.led_here(connections.read_text(encoding="utf-8")), encoding="utf-8")
            return one

        yield begin
