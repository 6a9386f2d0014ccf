"""Every fault, under every kind of request: which error it becomes, how often it was sent, and that it tells no secret."""

from __future__ import annotations

import gzip
import json
import socket
import traceback
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import (
    BadAnswer,
    Forbidden,
    NotFound,
    OutcomeUnknown,
    ProviderError,
    RateLimited,
    Refused,
    Superseded,
    Unauthorized,
    Unavailable,
)
from reconciler.providers.http import Answer, Caller, WireLimits

if TYPE_CHECKING:
    from tests.providers.conftest import PatientClock, ScriptedServer, Step

CANARIES = ("canary-api-key-5e1f", "canary-app-key-77aa")
TRIES = 2
PATIENT = WireLimits(packed=64 * 1024, unpacked=256 * 1024)
IMPATIENT = WireLimits(silence=0.25, total=0.5)
Error = type[ProviderError]
Say = Callable[..., "Step"]


@dataclass(frozen=True)
class Fault:
    """What the server does, and what must come of it for a read, a repeatable write and a write that goes out once."""

    name: str
    step: Callable[[Say], Step]
    read: Error | None
    write: Error | None
    once: Error | None
    again: bool = False
    again_once: bool = False
    slow: bool = False


def raw(content: bytes, *, reset: bool = False, keep: bool = False, drip: bytes = b"") -> Callable[[Say], Step]:
    def build(say: Say) -> Step:
        return replace(say(200), raw=content, reset=reset, keep=keep, drip=drip)

    return build


def answer(status: int, body: object = None, **headers: str) -> Callable[[Say], Step]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda say: say(status, body, named)


def telling(status: int, **headers: str) -> Callable[[Say], Step]:
    """An error that repeats our credentials back at us, plainly and hidden in invisible characters."""
    echo = f"bad key {CANARIES[0]} or {CANARIES[1][:6]}\u200b{CANARIES[1][6:]} \x1b[31m"
    return answer(status, {"errors": [echo]}, **headers)


def partial(head: bytes, body: bytes) -> Callable[[Say], Step]:
    return raw(b"HTTP/1.1 " + head + b"\r\n\r\n" + body)


def packed(content: bytes, **headers: str) -> Callable[[Say], Step]:
    return answer(200, content, Content_Encoding="gzip", **headers)


JSON = b"200 OK\r\nContent-Type: application/json"
PAGE = b"<html>Please sign in</html>"
LOST = (Unavailable, OutcomeUnknown, OutcomeUnknown)
CUT = (BadAnswer, OutcomeUnknown, OutcomeUnknown)
ODD = (BadAnswer, BadAnswer, OutcomeUnknown)
FAULTS = [
    Fault(
        "reset while reading",
        lambda say: replace(say(200), raw=b"", keep=False, reset=True, unread=True),
        *LOST,
        again=True,
    ),
    Fault("closed before an answer", raw(b""), *LOST, again=True),
    Fault("reset before an answer", raw(b"", reset=True), *LOST, again=True),
    Fault("reset within the head", raw(b"HTTP/1.1 200 O", reset=True), *LOST, again=True),
    Fault("not HTTP", raw(b"SSH-2.0-OpenSSH_9.6\r\n"), *LOST, again=True),
    Fault(
        "reset within the body",
        raw(b"HTTP/1.1 " + JSON + b'\r\nContent-Length: 90\r\n\r\n{"a', reset=True),
        *CUT,
        again=True,
    ),
    Fault("body shorter than announced", partial(JSON + b"\r\nContent-Length: 90", b'{"a": 1}'), *CUT, again=True),
    Fault(
        "chunks that end early", partial(JSON + b"\r\nTransfer-Encoding: chunked", b'5\r\n{"a":\r\n'), *CUT, again=True
    ),
    Fault("chunks of no size", partial(JSON + b"\r\nTransfer-Encoding: chunked", b"zz\r\n{}\r\n"), *CUT, again=True),
    Fault("gzip that ends early", packed(gzip.compress(b'{"a": "' + b"x" * 9000 + b'"}')[:-20]), *CUT, again=True),
    Fault("truncated JSON, no length", partial(JSON, b'{"a": [1, 2'), *ODD),
    Fault("longer than announced", partial(JSON + b"\r\nContent-Length: 4", b'{"a": 1}'), *ODD),
    Fault("silence", raw(b"", keep=True), *LOST, again=True, slow=True),
    Fault("silence within the head", raw(b"HTTP/1.1 200 OK\r\nX-A", keep=True), *LOST, again=True, slow=True),
    Fault(
        "silence within the body",
        raw(b"HTTP/1.1 " + JSON + b"\r\nContent-Length: 9\r\n\r\n{", keep=True),
        *CUT,
        again=True,
        slow=True,
    ),
    Fault("closed within the head", raw(b"HTTP/1.1 200 OK\r\nX-A"), *CUT, again=True),
    Fault("dripping head", raw(b"HTTP/1.1 200 OK\r\nX-Slow: ", drip=b"x"), *CUT, again=True, slow=True),
    Fault(
        "dripping body",
        raw(b"HTTP/1.1 " + JSON + b"\r\nContent-Length: 9999\r\n\r\n[", drip=b" "),
        *CUT,
        again=True,
        slow=True,
    ),
    Fault("endless 100 Continue", raw(b"", drip=b"HTTP/1.1 100 Continue\r\n\r\n"), *LOST, again=True, slow=True),
    Fault("endless body", partial(JSON, b" " * 200_000), *ODD),
    Fault("gzip bomb", packed(gzip.compress(b"0" * 5_000_000)), *ODD),
    Fault("gzip that is none", packed(b'{"a": 1}'), *ODD),
    Fault("unasked packing", answer(200, zlib.compress(b"{}"), Content_Encoding="br"), *ODD),
    Fault("web page 200", answer(200, PAGE, Content_Type="text/html; charset=utf-8"), *ODD),
    Fault("text 200", answer(200, b'{"a": 1}', Content_Type="text/plain"), *ODD),
    Fault("no content type", partial(b"200 OK\r\nContent-Length: 8", b'{"a": 1}'), *ODD),
    Fault("web page under a JSON type", answer(200, PAGE), *ODD),
    Fault("invalid UTF-8", answer(200, b'{"a": "\xff"}'), *ODD),
    Fault("UTF-16", answer(200, '{"a": 1}'.encode("utf-16")), *ODD),
    Fault("NaN", answer(200, b'{"a": NaN}'), *ODD),
    Fault("infinite number", answer(200, b'{"a": 1e999}'), *ODD),
    Fault("absurd integer", answer(200, b'{"a": ' + b"9" * 5000 + b"}"), *ODD),
    Fault("nested too deeply", answer(200, b"[" * 30_000 + b"]" * 30_000), *ODD),
    Fault("one key twice", answer(200, b'{"a": 1, "a": 2}'), *ODD),
    Fault("206", answer(206, {"a": 1}), *ODD),
    Fault("304", answer(304), BadAnswer, BadAnswer, BadAnswer),
    Fault("300 without a place", answer(300), BadAnswer, BadAnswer, BadAnswer),
    Fault("303", answer(303, Location="https://login.example/"), *ODD),
    Fault("307 to no address", answer(307, Location="https://[\x1b31m/"), BadAnswer, BadAnswer, BadAnswer),
    Fault("307 to another port than any", answer(307, Location="//x:99999999/"), BadAnswer, BadAnswer, BadAnswer),
    Fault("307 that never ends", partial(b"307 On\r\nLocation: /x", b" " * 200_000), *ODD),
    Fault(
        "307 with a gzip bomb",
        answer(307, gzip.compress(b"0" * 5_000_000), Content_Encoding="gzip", Location="/x"),
        *ODD,
    ),
    Fault("400", telling(400), Refused, Refused, Refused),
    Fault("400 cut short", partial(b"400 No\r\nContent-Length: 90", b"{"), Refused, Refused, Refused),
    Fault("401", telling(401), Unauthorized, Unauthorized, Unauthorized),
    Fault("403 page", answer(403, PAGE, Content_Type="text/html"), Forbidden, Forbidden, Forbidden),
    Fault("403", telling(403), Forbidden, Forbidden, Forbidden),
    Fault("404", telling(404), NotFound, NotFound, NotFound),
    Fault("405", answer(405), Refused, Refused, Refused),
    Fault("408", telling(408), *LOST, again=True),
    Fault("409", telling(409), Superseded, Superseded, Superseded),
    Fault("410", telling(410), Refused, Refused, Refused),
    Fault("412", answer(412), Superseded, Superseded, Superseded),
    Fault("413", answer(413), Refused, Refused, Refused),
    Fault("422", telling(422), Refused, Refused, Refused),
    Fault("425", telling(425), Unavailable, Unavailable, Unavailable, again=True, again_once=True),
    Fault("429 in seconds", telling(429, Retry_After="2"), RateLimited, RateLimited, RateLimited, True, True),
    Fault("429 date", telling(429, Retry_After="Mon, 23 Nov 2026 07:00:09 GMT"), *(RateLimited,) * 3, True, True),
    Fault("429 bare page", answer(429, PAGE, Content_Type="text/html"), *(RateLimited,) * 3, True, True),
    Fault("429 zero", telling(429, Retry_After="0"), *(RateLimited,) * 3, True, True),
    Fault("429 negative", telling(429, Retry_After="-7"), *(RateLimited,) * 3, True, True),
    Fault("429 nonsense", telling(429, Retry_After="soon"), *(RateLimited,) * 3, True, True),
    Fault("429 for years", telling(429, Retry_After="99999999"), *(RateLimited,) * 3),
    Fault("500", telling(500), *LOST, again=True),
    Fault("502 page", answer(502, PAGE, Content_Type="text/html"), *LOST, again=True),
    Fault("503", telling(503, Retry_After="3"), *LOST, again=True),
    Fault("504 empty", answer(504), *LOST, again=True),
]
HARMLESS = {
    "byte order mark": answer(200, b'\xef\xbb\xbf{"a": 1}'),
    "JSON:API type": answer(200, {"a": 1}, Content_Type="application/vnd.api+json"),
    "charset": answer(200, {"a": 1}, Content_Type="Application/JSON;charset=UTF-8"),
    "gzip": packed(gzip.compress(b'{"a": 1}')),
    "chunks": partial(JSON + b"\r\nTransfer-Encoding: chunked", b'4\r\n{"a"\r\n4\r\n: 1}\r\n0\r\n\r\n'),
    "no length": partial(JSON, b'{"a": 1}'),
}
KINDS = ("read", "write", "once")


def send(caller: Caller, kind: str) -> Answer:
    path, route = "/api/v2/cases/ET-3", "/api/v2/cases/{case}"
    if kind == "read":
        return caller.read("GET", path, route=route)
    return caller.write("POST", path, route=route, json={"a": 1}, repeatable=kind == "write")


def texts(error: ProviderError) -> str:
    fields = json.dumps(dict(error.fields)) if isinstance(error, Refused) else ""
    return "\n".join([str(error), repr(error), error.hint or "", fields, *traceback.format_exception(error)])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_has_one_name_and_is_repeated_only_where_that_is_safe(
    fault: Fault,
    kind: str,
    server: ScriptedServer,
    call_at: Callable[..., Caller],
    clock: PatientClock,
    say: Say,
) -> None:
    server.always(fault.step(say))
    caller = call_at(server.url, limits=IMPATIENT if fault.slow else PATIENT)
    expected: Error | None = getattr(fault, kind)
    assert expected is not None
    with pytest.raises(expected) as raised:
        send(caller, kind)
    assert type(raised.value) is expected
    assert raised.value.system == "datadog"
    assert raised.value.call.endswith(" /api/v2/cases/ET-3")
    again = fault.again_once if kind == "once" else fault.again
    assert caller.calls == (TRIES if again else 1)
    assert max(len(server.arrived), server.connections) == caller.calls
    assert sum(clock.waits) <= 1800
    for secret in CANARIES:
        assert secret not in texts(raised.value)
    assert "\x1b" not in raised.value.message


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_looks_odd_is_read(name: str, kind: str, server: ScriptedServer, caller: Caller, say: Say) -> None:
    server.always(HARMLESS[name](say))
    assert send(caller, kind).body == {"a": 1}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("status", "content"), [(204, None), (202, None), (202, b"accepted"), (200, b" ")])
def test_an_answer_without_a_body_has_none(
    status: int, content: bytes | None, kind: str, server: ScriptedServer, caller: Caller, say: Say
) -> None:
    server.always(say(status, content, {"Content-Type": "text/plain"}))
    if kind == "read" and status != 200:
        answered = caller.read("GET", "/x", route="/x", accept=frozenset({status}))
    else:
        answered = send(caller, kind)
    assert (answered.status, answered.body) == (status, None)


def test_what_is_said_to_be_packed_and_has_no_body_is_done(server: ScriptedServer, caller: Caller, say: Say) -> None:
    server.always(say(204, None, {"Content-Encoding": "gzip"}))
    assert send(caller, "once").body is None


@pytest.mark.parametrize(
    ("kind", "words"), [("text/html", "a proxy or a login page may have answered"), ("text/plain", "no JSON by its")]
)
def test_a_page_in_place_of_an_answer_is_called_one(
    kind: str, words: str, server: ScriptedServer, caller: Caller, say: Say
) -> None:
    server.always(say(200, PAGE, {"Content-Type": kind}))
    with pytest.raises(BadAnswer, match=words):
        send(caller, "read")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_and_names_both_hosts(
    status: int, kind: str, server: ScriptedServer, elsewhere: ScriptedServer, caller: Caller, say: Say
) -> None:
    target = elsewhere.url.replace("127.0.0.1", "localhost")
    server.always(say(status, None, {"Location": f"{target}/take?token={CANARIES[0]}"}))
    with pytest.raises(BadAnswer) as raised:
        send(caller, kind)
    assert elsewhere.connections == 0
    assert len(server.arrived) == 1
    assert server.url.removeprefix("http://") in raised.value.message
    assert "localhost" in raised.value.message
    assert "token" not in texts(raised.value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_refused_connection_changed_nothing(kind: str, call_at: Callable[..., Caller]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    caller = call_at(f"http://127.0.0.1:{port}")
    with pytest.raises(Unavailable, match="connection was refused"):
        send(caller, kind)
    assert caller.calls == TRIES


@pytest.mark.parametrize("kind", KINDS)
def test_without_tls_nothing_was_sent(
    kind: str, server: ScriptedServer, call_at: Callable[..., Caller], say: Say
) -> None:
    server.always(replace(say(400), keep=False, unread=True))
    caller = call_at(server.url.replace("http:", "https:"))
    with pytest.raises(Unavailable, match="TLS"):
        send(caller, kind)
    assert server.arrived == []
