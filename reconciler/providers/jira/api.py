"""Calls to one Jira: paths are built from templates, answers become `Node`s, a refused sign-in says what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final
from urllib.parse import quote

from reconciler.errors import NotFound, Unauthorized
from reconciler.providers.http import Caller
from reconciler.providers.jira.signin import WHERE_TO_SIGN_IN, SignedInAsNobody
from reconciler.providers.payload import Node

CLOUD_REST: Final = "/rest/api/3"
DATA_CENTER_REST: Final = "/rest/api/2"

_PLACEHOLDER: Final = re.compile(r"\{[a-z_]+\}")


class JiraApi:
    """JSON in, JSON out. Everything a caller of ours may raise goes through.

    `rest` begins the paths of this deployment's API; `sign_in_hint` says where its credentials come from.
    """

    def __init__(self, caller: Caller, rest: str = CLOUD_REST, sign_in_hint: str = WHERE_TO_SIGN_IN) -> None:
        self.caller = caller
        self.rest = rest
        self._sign_in_hint = sign_in_hint

    def read(
        self,
        method: str,
        route: str,
        *segments: str,
        params: Mapping[str, object] | None = None,
        json: Mapping[str, object] | None = None,
    ) -> Node:
        """A call without effect. `segments` fill the placeholders of `route` in order."""
        path = self._path(method, route, segments)
        call = f"{method} {path}"
        with _signed_in(call, self._sign_in_hint):
            answer = self.caller.read(method, path, route=route, params=params, json=json)
        return Node(answer.body, self.caller.system, call)

    def write(
        self, method: str, route: str, *segments: str, json: Mapping[str, object], repeatable: bool = True
    ) -> Node:
        """A call with an effect. Unless `repeatable` it is sent once."""
        path = self._path(method, route, segments)
        call = f"{method} {path}"
        with _signed_in(call, self._sign_in_hint):
            answer = self.caller.write(method, path, route=route, json=json, repeatable=repeatable)
        return Node(answer.body, self.caller.system, call)

    def _path(self, method: str, route: str, segments: tuple[str, ...]) -> str:
        """The path with every segment quoted. A segment that would lead elsewhere names nothing that exists."""
        for segment in segments:
            if segment in {"", ".", ".."}:
                raise NotFound(
                    f"nothing in Jira is called {segment!r}", system=self.caller.system, call=f"{method} {route}"
                )
        filling = iter(segments)
        return _PLACEHOLDER.sub(lambda _: quote(next(filling), safe=""), route)


@contextmanager
def _signed_in(call: str, hint: str) -> Iterator[None]:
    """Say to whoever is not signed in which call told so, and where a credential comes from."""
    try:
        yield
    except SignedInAsNobody as error:
        error.call = call
        raise
    except Unauthorized as error:
        error.hint = hint
        raise
