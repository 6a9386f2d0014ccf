"""One look for drift: the plan that would be made now, judged by age and by who answers for what. It holds readers only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reconciler.engine.drift.acceptance import acceptance_of, ended, unused
from reconciler.engine.drift.drift import Aspect, Drift, Drifted
from reconciler.engine.drift.traces import Traces
from reconciler.engine.facts import Facts
from reconciler.engine.reconcile import Scope, Systems, Tools, survey
from reconciler.engine.scope import SYNC, part_of
from reconciler.engine.settings.bindings import account_for
from reconciler.model.address import Address, Kind
from reconciler.model.declared import Configuration
from reconciler.model.finding import Finding, Severity, ordered
from reconciler.plan.change import Change, group_key, moved_groups
from reconciler.plan.plan import Plan

# A difference that is younger than this is left to the next apply, unless the command is told otherwise.
GRACE = timedelta(minutes=15)

# What differs and is not ours to mend: with an address, such a finding is drift by itself.
_DRIFT = frozenset(
    {
        "another-writer",
        "assignee-conflict",
        "assignee-first-sight",
        "first-sight-conflict",
        "out-of-step",
        "status-target-unknown",
        "sync-conflict",
        "ticket-failed",
        "ticket-invisible",
        "ticket-shared",
        "transition-field-required",
        "transition-field-value",
        "transition-no-path",
        "unknown-mapping-key",
        "unknown-sync-type",
        "unmapped-status",
        "webhook-duplicate",
        "webhook-missing",
        "webhook-wrong",
    }
)
# What was not seen whole. Any other error is blindness, too: something declared could not be compared.
_BLIND = frozenset({"group-unreadable", "permission-missing", "search-truncated", "unreadable", "webhook-url-missing"})
# How much one run may change is for those who change something.
_NOT_HERE = "limit-"


def look(configuration: Configuration, systems: Systems, tools: Tools, scope: Scope, grace: timedelta = GRACE) -> Drift:
    """What drifted. Raises Unauthorized where we are signed in as nobody; whatever else fails makes the look a blind one."""
    surveyed = survey(configuration, systems, tools, scope)
    now = tools.clock.now()
    today = now.astimezone(UTC).date()
    traces = Traces(surveyed, systems, now, grace)
    settling: list[Drifted] = []
    old: list[Drifted] = []
    for one in _drifted(surveyed.plan, traces):
        (settling if traces.is_settling(one) else old).append(one)
    judged = [replace(one, accepted=acceptance_of(one.address, configuration.accepted, today)) for one in old]
    counted = tuple(one for one in judged if one.accepted is None)
    findings = [one for one in surveyed.plan.findings if not _is_told(one) and not one.code.startswith(_NOT_HERE)]
    is_blind = not surveyed.plan.complete or any(map(_blinds, findings))
    findings += ended([one.address for one in counted], configuration.accepted, today)
    if not is_blind and not scope.only and not scope.targets:
        findings += unused([one.address for one in (*judged, *settling)], configuration.accepted)
    return Drift(
        counted=counted,
        accepted=tuple(one for one in judged if one.accepted is not None),
        settling=tuple(settling),
        findings=ordered(findings),
        looked_at=now,
        grace=grace,
        targets=surveyed.plan.targets,
        is_blind=is_blind,
        silence=_silence(surveyed.facts, now),
        groups=surveyed.plan.groups,
        calls=surveyed.plan.calls,
    )


def _drifted(plan: Plan, traces: Traces) -> Sequence[Drifted]:
    """The plan address by address, in order: the changes of a group and the findings about it are one."""
    moved = moved_groups(plan.changes)
    changes: dict[Address, list[Change]] = {}
    findings: dict[Address, list[Finding]] = {}
    for change in plan.changes:
        group = group_key(change)
        if group is None or group in moved:
            changes.setdefault(change.address if group is None else Address(Kind.TICKET, group), []).append(change)
    for finding in plan.findings:
        if _is_told(finding) and finding.address is not None:
            findings.setdefault(finding.address, []).append(finding)
    return [
        traces.followed(
            Drifted(address, _aspect(address), tuple(changes.get(address, ())), tuple(findings.get(address, ())))
        )
        for address in sorted({*changes, *findings})
    ]


def _is_told(finding: Finding) -> bool:
    """Whether a finding is part of what drifted, rather than beside it."""
    return finding.code in _DRIFT and finding.address is not None


def _blinds(finding: Finding) -> bool:
    return finding.code in _BLIND or finding.severity is Severity.ERROR


def _aspect(address: Address) -> Aspect:
    match address.kind:
        case Kind.CASE_PROJECT:
            return Aspect.SETTINGS
        case Kind.WEBHOOK:
            return Aspect.WEBHOOK
        case _:
            return Aspect.GROUP if part_of(address) == SYNC else Aspect.TICKET


def _silence(facts: Facts, now: datetime) -> Mapping[str, timedelta | None]:
    """For how long Datadog has heard nothing from each account; accounts that it does not know are left out."""
    told: dict[str, timedelta | None] = {}
    for name, site in sorted(facts.sites.items()):
        account = account_for(site, facts.accounts or ())
        if account is not None:
            told[name] = max(now - account.last_webhook, timedelta(0)) if account.last_webhook else None
    return told
