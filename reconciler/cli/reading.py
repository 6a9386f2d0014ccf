"""Clients that can only read: what commands hold that must never write, whatever the code behind them asks for."""

from __future__ import annotations

from typing import Protocol, cast

from reconciler.cli.wiring import Jira
from reconciler.engine.ports import DatadogReader, JiraReader
from reconciler.engine.scope import Connected, Systems
from reconciler.providers.datadog import DatadogClient


def headroom_of(connected: Connected[DatadogClient, Jira]) -> dict[str, float]:
    """The smallest part of a rate limit that was left so far, by system; those that did not tell are left out."""
    told = {"datadog": connected.datadog.headroom}
    told |= {f"jira:{name}": client.headroom for name, client in sorted(connected.jira.items())}
    return {system: left for system, left in told.items() if left is not None}


class OnlyReads:
    """Lets through what a reading port names, and nothing else of the client behind it."""

    __slots__ = ("_client", "_names")

    def __init__(self, client: object, port: type) -> None:
        self._client = client
        self._names = reads_of(port)

    def __getattr__(self, name: str) -> object:
        if name not in self._names:
            raise AttributeError(f"{name!r} is no read: this command holds no writing port")
        return getattr(self._client, name)


def reads_of(port: type) -> frozenset[str]:
    """The names that a port and the ports it extends declare."""
    declaring = [one for one in port.__mro__ if one not in {object, Protocol} and getattr(one, "_is_protocol", False)]
    return frozenset(name for one in declaring for name in vars(one) if not name.startswith("_"))


def only_readers(connected: Connected[DatadogClient, Jira]) -> Systems:
    """The same systems, unable to write."""
    jira = {name: cast("JiraReader", OnlyReads(client, JiraReader)) for name, client in connected.jira.items()}
    datadog = cast("DatadogReader", OnlyReads(connected.datadog, DatadogReader))
    return Connected(datadog, jira, connected.datadog_name, connected.webhooks, connected.vocabulary)
