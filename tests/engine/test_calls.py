"""What a plan costs, counted by the simulator and held against a formula that knows only the world.

1,000 issues, 200 of them linked to 200 tickets in two projects, 20 of those quiet for so long that no search shows them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.clock import SystemClock
from reconciler.cli.main import main
from reconciler.cli.serving import invitation
from reconciler.cli.session import Session
from reconciler.memory.base import PROPERTY_KEY, TicketMemory
from reconciler.model.state import IssueState
from reconciler.sandbox.datadog.state import id_of
from reconciler.sandbox.serve import RunningSandbox, start
from reconciler.sync.group import GroupState
from reconciler.sync.remembered import Remembered

ISSUES, LINKED, QUIET, NEW = 1_000, 200, 20, 5
PROJECTS, SERVICES, INSTANCE = ("SHOP", "PAY"), 20, "acme-demo"
STATES = ("OPEN", "ACKNOWLEDGED", "RESOLVED")
STATUS = {"OPEN": "To Do", "ACKNOWLEDGED": "In Progress", "RESOLVED": "Done"}
CASE = {"OPEN": "Open", "ACKNOWLEDGED": "In Progress", "RESOLVED": "Closed"}

# An answer of the search holds at most 100 issues. Parts are filled by about 0.7 on the average, and whoever does not know how
# many there are also asks the questions whose full answers tell that they must be split. Reference: performance §8.
PAGE, FILL, COLD = 100, 0.7, 2
ALLOWED = 1.1

CONFIGURATION = """\
apiVersion: reconciler/v1
kind: StatusMapping
metadata: {name: default}
spec: {open: To Do, in_progress: In Progress, closed: Done}
---
apiVersion: reconciler/v1
kind: ProjectBinding
metadata: {name: shop}
spec:
  case_project: SHOP
  jira: {account: acme, project: SHOP, issue_type: Bug}
  status_mapping: default
  sync: {engine: datadog, status: two_way, assignee: two_way, comments: two_way}
---
apiVersion: reconciler/v1
kind: ProjectBinding
metadata: {name: pay}
spec:
  case_project: PAY
  jira: {account: acme, project: PAY, issue_type: Bug}
  status_mapping: default
  sync: {engine: datadog, status: two_way, assignee: two_way, comments: two_way}
---
apiVersion: reconciler/v1
kind: AutomationRules
metadata: {name: all}
spec:
  order: 100
  rules:
    - {name: new, match: service:service-0, destination: {binding: shop}, auto_create: true}
    - {name: pay, match: service:service-1, destination: {binding: pay}, auto_create: true}
---
apiVersion: reconciler/v1
kind: Limits
metadata: {name: limits}
spec: {settle_window: 0s}
"""


def state_of(number: int) -> str:
    return STATES[number % len(STATES)]


def issue(number: int) -> dict[str, Any]:
    """Linked ones first. Only the last few are new and wait for a ticket; the quiet ones had no error for two months."""
    is_new = number >= ISSUES - NEW
    return {
        "name": f"issue-{number}",
        "service": "service-0" if is_new else f"service-{2 + number * number % 1_009 % (SERVICES - 2)}",
        "error_type": f"Error{number}",
        "state": "OPEN" if is_new else state_of(number),
        "first_seen": "-2h" if is_new else f"-{70 + number % 50}d",
        "last_seen": "-1h" if is_new else "-60d" if number < QUIET else f"-{1 + number % 28}d",
    }


def memory(number: int) -> dict[str, Any]:
    """What the run that adopted the group of an issue has left on its ticket."""
    state, at = IssueState(state_of(number)), datetime(2026, 11, 1, tzinfo=UTC)
    group = GroupState(state.group, state.group, {id_of("issue", f"issue-{number}"): state})
    return {PROPERTY_KEY: TicketMemory(INSTANCE).encode(Remembered(group, at=at, since=at))}


def site(*, is_remembered: bool) -> dict[str, Any]:
    def tickets(project: int) -> list[dict[str, Any]]:
        return [
            {"key": f"{PROJECTS[project]}-{1 + n}", "type": "Bug", "summary": f"{n}", "status": STATUS[state_of(n)]}
            | ({"properties": memory(n)} if is_remembered else {})
            for n in range(project, LINKED, len(PROJECTS))
        ]

    return {
        "url": "https://acme.atlassian.net",
        "email": "reconciler@acme.com",
        "token": "sandbox-jira-token",
        "app_user": "datadog@acme.com",
        "users": [
            {"email": "reconciler@acme.com", "name": "Reconciler", "admin": True, "app": True},
            {"email": "datadog@acme.com", "name": "Datadog for Jira", "app": True},
        ],
        "statuses": {"To Do": "new", "In Progress": "indeterminate", "Done": "done"},
        "workflows": {"simple": {"statuses": ["To Do", "In Progress", "Done"]}},
        "projects": {
            key: {"name": key.title(), "workflow": "simple", "types": ["Bug"], "tickets": tickets(number)}
            for number, key in enumerate(PROJECTS)
        },
    }


def datadog() -> dict[str, Any]:
    cases = []
    for n in range(LINKED):
        key = f"{PROJECTS[n % len(PROJECTS)]}-{1 + n}"
        linked = {"title": f"{n}", "status": CASE[state_of(n)], "issues": [f"issue-{n}"]}
        cases.append({"key": key, **linked, "ticket": {"site": "acme", "key": key}})
    return {
        "behaviour": {"rate_limit": 1_000_000, "creation_delay": "0s"},
        "jira_accounts": [{"site": "acme"}],
        "case_projects": [{"key": key, "name": key.title()} for key in PROJECTS],
        "issues": [issue(number) for number in range(ISSUES)],
        "cases": cases,
    }


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSandbox]:
    """The company and, in `config` beside it, its configuration. The parameter says whether runs have adopted its groups."""
    spec = {"jira": {"acme": site(is_remembered=request.param)}, "datadog": datadog()}
    document = {"apiVersion": "reconciler/v1", "kind": "SandboxWorld", "metadata": {"name": "acme"}, "spec": spec}
    file = tmp_path / "world.json"
    file.write_text(json.dumps(document))
    with start(file) as running:
        told, _, connections = invitation(running).partition("apiVersion:")
        assert f"instance: {INSTANCE}" in connections
        (tmp_path / "config").mkdir()
        (tmp_path / "config" / "all.yaml").write_text(f"apiVersion:{connections}---\n{CONFIGURATION}")
        for line in told.splitlines():
            if line.startswith("export "):
                name, _, value = line.removeprefix("export ").partition("=")
                monkeypatch.setenv(name, value.strip("'"))
        yield running
        assert running.failures == ()


def formula(*, tickets: int, is_first: bool) -> dict[str, int]:
    """The calls that a plan of this world needs, by what they are for. `is_first`: no ticket remembers anything yet."""
    shown = ISSUES - QUIET
    return {
        "search": ceil(COLD * shown / (FILL * PAGE)),
        "cases": ceil((LINKED / 2 + tickets) / PAGE) + ceil(LINKED / 2 / PAGE),
        "tickets": ceil((LINKED + tickets) / PAGE),
        "histories": ceil(LINKED / PAGE) if is_first else 0,
        "quiet issues": QUIET,
        "Datadog itself": len(("keys", "case projects", "Jira accounts")),
        "the site": len(("server", "who we are", "webhooks")),
        "projects": len(PROJECTS) * len(("project", "permissions", "statuses")),
        "ticket types": len(PROJECTS) * len(("create screen",)),
    }


def reconciler(running: RunningSandbox, directory: Path, *arguments: str) -> Counter[str]:
    """The calls of one command that ends well."""
    running.traffic.reset()
    assert main(["-C", str(directory / "config"), *arguments], Session(clock=SystemClock())) == 0
    return Counter(running.traffic.counts())


def compared(made: Counter[str], needed: dict[str, int]) -> str:
    counts = "\n  ".join(f"{name}: {count}" for name, count in sorted(made.items()))
    return f"{made.total()} calls, the formula says {sum(needed.values())} {needed}\n  {counts}"


@pytest.mark.parametrize("world", [False], indirect=True, ids=["nothing remembered"])
def test_a_first_plan_reads_no_more_than_it_must(
    world: RunningSandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, needed = reconciler(world, tmp_path, "plan"), formula(tickets=0, is_first=True)
    told = capsys.readouterr().out
    print(compared(made, needed))
    assert world.traffic.writes == ()
    assert made.total() <= ALLOWED * sum(needed.values())
    assert f"Plan: {NEW + 1} to create, {LINKED + len(PROJECTS)} to update, 0 to delete; {made.total()} calls" in told


@pytest.mark.parametrize("world", [True], indirect=True, ids=["adopted by earlier runs"])
def test_a_later_plan_reads_no_more_than_it_must_and_an_apply_with_nothing_to_do_writes_nothing(
    world: RunningSandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reconciler(world, tmp_path, "apply", "--yes")
    assert f"Apply: {NEW + 1 + len(PROJECTS)} applied" in capsys.readouterr().out
    needed = formula(tickets=NEW, is_first=False)
    for command in (("plan", "--detailed-exitcode"), ("apply", "--yes")):
        made = reconciler(world, tmp_path, *command)
        print(compared(made, needed))
        assert world.traffic.writes == ()
        assert made.total() <= ALLOWED * sum(needed.values())
