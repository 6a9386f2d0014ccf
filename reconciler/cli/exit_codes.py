"""What a run ends with: the same numbers for every command.

0    done, nothing differs
1    could not be done: configuration, authentication, network
2    differences found
3    partly applied
4    the plan file is refused
5    another run holds the lock
6    over a limit: nothing was applied
64   wrong usage
130  interrupted (SIGINT), cleanly
143  terminated (SIGTERM), cleanly
"""

from __future__ import annotations

from enum import IntEnum

from reconciler.errors import LockHeld, PlanRefused, ReconcilerError


class ExitCode(IntEnum):
    """How a run ended. The meaning here is the general one; each command's help says what it means there."""

    DONE = 0
    FAILED = 1
    DIFFERENCES = 2
    PARTLY = 3
    REFUSED = 4
    LOCKED = 5
    OVER_LIMIT = 6
    USAGE = 64
    INTERRUPTED = 130
    TERMINATED = 143


def of_error(error: ReconcilerError) -> ExitCode:
    """How a run ends that this error stopped."""
    match error:
        case PlanRefused():
            return ExitCode.REFUSED
        case LockHeld():
            return ExitCode.LOCKED
        case _:
            return ExitCode.FAILED
