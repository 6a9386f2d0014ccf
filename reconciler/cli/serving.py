"""The sandbox for other processes: where its files stand, what another terminal needs, and acting in it while it runs."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from reconciler.cli.loading import valid
from reconciler.cli.lock import STATE_DIRECTORY
from reconciler.cli.session import Session
from reconciler.errors import ConfigError
from reconciler.report.safe_text import one_line
from reconciler.sandbox.failure import SandboxError
from reconciler.sandbox.serve import STATE_FILE, RunningSandbox, SiteAccess, act_offline
from reconciler.sandbox.store import running_at

_ACT_SECONDS = 30


def state_file(directory: Path) -> Path:
    """Where the sandbox of a configuration keeps its state."""
    return directory / STATE_DIRECTORY / STATE_FILE


def places(session: Session) -> tuple[Path, Path]:
    """The world file and the state file that the command line is about. Raises ConfigError where there is no world."""
    state = session.state or state_file(session.directory)
    if session.world is not None:
        return session.world, state
    configuration, _ = valid(session.directory)
    world = configuration.connections.sandbox_world if configuration.connections else None
    if world is None:
        raise ConfigError(
            f"the configuration in {session.directory} leads to the real systems, not to a sandbox",
            hint="name a world: `reconciler sandbox --world FILE …`, or a configuration with `sandbox: {world: FILE}`",
        )
    return session.directory / world, state


def act_in(session: Session, words: Sequence[str]) -> str:
    """Play a person in the world, whether it is being served at the moment or not; returns what happened."""
    world, state = places(session)
    url = running_at(state)
    return act_offline(world, state, words) if url is None else _act_at(url, words)


def _act_at(url: str, words: Sequence[str]) -> str:
    body = json.dumps({"words": list(words)}).encode()
    request = Request(f"{url}/_sandbox/act", body, {"Content-Type": "application/json"})  # noqa: S310 - our own loopback
    try:
        # No proxy of the environment knows the way to this machine's loopback.
        with build_opener(ProxyHandler({})).open(request, timeout=_ACT_SECONDS) as answer:
            return str(json.load(answer)["said"])
    except HTTPError as error:
        with error:
            told = json.load(error)
        raise SandboxError(str(told.get("error")), hint=told.get("hint")) from None
    except (URLError, TimeoutError) as error:
        raise SandboxError(
            f"the sandbox at {url} does not answer: {error}", hint="stop that process, then act again"
        ) from None


def invitation(running: RunningSandbox) -> str:
    """What another terminal needs: variables to set, and a Connections document that points here."""
    sites = {name: (_variables(name, len(running.sites)), site) for name, site in running.sites.items()}
    lines = [f"Serving a simulated Datadog and Jira at {running.url} until Ctrl-C. In another terminal:", ""]
    values = {"DD_API_KEY": running.credentials.api_key, "DD_APP_KEY": running.credentials.app_key}
    for (email, token), site in sites.values():
        values |= {email: site.email, token: site.token} if _is_cloud(site) else {token: site.token}
    values["DATADOG_JIRA_WEBHOOK_URL"] = running.webhook_url
    lines += [f"export {name}={shlex.quote(value)}" for name, value in values.items()]
    lines += ["", "and this document in place of the Connections of your configuration:", "", _document(running, sites)]
    return "\n".join([*lines, *(f"Note: {one_line(notice)}" for notice in running.notices)])


def _is_cloud(site: SiteAccess) -> bool:
    return site.deployment == "cloud"


def _variables(account: str, accounts: int) -> tuple[str, str]:
    suffix = "" if accounts == 1 else "_" + account.upper().replace("-", "_")
    return f"JIRA_EMAIL{suffix}", f"JIRA_API_TOKEN{suffix}"


def _document(running: RunningSandbox, sites: Mapping[str, tuple[tuple[str, str], SiteAccess]]) -> str:
    lines = [
        "apiVersion: reconciler/v1",
        "kind: Connections",
        "metadata: {name: sandbox}",
        "spec:",
        "  instance: acme-demo",
        "  datadog:",
        f"    url: {running.datadog_url}",
        "    api_key: {env: DD_API_KEY}",
        "    app_key: {env: DD_APP_KEY}",
        "  jira:",
    ]
    for name, ((email, token), site) in sites.items():
        lines += [
            f"    {name}:",
            f"      url: {site.url}",
            f"      deployment: {site.deployment}",
            f"      auth: {{{f'email: {{env: {email}}}, ' if _is_cloud(site) else ''}token: {{env: {token}}}}}",
            "      webhook: {url: {env: DATADOG_JIRA_WEBHOOK_URL}}",
        ]
    return "\n".join(lines) + "\n"
