"""What plan and apply share: reading both systems into a plan, and showing it in the form that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from urllib.parse import urlsplit

from reconciler.cli.output import Output
from reconciler.cli.session import Session
from reconciler.engine.drift.acceptance import repaired
from reconciler.engine.ports import Reporter
from reconciler.engine.reconcile import Surveyed, survey
from reconciler.engine.scope import Scope, Systems, Tools
from reconciler.engine.streams import Stream
from reconciler.engine.tickets.templates import JinjaTemplates
from reconciler.memory.base import TicketMemory
from reconciler.model.address import Address, Kind
from reconciler.model.declared import Configuration
from reconciler.model.finding import Finding, ordered
from reconciler.plan.change import group_key, moved_groups
from reconciler.plan.encoding import digest_of, encode_plan
from reconciler.plan.plan import Plan
from reconciler.rules.backtest import Backtest


def tools_for(session: Session, configuration: Configuration, reporter: Reporter) -> Tools:
    """What the engine is lent for one run."""
    connections = configuration.connections
    instance = connections.instance if connections else ""
    templates = JinjaTemplates(issue_url(connections.datadog.url if connections and connections.datadog else ""))
    return Tools(session.clock, templates, TicketMemory(instance), reporter, session.signals.stopping)


def issue_url(api_url: str) -> str:
    """Where a person finds an issue in Datadog, with `{id}` for its id. Reference: datadog-api §0, the hosts of the UI."""
    host = urlsplit(api_url).hostname or ""
    site = host.removeprefix("api.") if host.startswith("api.") else "datadoghq.com"
    app = site if site.count(".") > 1 else f"app.{site}"
    return f"https://{app}/error-tracking?issueId={{id}}"


def planned(
    configuration: Configuration, warnings: tuple[Finding, ...], systems: Systems, tools: Tools, scope: Scope
) -> Plan:
    """The plan, with what `validate` would warn of among its findings: both belong in front of a reviewer."""
    return surveyed(configuration, warnings, systems, tools, scope).plan


def surveyed(
    configuration: Configuration, warnings: tuple[Finding, ...], systems: Systems, tools: Tools, scope: Scope
) -> Surveyed:
    """As `planned`, with what the plan was made from beside it."""
    found = survey(configuration, systems, tools, scope)
    plan = found.plan
    moved = moved_groups(plan.changes)
    groups = {Address(Kind.TICKET, key) for key in moved}
    addresses = groups | {change.address for change in plan.changes if group_key(change) is None}
    today = plan.created_at.astimezone(UTC).date()
    answered = repaired(sorted(addresses), configuration.accepted, today)
    return replace(found, plan=replace(plan, findings=ordered((*plan.findings, *warnings, *answered))))


def show(
    plan: Plan, output: Output, drawn: Sequence[Stream] = (), impact: Backtest | None = None, *, root: str = ""
) -> None:
    """Put the plan out in the form that was asked for; a page draws the routing where it is given. `impact` is what the
    change of the rules does to real issues, where that is known. `root` is the configuration directory as CI names it:
    SARIF and JUnit hold the findings of the plan, at their lines below it.
    """
    match output.form:
        case "json":
            from reconciler.report.machine import render_json

            output.write(render_json(_plan_document(plan, impact)))
        case "markdown":
            from reconciler.report.markdown import render_plan_markdown

            output.write(render_plan_markdown(plan, impact=impact))
        case "html":
            from reconciler.report.html.plan_page import render_plan_page

            output.write(render_plan_page(plan, drawn, impact))
        case "sarif":
            from reconciler.report.sarif import render_sarif

            output.write(render_sarif(plan.findings, root))
        case "junit":
            from reconciler.report.junit import cases_of, render_junit

            output.write(render_junit("reconciler plan", cases_of(plan.findings, "plan", "plan")))
        case _:
            from reconciler.report.text import render_plan

            output.write(render_plan(plan, output.screen, impact))


def _plan_document(plan: Plan, impact: Backtest | None) -> dict[str, object]:
    """The plan as it is saved; what the rules do to other issues stands beside it, and is no part of what is applied."""
    document = encode_plan(plan)
    if impact is None:
        return document
    from reconciler.report.backtest_document import backtest_document

    document["impact"] = backtest_document(impact)
    return document | {"digest": digest_of(document)}
