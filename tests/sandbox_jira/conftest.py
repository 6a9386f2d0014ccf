"""A simulated Jira site: as a state that tests reach into, and served over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from reconciler.sandbox.clock import Clock
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.serve import RunningSandbox, start
from reconciler.sandbox.worldfile import read_world

WORLD = Path(__file__).with_name("world.yaml")
Api = Callable[..., requests.Response]


@pytest.fixture
def state() -> JiraState:
    """The site, freshly seeded, with the real time."""
    return JiraState.from_world("acme", read_world(WORLD).document.spec.jira["acme"], Clock())


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    """The site, freshly seeded, served on loopback; fails where the simulator itself made a mistake."""
    with start(WORLD) as running:
        yield running
        assert running.failures == ()


@pytest.fixture
def live(sandbox: RunningSandbox) -> JiraState:
    """The served site's state."""
    return sandbox.world.jira["acme"]


@pytest.fixture
def api(sandbox: RunningSandbox) -> Iterator[Api]:
    """Calls the REST API, version 3 unless told, as the reconciler's account unless told."""
    with requests.Session() as session:
        session.trust_env = False

        def call(
            method: str,
            path: str,
            body: object = None,
            *,
            signed_in: tuple[str, str] | None = ("reconciler@acme.com", "sandbox-jira-token"),
            root: str = "/rest/api/3",
            raw: bytes | None = None,
            **query: object,
        ) -> requests.Response:
            params = {name: each if isinstance(each, list) else str(each) for name, each in query.items()}
            url = f"{sandbox.jira_urls['acme']}{root}{path}"
            payload = {"json": body} if body is not None else {"data": raw} if raw is not None else {}
            return session.request(method, url, params=params, auth=signed_in, timeout=10, **payload)

        yield call
