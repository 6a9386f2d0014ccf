"""The table of checks, and one diagnosis: look, then examine what was seen. Adding a check is adding a function to the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum

from reconciler.engine.doctor import case_projects, connections, editing, links, permissions, syncing, webhooks
from reconciler.engine.doctor.check import About, Check, Diagnosis, Step, unknown
from reconciler.engine.doctor.looking import Looking
from reconciler.engine.doctor.sight import Sight
from reconciler.engine.doctor.tracing import Tracing
from reconciler.engine.reads import Reads
from reconciler.engine.scope import Systems, Tools
from reconciler.model.declared import Configuration

CHECKS: tuple[Callable[[Sight], Iterator[Check]], ...] = (
    connections.keys_accepted,
    connections.clock_of_datadog,
    connections.sites_answer,
    connections.deployments,
    connections.signed_in,
    connections.clocks_of_sites,
    connections.accounts_connected,
    permissions.datadog_rights,
    permissions.jira_rights,
    permissions.datadog_surplus,
    permissions.jira_surplus,
    links.item_linked,
    links.cases_readable,
    links.tickets_made,
    links.tickets_there,
    links.tickets_in_place,
    links.tickets_owned_once,
    links.issues_agree,
    case_projects.item_in_bound_project,
    case_projects.projects_there,
    case_projects.boards_there,
    case_projects.integrations,
    case_projects.strays,
    syncing.native_sync_possible,
    syncing.sync_switched,
    syncing.directions,
    syncing.mappings_equal,
    syncing.mappings_alive,
    editing.tickets_editable,
    webhooks.webhooks_stand,
    webhooks.webhooks_heard,
)


class Subject(Enum):
    """What a person asks about."""

    ISSUE = "issue"
    TICKET = "ticket"


def diagnose(
    configuration: Configuration, systems: Systems, tools: Tools, asked: tuple[Subject, str] | None = None
) -> Diagnosis:
    """Look at everything, or at the chain of one issue or ticket, and judge it. Reads only; a failed read is an UNKNOWN.

    Raises NotUnderstood where what is asked about names nothing.
    """
    with Reads(tools.reporter) as reads:
        traced = None
        if asked is not None:
            tracing = Tracing(configuration, systems)
            traced = tracing.issue(asked[1]) if asked[0] is Subject.ISSUE else tracing.ticket(asked[1])
        sight = Looking(configuration, systems, tools, reads).look(traced)
    calls = {"datadog": systems.datadog.calls}
    return Diagnosis(
        examine(sight),
        traced.item.asked if traced else None,
        could_look=_blocked(sight) is None,
        calls=calls | {f"jira:{name}": systems.jira[name].calls for name in sorted(systems.jira)},
    )


def examine(sight: Sight) -> tuple[Check, ...]:
    """Every check, in the order of the steps; a step of which nothing could be looked at says so."""
    checks = [check for examination in CHECKS for check in examination(sight)]
    order = list(Step)
    steps: tuple[Step, ...] = (Step.LINK, Step.CASE_PROJECT, Step.SYNC, Step.WEBHOOK)
    reason = _blocked(sight)
    if reason is None:
        steps = (Step.SYNC,) if sight.bindings and not sight.boards else ()
        reason = (
            "could not look: no account in the tile, no case project or no Jira board is there, or readable: see above"
        )
    checks.extend(unknown("step-unseen", About(step, "everything", "nothing"), reason) for step in steps)
    return tuple(sorted(checks, key=lambda check: order.index(check.about.step)))


def _blocked(sight: Sight) -> str | None:
    """Why one of the systems could not be looked at; None where both could."""
    if not sight.is_open:
        return "could not look at Datadog: see Connection"
    if sight.sites and not any(site.facts is not None for site in sight.sites.values()):
        return "could not look at Jira: see Connection"
    return None
