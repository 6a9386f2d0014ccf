"""Groups alive: the real engine and the real clients over HTTP, against a simulator whose time stands still unless moved."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.loading import loaded
from reconciler.cli.planning import tools_for
from reconciler.cli.serving import invitation
from reconciler.cli.session import Session
from reconciler.cli.wiring import connected
from reconciler.engine.apply import apply
from reconciler.engine.reconcile import reconcile
from reconciler.engine.scope import SYNC, Scope, WritableSystems
from reconciler.memory.base import PROPERTY_KEY, TicketMemory
from reconciler.model.address import Address
from reconciler.model.declared import Configuration, ConflictPolicy, FansOut
from reconciler.model.finding import Finding
from reconciler.model.state import IssueState, StatusGroup
from reconciler.plan.change import Change
from reconciler.plan.outcome import Outcome
from reconciler.plan.plan import Plan
from reconciler.sandbox.clock import Clock
from reconciler.sandbox.datadog.state import id_of
from reconciler.sandbox.serve import RunningSandbox, start
from reconciler.sandbox.world import World
from reconciler.sandbox.worldfile import WorldDocument, WorldFile
from reconciler.sync.group import GroupState
from reconciler.sync.remembered import Remembered

BEGINNING = datetime(2026, 11, 2, 9, 0, tzinfo=UTC).timestamp()
STATUS = {"open": "To Do", "in_progress": "In Progress", "closed": "Done"}
CASE = {"open": "Open", "in_progress": "In Progress", "closed": "Closed"}

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
  sync: {engine: reconciler, status: two_way}
---
apiVersion: reconciler/v1
kind: Limits
metadata: {name: limits}
spec: {max_closes: 100000, max_change_ratio: 1.0}
"""


@dataclass(frozen=True, slots=True)
class Seed:
    """A group to begin with: ticket SHOP-<number>, case SHOP-<number>, issues `<number>-a`, `<number>-b`, …; `apart` are
    issues of no case.
    """

    number: int
    hub: str
    issues: Sequence[str]
    apart: Sequence[str] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all its issues."""
        return tuple(f"{self.number}-{chr(97 + at)}" for at in range(len(self.issues) + len(self.apart)))


@dataclass(frozen=True, slots=True)
class Ran:
    """One run: what was planned, and how it ended."""

    plan: Plan
    outcomes: tuple[Outcome, ...]

    @property
    def is_done(self) -> bool:
        """Whether nothing failed."""
        return all(outcome.status.is_done for outcome in self.outcomes)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the plan reported."""
        return self.plan.findings


class Silence:
    """A reporter that nobody listens to."""

    def reading(self, what: str, done: int, total: int) -> None: ...
    def applying(self, change: Change, number: int, total: int) -> None: ...
    def step(self, address: Address, text: str) -> None: ...
    def applied(self, outcome: Outcome) -> None: ...
    def found(self, finding: Finding) -> None: ...


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


@dataclass(slots=True)
class Company:
    """The systems, the configuration, and everybody in them."""

    running: RunningSandbox
    session: Session
    configuration: Configuration
    systems: WritableSystems
    seeds: tuple[Seed, ...] = ()
    told: list[str] = field(default_factory=list)

    def declare(self, conflict: str, case_fans_out: str) -> None:
        """Another policy, and another belief about whether a case moves its issues."""
        binding = self.configuration.bindings["shop"]
        sync = replace(binding.sync, conflict=ConflictPolicy(conflict))
        connections = self.configuration.connections
        assert connections is not None
        assert connections.datadog is not None
        datadog = replace(connections.datadog, case_fans_out=FansOut(case_fans_out))
        self.configuration = replace(
            self.configuration,
            bindings={"shop": replace(binding, sync=sync)},
            connections=replace(connections, datadog=datadog),
        )

    def begin(self, *seeds: Seed, case_fans_out: bool = False, remembered: bool = False) -> None:
        """A fresh world of these groups; `remembered`: a run has adopted them already."""
        self.running.clear_faults()
        self.seeds = seeds
        self.told.clear()
        world_file = world_of(seeds, case_fans_out=case_fans_out)
        if remembered:
            tickets = world_file["spec"]["jira"]["acme"]["projects"]["SHOP"]["tickets"]
            for seed, ticket in zip(seeds, tickets, strict=True):
                ticket["properties"] = {PROPERTY_KEY: TicketMemory("acme-demo").encode(base_of(seed))}
        document = WorldDocument.model_validate(world_file)
        world = World.from_file(WorldFile(Path("world.yaml"), document, "made here"), Clock(source=lambda: BEGINNING))
        self.running.application.world = world

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """A world as it was."""
        self.running.clear_faults()
        self.running.application.world = World.from_json(snapshot, Clock(source=lambda: BEGINNING))

    def act(self, words: str) -> None:
        """Somebody does something; a minute passes."""
        self.told.append(words)
        self.running.act(*words.split())
        self.wait(60)

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.running.world.clock.move(timedelta(seconds=seconds))

    def plan(self) -> Plan:
        """What sync would do now."""
        tools = tools_for(self.session, self.configuration, Silence())
        return reconcile(self.configuration, self.systems, tools, Scope(only=frozenset({SYNC})))

    def run(self) -> Ran:
        """One run of sync; a minute passes."""
        tools = tools_for(self.session, self.configuration, Silence())
        plan = self.plan()
        outcomes = apply(plan, self.configuration, self.systems, tools)
        self.wait(60)
        return Ran(plan, outcomes)

    def ticket(self, number: int) -> str:
        """The status of a ticket, as its group."""
        site = self.running.world.jira["acme"]
        name = site.site.statuses[site.ticket(f"SHOP-{number}").status].name
        return next(group for group, status in STATUS.items() if status == name)

    def case(self, number: int) -> str:
        """The status group of a case."""
        case = self.running.world.datadog.find_case(f"SHOP-{number}")
        assert case is not None
        return case.group.value.lower()

    def issue(self, name: str) -> str:
        """The state of an issue."""
        return self.running.world.datadog.company.issues[id_of("issue", name)].state

    def linked(self, number: int) -> tuple[str, ...]:
        """The names of the issues in a case."""
        case = self.running.world.datadog.find_case(f"SHOP-{number}")
        assert case is not None
        return tuple(sorted(issue.name for issue in self.running.world.datadog.issues_of(case)))

    def states(self, number: int) -> dict[str, str]:
        """The whole group of a ticket, in words."""
        return {
            "ticket": self.ticket(number),
            "case": self.case(number),
            **{name: self.issue(name) for name in self.linked(number)},
        }

    def remembered_case(self, number: int) -> str | None:
        """The status group that the case's base holds; None where no run remembers the group."""
        ticket = self.running.world.jira["acme"].find_ticket(f"SHOP-{number}")
        value = ticket.properties.get(PROPERTY_KEY) if ticket is not None else None
        match value:
            case {"base": {"case": str(case)}}:
                return case
            case _:
                return None


def base_of(seed: Seed) -> Remembered:
    """What a run that adopted the group has remembered of it."""
    states = {id_of("issue", name): IssueState(state) for name, state in zip(seed.names, seed.issues, strict=False)}
    hub, at = StatusGroup(seed.hub), datetime.fromtimestamp(BEGINNING, UTC)
    return Remembered(GroupState(hub, hub, states), at=at, since=at)


def world_of(seeds: Sequence[Seed], *, case_fans_out: bool) -> dict[str, Any]:
    """The world file of these groups, as data."""
    return {
        "apiVersion": "reconciler/v1",
        "kind": "SandboxWorld",
        "metadata": {"name": "acme"},
        "spec": {"jira": {"acme": _site(seeds)}, "datadog": _datadog(seeds, case_fans_out=case_fans_out)},
    }


def _site(seeds: Sequence[Seed]) -> dict[str, Any]:
    tickets = [
        {"key": f"SHOP-{seed.number}", "type": "Bug", "summary": f"Group {seed.number}", "status": STATUS[seed.hub]}
        for seed in seeds
    ]
    return {
        "url": "https://acme.atlassian.net",
        "email": "reconciler@acme.com",
        "token": "sandbox-jira-token",
        "app_user": "datadog@acme.com",
        "users": [
            {"email": "reconciler@acme.com", "name": "Reconciler", "admin": True, "app": True},
            {"email": "datadog@acme.com", "name": "Datadog for Jira", "app": True},
            {"email": "alice@acme.com", "name": "Alice"},
        ],
        "statuses": {"To Do": "new", "In Progress": "indeterminate", "Done": "done"},
        "workflows": {"simple": {"statuses": ["To Do", "In Progress", "Done"]}},
        "projects": {
            "SHOP": {"name": "Shopist", "workflow": "simple", "types": ["Bug"], "tickets": tickets},
        },
    }


def _datadog(seeds: Sequence[Seed], *, case_fans_out: bool) -> dict[str, Any]:
    issues = [
        {
            "name": name,
            "service": "web-store",
            "state": state,
            "first_seen": "-90d",
            "last_seen": f"-{1440 + 39_000 * at // len(seeds)}m",
        }
        for at, seed in enumerate(seeds)
        for name, state in zip(seed.names, (*seed.issues, *seed.apart), strict=True)
    ]
    cases = [
        {
            "key": f"SHOP-{seed.number}",
            "title": f"Group {seed.number}",
            "status": CASE[seed.hub],
            "issues": list(seed.names[: len(seed.issues)]),
            "ticket": {"site": "acme", "key": f"SHOP-{seed.number}"},
        }
        for seed in seeds
    ]
    return {
        "behaviour": {"rate_limit": 1_000_000, "case_fans_out": case_fans_out},
        "users": [{"email": "alice@acme.com", "name": "Alice"}],
        "jira_accounts": [{"site": "acme"}],
        "case_projects": [
            {
                "key": "SHOP",
                "name": "Shopist",
                "jira": {"site": "acme", "project": "SHOP", "issue_type": "Bug"},
                "settings": {"integration_jira": {"enabled": True, "sync": {"enabled": False}}},
            }
        ],
        "issues": issues,
        "cases": cases,
    }


@pytest.fixture(scope="session")
def seed() -> type[Seed]:
    """Makes groups to begin with."""
    return Seed


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company whose groups the reconciler syncs. `begin` and `declare` start over."""
    with pytest.MonkeyPatch.context() as environment, _opened(tmp_path_factory.mktemp("acme"), environment) as opened:
        yield opened


@contextmanager
def _opened(directory: Path, environment: pytest.MonkeyPatch) -> Iterator[Company]:
    first = directory / "first.json"
    first.write_text(json.dumps(world_of((), case_fans_out=False)))
    config = directory / "config"
    config.mkdir()
    with start(first) as running:
        told, _, document = invitation(running).partition("apiVersion:")
        (config / "all.yaml").write_text(f"apiVersion:{document}---\n{CONFIGURATION}")
        for line in told.splitlines():
            if line.startswith("export "):
                name, _, value = line.removeprefix("export ").partition("=")
                environment.setenv(name, value.strip("'"))
        result = loaded(config)
        assert result.configuration is not None, result.findings
        session = Session(clock=WorldClock(running), directory=config)
        with connected(session, result.configuration) as systems:
            yield Company(running, session, result.configuration, systems)
        assert running.failures == ()
