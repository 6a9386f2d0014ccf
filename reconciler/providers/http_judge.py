"""What one try came to: an answer, or a failure with its name and whether the request may be sent again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from reconciler.errors import ProviderError
from reconciler.providers.http_errors import Call, Complaint, clean, complaint
from reconciler.providers.http_json import NotJson, parse_json
from reconciler.providers.http_limits import Scope
from reconciler.providers.http_wire import Exchange, Lost, Received, Spoilt

_NO_BODY: Final = frozenset({202, 204, 205})


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: header names compare without regard to case; `body` is parsed JSON, None when empty."""

    status: int
    headers: Mapping[str, str]
    body: Any


class Repeat(Enum):
    """How a request may be repeated: freely; freely, but it has an effect; or not once it may have arrived."""

    READ = "read"
    WRITE = "write"
    ONCE = "once"


@dataclass(frozen=True, slots=True)
class Request:
    """A request with all that is needed to judge its answer."""

    method: str
    path: str
    scope: Scope
    call: Call
    accept: frozenset[int]
    repeat: Repeat
    params: Mapping[str, Any] | None = None
    json: object = None


@dataclass(frozen=True, slots=True)
class Failed:
    """A try that failed. `again` tells whether another one is allowed; `perhaps_done` whether this one may have changed
    something; `limited` that it was refused for its rate. `headers` may say how long to wait.
    """

    error: ProviderError
    again: bool = False
    perhaps_done: bool = False
    limited: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


Verdict: TypeAlias = Answer | Failed


@dataclass(frozen=True, slots=True)
class Judge:
    """Reads answers for one system. `hide` takes secrets out of a text; `check` raises what it finds wrong with an answer."""

    host: str
    hide: Callable[[str], str]
    check: Callable[[Answer], None] | None = field(default=None)

    def judge(self, request: Request, exchange: Exchange) -> Verdict:
        """What this try came to. Raises what `check` raises."""
        match exchange:
            case Received():
                return self._received(request, exchange)
            case Spoilt(status=status, words=words) if 200 <= status < 400:
                return _distrusted(request, status, words)
            case Lost(status=status, words=words) if status is None or status < 400:
                return _lost(request, exchange)
            case Lost(status=status) | Spoilt(status=status):
                return _by_status(request, status or 0, Complaint(), {})

    def _received(self, request: Request, received: Received) -> Verdict:
        problem: str | None = None
        body: object = None
        try:
            body = _body(received)
        except NotJson as error:
            problem = str(error)
        answer = Answer(received.status, received.headers, body)
        if self.check is not None:
            self.check(answer)
        status = received.status
        if status in request.accept:
            return answer if problem is None or status in _NO_BODY else _distrusted(request, status, problem)
        if 300 <= status < 400:
            return self._redirect(request, answer)
        if status < 400:
            return _distrusted(request, status, "an answer of another kind was expected")
        return _by_status(request, status, complaint(body, self.hide), received.headers)

    def _redirect(self, request: Request, answer: Answer) -> Failed:
        """Never followed: the credentials would go along. Reference: reliability, threats, "redirects"."""
        words = f"{self.host} sends us on to {self.hide(_host(answer.headers.get('Location', '')))}: redirects are not followed"
        if request.repeat is Repeat.ONCE and answer.status == 303:
            return Failed(request.call.unknown(words, answer.status))
        hint = "put the address that answers by itself into Connections"
        return Failed(request.call.bad_answer(words, answer.status, hint))


def _host(location: str) -> str:
    try:
        host = urlsplit(location).hostname
    except ValueError:
        return "an address that cannot be read"
    return clean(host) if host else "another path of the same host"


def _body(received: Received) -> object:
    if not received.content.strip():
        return None
    kind = received.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        what = (
            "a web page: a proxy or a login page may have answered" if "html" in kind else "no JSON by its content type"
        )
        raise NotJson(f"it is {what}")
    return parse_json(received.content)


def _distrusted(request: Request, status: int, words: str) -> Failed:
    """An answer that does not say what it should. After a write that goes out once, nobody knows what it did."""
    message = f"the answer cannot be trusted: {words}"
    if request.repeat is Repeat.ONCE:
        return Failed(request.call.unknown(message, status))
    return Failed(request.call.bad_answer(message, status))


def _lost(request: Request, lost: Lost) -> Failed:
    call = request.call
    if not lost.sent:
        return Failed(call.unavailable(lost.words, None), again="certificate" not in lost.words)
    if request.repeat is Repeat.ONCE:
        return Failed(call.unknown(lost.words, lost.status))
    error = call.unavailable(lost.words, None) if lost.status is None else call.bad_answer(lost.words, lost.status)
    return Failed(error, again=True, perhaps_done=True)


def _by_status(request: Request, status: int, said: Complaint, headers: Mapping[str, str]) -> Failed:
    call = request.call
    if status == 429:
        return Failed(
            call.rate_limited(said.text or "too many requests", None), again=True, limited=True, headers=headers
        )
    if status == 425:
        return Failed(call.unavailable(said.text or "asked too early", status), again=True, headers=headers)
    if status != 408 and status < 500:
        return Failed(call.refusal(status, said))
    message = said.text or ("the server gave up waiting" if status == 408 else "the server failed")
    if request.repeat is Repeat.ONCE:
        return Failed(call.unknown(message, status))
    return Failed(call.unavailable(message, status), again=True, perhaps_done=True, headers=headers)
