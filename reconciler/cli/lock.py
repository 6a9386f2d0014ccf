"""One run at a time applies a configuration: `.reconciler/apply.lock`, held by the operating system for as long as the run lives.

A killed run leaves the file but not the lock, so nothing is ever to be cleaned up by hand.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.cli.clock import SystemClock
from reconciler.errors import ConfigError, LockHeld
from reconciler.plan.encoding import timestamp

STATE_DIRECTORY = ".reconciler"


@contextmanager
def exclusive(directory: Path) -> Iterator[None]:
    """Hold the lock of the configuration in `directory`. Raises LockHeld, naming the holder, where another run has it."""
    path = directory / STATE_DIRECTORY / "apply.lock"
    descriptor = _opened(path)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockHeld(
                f"another run is applying {directory}: {_holder(path)}",
                hint="wait until it has ended and run again; the lock goes with its process",
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, _signature().encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _opened(path: Path) -> int:
    try:
        path.parent.mkdir(exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise ConfigError(
            f"the lock {path} cannot be opened: {error.strerror}",
            hint="apply needs to write below the configuration directory",
        ) from None


def _signature() -> str:
    return json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "since": timestamp(SystemClock().now())})


def _holder(path: Path) -> str:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return f"process {int(told['pid'])} on {str(told['host'])[:100]!r} since {str(told['since'])[:30]}"
    except (OSError, ValueError, KeyError, TypeError):
        return "a process that has not told its name"
