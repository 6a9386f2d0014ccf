"""The one place that knows every adapter: from what Connections declares to both systems, or to the sandbox in their place.

The sandbox is started on loopback and the same clients are pointed at it: from here on nothing knows the difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from reconciler.cli.complaint import complain
from reconciler.cli.credentials import Credentials, SignIn, gather, webhook_wanted
from reconciler.cli.session import Session
from reconciler.engine.ports import Clock
from reconciler.engine.scope import Connected, WebhookWanted
from reconciler.errors import ConfigError
from reconciler.model.declared import Configuration, Connections, Deployment, Vocabulary
from reconciler.providers.datadog import DatadogClient, connect_datadog
from reconciler.providers.http_limits import Limiter
from reconciler.providers.jira.cloud import JiraClient, connect_jira
from reconciler.providers.jira.data_center import DataCenterClient, connect_data_center
from reconciler.providers.jira.signin import ApiToken
from reconciler.providers.secrets import Secret

# How many requests may be under way at once, to each system.
WORKERS = 8

Jira: TypeAlias = JiraClient | DataCenterClient


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the systems are, as somebody calls them: `datadog_name` is how a plan names the Datadog it is about."""

    datadog_name: str
    datadog: str
    jira: Mapping[str, str]
    credentials: Credentials
    webhooks: Mapping[str, WebhookWanted]
    vocabulary: Vocabulary


@contextmanager
def connected(session: Session, configuration: Configuration) -> Iterator[Connected[DatadogClient, Jira]]:
    """Both systems, ready to be called; nothing has been sent yet. Raises ConfigError, naming every missing credential."""
    connections = configuration.connections
    if connections is None:
        raise ConfigError(
            f"no Connections document stands in {session.directory}: it says where Datadog and Jira are",
            hint="see the tour of the YAML in README.md, or copy examples/quickstart, which needs no credentials",
        )
    with ExitStack() as opened:
        if connections.sandbox_world is not None:
            place = _sandbox(session, connections, connections.sandbox_world, opened)
        else:
            place = _declared(session, connections)
        yield _clients(place, session.clock, opened)


def _clients(place: _Place, clock: Clock, opened: ExitStack) -> Connected[DatadogClient, Jira]:
    limiter = Limiter(clock)
    keys = place.credentials
    datadog = connect_datadog(place.datadog, keys.api_key, keys.app_key, clock=clock, limiter=limiter, workers=WORKERS)
    opened.callback(datadog.close)
    sites: dict[str, Jira] = {}
    for account, url in sorted(place.jira.items()):
        sites[account] = _site(account, url, keys.jira[account], clock, limiter)
        opened.callback(sites[account].close)
    return Connected(datadog, sites, place.datadog_name, place.webhooks, place.vocabulary)


def _site(account: str, url: str, signin: SignIn, clock: Clock, limiter: Limiter) -> Jira:
    """The client of one account: who signs in with an e-mail address is on Cloud."""
    if signin.email is None:
        return connect_data_center(account, url, signin.token, clock=clock, limiter=limiter, workers=WORKERS)
    credential = ApiToken(signin.email, signin.token)
    return connect_jira(account, url, credential, clock=clock, limiter=limiter, workers=WORKERS)


def _declared(session: Session, connections: Connections) -> _Place:
    datadog = connections.datadog
    if datadog is None:
        raise ConfigError("Connections names neither `datadog` nor a `sandbox`", hint="add one of the two")
    return _Place(
        datadog_name=f"{datadog.url} ({connections.instance})",
        datadog=datadog.url,
        jira={name: jira.url for name, jira in connections.jira.items()},
        credentials=gather(session, datadog, connections.jira),
        webhooks={
            name: webhook_wanted(session, name, jira.webhook, jira)
            for name, jira in sorted(connections.jira.items())
            if jira.webhook is not None
        },
        vocabulary=datadog.vocabulary,
    )


def _sandbox(session: Session, connections: Connections, world: str, opened: ExitStack) -> _Place:
    from reconciler.cli.serving import state_file
    from reconciler.sandbox.serve import start

    origin = connections.written.at("sandbox.world") if connections.written else None
    running = opened.enter_context(start(session.directory / world, state_file(session.directory)))
    for notice in running.notices:
        complain(notice)
    return _Place(
        # The port differs from run to run, the company does not.
        datadog_name=f"sandbox ({connections.instance})",
        datadog=running.datadog_url,
        jira=running.jira_urls,
        credentials=Credentials(
            Secret(running.credentials.api_key),
            Secret(running.credentials.app_key),
            {
                name: SignIn(
                    Secret(site.email) if site.deployment == Deployment.CLOUD.value else None, Secret(site.token)
                )
                for name, site in running.sites.items()
            },
        ),
        webhooks={name: WebhookWanted(running.webhook_url, manage=True, origin=origin) for name in running.sites},
        vocabulary=Vocabulary(),
    )
