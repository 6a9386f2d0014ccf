"""The simulator, freshly seeded from the small world, served over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from reconciler.sandbox.datadog.state import DatadogState, id_of
from reconciler.sandbox.serve import RunningSandbox, start

Api = Callable[..., requests.Response]


@pytest.fixture
def world_file() -> Path:
    """The small company."""
    return Path(__file__).with_name("world.yaml")


@pytest.fixture
def sandbox(world_file: Path) -> Iterator[RunningSandbox]:
    """Served until the test ends; fails where the simulator itself made a mistake."""
    with start(world_file) as running:
        yield running
        assert running.failures == ()


@pytest.fixture
def datadog(sandbox: RunningSandbox) -> DatadogState:
    """The served organisation."""
    return sandbox.world.datadog


@pytest.fixture
def keys(sandbox: RunningSandbox) -> dict[str, str]:
    """The headers that sign in."""
    return {"DD-API-KEY": sandbox.credentials.api_key, "DD-APPLICATION-KEY": sandbox.credentials.app_key}


@pytest.fixture
def api(sandbox: RunningSandbox, keys: dict[str, str]) -> Iterator[Api]:
    """Calls `METHOD, path below /api/v2, JSON body, query` over one kept connection."""
    with requests.Session() as session:
        session.trust_env = False
        session.headers.update(keys)

        def call(method: str, path: str, body: object = None, **query: object) -> requests.Response:
            params = {name: str(value) for name, value in query.items()}
            url = f"{sandbox.datadog_url}/api/v2{path}"
            return session.request(method, url, params=params, json=body, timeout=10, allow_redirects=False)

        yield call


@pytest.fixture
def issue_id() -> Callable[[str], str]:
    """The id of an issue by its name in the world file."""
    return lambda name: id_of("issue", name)


@pytest.fixture
def as_case() -> Callable[..., dict[str, object]]:
    """A JSON:API body of type `case` with these attributes."""
    return lambda **attributes: {"data": {"type": "case", "attributes": attributes}}
