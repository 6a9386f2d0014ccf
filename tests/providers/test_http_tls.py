"""TLS is always verified: nothing is sent to a server whose certificate is not trusted, or is another's.

The certificate stands for 127.0.0.1 until 2120, signed by itself, and is trusted by nobody; its key protects nothing.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import Unavailable
from reconciler.providers.http import Caller, HttpOptions, Limiter

if TYPE_CHECKING:
    import socket

    from tests.providers.conftest import PatientClock

CERTIFICATE = (
    "MIIBeDCCAR6gAwIBAgIBATAKBggqhkjOPQQDAjAaMRgwFgYDVQQDDA9ub3doZXJlLmV4YW1wbGUwIBcNMjAwMTAxMDAwMDAwWhgP"
    "MjEyMDAxMDEwMDAwMDBaMBoxGDAWBgNVBAMMD25vd2hlcmUuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIc9UVoe"
    "PCjb1TAi827mXYqWFM4caVRWSxFdVUlAU51aFPRsqm8XQ3XCDtpjsoKCL/XUAfXhiGApF/gXb+vsKXujUzBRMA8GA1UdEwEB/wQF"
    "MAMBAf8wDwYDVR0RBAgwBocEfwAAATAOBgNVHQ8BAf8EBAMCAoQwHQYDVR0OBBYEFEJ6xkxZTrFexxhDhkUEOJ82CixsMAoGCCqG"
    "SM49BAMCA0gAMEUCIQDFSuEnC+J4PIAAzoldYAAo6MijdrSE7usFg/PUclRnpgIgP+njvC7xjxh8WErFgCFp0y2iNW/Jjc2W1q01"
    "6ucv+r8="
)
KEY = (
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg6OeF2Dtm2hvTKhyPQrtEWM3li74NdVCQZXBdDbW/vwShRANCAASH"
    "PVFaHjwo29UwIvNu5l2KlhTOHGlUVksRXVVJQFOdWhT0bKpvF0N1wg7aY7KCgi/11AH14YhgKRf4F2/r7Cl7"
)


class Answering(BaseHTTPRequestHandler):
    """Says yes to whatever is asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"true")

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class Encrypted(ThreadingHTTPServer):
    """Shakes hands with each client before anything is read."""

    daemon_threads = True

    def __init__(self, certificate: Path) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.asked: list[str] = []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        return self._context.wrap_socket(connection, server_side=True), address


@contextmanager
def served(certificate: Path) -> Iterator[Encrypted]:
    with Encrypted(certificate) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("host", "trusted", "is_sent"), [("127.0.0.1", False, False), ("127.0.0.1", True, True), ("localhost", True, False)]
)
def test_only_a_server_that_is_trusted_and_meant_is_sent_anything(
    host: str, clock: PatientClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, trusted: bool, is_sent: bool
) -> None:
    bundle, pair = tmp_path / "ca.pem", tmp_path / "server.pem"
    kinds = {"CERTIFICATE": CERTIFICATE, "PRIVATE KEY": KEY}
    armoured = {
        kind: f"-----BEGIN {kind}-----\n{fill(text, 64)}\n-----END {kind}-----\n" for kind, text in kinds.items()
    }
    bundle.write_text(armoured["CERTIFICATE"])
    pair.write_text("".join(armoured.values()))
    # What the environment would have us trust is not asked.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(bundle))
    options = HttpOptions(tries=2, ca_bundle=str(bundle) if trusted else None)
    with served(pair) as server:
        url = f"https://{host}:{server.server_address[1]}"
        caller = Caller(
            "datadog", url, headers={"DD-API-KEY": "k"}, clock=clock, limiter=Limiter(clock), options=options
        )
        if is_sent:
            assert caller.read("GET", "/x", route="/x").body is True
        else:
            with pytest.raises(Unavailable, match="certificate of the server is not trusted"):
                caller.read("GET", "/x", route="/x")
        assert caller.calls == 1  # another try would meet the same certificate
        caller.close()
    assert server.asked == (["/x"] if is_sent else [])
