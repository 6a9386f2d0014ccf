"""Answers that take too long are cut off; a socket that serves the next request already is left alone."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from reconciler.providers.http_watchdog import Attempt, Watchdog


@pytest.fixture
def line() -> Iterator[tuple[socket.socket, socket.socket]]:
    near, far = socket.socketpair()
    near.settimeout(10)
    with near, far:
        yield near, far


def watchdogs() -> set[threading.Thread]:
    return {each for each in threading.enumerate() if each.name == "watchdog"}


def test_a_reader_that_waits_too_long_is_woken(line: tuple[socket.socket, socket.socket]) -> None:
    attempt = Attempt()
    attempt.begins(line[0])
    Watchdog(0.01).watch(attempt)
    assert line[0].recv(1) == b""
    assert attempt.overdue


def test_what_is_over_is_not_cut(line: tuple[socket.socket, socket.socket]) -> None:
    attempt = Attempt()
    attempt.begins(line[0])
    attempt.ends()
    attempt.cut()
    line[1].send(b"x")
    assert line[0].recv(1) == b"x"
    assert not attempt.overdue


def test_a_request_whose_time_was_over_before_it_had_a_connection_never_begins(
    line: tuple[socket.socket, socket.socket],
) -> None:
    attempt = Attempt()
    attempt.cut()
    with pytest.raises(TimeoutError):
        attempt.begins(line[0])
    assert not attempt.sent


def test_one_thread_watches_all_and_goes_when_nothing_is_under_way() -> None:
    before = watchdogs()
    watchdog = Watchdog(3600)
    attempts = [Attempt() for _ in range(3)]
    for attempt in attempts:
        watchdog.watch(attempt)
    (thread,) = watchdogs() - before
    for attempt in attempts:
        attempt.ends()
    watchdog.close()
    thread.join(10)
    assert not thread.is_alive()
    late = Attempt()
    watchdog.watch(late)
    assert len(watchdogs() - before) == 1
    late.ends()
    watchdog.close()
