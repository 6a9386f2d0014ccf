"""What both systems say about their limits, and that all threads wait together within one budget."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from reconciler.errors import RateLimited
from reconciler.providers.http import Caller, Limiter
from reconciler.providers.http_limits import Scope, headroom, is_used_up, retry_after

if TYPE_CHECKING:
    from tests.providers.conftest import PatientClock, ScriptedServer, Step

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
SERVER_NOW = "Mon, 23 Nov 2026 09:30:00 GMT"  # our clock is two and a half hours behind


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": " 7 "}, 7),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "-3"}, 0),
        ({"Retry-After": "99999999999"}, 99999999999),
        ({"Retry-After": "9" * 400}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "Mon, 23 Nov 2026 07:00:30 GMT"}, 30),
        ({"Retry-After": "Mon, 23 Nov 2026 06:00:00 GMT"}, 0),
        ({"Retry-After": "Mon, 23 Nov 2026 09:30:09 GMT", "Date": SERVER_NOW}, 9),
        ({"Retry-After": "Mon, 99 Nov 2026 09:30:09 GMT"}, None),
        ({"X-RateLimit-Reset": "12", "X-RateLimit-Period": "60"}, 12),
        ({"X-RateLimit-Reset": str(int(NOW.timestamp()) + 12)}, 12),
        ({"X-RateLimit-Reset": "2026-11-23T07:00:20Z"}, 20),
        ({"X-RateLimit-Reset": "2026-11-23T07:01Z"}, 60),
        ({"X-RateLimit-Reset": "2026-11-23T09:30:05Z", "Date": SERVER_NOW}, 5),
        ({"X-RateLimit-Reset": "later"}, None),
        ({"Beta-RateLimit": '"tenant-app-quota";r=0;t=21'}, 21),
        ({"RateLimit": '"tenant-app-quota";r=0;t=22'}, 22),
        ({"Retry-After": "3", "X-RateLimit-Reset": "2026-11-23T08:00:00Z"}, 3),
    ],
)
def test_every_way_to_say_wait(headers: Mapping[str, str], seconds: float | None) -> None:
    assert retry_after(CaseInsensitiveDict(headers), NOW) == seconds


@given(st.dictionaries(st.sampled_from(["Retry-After", "X-RateLimit-Reset", "Beta-RateLimit", "Date"]), st.text()))
@settings(max_examples=200)
def test_no_header_breaks_the_reading(headers: Mapping[str, str]) -> None:
    seconds = retry_after(headers, NOW)
    assert seconds is None or seconds >= 0
    assert is_used_up(headers) in {True, False}


@pytest.mark.parametrize(
    ("headers", "used_up"),
    [
        ({}, False),
        ({"X-RateLimit-Remaining": "0"}, True),
        ({"X-RateLimit-Remaining": "1"}, False),
        ({"X-RateLimit-Remaining": "none"}, False),
        ({"Beta-RateLimit": '"q";r=0;t=2'}, True),
        ({"Beta-RateLimit": '"q";r=10;t=2'}, False),
    ],
)
def test_used_up(headers: Mapping[str, str], used_up: bool) -> None:
    assert is_used_up(headers) is used_up


TICKET = Scope("jira:acme", "PUT /rest/api/3/issue/{ticket}", "SHOP-1")
OTHER_TICKET = Scope("jira:acme", "PUT /rest/api/3/issue/{ticket}", "SHOP-2")
OTHER_ROUTE = Scope("jira:acme", "GET /rest/api/3/myself")
OTHER_SYSTEM = Scope("datadog", "GET /api/v2/cases")


@pytest.mark.parametrize(
    ("limit", "remaining", "left"),
    [("100", "25", 0.25), ("100", "0", 0.0), ("100", "200", 1.0), ("0", "0", None), ("x", "1", None), ("10", "", None)],
)
def test_headroom_is_the_part_that_is_left(limit: str, remaining: str, left: float | None) -> None:
    assert headroom({"X-RateLimit-Limit": limit, "X-RateLimit-Remaining": remaining}) == left


def test_the_smallest_headroom_of_a_run_is_kept(
    server: ScriptedServer, caller: Caller, say: Callable[..., Step]
) -> None:
    assert caller.headroom is None
    server.in_turn(
        *(say(200, {}, {"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": left}) for left in ("50", "20", "80"))
    )
    for _ in range(3):
        caller.read("GET", "/a", route="/a")
    assert caller.headroom == 0.2


@pytest.mark.parametrize(
    ("headers", "waiting"),
    [
        ({"RateLimit-Reason": "jira-per-issue-on-write"}, {TICKET}),
        ({"RateLimit-Reason": "jira-burst-based"}, {TICKET, OTHER_TICKET}),
        ({"RateLimit-Reason": "jira-quota-tenant-based"}, {TICKET, OTHER_TICKET, OTHER_ROUTE}),
        ({"RateLimit-Reason": "jira-cost-based"}, {TICKET, OTHER_TICKET, OTHER_ROUTE}),
        ({}, {TICKET, OTHER_TICKET, OTHER_ROUTE}),
        ({"X-RateLimit-Period": "60"}, {TICKET, OTHER_TICKET}),
        ({"X-RateLimit-Name": "cases_search"}, {TICKET, OTHER_TICKET}),
    ],
)
def test_a_refusal_closes_the_bucket_it_speaks_of(
    headers: Mapping[str, str], waiting: set[Scope], clock: PatientClock
) -> None:
    for scope in (TICKET, OTHER_TICKET, OTHER_ROUTE, OTHER_SYSTEM):
        limiter = Limiter(clock)
        assert limiter.refused(TICKET, {**headers, "Retry-After": "40"}, 0.0)
        before = len(clock.waits)
        limiter.wait(scope)
        assert clock.waits[before:] == ([40] if scope in waiting else [])


def test_a_limit_for_each_ticket_on_a_call_about_none_holds_for_all() -> None:
    listing = Scope("jira:acme", "GET /tickets")
    assert listing.bucket({"RateLimit-Reason": "jira-per-issue-on-write"}) == ("jira:acme",)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "3", "X-RateLimit-Period": "10"}, [3]),
        ({"X-RateLimit-Remaining": "0", "retry-after": "4"}, [4]),
        ({"X-RateLimit-Remaining": "0", "retry-after": "0"}, []),
        ({"X-RateLimit-Remaining": "5", "retry-after": "0"}, []),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "86400"}, []),
        ({"X-RateLimit-NearLimit": "true"}, [0.25]),
        ({"X-RateLimit-NearLimit": "false"}, []),
    ],
)
def test_limits_are_learnt_before_they_refuse(
    headers: Mapping[str, str], wait: list[float], clock: PatientClock
) -> None:
    limiter = Limiter(clock)
    limiter.learn(OTHER_ROUTE, CaseInsensitiveDict(headers))
    limiter.wait(OTHER_ROUTE)
    assert clock.waits == wait


def test_a_wait_longer_than_allowed_or_left_is_not_begun(clock: PatientClock) -> None:
    limiter = Limiter(clock, longest=100, budget=150)
    assert not limiter.refused(TICKET, {"Retry-After": "101"}, 0.0)
    assert limiter.refused(TICKET, {"Retry-After": "100"}, 0.0)
    assert limiter.refused(TICKET, {"Retry-After": "90"}, 0.0)  # the same wait: costs nothing more
    assert limiter.left == 50
    assert not limiter.refused(OTHER_SYSTEM, {"Retry-After": "60"}, 0.0)
    assert not limiter.pause(51)
    assert limiter.pause(50)
    assert limiter.left == 0
    assert clock.waits == [50]


def test_the_refusal_of_one_request_holds_back_the_next(
    server: ScriptedServer, caller: Caller, clock: PatientClock, say: Callable[..., Step]
) -> None:
    server.in_turn(say(429, None, {"Retry-After": "30"}))
    with pytest.raises(RateLimited):
        caller.write("POST", "/api/v2/cases", route="/api/v2/cases", repeatable=False)
    assert len(server.arrived) == 2
    last_refusal = clock.now()
    server.in_turn(say(200, {}))
    caller.read("GET", "/other", route="/other")
    assert (clock.now() - last_refusal).total_seconds() >= 30


def test_every_thread_respects_a_closed_bucket(
    server: ScriptedServer, clock: PatientClock, call_at: Callable[..., Caller], say: Callable[..., Step]
) -> None:
    limiter = Limiter(clock)
    caller = call_at(server.url, limiter=limiter, workers=8)
    server.in_turn(say(200, {}))
    assert limiter.refused(OTHER_SYSTEM, {"Retry-After": "45"}, 0.0)
    opens = clock.now().timestamp() + 45
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: caller.read("GET", "/api/v2/cases", route="/api/v2/cases"), range(24)))
    assert len(answers) == caller.calls == 24
    assert clock.now().timestamp() >= opens
    assert limiter.left == 1800 - 45  # spent once, however many threads waited


@pytest.mark.parametrize("after", ["5", "Mon, 23 Nov 2026 07:00:05 GMT"])
def test_what_is_asked_for_is_a_minimum(
    after: str, server: ScriptedServer, caller: Caller, clock: PatientClock, say: Callable[..., Step]
) -> None:
    for status in (429, 503):
        begun = clock.now()
        server.in_turn(
            say(status, None, {"Retry-After": after, "Date": begun.strftime("%a, %d %b %Y %H:%M:%S GMT")}), say(200, {})
        )
        caller.read("GET", "/x", route="/x")
        assert (clock.now() - begun).total_seconds() >= (5 if after == "5" or status == 429 else 0)


def test_the_error_tells_how_long_to_wait(server: ScriptedServer, caller: Caller, say: Callable[..., Step]) -> None:
    server.always(say(429, {"errors": ["Too many requests"]}, {"Retry-After": "7200"}))
    with pytest.raises(RateLimited, match="Too many requests") as raised:
        caller.read("GET", "/x", route="/x")
    assert raised.value.retry_after == 7200
    assert len(server.arrived) == 1


def test_the_budget_of_a_run_ends_the_trying(
    server: ScriptedServer, clock: PatientClock, call_at: Callable[..., Caller], say: Callable[..., Step]
) -> None:
    caller = call_at(server.url, limiter=Limiter(clock, budget=10), tries=50, jitter=lambda: 1.0)
    server.always(say(503))
    with pytest.raises(Exception, match="server failed"):
        caller.read("GET", "/x", route="/x")
    assert clock.waits == [2.0, 4.0]
