"""A company whose groups live: the real engine and the real clients over HTTP, against a simulator whose time stands still.

What happens here hangs on nothing but what is asked for: one thread reads, a wait takes one second, ids are counted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli import wiring
from reconciler.cli.loading import loaded
from reconciler.cli.planning import tools_for
from reconciler.cli.serving import invitation
from reconciler.cli.session import Session
from reconciler.engine.apply import apply
from reconciler.engine.reconcile import reconcile
from reconciler.engine.scope import SETTINGS, SYNC, Scope, Tools, WritableSystems
from reconciler.memory.base import PROPERTY_KEY, TicketMemory
from reconciler.model.address import Address
from reconciler.model.declared import Configuration, ConflictPolicy, FansOut
from reconciler.model.finding import Finding
from reconciler.model.state import IssueState, StatusGroup
from reconciler.plan.change import Change
from reconciler.plan.outcome import Outcome
from reconciler.plan.plan import Plan
from reconciler.sandbox.clock import Clock
from reconciler.sandbox.datadog.records import Case
from reconciler.sandbox.datadog.state import id_of
from reconciler.sandbox.jira.records import Ticket
from reconciler.sandbox.serve import RunningSandbox, start
from reconciler.sandbox.world import World
from reconciler.sandbox.worldfile import WorldDocument, WorldFile
from reconciler.sync.group import GroupState
from reconciler.sync.remembered import People, Remembered
from tests.sync_live.world import STATUS, Seed, world_of

BEGINNING = datetime(2026, 11, 2, 9, 0, tzinfo=UTC).timestamp()
SITE_URL = "https://acme.atlassian.net"
NOBODY = "nobody"
DATADOG_USER = "5b10453095f33ccceac83123"  # the account id of datadog@acme.com

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
  sync: {SYNCED}
---
apiVersion: reconciler/v1
kind: Limits
metadata: {name: limits}
spec: {max_closes: 100000, max_change_ratio: 1.0}
"""


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


class Died(BaseException):
    """The run is dead; no one may catch that."""


@dataclass(slots=True)
class WorldClock:
    """The reconciler looks at the same clock as the simulator, and waiting moves it. Where the run is dead nothing waits."""

    running: RunningSandbox
    is_dead: bool = False

    def now(self) -> datetime:
        """The simulated moment."""
        return self.running.world.clock.now()

    def sleep(self, seconds: float) -> None:
        """Let the time pass: a second, because how long one really waits between two tries is up to chance."""
        if self.is_dead:
            raise Died
        self.running.world.clock.move(timedelta(seconds=min(1.0, seconds) and 1.0))


@dataclass(frozen=True, slots=True)
class Variant:
    """What sort of company it is."""

    engine: str = "reconciler"
    deployment: str = "cloud"
    fields: tuple[str, ...] = ("status",)

    @property
    def is_native(self) -> bool:
        """Whether Datadog syncs."""
        return self.engine == "datadog"


@dataclass(slots=True)
class Company:
    """The systems, the configuration, and everybody in them."""

    variant: Variant
    running: RunningSandbox
    clock: WorldClock
    session: Session
    configuration: Configuration
    systems: WritableSystems
    seeds: tuple[Seed, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    webhooks: Mapping[str, Any] = field(default_factory=dict)

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
        """A fresh world of these groups, its settings applied; `remembered`: a run has adopted the groups already."""
        self.running.clear_faults()
        self.seeds = seeds
        world_file = world_of(seeds, case_fans_out=case_fans_out, deployment=self.variant.deployment)
        if remembered:
            tickets = world_file["spec"]["jira"]["acme"]["projects"]["SHOP"]["tickets"]
            for seed, ticket in zip(seeds, tickets, strict=True):
                ticket["properties"] = {PROPERTY_KEY: TicketMemory("acme-demo").encode(self._base_of(seed))}
        document = WorldDocument.model_validate(world_file)
        world = World.from_file(WorldFile(Path("world.yaml"), document, "made here"), Clock(source=lambda: BEGINNING))
        for project in world.datadog.company.projects.values():
            project.settings = dict(self.settings.get(project.key, project.settings))
        world.jira["acme"].site.webhooks = dict(self.webhooks)
        self.running.application.world = world

    def settle_settings(self) -> None:
        """Apply the settings once, and let every world from now on begin with them."""
        tools = self._tools()
        plan = reconcile(self.configuration, self.systems, tools, Scope(only=frozenset({SETTINGS})))
        assert all(outcome.status.is_done for outcome in apply(plan, self.configuration, self.systems, tools))
        world = self.running.world
        self.settings = {each.key: each.settings for each in world.datadog.company.projects.values()}
        self.webhooks = dict(world.jira["acme"].site.webhooks)

    def _base_of(self, seed: Seed) -> Remembered:
        """What a run that adopted the group has remembered of it."""
        states = {id_of("issue", name): IssueState(state) for name, state in zip(seed.names, seed.issues, strict=False)}
        hub, at = StatusGroup(seed.hub), datetime.fromtimestamp(BEGINNING, UTC)
        people = People(issues=dict.fromkeys(states)) if "assignee" in self.variant.fields else None
        return Remembered(GroupState(hub, hub, states), at=at, since=at, people=people)

    def act(self, words: str) -> None:
        """Somebody does something; a minute passes."""
        self.running.act(*words.split())
        self.wait(60)

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.running.world.clock.move(timedelta(seconds=seconds))

    def _tools(self) -> Tools:
        return replace(tools_for(self.session, self.configuration, Silence()), workers=1)

    def plan(self) -> Plan:
        """What sync would do now."""
        return reconcile(self.configuration, self.systems, self._tools(), Scope(only=frozenset({SYNC})))

    def run(self) -> Ran:
        """One run of sync; a minute passes."""
        tools = self._tools()
        plan = reconcile(self.configuration, self.systems, tools, Scope(only=frozenset({SYNC})))
        outcomes = apply(plan, self.configuration, self.systems, tools)
        self.wait(60)
        return Ran(plan, outcomes)

    def carry_out(self, plan: Plan) -> tuple[Outcome, ...]:
        """Apply a plan that was made before."""
        return apply(plan, self.configuration, self.systems, self._tools())

    @property
    def conflict(self) -> str:
        """The policy."""
        return self.configuration.bindings["shop"].sync.conflict.value

    # -- what stands there

    def find_ticket(self, number: int) -> Ticket | None:
        """A ticket; None where it was deleted."""
        return self.running.world.jira["acme"].find_ticket(f"SHOP-{number}")

    def case_of(self, number: int) -> Case:
        """A case."""
        case = self.running.world.datadog.find_case(f"SHOP-{number}")
        assert case is not None
        return case

    def linked(self, number: int) -> tuple[str, ...]:
        """The names of the issues in a case."""
        case = self.case_of(number)
        return tuple(sorted(issue.name for issue in self.running.world.datadog.issues_of(case)))

    def states(self, number: int) -> dict[str, str]:
        """The whole group of a ticket, in words: `ticket`, `case` and its issues by name; the same with ` by` is who has it."""
        datadog, site, case = self.running.world.datadog, self.running.world.jira["acme"].site, self.case_of(number)
        people = {user.id: user.email for user in datadog.company.users.values()}
        people |= {user.id: user.email for user in site.users.values()}
        told = {"case": case.group.value.lower(), "case by": people.get(case.assignee_id or "", NOBODY)}
        ticket = self.find_ticket(number)
        if ticket is not None:
            name = site.statuses[ticket.status].name
            told["ticket"] = next(group for group, status in STATUS.items() if status == name)
            told["ticket by"] = people.get(ticket.assignee or "", NOBODY)
        for issue in datadog.issues_of(case):
            told[issue.name] = issue.state
            told[f"{issue.name} by"] = people.get(issue.assignee_id or "", NOBODY)
        return dict(sorted(told.items()))

    def remembers(self, number: int) -> bool:
        """Whether a run has adopted the group."""
        ticket = self.find_ticket(number)
        return ticket is not None and PROPERTY_KEY in ticket.properties

    def remembered_case(self, number: int) -> str | None:
        """The status group that the case's base holds; None where no run remembers the group."""
        ticket = self.find_ticket(number)
        value = ticket.properties.get(PROPERTY_KEY) if ticket is not None else None
        match value:
            case {"base": {"case": str(case)}}:
                return case
            case _:
                return None


@contextmanager
def opened(directory: Path, variant: Variant) -> Iterator[Company]:
    """A company of that sort, served beside the test, its settings applied."""
    first = directory / "first.json"
    first.write_text(json.dumps(world_of((), case_fans_out=False, deployment=variant.deployment)))
    config = directory / "config"
    config.mkdir()
    synced = ", ".join([f"engine: {variant.engine}", *(f"{name}: two_way" for name in variant.fields)])
    with pytest.MonkeyPatch.context() as environment, start(first) as running:
        environment.setattr(wiring, "WORKERS", 1)
        told, _, document = invitation(running).partition("apiVersion:")
        document = document.replace("      webhook:", f"      service_accounts: [{DATADOG_USER}]\n      webhook:", 1)
        (config / "all.yaml").write_text(f"apiVersion:{document}---\n{CONFIGURATION.replace('SYNCED', synced)}")
        for line in told.splitlines():
            if line.startswith("export "):
                name, _, value = line.removeprefix("export ").partition("=")
                environment.setenv(name, value.strip("'"))
        result = loaded(config)
        assert result.configuration is not None, result.findings
        clock = WorldClock(running)
        session = Session(clock=clock, directory=config)
        with wiring.connected(session, result.configuration) as systems:
            company = Company(variant, running, clock, session, result.configuration, systems)
            company.begin()
            company.settle_settings()
            yield company
        assert running.failures == ()
