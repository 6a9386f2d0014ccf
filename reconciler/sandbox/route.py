"""What a simulated operation is: a route, the request it reads and the answer it gives."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import JsonValue

S = TypeVar("S")
JSON = "application/json"
_HALF_PAIR = re.compile(
    r"(?P<escape>\\\\)|(?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as an operation sees it. `path` is whole and decoded, `args` are the parts the route's rule names,
    `headers` has lower-case names, `now` is simulated time.
    """

    method: str
    path: str
    now: datetime
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    args: Mapping[str, str] = field(default_factory=dict)

    def parameters(self, name: str) -> tuple[str, ...]:
        """All values of a query parameter, in order."""
        return tuple(value for key, value in self.query if key == name)

    def parameter(self, name: str) -> str | None:
        """The last value of a query parameter; None where it is absent."""
        return next(reversed(self.parameters(name)), None)

    def json(self) -> JsonValue:
        """The body as JSON; half of a surrogate pair becomes U+FFFD, as servers do. Raises ValueError where it is no JSON."""
        text = _HALF_PAIR.sub(_whole, self.body.decode("utf-8"))
        try:
            parsed: JsonValue = json.loads(text, parse_constant=_no_number)
        except RecursionError:
            raise ValueError("nested too deeply") from None
        return parsed


def _whole(found: re.Match[str]) -> str:
    return found[0] if found["pair"] or found["escape"] else r"\ufffd"


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: an empty `body` travels without a content type."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(
    body: object, status: int = 200, *, content_type: str = JSON, headers: Mapping[str, str] | None = None
) -> Answer:
    """An answer whose body is `body` written as JSON."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Answer(status, text.encode(), content_type, headers or {})


@dataclass(frozen=True, slots=True)
class Route(Generic[S]):
    """One operation. `path` is a werkzeug rule below the root of the server; the Jira side's begin with `/jira/<account>`
    (`account` chooses the site and is not among the request's `args`). `respond` gets the state of its side, alone, while
    nobody else reads or writes it. `writes` says that the operation may have an effect: all but GET, unless told.
    """

    method: str
    path: str
    respond: Callable[[S, Request], Answer]
    writes: bool | None = None

    @property
    def may_write(self) -> bool:
        """Whether the operation may have an effect."""
        return self.method not in {"GET", "HEAD", "OPTIONS"} if self.writes is None else self.writes
