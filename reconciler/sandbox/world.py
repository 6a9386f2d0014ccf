"""The simulated world: Datadog's state, each Jira site's, the time they share, and the file they are kept in."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from pydantic import JsonValue

from reconciler.sandbox.bridge import JiraBridge
from reconciler.sandbox.clock import Clock
from reconciler.sandbox.datadog import native
from reconciler.sandbox.datadog.planting import plant
from reconciler.sandbox.datadog.state import DatadogState
from reconciler.sandbox.failure import SandboxError
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.store import VERSION, Store
from reconciler.sandbox.worldfile import WorldFile


class World:
    """Everything there is. Whoever reads or changes it holds `lock`; whoever changed it calls `save`."""

    def __init__(self, digest: str, clock: Clock, datadog: DatadogState, jira: Mapping[str, JiraState]) -> None:
        self.digest = digest
        self.clock = clock
        self.datadog = datadog
        self.jira = dict(jira)
        self.lock = threading.RLock()
        self._store: Store | None = None

    @classmethod
    def from_file(cls, file: WorldFile, clock: Clock | None = None) -> World:
        """A world as its file describes it, seeded now."""
        clock = clock or Clock()
        spec = file.document.spec
        jira = {name: JiraState.from_world(name, spec.jira[name], clock) for name in sorted(spec.jira)}
        datadog = plant(spec.datadog, clock, _bridges(jira))
        return cls(file.digest, clock, datadog, jira)

    @classmethod
    def from_json(cls, state: Mapping[str, JsonValue], clock: Clock | None = None) -> World:
        """A world as it was saved. Raises SandboxError where parts are missing."""
        clock = clock or Clock()
        match state:
            case {"clock": float() | int() as offset, "datadog": dict() as company, "jira": dict() as sites}:
                clock.offset = timedelta(seconds=offset)
            case _:
                raise SandboxError("the sandbox state lacks a part: expected clock, datadog and jira")
        jira = {name: JiraState.from_json(name, sites[name], clock) for name in sorted(sites)}
        datadog = DatadogState.from_json(company, clock, _bridges(jira))
        return cls(str(state.get("world", "")), clock, datadog, jira)

    def to_json(self) -> dict[str, JsonValue]:
        """The whole world as data."""
        return {
            "world": self.digest,
            "clock": self.clock.offset.total_seconds(),
            "datadog": self.datadog.to_json(),
            "jira": {name: self.jira[name].to_json() for name in sorted(self.jira)},
        }

    @contextmanager
    def deed(self) -> Iterator[None]:
        """One thing that is done: alone, and at one moment."""
        with self.lock, self.clock.standing_still():
            yield

    def snapshot(self, system: str) -> object:
        """What equals itself as long as nothing changes in `datadog`, or in `jira:` and a site: tells whether an operation had
        an effect.
        """
        kind, _, site = system.partition(":")
        return self.datadog.to_bytes() if kind == "datadog" else self.jira[site].snapshot()

    def to_bytes(self) -> bytes:
        """The whole world as the state file keeps it, as JSON, in the order of the records: equal for equal worlds."""
        about = json.dumps({"clock": self.clock.offset.total_seconds(), "version": VERSION, "world": self.digest})
        sites = b",".join(
            b"%s:%s" % (json.dumps(name).encode(), site.to_bytes()) for name, site in sorted(self.jira.items())
        )
        return b'%s,"datadog":%s,"jira":{%s}}\n' % (about.encode()[:-1], self.datadog.to_bytes(), sites)

    def settle(self) -> None:
        """Let what was due by now happen: tickets that Datadog was asked to create, sync that is slow, inactive cases closed."""
        happened = [self.datadog.settle(), native.close_inactive(self.datadog), native.has_due(self.datadog)]
        if any(happened):
            self.save()

    def keep_in(self, store: Store) -> None:
        """Save every effect there from now on, beginning with the present state."""
        self._store = store
        self.save()

    def save(self) -> None:
        """Let native sync follow what happened, then write the state file, where there is one."""
        native.follow(self.datadog)
        if self._store is not None:
            self._store.save(self.to_bytes())


def _bridges(jira: Mapping[str, JiraState]) -> dict[str, JiraBridge]:
    return {name: JiraBridge(site) for name, site in jira.items()}
