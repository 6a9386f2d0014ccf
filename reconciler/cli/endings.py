"""How a run ends: the exit code that a plan and its outcomes come to."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.cli.exit_codes import ExitCode
from reconciler.plan.outcome import Outcome, Status
from reconciler.plan.plan import Plan


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
