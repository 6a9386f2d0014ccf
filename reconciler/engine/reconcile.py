"""Observe both systems, derive what is desired, and make the plan. Holds reading ports only: it cannot write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from reconciler.engine.facts import Facts
from reconciler.engine.groups.group import Group
from reconciler.engine.groups.reading import GroupReading
from reconciler.engine.groups.syncing import derive_groups, one_writer
from reconciler.engine.observe import observe
from reconciler.engine.permissions import lacking, work_at
from reconciler.engine.reads import Reads
from reconciler.engine.scope import SETTINGS, SYNC, TICKETS, Scope, Systems, Tools
from reconciler.engine.settings.bindings import derive_settings, prove_bindings
from reconciler.engine.settings.webhooks import derive_webhooks
from reconciler.engine.state import Gathered
from reconciler.engine.tickets.deriving import derive_tickets
from reconciler.model.declared import Configuration
from reconciler.model.finding import ordered
from reconciler.plan.change import group_key
from reconciler.plan.diff import diff
from reconciler.plan.limits import exceeded
from reconciler.plan.plan import Plan, Targets

PLAN_LIFETIME = timedelta(hours=24)

__all__ = ["Scope", "Surveyed", "Systems", "Tools", "reconcile", "survey"]


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A plan with what it was made from: what was read, and the groups that could be read whole."""

    plan: Plan
    facts: Facts
    groups: tuple[Group, ...]


def reconcile(configuration: Configuration, systems: Systems, tools: Tools, scope: Scope | None = None) -> Plan:
    """The plan of one run. Raises Unauthorized where we are signed in as nobody; every other failure is a finding."""
    return survey(configuration, systems, tools, scope).plan


def survey(configuration: Configuration, systems: Systems, tools: Tools, scope: Scope | None = None) -> Surveyed:
    """As `reconcile`, with the facts beside the plan, for those who judge it by who did what and when."""
    scope = scope or Scope()
    groups: tuple[Group, ...] = ()
    with Reads(tools.reporter, tools.workers) as reads:
        facts = observe(configuration, systems, tools, scope, reads)
        if scope.wants(SYNC):
            reading = GroupReading(configuration, systems, tools, facts, reads)
            groups = reading.groups()
            facts.findings.extend(reading.warnings)
    facts.findings.extend(reads.failures[what] for what in sorted(reads.failures))
    gathered = Gathered(findings=facts.findings)
    _name_missing_permissions(configuration, systems, facts, scope, gathered)
    boards = prove_bindings(configuration, facts, gathered)
    if scope.wants(SETTINGS):
        derive_settings(configuration, systems, facts, boards, gathered)
        derive_webhooks(configuration, systems, facts, gathered)
    if scope.wants(TICKETS):
        derive_tickets(configuration, facts, tools, gathered)
    derive_groups(one_writer(groups, systems, facts, scope, gathered), systems, tools.clock.now(), gathered)
    changes = tuple(
        change
        for change in diff(gathered.desired, gathered.observed)
        if scope.includes(change.address, group_key(change))
    )
    over = exceeded(changes, configuration.limits, len(groups))
    now = tools.clock.now()
    plan = Plan(
        changes=changes,
        findings=ordered([*gathered.findings, *gathered.unreadable.values(), *over]),
        targets=Targets(systems.datadog_name, {name: site.server.url for name, site in sorted(facts.sites.items())}),
        config_digest=configuration.digest,
        created_at=now,
        expires_at=now + PLAN_LIFETIME,
        complete=facts.is_complete,
        over_limit=tuple(finding.code for finding in over),
        calls=_calls(systems),
        groups=len(groups),
    )
    return Surveyed(plan, facts, groups)


def _calls(systems: Systems) -> Mapping[str, int]:
    return {"datadog": systems.datadog.calls} | {
        f"jira:{name}": systems.jira[name].calls for name in sorted(systems.jira)
    }


def _name_missing_permissions(
    configuration: Configuration, systems: Systems, facts: Facts, scope: Scope, gathered: Gathered
) -> None:
    """Planning needs Browse Projects; applying needs more, which a read-only key may well lack. What else cannot be read
    says so itself.
    """
    for account, site in sorted(facts.sites.items()):
        for key, held in sorted(site.permissions.items()):
            for need in lacking(work_at(configuration, systems.webhooks, account, key), held):
                where = "" if need.is_global else f" in {key}"
                text = f"Jira {account}: our user {site.me.name!r} lacks {need.name}{where}"
                if need.key == "BROWSE_PROJECTS":
                    gathered.error("permission-missing", text, hint=need.cure)
                elif not need.is_read and any(scope.wants(part) for part in need.parts):
                    told = f"{text}, needed {need.purpose}: a plan can be made, but this part not applied"
                    gathered.warn("permission-for-apply", told, hint=need.cure)
