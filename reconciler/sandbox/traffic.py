"""What was asked of the simulator and what came of it: evidence for tests and for curious people. Never a credential."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass, replace
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request. `route` is the rule it met (None: no such operation), `write` whether that operation may have an effect,
    `effect` whether it had one, `status` what was answered (None: the connection was reset), `fault` what was staged.
    """

    number: int
    at: str
    system: str
    method: str
    path: str
    route: str | None
    status: int | None
    write: bool
    effect: bool
    fault: str | None = None


class Traffic:
    """The log of all exchanges since the start or the last reset; with a file also there, one JSON object a line."""

    def __init__(self, file: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._file = file
        self._exchanges: list[Exchange] = []
        self._count = 0

    def record(self, exchange: Exchange) -> None:
        """Keep one exchange; its number is given here."""
        with self._lock:
            self._count += 1
            numbered = replace(exchange, number=self._count)
            self._exchanges.append(numbered)
            if self._file is not None:
                with self._file.open("a", encoding="utf-8") as lines:
                    lines.write(json.dumps(asdict(numbered), sort_keys=True) + "\n")

    def reset(self) -> None:
        """Forget what was."""
        with self._lock:
            self._exchanges.clear()

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All exchanges, oldest first."""
        with self._lock:
            return tuple(self._exchanges)

    @property
    def writes(self) -> tuple[Exchange, ...]:
        """Those whose operation may have an effect, whether or not it had one."""
        return tuple(exchange for exchange in self.exchanges if exchange.write)

    @property
    def effects(self) -> tuple[Exchange, ...]:
        """Those that changed something."""
        return tuple(exchange for exchange in self.exchanges if exchange.effect)

    def counts(self) -> dict[str, int]:
        """How often each operation was called, by `system METHOD rule`, in order of name."""
        counted: dict[str, int] = {}
        for exchange in self.exchanges:
            name = f"{exchange.system} {exchange.method} {exchange.route or exchange.path}"
            counted[name] = counted.get(name, 0) + 1
        return dict(sorted(counted.items()))
