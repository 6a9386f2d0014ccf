"""Staged faults: what clients suffer, and whether the effect happened all the same."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
import requests

from reconciler.sandbox.faults import Fault, FaultKind, Faults, Phase
from reconciler.sandbox.serve import RunningSandbox

Api = Callable[..., requests.Response]
AsCase = Callable[..., dict[str, object]]


def title(sandbox: RunningSandbox) -> str:
    """What the case is called by now."""
    case = sandbox.world.datadog.find_case("SHOP-8")
    assert case is not None
    return case.title


@pytest.mark.parametrize(("phase", "title_after"), [(Phase.BEFORE, "Nobody works on this"), (Phase.AFTER, "New")])
@pytest.mark.parametrize(
    ("kind", "status", "body_starts"),
    [
        (FaultKind.STATUS, 503, b'{"errors":["staged fault 503"]}'),
        (FaultKind.RATE_LIMIT, 429, b'{"errors":["Too many requests"]}'),
        (FaultKind.REDIRECT, 307, b""),
        (FaultKind.HTML, 503, b"<!DOCTYPE html>"),
        (FaultKind.EMPTY, 200, b""),
    ],
)
def test_an_answer_is_spoiled_before_or_after_the_effect(
    api: Api,
    as_case: AsCase,
    sandbox: RunningSandbox,
    kind: FaultKind,
    phase: Phase,
    status: int,
    body_starts: bytes,
    title_after: str,
) -> None:
    sandbox.stage_fault(Fault(kind, phase, status=503, retry_after="7"))
    answer = api("POST", "/cases/SHOP-8/title", as_case(title="New"))
    assert (answer.status_code, answer.content[: len(body_starts)]) == (status, body_starts)
    assert title(sandbox) == title_after
    [exchange] = sandbox.traffic.writes
    assert (exchange.fault, exchange.status, exchange.effect) == (kind.value, status, phase is Phase.AFTER)
    if kind is FaultKind.RATE_LIMIT:
        assert answer.headers["X-RateLimit-Reset"] == "7"
    if kind is FaultKind.REDIRECT:
        assert answer.headers["Location"] == "http://127.0.0.1:9/elsewhere"
    assert api("POST", "/cases/SHOP-8/title", as_case(title="Later")).status_code == 200  # once is over


@pytest.mark.parametrize(("phase", "title_after"), [(Phase.BEFORE, "Nobody works on this"), (Phase.AFTER, "New")])
def test_a_dropped_connection_tells_nothing(
    api: Api, as_case: AsCase, sandbox: RunningSandbox, phase: Phase, title_after: str
) -> None:
    sandbox.stage_fault(Fault(FaultKind.DROP, phase, method="post"))
    with pytest.raises(requests.ConnectionError):
        api("POST", "/cases/SHOP-8/title", as_case(title="New"))
    assert title(sandbox) == title_after
    assert sandbox.traffic.exchanges[-1].status is None
    assert api("GET", "/cases/SHOP-8").status_code == 200


def test_a_truncated_answer_follows_a_whole_effect(api: Api, as_case: AsCase, sandbox: RunningSandbox) -> None:
    sandbox.stage_fault(Fault(FaultKind.TRUNCATE))
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError, ValueError)):
        api("POST", "/cases/SHOP-8/title", as_case(title="New")).json()
    assert title(sandbox) == "New"


def test_a_delayed_answer_is_late_and_whole(api: Api, sandbox: RunningSandbox) -> None:
    sandbox.stage_fault(Fault(FaultKind.DELAY, seconds=5))
    with pytest.raises(requests.Timeout):
        requests.get(f"{sandbox.url}/api/v1/validate", timeout=0.05)
    assert api("GET", "/cases").status_code == 200


def test_jira_is_spoiled_in_its_own_words(sandbox: RunningSandbox) -> None:
    sandbox.stage_fault(Fault(FaultKind.RATE_LIMIT, system="jira", retry_after="3"))
    sandbox.stage_fault(Fault(FaultKind.STATUS, system="jira:acme", status=502, nth=2))
    url = f"{sandbox.jira_urls['acme']}/rest/api/3/serverInfo"
    limited = requests.get(url, timeout=10)
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "3")
    broken = requests.get(url, timeout=10)
    assert (broken.status_code, broken.json()) == (502, {"errorMessages": ["staged fault 502"], "errors": {}})
    assert requests.get(url, timeout=10).status_code == 200


@pytest.mark.parametrize(
    ("fault", "struck"),
    [
        (Fault(FaultKind.DROP), [0]),
        (Fault(FaultKind.DROP, nth=3), [2]),
        (Fault(FaultKind.DROP, nth=2, times=2), [1, 2]),
        (Fault(FaultKind.DROP, nth=4, times=0), [3, 4, 5]),
        (Fault(FaultKind.DROP, writes_only=True), [1]),
        (Fault(FaultKind.DROP, method="get", nth=2), [2]),
        (Fault(FaultKind.DROP, path="/api/v2/cases/*", times=9), [1, 2]),
        (Fault(FaultKind.DROP, system="jira", times=9), [5]),
        (Fault(FaultKind.DROP, system="jira:other", times=9), []),
    ],
)
def test_which_requests_a_fault_strikes(fault: Fault, struck: list[int]) -> None:
    requests_made = [
        ("GET", "/api/v2/cases", "datadog", False),
        ("POST", "/api/v2/cases/SHOP-1/title", "datadog", True),
        ("GET", "/api/v2/cases/SHOP-1", "datadog", False),
        ("POST", "/api/v2/cases", "datadog", True),
        ("DELETE", "/api/v2/users", "datadog", True),
        ("GET", "/jira/acme/rest/api/3/myself", "jira:acme", False),
    ]
    faults = Faults()
    faults.stage(fault)
    hit = [
        place
        for place, (method, path, system, writes) in enumerate(requests_made)
        if faults.strike(method, path, system, writes=writes) is not None
    ]
    assert hit == struck


def test_faults_can_be_taken_back(api: Api, sandbox: RunningSandbox) -> None:
    sandbox.stage_fault(Fault(FaultKind.STATUS, times=0))
    assert api("GET", "/cases").status_code == 500
    sandbox.clear_faults()
    assert api("GET", "/cases").status_code == 200


def test_a_kill_takes_the_process_away_when_the_effect_stands(
    api: Api, as_case: AsCase, sandbox: RunningSandbox
) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as victim:
        sandbox.stage_fault(Fault(FaultKind.KILL, Phase.AFTER, writes_only=True, nth=2, pid=victim.pid))
        assert api("POST", "/cases/SHOP-8/title", as_case(title="First")).status_code == 200
        with pytest.raises(requests.ConnectionError):
            api("POST", "/cases/SHOP-8/title", as_case(title="Second"))
        assert victim.wait(10) == -9
    assert title(sandbox) == "Second"


def test_a_call_in_place_of_a_kill(api: Api, as_case: AsCase, sandbox: RunningSandbox) -> None:
    called: list[str] = []
    sandbox.stage_fault(Fault(FaultKind.KILL, call=lambda: called.append("now")))
    with pytest.raises(requests.ConnectionError):
        api("POST", "/cases/SHOP-8/title", as_case(title="Second"))
    assert (called, title(sandbox)) == (["now"], "Nobody works on this")


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("faults", {"kind": "status", "status": 502}, 200, None),
        ("faults", {"kind": "earthquake"}, 400, "kind: Input should be"),
        ("faults", {"oops": 1}, 400, "oops: Extra inputs are not permitted"),
        ("act", {"words": ["clock", "+1d"]}, 200, None),
        ("act", {"words": ["dance"]}, 400, "not understood: dance"),
        ("nothing", {}, 404, "no such operation"),
    ],
)
def test_the_way_in_for_other_processes(
    sandbox: RunningSandbox, path: str, body: object, status: int, error: str | None
) -> None:
    answer = requests.post(f"{sandbox.url}/_sandbox/{path}", json=body, timeout=10)
    assert answer.status_code == status
    assert error is None or str(answer.json()["error"]).startswith(error)
    assert sandbox.traffic.exchanges == ()


def test_log_and_state_for_other_processes(api: Api, sandbox: RunningSandbox) -> None:
    api("GET", "/cases", filter="secret-looking")
    control = f"{sandbox.url}/_sandbox"
    [exchange] = requests.get(f"{control}/log", timeout=10).json()["exchanges"]
    assert (exchange["method"], exchange["route"], exchange["status"]) == ("GET", "/api/v2/cases", 200)
    assert "secret" not in str(exchange)
    assert requests.get(f"{control}/state", timeout=10).json()["datadog"]["issues"]
    assert requests.get(f"{control}/", timeout=10).json()["jira"] == sandbox.jira_urls
    requests.post(f"{control}/reset-log", json={}, timeout=10)
    assert sandbox.traffic.exchanges == ()
    requests.post(f"{control}/faults", json={"kind": "status", "times": 0}, timeout=10)
    assert api("GET", "/cases").status_code == 500
    requests.post(f"{control}/faults", json={"clear": True}, timeout=10)
    assert api("GET", "/cases").status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "application/json", "Origin": "https://evil.example"}, 403),
        ({"Content-Type": "application/json", "Host": "evil.example"}, 403),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
def test_no_web_page_can_act(sandbox: RunningSandbox, headers: dict[str, str], status: int) -> None:
    data = '{"words": ["clock", "+1d"]}'
    answer = requests.post(f"{sandbox.url}/_sandbox/act", data=data, headers=headers, timeout=10)
    assert answer.status_code == status
    assert sandbox.world.clock.offset.total_seconds() == 0
