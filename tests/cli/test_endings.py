"""The exit code of a run, from its plan and its outcomes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.cli.endings import of_outcomes, of_plan
from reconciler.cli.exit_codes import ExitCode, of_error
from reconciler.errors import ConfigError, LockHeld, PlanRefused, ReconcilerError, Unauthorized
from reconciler.model.address import Address, Kind
from reconciler.model.finding import Finding, Severity
from reconciler.model.resource import WebhookSettings
from reconciler.plan.change import Change, Create
from reconciler.plan.outcome import Outcome, Status
from reconciler.plan.plan import Plan, Targets

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
WEBHOOK = Create(WebhookSettings("acme", enabled=True, events=frozenset({"jira:issue_updated"}), jql=""))
ERROR = Finding("field-required", Severity.ERROR, "a value is missing")
WARNING = Finding("overlapping-order", Severity.WARNING, "two sets have one order")


def plan(changes: Sequence[Change] = (), findings: Sequence[Finding] = (), over_limit: tuple[str, ...] = ()) -> Plan:
    return Plan(
        tuple(changes),
        tuple(findings),
        Targets("sandbox"),
        "sha256:0",
        NOW,
        NOW + timedelta(hours=24),
        over_limit=over_limit,
    )


def outcomes(*statuses: Status) -> list[Outcome]:
    return [Outcome(Address(Kind.TICKET, str(n)), "create", status) for n, status in enumerate(statuses)]


@pytest.mark.parametrize(
    ("made", "plain", "detailed"),
    [
        (plan(), ExitCode.DONE, ExitCode.DONE),
        (plan([WEBHOOK]), ExitCode.DONE, ExitCode.DIFFERENCES),
        (plan([WEBHOOK], [WARNING]), ExitCode.DONE, ExitCode.DIFFERENCES),
        (plan([], [WARNING]), ExitCode.DONE, ExitCode.DONE),
        (plan([WEBHOOK], [ERROR]), ExitCode.FAILED, ExitCode.FAILED),
        (plan([], [ERROR]), ExitCode.FAILED, ExitCode.FAILED),
        (plan([WEBHOOK], [ERROR], ("limit-creates",)), ExitCode.OVER_LIMIT, ExitCode.OVER_LIMIT),
    ],
)
def test_a_plan_ends_with(made: Plan, plain: ExitCode, detailed: ExitCode) -> None:
    assert (of_plan(made, detailed=False), of_plan(made, detailed=True)) == (plain, detailed)


@pytest.mark.parametrize(
    ("statuses", "findings", "expected"),
    [
        ([], [], ExitCode.DONE),
        ([Status.APPLIED], [], ExitCode.DONE),
        ([Status.APPLIED, Status.UNCHANGED], [WARNING], ExitCode.DONE),
        ([Status.APPLIED, Status.FAILED], [], ExitCode.PARTLY),
        ([Status.APPLIED, Status.SKIPPED], [], ExitCode.PARTLY),
        ([Status.UNKNOWN], [], ExitCode.PARTLY),
        ([Status.STALE], [], ExitCode.PARTLY),
        ([Status.FAILED, Status.SKIPPED], [], ExitCode.FAILED),
        ([Status.APPLIED], [ERROR], ExitCode.PARTLY),
        ([], [ERROR], ExitCode.FAILED),
    ],
)
def test_an_apply_ends_with(statuses: list[Status], findings: list[Finding], expected: ExitCode) -> None:
    assert of_outcomes(plan([WEBHOOK], findings), outcomes(*statuses)) is expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ConfigError("no"), 1),
        (Unauthorized("signed in as nobody", system="datadog", call="GET /api/v2/validate_keys", status=403), 1),
        (PlanRefused("expired", cause="expired"), 4),
        (LockHeld("held"), 5),
    ],
)
def test_an_error_ends_with(error: ReconcilerError, expected: int) -> None:
    assert of_error(error) == expected
