"""What one command line is about: the configuration directory, the signals received, and the secrets it came to know."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.clock import SystemClock
from reconciler.cli.signals import Signals

if TYPE_CHECKING:
    from reconciler.engine.ports import Clock


@dataclass(slots=True)
class Session:
    """One run of the command. `secrets` are the values that no message may show; `world` and `state` are the sandbox's files
    where the command line names them.
    """

    signals: Signals = field(default_factory=Signals)
    clock: Clock = field(default_factory=SystemClock)
    directory: Path = Path("config")
    secrets: list[str] = field(default_factory=list, repr=False)
    world: Path | None = None
    state: Path | None = None
