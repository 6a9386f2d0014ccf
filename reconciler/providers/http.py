"""Calls to Datadog and Jira: what may be repeated is repeated, what may not is sent once, and every failure has one name.

Reference: reliability "Retry classes" and its table of threats.
"""

from __future__ import annotations

import ipaddress
import json as json_format
import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from reconciler import __version__
from reconciler.engine.ports import Clock
from reconciler.errors import ConfigError, ProviderError
from reconciler.providers.http_errors import Call
from reconciler.providers.http_judge import Answer, Failed, Judge, Repeat, Request, Verdict
from reconciler.providers.http_limits import Limiter, Scope, headroom, retry_after, server_time
from reconciler.providers.http_wire import Received, Wire, WireLimits
from reconciler.providers.secrets import Redactor, header_safe

__all__ = ["Answer", "Caller", "HttpOptions", "Limiter", "WireLimits", "base_url"]

_PUBLIC_HEADERS: Final = frozenset(
    {"accept", "content-type", "user-agent", "x-datadog-managed-by", "x-atlassian-token"}
)
_OK: Final = frozenset({200})
_DONE: Final = frozenset({200, 201, 202, 204})


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """How a caller connects and how often it tries. `first_wait` and `longest_wait` bound the random wait, in seconds,
    before a repetition; `jitter` draws from 0 to 1.
    """

    workers: int = 8
    limits: WireLimits = field(default_factory=WireLimits)
    tries: int = 4
    first_wait: float = 1.0
    longest_wait: float = 30.0
    ca_bundle: str | None = None
    proxies: Mapping[str, str] = field(default_factory=dict)
    jitter: Callable[[], float] = random.SystemRandom().random


class Caller:
    """All calls to one system. Safe for many threads; owns its pool of connections.

    `system` is "datadog" or "jira:<account>"; `url` its base URL, https unless on loopback; `headers` go with every request
    and their values are kept out of every error. `check` sees every answer, errors too, and raises what it finds wrong with it.
    Raises ConfigError for a URL or header that cannot be used.
    """

    def __init__(  # noqa: PLR0913 - one keyword for each thing that only the wiring knows
        self,
        system: str,
        url: str,
        *,
        headers: Mapping[str, str],
        clock: Clock,
        limiter: Limiter,
        options: HttpOptions | None = None,
        check: Callable[[Answer], None] | None = None,
    ) -> None:
        self.system = system
        self.url = base_url(url, system)
        self._options = options or HttpOptions()
        self._clock = clock
        self._limiter = limiter
        self._headers = _headers(headers, system)
        self._redactor = Redactor(*(value for name, value in headers.items() if name.lower() not in _PUBLIC_HEADERS))
        self._judge = Judge(urlsplit(self.url).netloc, self._redactor.hide, check)
        self._counts: Counter[str] = Counter()
        self._ahead: timedelta | None = None
        self._headroom: float | None = None
        self._lock = threading.Lock()
        self._wire = Wire(
            workers=self._options.workers,
            limits=self._options.limits,
            ca_bundle=self._options.ca_bundle,
            proxies=self._options.proxies,
        )

    @property
    def calls(self) -> int:
        """Requests sent so far, repetitions included."""
        with self._lock:
            return self._counts.total()

    @property
    def calls_by_route(self) -> Mapping[str, int]:
        """The same by method and route (`GET /api/v2/cases/{case}`), sorted."""
        with self._lock:
            return dict(sorted(self._counts.items()))

    @property
    def ahead(self) -> timedelta | None:
        """How far the system's clock was ahead of ours in its last answer, to the second; None where none told."""
        return self._ahead

    @property
    def headroom(self) -> float | None:
        """The smallest part of a rate limit that any answer left us, from 0 to 1; None where none told."""
        with self._lock:
            return self._headroom

    @property
    def workers(self) -> int:
        """How many requests may be under way at once."""
        return self._options.workers

    def conceal(self, *values: str) -> None:
        """Keep these secrets, too, out of every error from now on."""
        self._redactor.conceal(*values)

    def close(self) -> None:
        """Close all connections."""
        self._wire.close()

    def read(
        self,
        method: str,
        path: str,
        *,
        route: str,
        params: Mapping[str, Any] | None = None,
        json: object = None,
        accept: frozenset[int] = _OK,
    ) -> Answer:
        """A request without effect, whatever its method: repeated on 408, 425, 429, 5xx and a broken connection.

        `route` is `path` with placeholders (`/api/v2/cases/{case}`); path segments must be percent-encoded already. Raises a
        ProviderError; after the last try Unavailable, RateLimited or BadAnswer.
        """
        request = self._request(method, path, route, accept, Repeat.READ)
        return self._tried(replace(request, params=params, json=json))

    def write(
        self,
        method: str,
        path: str,
        *,
        route: str,
        repeatable: bool,
        json: object = None,
        accept: frozenset[int] = _DONE,
    ) -> Answer:
        """A request with an effect. With `repeatable` as `read`; otherwise sent once: again only after an answer or a
        failure that proves that it had no effect (429, 425, no connection).

        Raises OutcomeUnknown where it was sent and nothing tells what became of it.
        """
        request = self._request(method, path, route, accept, Repeat.WRITE if repeatable else Repeat.ONCE)
        return self._tried(replace(request, json=json))

    def _request(self, method: str, path: str, route: str, accept: frozenset[int], repeat: Repeat) -> Request:
        if not path.startswith("/") or path.startswith("//") or any(mark in path for mark in "?#\\ "):
            raise ValueError(f"not a path: {self._redactor.hide(path)!r}")
        scope = Scope(self.system, f"{method} {route}", _item(route, path))
        call = Call(self.system, f"{method} {self._redactor.hide(path)}")
        return Request(method, path, scope, call, accept, repeat)

    def _tried(self, request: Request) -> Answer:
        perhaps_done = False
        number = 0
        while True:
            number += 1
            verdict = self._once(request)
            if isinstance(verdict, Answer):
                return verdict
            perhaps_done = perhaps_done or verdict.perhaps_done
            if not verdict.again or not self._may_go_on(request, verdict, number):
                raise self._final(request, verdict, perhaps_done=perhaps_done)

    def _final(self, request: Request, failed: Failed, *, perhaps_done: bool) -> ProviderError:
        """The error of the last try; of a write that some try may have done, that its outcome is not known."""
        if perhaps_done and failed.again and request.repeat is Repeat.WRITE:
            return request.call.unknown(failed.error.message, failed.error.status)
        if failed.limited:
            return request.call.rate_limited(failed.error.message, retry_after(failed.headers, self._clock.now()))
        return failed.error

    def _once(self, request: Request) -> Verdict:
        self._limiter.wait(request.scope)
        with self._lock:
            self._counts[request.scope.route] += 1
        body = None if request.json is None else json_format.dumps(request.json, allow_nan=False).encode()
        headers = self._headers if body is None else {**self._headers, "Content-Type": "application/json"}
        exchange = self._wire.exchange(request.method, self.url + request.path, headers, request.params, body)
        if isinstance(exchange, Received):
            self._limiter.learn(request.scope, exchange.headers)
            self._note_headroom(headroom(exchange.headers))
            if (told := server_time(exchange.headers)) is not None:
                self._ahead = told - self._clock.now().replace(microsecond=0)
        return self._judge.judge(request, exchange)

    def _note_headroom(self, left: float | None) -> None:
        with self._lock:
            if left is not None and (self._headroom is None or left < self._headroom):
                self._headroom = left

    def _may_go_on(self, request: Request, failed: Failed, number: int) -> bool:
        """Wait before the next try, or say that there is none. A 429, even the last, makes every thread wait that draws on
        its bucket.

        Full jitter, doubling, so that the waits of many runs do not fall together; what the answer asks for is a minimum.
        """
        wait = self._options.jitter() * min(self._options.longest_wait, self._options.first_wait * 2.0**number)
        if failed.limited:
            return self._limiter.refused(request.scope, failed.headers, wait) and number < self._options.tries
        if number >= self._options.tries:
            return False
        asked = retry_after(failed.headers, self._clock.now()) if "Retry-After" in failed.headers else None
        return self._limiter.pause(max(wait, asked or 0.0))


def base_url(url: str, system: str) -> str:
    """The URL without a closing slash, if credentials may be sent there: https, or http to this very machine.

    Raises ConfigError.
    """
    hint = "https://host, with a path only where the API lives below one; plain http only for 127.0.0.1, [::1] and localhost"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ConfigError(f"{system}: the URL cannot be read", hint=hint) from None
    if not host or any(mark in url for mark in "\\?#@") or not url.isprintable() or not url.isascii() or " " in url:
        raise ConfigError(f"{system}: the URL is more or less than an address", hint=hint)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise ConfigError(f"{system}: the URL of {host} is not https", hint=hint)
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _headers(headers: Mapping[str, str], system: str) -> dict[str, str]:
    for name, value in headers.items():
        if not header_safe(value):
            raise ConfigError(
                f"{system}: the value for the header {name} cannot be sent",
                hint="one line of printable ASCII without outer spaces; a line break at its end often comes from `echo`",
            )
    return {
        "Accept": "application/json",
        "Accept-Encoding": "gzip, identity",
        "User-Agent": f"datadog-jira-reconciler/{__version__}",
        **headers,
    }


def _item(route: str, path: str) -> str:
    """The thing a path is about: what stands for the first placeholder of its route."""
    for template, segment in zip(route.split("/"), path.split("/"), strict=False):
        if template.startswith("{"):
            return segment
    return ""
