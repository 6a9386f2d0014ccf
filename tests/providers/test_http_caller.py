"""Where a caller may call, what it sends, what it counts, and that every answer is checked."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import ConfigError, ProviderError, Refused, Unauthorized
from reconciler.providers.http import Answer, Caller, Limiter, base_url

if TYPE_CHECKING:
    from tests.providers.conftest import PatientClock, ScriptedServer, Step


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://api.datadoghq.com/", "https://api.datadoghq.com"),
        ("https://jira.example.com:8443/context", "https://jira.example.com:8443/context"),
        ("http://127.0.0.1:8126", "http://127.0.0.1:8126"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:80", "http://[::1]:80"),
        ("http://localhost:1/", "http://localhost:1"),
    ],
)
def test_an_address(url: str, kept: str) -> None:
    assert base_url(url, "datadog") == kept


@pytest.mark.parametrize(
    "url",
    [
        "http://api.datadoghq.com",
        "http://10.0.0.1",
        "http://localhost.example.com",
        "http://2130706433",
        "http://127.1",
        "ftp://127.0.0.1",
        "//api.datadoghq.com",
        "api.datadoghq.com",
        "",
        "https://",
        "https://user:pw@api.datadoghq.com",
        "https://a@evil.example\\@good.example",
        "https://api.datadoghq.com/?x=1",
        "https://api.datadoghq.com/#x",
        "https://api.datadoghq.com/a b",
        "https://api.datadoghq.com\n.evil.example",
        "https://api.dätadog.example",
        "https://api.datadoghq.com:99999",
        "https://[::1",
    ],
)
def test_no_address(url: str) -> None:
    with pytest.raises(ConfigError) as raised:
        base_url(url, "datadog")
    assert raised.value.hint is not None
    assert "pw" not in str(raised.value)


@pytest.mark.parametrize("value", ["key\n", "key\r\nX-Evil: 1", " key", "key ", "k\u00e9y", "k\x00ey", "k\tey"])
def test_a_header_that_cannot_be_sent_is_refused_without_showing_it(value: str, clock: PatientClock) -> None:
    with pytest.raises(ConfigError, match="DD-API-KEY") as raised:
        Caller("datadog", "https://x.example", headers={"DD-API-KEY": value}, clock=clock, limiter=Limiter(clock))
    assert value not in str(raised.value)


@pytest.mark.parametrize("path", ["", "x", "//evil.example/x", "/x?y=1", "/x#y", "/x\\y", "/x y"])
def test_only_paths_are_called(path: str, server: ScriptedServer, caller: Caller) -> None:
    with pytest.raises(ValueError, match="not a path"):
        caller.read("GET", path, route="/x")
    assert server.connections == 0


def test_what_is_sent(
    server: ScriptedServer, caller: Caller, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, say: Callable[..., Step]
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login eve password evil\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.always(say(200, {}, {"Set-Cookie": "session=abc; Path=/"}))
    for _ in range(2):
        caller.read("POST", "/search", route="/search", params={"page[size]": "100"}, json={"q": "ä"})
    first, second = server.arrived
    assert first == second
    assert (first.method, first.path, first.query, first.body) == ("POST", "/search", {"page[size]": "100"}, {"q": "ä"})
    assert first.headers["dd-api-key"] == "canary-api-key-5e1f"
    assert first.headers["accept"] == "application/json"
    assert first.headers["content-type"] == "application/json"
    assert first.headers["user-agent"].startswith("datadog-jira-reconciler/")
    assert not {"authorization", "cookie"} & first.headers.keys()
    assert server.connections == 1  # kept alive


def test_calls_are_counted_by_route_tries_included(
    server: ScriptedServer, caller: Caller, say: Callable[..., Step]
) -> None:
    server.in_turn(say(503), say(200, {}))
    for number in range(3):
        caller.read("GET", f"/cases/{number}", route="/cases/{case}")
    caller.write("POST", "/cases", route="/cases", repeatable=False)
    assert caller.calls == 5
    assert caller.calls_by_route == {"GET /cases/{case}": 4, "POST /cases": 1}
    assert list(caller.calls_by_route) == sorted(caller.calls_by_route)


@pytest.mark.parametrize("status", [200, 204, 301, 404, 429, 500])
def test_every_answer_is_checked(
    status: int, server: ScriptedServer, clock: PatientClock, say: Callable[..., Step]
) -> None:
    def check(answer: Answer) -> None:
        if answer.headers.get("X-Seraph-LoginReason") == "AUTHENTICATED_FAILED":
            raise Unauthorized("signed in as nobody", system="jira:acme", call="any", status=answer.status)

    server.always(say(status, b"<html>", {"x-seraph-loginreason": "AUTHENTICATED_FAILED", "Content-Type": "text/html"}))
    caller = Caller("jira:acme", server.url, headers={}, clock=clock, limiter=Limiter(clock), check=check)
    with pytest.raises(Unauthorized):
        caller.read("GET", "/x", route="/x")
    assert len(server.arrived) == 1
    caller.close()


def test_secrets_in_every_form_stay_out_of_errors(
    server: ScriptedServer, clock: PatientClock, say: Callable[..., Step]
) -> None:
    token, hook = 'tok/en+with=odd"signs', "https://app.datadoghq.com/intake/webhook/jira?api_key=h00k"
    basic = base64.b64encode(f"bot@acme.example:{token}".encode()).decode()
    caller = Caller(
        "jira:acme", server.url, headers={"Authorization": f"Basic {basic}"}, clock=clock, limiter=Limiter(clock)
    )
    caller.conceal(hook)
    quoted = hook.replace(":", "%3A").replace("/", "%2F").replace("?", "%3F").replace("=", "%3D")
    said = [token, f"Basic {basic}", basic, hook, quoted, "tok%2Fen%2Bwith%3Dodd%22signs", "x" * 290 + token]
    server.always(say(400, {"errorMessages": said, "errors": {hook: f"no {token}"}}))
    with pytest.raises(Refused) as raised:
        caller.read("GET", f"/x/{basic}", route="/x/{y}")
    shown = f"{raised.value} {raised.value.fields}"
    for secret in (*said[:6], "tok/en", "h00k"):
        assert secret not in shown
    caller.close()


@pytest.mark.parametrize(
    ("body", "message", "fields"),
    [
        ({"errors": ["Not Found"]}, "Not Found", {}),
        ({"errors": [{"status": "400", "title": "Bad Request", "detail": "no uuid"}]}, "Bad Request: no uuid", {}),
        ({"errors": [{"code": "resource_not_found", "title": "case not found"}]}, "case not found", {}),
        ({"errors": [{"title": "Generic Error", "detail": "invalid status"}]}, "invalid status", {}),
        ({"errors": ["Not Found"], "error_details": [{}]}, "Not Found", {}),
        ({"errorMessages": ["It does not exist."], "errors": {}}, "It does not exist.", {}),
        (
            {"errorMessages": [], "errors": {"project": "Specify one"}},
            "project: Specify one",
            {"project": "Specify one"},
        ),
        ({"errorMessages": ["A", "B"], "errors": {"z": "1", "a": "2"}}, "A; B; a: 2; z: 1", {"z": "1", "a": "2"}),
        ({"errorMessages": ["No"], "errors": {}, "httpStatusCode": {"empty": False}}, "No", {}),
        ({"errors": [{"message": "Some are not valid"}]}, "Some are not valid", {}),
        (
            {"type": "about:blank", "title": "Not Found", "detail": "No endpoint GET /x."},
            "Not Found: No endpoint GET /x.",
            {},
        ),
        (
            {"timestamp": "x", "status": 400, "error": "Bad", "message": "No message available"},
            "No message available: Bad",
            {},
        ),
        ({"errors": [{"title": "T\u202e\x07 i\n t"}, {"title": None}, 7]}, "T i t", {}),
        ({"errors": {"a": ["x"]}}, "a: ['x']", {"a": "['x']"}),
        ({}, "refused without saying why", {}),
        ([], "refused without saying why", {}),
        ("no", "refused without saying why", {}),
        ({"errors": ["x" * 5000]}, "x" * 299 + "…", {}),
    ],
)
def test_every_shape_of_error_is_read(
    body: object, message: str, fields: dict[str, str], server: ScriptedServer, caller: Caller, say: Callable[..., Step]
) -> None:
    server.always(say(400, body))
    with pytest.raises(Refused) as raised:
        caller.read("GET", "/x", route="/x")
    assert raised.value.message == message
    assert raised.value.fields == fields


def test_threads_share_a_caller(
    server: ScriptedServer, call_at: Callable[..., Caller], say: Callable[..., Step]
) -> None:
    caller = call_at(server.url, workers=8)
    server.script = lambda asked: say(200, {"path": asked.path})
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: caller.read("GET", f"/{n}", route="/{n}").body["path"], range(200)))
    assert answers == [f"/{number}" for number in range(200)]
    assert server.connections <= 8
    assert caller.calls == 200


def test_a_slow_answer_harms_no_other_thread(
    server: ScriptedServer, call_at: Callable[..., Caller], say: Callable[..., Step]
) -> None:
    """The watchdog cuts the one that is overdue, on its own connection."""
    from reconciler.providers.http import WireLimits

    caller = call_at(server.url, limits=WireLimits(total=1.5), tries=1)
    step = say(200, {})
    slow = type(step)(raw=b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", drip=b" ")
    server.script = lambda asked: slow if asked.path == "/slow" else step
    failed: list[ProviderError] = []

    def hang() -> None:
        try:
            caller.read("GET", "/slow", route="/slow")
        except ProviderError as error:
            failed.append(error)

    thread = threading.Thread(target=hang)
    thread.start()
    begun = time.monotonic()
    quick = 0
    while thread.is_alive() and time.monotonic() - begun < 30:
        assert caller.read("GET", "/quick", route="/quick").body == {}
        quick += 1
    thread.join()
    assert quick > 0
    assert [error.message for error in failed] == ["no whole answer in time"]
