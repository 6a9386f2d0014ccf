"""What a plan costs, counted by the simulator and held against a formula that knows only the world.

1,000 issues, 200 of them linked to 200 tickets in two projects, 20 of those quiet for so long that no search shows them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.clock import SystemClock
from reconciler.cli.main import main
from reconciler.cli.serving import invitation
from reconciler.cli.session import Session
from reconciler.sandbox.serve import RunningSandbox, start

ISSUES, LINKED, QUIET, NEW = 1_000, 200, 20, 5
PROJECTS, SERVICES = ("SHOP", "PAY"), 20
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


def site() -> dict[str, Any]:
    def tickets(project: int) -> list[dict[str, Any]]:
        own = range(project, LINKED, len(PROJECTS))
        return [
            {"key": f"{PROJECTS[project]}-{1 + n}", "type": "Bug", "summary": f"{n}", "status": STATUS[state_of(n)]}
            for n in own
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
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSandbox]:
    """The company and, in `config` beside it, its configuration."""
    spec = {"jira": {"acme": site()}, "datadog": datadog()}
    file = tmp_path / "world.json"
    file.write_text(
        json.dumps({"apiVersion": "reconciler/v1", "kind": "SandboxWorld", "metadata": {"name": "acme"}, "spec": spec})
    )
    with start(file) as running:
        told, _, document = invitation(running).partition("apiVersion:")
        (tmp_path / "config").mkdir()
        (tmp_path / "config" / "all.yaml").write_text(f"apiVersion:{document}---\n{CONFIGURATION}")
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


def planned(running: RunningSandbox, directory: Path) -> Counter[str]:
    """The calls of one plan."""
    running.traffic.reset()
    assert main(["-C", str(directory), "plan"], Session(clock=SystemClock())) == 0
    assert running.traffic.writes == ()
    return Counter(running.traffic.counts())


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_plan_reads_no_more_than_it_must_and_an_apply_with_nothing_to_do_writes_nothing(
    world: RunningSandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config"
    before = planned(world, config)
    told = capsys.readouterr().out
    needed = formula(tickets=0, is_first=True)
    print(f"first plan: {before.total()} calls, formula {sum(needed.values())}: {needed}", *before.items(), sep="\n  ")
    assert before.total() <= ALLOWED * sum(needed.values())
    assert f"; {before.total()} calls" in told
    assert f"Plan: {NEW + 1} to create, {LINKED + len(PROJECTS)} to update" in told

    assert main(["-C", str(config), "apply", "--yes"], Session(clock=SystemClock())) == 0
    after = planned(world, config)
    needed = formula(tickets=NEW, is_first=False)
    print(f"second plan: {after.total()} calls, formula {sum(needed.values())}: {needed}", *after.items(), sep="\n  ")
    assert after.total() <= ALLOWED * sum(needed.values())

    world.traffic.reset()
    assert main(["-C", str(config), "apply", "--yes"], Session(clock=SystemClock())) == 0
    assert world.traffic.writes == ()
    assert len(world.traffic.exchanges) <= ALLOWED * sum(needed.values())
