"""A plan of one action: the same value that `plan` makes, for one address or one group."""

from __future__ import annotations

from reconciler.engine.panel.desk import Desk
from reconciler.engine.reconcile import PLAN_LIFETIME
from reconciler.engine.state import Gathered
from reconciler.model.finding import ordered
from reconciler.plan.diff import diff
from reconciler.plan.limits import exceeded
from reconciler.plan.plan import Plan, Targets


def plan_of(desk: Desk, gathered: Gathered) -> Plan:
    """The changes that were gathered, held against the limits of one run."""
    changes = tuple(diff(gathered.desired, gathered.observed))
    over = exceeded(changes, desk.configuration.limits)
    now = desk.tools.clock.now()
    return Plan(
        changes=changes,
        findings=ordered([*gathered.findings, *gathered.unreadable.values(), *over]),
        targets=Targets(desk.systems.datadog_name),
        config_digest=desk.configuration.digest,
        created_at=now,
        expires_at=now + PLAN_LIFETIME,
        complete=not desk.failures(),
        over_limit=tuple(finding.code for finding in over),
        calls=desk.calls,
    )
