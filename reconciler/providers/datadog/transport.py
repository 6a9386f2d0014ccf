"""The calls of the Datadog client: paths, and what to grant where Datadog refuses. Reference: datadog-api §0, §0.2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final
from urllib.parse import quote

from reconciler.errors import BadAnswer, Forbidden, OutcomeUnknown, Unauthorized
from reconciler.providers.http import Answer, Caller
from reconciler.providers.payload import Node

_OK: Final = frozenset({200})
KEYS_HINT: Final = (
    "the API key (Organization Settings > API Keys) and the application key (Organization Settings > Application Keys) "
    "must belong to the organization of this Datadog site"
)
# The route's beginning, and the permission by the name that the UI shows. Reads and writes of cases differ.
_READ: Final = {
    "/api/v2/error-tracking/": "Error Tracking Read (error_tracking_read)",
    "/api/v2/cases": "Cases Read (cases_read)",
    "/api/v2/users": "User Access Read (user_access_read)",
    "/api/v2/integration/jira/": "Integrations Read or Integrations Manage (integrations_read, manage_integrations)",
}
_WRITE: Final = {
    # An assignment makes a case where there is none. The longer beginning stands first.
    "/api/v2/error-tracking/issues/{issue}/assignee": (
        "Error Tracking Issue Write, Cases Read and Cases Write (error_tracking_write, cases_read, cases_write)"
    ),
    "/api/v2/error-tracking/": "Error Tracking Issue Write (error_tracking_write)",
    "/api/v2/cases": "Cases Write (cases_write)",
}


class Transport:
    """What every part of the client calls through. A route's placeholders (`{case}`) are filled and percent-encoded here."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def get(self, route: str, *ids: str, params: Mapping[str, str] | None = None, accept: frozenset[int] = _OK) -> Node:
        """Read by GET. What is not in `accept` raises."""
        with _explained(_READ, route):
            answer = self.caller.read("GET", _path(route, ids), route=route, params=params, accept=accept)
        return self._node(answer, "GET", route, ids)

    def search(self, route: str, body: Mapping[str, object], params: Mapping[str, str]) -> Node:
        """Read by POST, as searches do."""
        with _explained(_READ, route):
            answer = self.caller.read("POST", route, route=route, params=params, json=body)
        return self._node(answer, "POST", route, ())

    def put(self, method: str, route: str, *ids: str, body: Mapping[str, object]) -> None:
        """A write that may be repeated; its answer is not looked at: the engine reads again what it must know."""
        with _explained(_WRITE, route):
            self.caller.write(method, _path(route, ids), route=route, json=body, repeatable=True)

    def remove(self, route: str, *ids: str) -> None:
        """A DELETE, which may be repeated."""
        with _explained(_WRITE, route):
            self.caller.write("DELETE", _path(route, ids), route=route, repeatable=True)

    def create(self, route: str, *ids: str, body: Mapping[str, object]) -> Node:
        """A POST that is sent once."""
        with _explained(_WRITE, route):
            answer = self.caller.write("POST", _path(route, ids), route=route, json=body, repeatable=False)
        return self._node(answer, "POST", route, ids)

    def _node(self, answer: Answer, method: str, route: str, ids: tuple[str, ...]) -> Node:
        return Node(answer.body, self.caller.system, f"{method} {_path(route, ids)}")


def _path(route: str, ids: tuple[str, ...]) -> str:
    """The route with its placeholders filled, in order. No id can leave its segment: `.` and `..` are not ids."""
    if any(part in {"", ".", ".."} for part in ids):
        raise ValueError(f"not an id for {route}")
    values = iter(ids)
    return "/".join(quote(next(values), safe="") if part.startswith("{") else part for part in route.split("/"))


@contextmanager
def _explained(permissions: Mapping[str, str], route: str) -> Iterator[None]:
    """Say what to grant where a permission is missing, and which keys there are where nobody is signed in."""
    try:
        yield
    except Unauthorized as error:
        error.hint = KEYS_HINT
        raise
    except Forbidden as error:
        needed = next((name for start, name in permissions.items() if route.startswith(start)), None)
        if needed is not None:
            error.hint = (
                f"this call needs the permission {needed}: for the owner of the application key, and among the key's scopes "
                "if it has any; a restricted case project must admit that account, too"
            )
        raise


@contextmanager
def sent_once() -> Iterator[None]:
    """Around the reading of an answer to a creation: one that cannot be read leaves open what was created."""
    try:
        yield
    except BadAnswer as error:
        raise OutcomeUnknown(
            f"{error.message}; it was accepted, but what it created is not known",
            system=error.system,
            call=error.call,
            status=error.status,
            hint="it is not sent again in this run; the next run looks at what is there first",
        ) from error
