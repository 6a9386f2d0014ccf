"""Running the simulator: seeded from a world file, kept in a state file, served on loopback by threads of this process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.sandbox.application import Application
from reconciler.sandbox.clock import Clock
from reconciler.sandbox.connection import SandboxServer
from reconciler.sandbox.control import Control
from reconciler.sandbox.faults import Fault, Faults
from reconciler.sandbox.people import act
from reconciler.sandbox.store import Store
from reconciler.sandbox.traffic import Traffic
from reconciler.sandbox.world import World
from reconciler.sandbox.worldfile import WorldFile, read_world

STATE_FILE = "sandbox.json"


@dataclass(frozen=True, slots=True)
class SiteAccess:
    """How to reach one Jira site of the simulator. `site_url` is the address the site believes it has."""

    account: str
    url: str
    site_url: str
    deployment: str
    email: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the simulator accepts. They open nothing else."""

    api_key: str = field(repr=False)
    app_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RunningSandbox:
    """A simulator that is being served. `notices` tells what a person should know: the world file changed since seeding."""

    server: SandboxServer = field(repr=False)
    application: Application = field(repr=False)
    credentials: Credentials
    sites: Mapping[str, SiteAccess]
    webhook_url: str = field(repr=False)
    notices: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """The address of the server, which is Datadog's base URL."""
        return self.server.url

    @property
    def datadog_url(self) -> str:
        """Datadog's base URL."""
        return self.server.url

    @property
    def jira_urls(self) -> dict[str, str]:
        """Each Jira site's base URL, by account."""
        return {name: site.url for name, site in self.sites.items()}

    @property
    def world(self) -> World:
        """The world itself; hold `world.lock` while reading it."""
        return self.application.world

    @property
    def traffic(self) -> Traffic:
        """The log of requests."""
        return self.application.traffic

    @property
    def failures(self) -> tuple[str, ...]:
        """Tracebacks of requests that the simulator itself could not handle: empty, or there is a mistake in it."""
        return tuple(self.server.failures)

    def stage_fault(self, fault: Fault) -> None:
        """Let this happen to a coming request."""
        self.application.faults.stage(fault)

    def clear_faults(self) -> None:
        """No more faults."""
        self.application.faults.clear()

    def act(self, *words: str) -> str:
        """Play a person: `act("ticket", "SHOP-3", "status", "Done")`. Returns a sentence; teaching errors otherwise."""
        with self.world.deed():
            said = act(self.world, words)
            self.world.save()
        return said


@contextmanager
def start(
    world_file: Path, state_file: Path | None = None, *, port: int = 0, log_file: Path | None = None
) -> Iterator[RunningSandbox]:
    """Serve a world until the block ends. `port` 0 takes any free one.

    With a state file the world continues where it was left, whatever the world file says by now (a notice tells); without
    one nothing is kept. Raises SandboxError for files that cannot be used and where another process serves the state.
    """
    file = read_world(world_file)
    store = None if state_file is None else Store(state_file)
    if store is not None:
        store.hold()
    try:
        world, notices = _open(file, store)
        application = Application(world, Traffic(log_file), Faults())
        server = _server(port, application)
        running = _running(server, application, notices)
        if store is not None:
            store.announce(server.url)
        server.begin()
        try:
            yield running
        finally:
            server.end()
    finally:
        if store is not None:
            store.release()


def seed(world_file: Path, state_file: Path) -> str:
    """Throw the state away and fill it from the world file; returns a sentence about what is in it."""
    file = read_world(world_file)
    store = Store(state_file)
    store.hold()
    try:
        world = World.from_file(file)
        world.keep_in(store)
    finally:
        store.release()
    company = world.datadog.company
    tickets = sum(len(site.site.tickets) for site in world.jira.values())
    numbers = {"issue": len(company.issues), "case": len(company.cases), "ticket": tickets}
    told = ", ".join(f"{number} {noun}{'' if number == 1 else 's'}" for noun, number in numbers.items())
    return f"seeded {file.document.metadata.name}: {told}"


def act_offline(world_file: Path, state_file: Path, words: Sequence[str]) -> str:
    """Play a person in a world that nobody serves at the moment."""
    store = Store(state_file)
    store.hold()
    try:
        world, _ = _open(read_world(world_file), store)
        with world.deed():
            world.settle()
            said = act(world, words)
            world.save()
    finally:
        store.release()
    return said


def _open(file: WorldFile, store: Store | None) -> tuple[World, tuple[str, ...]]:
    saved = None if store is None else store.load()
    world = World.from_file(file) if saved is None else World.from_json(saved, Clock())
    if store is not None:
        world.keep_in(store)
    if world.digest == file.digest:
        return world, ()
    return world, (
        f"{file.path} has changed since the sandbox was seeded from it; the sandbox goes on as it was. "
        "To start over: reconciler sandbox seed",
    )


def _server(port: int, application: Application) -> SandboxServer:
    about: dict[str, object] = {}
    server = SandboxServer(port, Control(application, about))
    about["datadog"] = server.url
    about["jira"] = {name: f"{server.url}/jira/{name}" for name in sorted(application.world.jira)}
    return server


def _running(server: SandboxServer, application: Application, notices: tuple[str, ...]) -> RunningSandbox:
    company = application.world.datadog.company
    sites = {
        name: SiteAccess(name, f"{server.url}/jira/{name}", site.url, site.site.deployment, site.email, site.token)
        for name, site in sorted(application.world.jira.items())
    }
    credentials = Credentials(company.api_key, company.app_key)
    return RunningSandbox(server, application, credentials, sites, company.webhook_url, notices)
