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

from collections.abc import Iterable
from enum import IntEnum

from reconciler.errors import LockHeld, PlanRefused, ReconcilerError
from reconciler.plan.outcome import Outcome, Status
from reconciler.plan.plan import Plan


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


def of_plan(plan: Plan, *, detailed: bool) -> ExitCode:
    """How a run that only planned ends. `detailed` tells differences apart from none."""
    if plan.over_limit:
        return ExitCode.OVER_LIMIT
    if plan.has_errors:
        return ExitCode.FAILED
    return ExitCode.DIFFERENCES if detailed and plan.changes else ExitCode.DONE


def of_outcomes(plan: Plan, outcomes: Iterable[Outcome]) -> ExitCode:
    """How a run that applied ends: 3 as soon as something was done, or may have been, and something else was not."""
    statuses = {outcome.status for outcome in outcomes}
    undone = plan.has_errors or not all(status.is_done for status in statuses)
    if not undone:
        return ExitCode.DONE
    touched = statuses & {Status.APPLIED, Status.UNCHANGED, Status.STALE, Status.UNKNOWN}
    return ExitCode.PARTLY if touched else ExitCode.FAILED


def of_error(error: ReconcilerError) -> ExitCode:
    """How a run ends that this error stopped."""
    match error:
        case PlanRefused():
            return ExitCode.REFUSED
        case LockHeld():
            return ExitCode.LOCKED
        case _:
            return ExitCode.FAILED
