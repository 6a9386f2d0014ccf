"""The sockets: HTTP/1.1 with keep-alive on loopback, and answers that can be cut short or reset on purpose."""

from __future__ import annotations

import socket
import struct
import sys
import threading
import traceback
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from reconciler.sandbox.application import Delivery, Outcome
from reconciler.sandbox.route import Answer, Request, answer

_UNTOLD = datetime.fromtimestamp(0, tz=UTC)  # the application puts simulated time in its place
_MAX_BODY = 32 * 1024 * 1024
_RESET = struct.pack("ii", 1, 0)  # close by RST: what a crashed peer or an angry middlebox does
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Responder(Protocol):
    """Whoever answers requests."""

    def serve(self, request: Request) -> Outcome:
        """What travels back."""


class Connection(BaseHTTPRequestHandler):
    """One client's connection: requests one after another until it closes."""

    protocol_version = "HTTP/1.1"
    server_version = "reconciler-sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1
    server: SandboxServer

    def setup(self) -> None:
        """Also: be known to the server, so that it can hang up when it stops."""
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        """Also: be forgotten."""
        try:
            super().finish()
        except OSError:
            self.close_connection = True
        finally:
            self.server.closed(self.connection)

    def respond(self) -> None:
        """Read the request, ask the application, send what it says."""
        request = self._read()
        if isinstance(request, Answer):
            self.close_connection = True
            self._send(request)
            return
        outcome = self.server.responder.serve(request)
        if outcome.delay:
            self.server.stopping.wait(outcome.delay)
        match outcome.delivery:
            case Delivery.WHOLE:
                self._send(outcome.answer)
            case Delivery.HALF:
                self._send(outcome.answer, cut=len(outcome.answer.body) // 2)
                self.close_connection = True
            case Delivery.RESET:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                self.connection.close()
                self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the standard library's
        """Say nothing: the traffic log is the record."""

    def _read(self) -> Request | Answer:
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if self.headers.get("Transfer-Encoding") or length < 0:
            return answer({"errors": ["Length Required"]}, 411)
        if length > _MAX_BODY:
            return answer({"errors": ["Request Entity Too Large"]}, 413)
        target = urlsplit(self.path)
        return Request(
            method=self.command,
            path=unquote(target.path),
            now=_UNTOLD,
            query=tuple(parse_qsl(target.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length) if length else b"",
        )

    def _send(self, reply: Answer, cut: int | None = None) -> None:
        self.send_response_only(reply.status)
        self.send_header("Server", self.version_string())
        for name, value in {"Date": self.date_time_string(), **reply.headers}.items():
            self.send_header(name, value)
        if reply.body:
            self.send_header("Content-Type", reply.content_type)
        if reply.status not in {204, 304}:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body if cut is None else reply.body[:cut])
        self.wfile.flush()


for _method in _METHODS:
    setattr(Connection, f"do_{_method}", Connection.respond)


class SandboxServer(ThreadingHTTPServer):
    """Serves on 127.0.0.1 from threads of this process. `failures` holds the traceback of every request that broke."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int, responder: Responder) -> None:
        self.responder = responder
        self.failures: list[str] = []
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None
        super().__init__(("127.0.0.1", port), Connection)

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def begin(self) -> None:
        """Serve from a thread of its own."""
        serving = {"poll_interval": 0.02}
        self._thread = threading.Thread(target=self.serve_forever, kwargs=serving, name="sandbox", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stop serving, hang up on every client and wait until the last thread has let go."""
        self.stopping.set()
        self.shutdown()
        if self._thread is not None:
            self._thread.join()
        self.server_close()
        with self._change:
            for connection in self._open:
                _hang_up(connection)
            self._change.wait_for(lambda: not self._open, timeout=5)

    def opened(self, connection: socket.socket) -> None:
        """A client connected."""
        with self._change:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        """A client is gone."""
        with self._change:
            self._open.discard(connection)
            self._change.notify_all()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news; anything else is a mistake of the simulator, kept and shown."""
        if isinstance(sys.exception(), ConnectionError | TimeoutError):
            return
        self.failures.append(traceback.format_exc())
        sys.stderr.write(f"sandbox: {self.failures[-1]}")


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        connection.close()
