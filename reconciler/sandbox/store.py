"""The state file: one JSON object, replaced as a whole after every effect, and held by one simulator at a time."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import IO

from pydantic import JsonValue, TypeAdapter, ValidationError

from reconciler.sandbox.failure import SandboxError

VERSION = 1
_OBJECT: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])


class Store:
    """The state file at `path` and the lock beside it. The lock's file says who serves the state, and where."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._holder: IO[str] | None = None

    @property
    def lock_path(self) -> Path:
        """The file that is locked while a simulator serves this state."""
        return self.path.with_name(f"{self.path.name}.lock")

    def hold(self) -> None:
        """Take the state for this process. Raises SandboxError, naming the address, where another one serves it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        holder = self.lock_path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder.close()
            where = running_at(self.path) or "another process"
            raise SandboxError(
                f"{self.path}: this sandbox is already served by {where}",
                hint="point the configuration at that address, or stop the other sandbox",
            ) from None
        self._holder = holder

    def announce(self, url: str) -> None:
        """Write the address of the running simulator into the lock's file."""
        if self._holder is not None:
            self._holder.seek(0)
            self._holder.truncate()
            self._holder.write(json.dumps({"pid": os.getpid(), "url": url}, sort_keys=True) + "\n")
            self._holder.flush()

    def release(self) -> None:
        """Let another simulator take the state."""
        if self._holder is not None:
            self._holder.truncate(0)
            self._holder.close()
            self._holder = None

    def load(self) -> dict[str, JsonValue] | None:
        """The state as it was last saved; None where there is none. Raises SandboxError for a file that is no state."""
        if not self.path.exists():
            return None
        fresh = f"delete {self.path.name} (or run `reconciler sandbox seed`) to start from the world file again"
        try:
            state = _OBJECT.validate_json(self.path.read_bytes())
        except ValidationError:
            raise SandboxError(f"{self.path}: not a sandbox state: expected a JSON object", hint=fresh) from None
        if state.get("version") != VERSION:
            raise SandboxError(
                f"{self.path}: state of version {state.get('version')!r}: expected version {VERSION}", hint=fresh
            )
        return state

    def save(self, state: bytes) -> None:
        """Replace the file by this JSON. A reader, or a process that dies meanwhile, sees the old state or the new one, whole."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f"{self.path.name}.{os.getpid()}.tmp")
        draft.write_bytes(state)
        draft.replace(self.path)


def running_at(state_file: Path) -> str | None:
    """The address of the simulator that serves this state now; None where nobody does."""
    lock = Store(state_file).lock_path
    if not lock.exists():
        return None
    with lock.open("r+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return _address(file.read())
    return None


def _address(text: str) -> str | None:
    try:
        url = _OBJECT.validate_json(text).get("url")
    except ValidationError:
        return None
    return url if isinstance(url, str) else None
