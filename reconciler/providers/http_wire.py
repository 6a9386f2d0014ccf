"""One request and its answer, as bytes: time limits, size limits, and whether the request can have reached the other side.

Nothing here follows a redirect, reads `.netrc` or the environment, keeps a cookie or repeats a request.
"""

from __future__ import annotations

import http.client
import threading
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final, TypeAlias

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from reconciler.providers.http_watchdog import Attempt, Watchdog

_CHUNK: Final = 65_536
_LOST: Final = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, http.client.HTTPException)
_current = threading.local()


@dataclass(frozen=True, slots=True)
class WireLimits:
    """Seconds to connect, between two bytes and for the whole answer; bytes of an answer on the wire and unpacked."""

    connect: float = 5.0
    silence: float = 30.0
    total: float = 60.0
    packed: int = 8 * 1024 * 1024
    unpacked: int = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """A whole answer, unpacked. Headers compare without regard to case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Lost:
    """No whole answer. `sent` is False only where surely nothing of the request left; `status` where headers came."""

    sent: bool
    words: str
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Spoilt:
    """An answer that was stopped on purpose: too large, or packed in a way nobody asked for."""

    status: int
    words: str


Exchange: TypeAlias = Received | Lost | Spoilt


class _TracedHTTP(HTTPConnection):
    """Tells the attempt of this thread when its first byte may leave."""

    def putrequest(self, method: str, url: str, skip_host: bool = False, skip_accept_encoding: bool = False) -> None:
        if self.sock is None:
            self.connect()
        _current.attempt.begins(self.sock)
        super().putrequest(method, url, skip_host, skip_accept_encoding)


class _TracedHTTPS(HTTPSConnection):
    """The same over TLS; handshake and proxy tunnel are over by then."""

    def putrequest(self, method: str, url: str, skip_host: bool = False, skip_accept_encoding: bool = False) -> None:
        _current.attempt.begins(self.sock)
        super().putrequest(method, url, skip_host, skip_accept_encoding)


class _TracedHTTPPool(HTTPConnectionPool):
    ConnectionCls = _TracedHTTP


class _TracedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _TracedHTTPS


_POOLS: Final = {"http": _TracedHTTPPool, "https": _TracedHTTPSPool}


def _traced(adapter: HTTPAdapter, proxies: Mapping[str, str]) -> HTTPAdapter:
    """Let the adapter, and the manager of each proxy that it will use, open traced connections only."""
    adapter.poolmanager.pool_classes_by_scheme = _POOLS
    for proxy in proxies.values():
        adapter.proxy_manager_for(proxy).pool_classes_by_scheme = _POOLS
    return adapter


class _Unled(requests.Session):
    """Sees no redirect in any answer. One that is not followed is prepared all the same: that reads the whole body, however
    large, and fails on a place that is no URL. Reference: requests 2.34, `Session.send` and `resolve_redirects`.
    """

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


class Wire:
    """One pool of connections to one system."""

    def __init__(
        self,
        *,
        workers: int,
        limits: WireLimits,
        ca_bundle: str | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> None:
        self._limits = limits
        self._watchdog = Watchdog(limits.total)
        self._session = _Unled()
        self._session.trust_env = False
        self._session.verify = ca_bundle or True
        self._session.proxies = dict(proxies or {})
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = _traced(
            HTTPAdapter(pool_connections=2, pool_maxsize=workers, pool_block=True, max_retries=0), self._session.proxies
        )
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def exchange(
        self, method: str, url: str, headers: Mapping[str, str], params: Mapping[str, Any] | None, body: bytes | None
    ) -> Exchange:
        """Send the request once and read the whole answer. Never raises for anything the other side may do."""
        attempt = Attempt()
        _current.attempt = attempt
        self._watchdog.watch(attempt)
        try:
            return self._answer(attempt, method, url, {"headers": headers, "params": params, "data": body})
        finally:
            attempt.ends()

    def _answer(self, attempt: Attempt, method: str, url: str, parts: dict[str, Any]) -> Exchange:
        timeout = (self._limits.connect, self._limits.silence)
        try:
            response = self._session.request(method, url, **parts, stream=True, allow_redirects=False, timeout=timeout)
        except _LOST as error:
            return Lost(attempt.sent, _words(error, attempt))
        try:
            exchange = _read(response, self._limits)
        except _LOST as error:
            response.close()
            return Lost(True, _words(error, attempt), response.status_code)
        if attempt.overdue:
            return Lost(True, _TOO_SLOW, response.status_code)
        return exchange

    def close(self) -> None:
        """Close every connection."""
        self._session.close()
        self._watchdog.close()


def _read(response: requests.Response, limits: WireLimits) -> Exchange:
    """The whole body within the limits; raises what the connection raises."""
    packed = bytearray()
    for chunk in response.raw.stream(_CHUNK, decode_content=False):
        packed += chunk
        if len(packed) > limits.packed:
            response.close()
            return Spoilt(response.status_code, f"the answer is larger than {limits.packed:,} bytes")
    if not packed and response.status_code not in _WITHOUT_BODY and not _is_framed(response.headers):
        return Lost(True, _CUT_SHORT, response.status_code)  # a connection that closed within the head looks like this
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding in {"", "identity"} or not packed:
        return Received(response.status_code, response.headers, bytes(packed))
    if encoding not in {"gzip", "x-gzip"}:
        return Spoilt(response.status_code, "the answer is packed in a way that was not asked for")
    return _unpack(response, bytes(packed), limits.unpacked)


def _is_framed(headers: Mapping[str, str]) -> bool:
    """Whether the head says where the body ends."""
    return "Content-Length" in headers or "Transfer-Encoding" in headers


def _unpack(response: requests.Response, packed: bytes, limit: int) -> Exchange:
    unzip = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        content = unzip.decompress(packed, limit + 1)
    except zlib.error:
        return Spoilt(response.status_code, "the answer says that it is gzip, but is not")
    if len(content) > limit:
        return Spoilt(response.status_code, f"the answer unpacks to more than {limit:,} bytes")
    if not unzip.eof:
        return Lost(True, _CUT_SHORT, response.status_code)
    return Received(response.status_code, response.headers, content)


_WITHOUT_BODY: Final = frozenset({202, 204, 205, 304})
_CUT_SHORT: Final = "the answer was cut short"
_TOO_SLOW: Final = "no whole answer in time"


def _words(error: Exception, attempt: Attempt) -> str:
    """What happened, in our words: the libraries' texts carry URLs and object addresses."""
    text = f"{type(error).__name__} {error!r}"
    if attempt.overdue:
        return _TOO_SLOW
    for mark, words in _WORDS.items():
        if mark in text:
            return words
    return "the connection broke"


_WORDS: Final = {
    "NameResolutionError": "the host name cannot be resolved",
    "gaierror": "the host name cannot be resolved",
    "CERTIFICATE_VERIFY_FAILED": "the certificate of the server is not trusted (a company proxy may need `ca_bundle`)",
    "SSLError": "no TLS connection could be agreed",
    "ProxyError": "the proxy could not be used",
    "ConnectTimeout": "no connection in time",
    "Connection refused": "the connection was refused",
    "NewConnectionError": "the host could not be reached",
    "ReadTimeout": "no answer in time",
    "timed out": "no answer in time",
    "IncompleteRead": _CUT_SHORT,
    "RemoteDisconnected": "the connection was closed before an answer",
    "reset": "the connection was reset",
}
