"""A server on loopback that answers, or fails to, exactly as a test says: bytes, resets, drips. And a clock that never waits."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from reconciler.providers.datadog import DatadogClient
from reconciler.providers.http import Caller, HttpOptions, Limiter

API_KEY = "canary-api-key-5e1f"
APP_KEY = "canary-app-key-77aa"


@dataclass(frozen=True)
class Arrived:
    """One request as it came in."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Step:
    """What to do with one request: send `raw`, then close, reset, keep the connection, or drip on for ever."""

    raw: bytes = b""
    reset: bool = False
    keep: bool = False
    drip: bytes = b""
    unread: bool = False


def reply(status: int = 200, body: object = None, headers: Mapping[str, str] | None = None) -> Step:
    """A well-formed answer: `body` as JSON, or as it is if it is bytes."""
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    lines = {"Content-Type": "application/json", "Content-Length": str(len(content)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return Step(f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode() + content, keep=True)


Script = Callable[[Arrived], Step]


@dataclass(repr=False)
class ScriptedServer:
    """Accepts connections until it is stopped. `script` decides for each request that was read."""

    script: Script = lambda _: reply(200, {})
    arrived: list[Arrived] = field(default_factory=list)
    connections: int = 0
    unread: Step | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _socket: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0), backlog=64))
    _open: set[socket.socket] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def always(self, step: Step) -> None:
        """Do this with every request; an `unread` step with every connection."""
        self.unread = step if step.unread else None
        self.script = lambda _: step

    def in_turn(self, *steps: Step) -> None:
        """Do these, one after the other; the last one again and again."""
        left = list(steps)
        self.unread = None
        self.script = lambda _: left.pop(0) if len(left) > 1 else left[0]

    def serve(self) -> None:
        while True:
            try:
                accepted, _ = self._socket.accept()
            except OSError:
                return
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self.connections += 1
                self._open.add(accepted)
            threading.Thread(target=self._converse, args=(accepted,), daemon=True).start()

    def stop(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        with self._lock:
            for accepted in self._open:
                with suppress(OSError):
                    accepted.shutdown(socket.SHUT_RDWR)

    def _converse(self, accepted: socket.socket) -> None:
        with suppress(OSError), accepted, accepted.makefile("rb") as stream:
            if self.unread is not None:
                accepted.recv(1)  # so that surely something was sent
                self._act(accepted, self.unread)
                return
            while (request := _read(stream)) is not None:
                with self._lock:
                    self.arrived.append(request)
                    step = self.script(request)
                if not self._act(accepted, step):
                    break
        with self._lock:
            self._open.discard(accepted)

    def _act(self, accepted: socket.socket, step: Step) -> bool:
        accepted.sendall(step.raw)
        while step.drip:
            accepted.sendall(step.drip)
            threading.Event().wait(0.02)
        if step.reset:
            accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif not step.keep:
            accepted.shutdown(socket.SHUT_RDWR)
        return step.keep


def _read(stream: Any) -> Arrived | None:
    first = stream.readline().decode()
    if not first:
        return None
    method, target, _ = first.split(" ", 2)
    headers: dict[str, str] = {}
    while (line := stream.readline().decode().strip()) != "":
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    content = stream.read(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    query = {name: ",".join(values) for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    return Arrived(method, unquote(parts.path), query, headers, json.loads(content) if content else None)


class PatientClock:
    """Time that passes only by sleeping; remembers every wait."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self._now = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.waits.append(seconds)
            self._now += timedelta(seconds=seconds)


def _served() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    yield server
    server.stop()
    thread.join()


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    yield from _served()


@pytest.fixture
def elsewhere() -> Iterator[ScriptedServer]:
    """Another host, which must never hear of us."""
    yield from _served()


@pytest.fixture
def clock() -> PatientClock:
    return PatientClock()


@pytest.fixture
def say() -> Callable[..., Step]:
    return reply


@pytest.fixture
def call_at(clock: PatientClock) -> Iterator[Callable[[str], Caller]]:
    """A caller for a URL, with these options; it tries twice."""
    made: list[Caller] = []

    def build(url: str, **options: Any) -> Caller:
        made.append(
            Caller(
                "datadog",
                url,
                headers={"DD-API-KEY": API_KEY, "DD-APPLICATION-KEY": APP_KEY},
                clock=clock,
                limiter=options.pop("limiter", None) or Limiter(clock),
                options=HttpOptions(**{"tries": 2, "workers": 4, **options}),
            )
        )
        return made[-1]

    yield build
    for caller in made:
        caller.close()


@pytest.fixture
def caller(server: ScriptedServer, call_at: Callable[[str], Caller]) -> Caller:
    return call_at(server.url)


@pytest.fixture
def datadog(server: ScriptedServer, call_at: Callable[..., Caller]) -> DatadogClient:
    return DatadogClient(call_at(server.url, workers=8))
