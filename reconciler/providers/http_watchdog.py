"""The time limit of whole answers: one thread that cuts off what is overdue, however slowly bytes drip in."""

from __future__ import annotations

import socket
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass(slots=True)
class Attempt:
    """What is known of one request while it is under way. `cut` is called by the watchdog's thread."""

    sent: bool = False
    overdue: bool = False
    over: bool = False
    _socket: object = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begins(self, opened: object) -> None:
        """The request goes out on this socket from now on. Raises TimeoutError if its time is already over."""
        with self._lock:
            if self.overdue:
                raise TimeoutError("no connection in time")
            self.sent = True
            self._socket = opened

    def ends(self) -> None:
        """Nothing is awaited any more: the socket may serve another request now, and is not to be touched."""
        with self._lock:
            self.over = True
            self._socket = None

    def cut(self) -> None:
        """The time for the whole answer is over: wake up the reader."""
        with self._lock:
            self.overdue = not self.over
            if isinstance(self._socket, socket.socket):
                with suppress(OSError):
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class Watchdog:
    """Cuts every attempt that is not over so many seconds after it began. Its thread lives while there are any to watch."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._change = threading.Condition()
        self._watched: deque[tuple[float, Attempt]] = deque()  # all have the same time, so the oldest is the first due
        self._thread: threading.Thread | None = None

    def watch(self, attempt: Attempt) -> None:
        """From now on. Nobody is woken: what was there before is due before."""
        with self._change:
            self._watched.append((time.monotonic() + self._seconds, attempt))
            if self._thread is None:
                self._thread = threading.Thread(target=self._guard, name="watchdog", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Let the thread go as soon as nothing is under way."""
        with self._change:
            self._change.notify_all()

    def _guard(self) -> None:
        while True:
            with self._change:
                self._watched = deque(each for each in self._watched if not each[1].over)
                if not self._watched:
                    self._thread = None
                    return
                due, attempt = self._watched[0]
                left = due - time.monotonic()
                if left > 0:
                    self._change.wait(left)
                    continue
                self._watched.popleft()
            attempt.cut()
