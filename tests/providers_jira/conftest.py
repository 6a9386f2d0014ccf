"""A Jira that answers what a test tells it to, over real HTTP on loopback, and the client that talks to it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from reconciler.providers.http_limits import Limiter
from reconciler.providers.jira.cloud import JiraClient, connect_jira
from reconciler.providers.jira.data_center import DataCenterClient, connect_data_center
from reconciler.providers.jira.signin import ApiToken
from reconciler.providers.secrets import Secret

Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One request as it arrived; the path is unquoted."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Reply:
    """What to answer."""

    body: object = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Script = Callable[[Asked], Reply]


class ScriptedJira(ThreadingHTTPServer):
    """Answers by method and path; 404, as Jira words it, where nothing was told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[Asked] = []
        self._scripts: dict[tuple[str, str], Script] = {}
        self._default: Script | None = None
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def on(self, method: str, path: str, *replies: Reply) -> None:
        """Give these answers in turn; the last one for ever."""
        left = list(replies)
        self.on_call(method, path, lambda _: left.pop(0) if len(left) > 1 else left[0])

    def on_call(self, method: str, path: str, script: Script) -> None:
        self._scripts[method, path] = script

    def on_anything(self, reply: Reply) -> None:
        self._default = lambda _: reply

    def forget(self) -> None:
        """Start again: nothing asked, nothing told."""
        self.asked.clear()
        self._scripts.clear()

    def calls(self, method: str, path: str) -> list[Asked]:
        return [asked for asked in self.asked if (asked.method, asked.path) == (method, path)]

    def reply(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            script = self._default or self._scripts.get((asked.method, asked.path))
            return script(asked) if script else Reply({"errorMessages": ["Nothing here."], "errors": {}}, 404)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        assert isinstance(self.server, ScriptedJira)
        parts = urlsplit(self.path)
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = {name: ",".join(values) for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = json.loads(content) if content else None
        reply = self.server.reply(Asked(self.command, unquote(parts.path), query, headers, body))
        sent = b"" if reply.body is None else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Stay quiet."""


class PatientClock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@pytest.fixture
def jira() -> Iterator[ScriptedJira]:
    server = ScriptedJira()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def reply() -> type[Reply]:
    return Reply


@pytest.fixture
def client(jira: ScriptedJira) -> Iterator[JiraClient]:
    clock = PatientClock()
    credential = ApiToken(Secret("bot@acme.example"), Secret("canary-token-5311"))
    connected = connect_jira("acme", jira.url, credential, clock=clock, limiter=Limiter(clock), workers=4)
    yield connected
    connected.close()


@pytest.fixture
def dc(jira: ScriptedJira) -> Iterator[DataCenterClient]:
    clock = PatientClock()
    token = Secret("canary-access-token-9")
    connected = connect_data_center("dc", jira.url, token, clock=clock, limiter=Limiter(clock), workers=4)
    yield connected
    connected.close()


@pytest.fixture
def ticket_json() -> Callable[..., Json]:
    """A ticket as bulkfetch and search/jql answer it."""

    def build(identity: int, key: str, **fields: object) -> Json:
        return {
            "id": str(identity),
            "key": key,
            "self": f"https://acme.atlassian.net/rest/api/3/issue/{identity}",
            "fields": {
                "summary": f"Ticket {identity}",
                "status": {"id": "10001", "name": "To Do", "statusCategory": {"id": 2, "key": "new"}},
                "issuetype": {"id": "10002", "name": "Bug", "subtask": False},
                "project": {"id": "10000", "key": key.rpartition("-")[0]},
                "labels": [],
                "assignee": None,
                "created": "2026-11-23T07:00:00.000+0000",
                "updated": "2026-11-23T07:00:00.000+0000",
                **fields,
            },
        }

    return build
