"""`reconciler ticket`: what the panel's buttons do, for one issue or ticket."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from reconciler.cli.command import Documented, DocumentedGroup
from reconciler.cli.commands.ticket_options import FIELDS, Fields, SharedOptions, acting_options
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.loading import valid
from reconciler.cli.options import report_options
from reconciler.cli.output import Output
from reconciler.cli.session import Session

_EXITS = {
    ExitCode.DONE: "done, or there was nothing to do",
    ExitCode.FAILED: "refused, not agreed to, or it could not be done; nothing was written",
    ExitCode.PARTLY: "it was begun and did not end well: something moved, failed, or has an unknown outcome",
    ExitCode.LOCKED: "another run is applying this configuration",
}
_OVER = {ExitCode.OVER_LIMIT: "over a limit; nothing was written"}


@click.group(
    "ticket",
    cls=DocumentedGroup,
    short_help="Create, link, unlink, show or settle one ticket.",
    example="reconciler ticket create 5f8ebd5c-6dd9-11f0-8a28-da7ad0900002\n"
    "reconciler ticket link 5f8ebd5c-6dd9-11f0-8a28-da7ad0900002 SHOP-8",
    exits={**_EXITS, **_OVER},
)
def ticket() -> None:
    """Create, link, unlink, show or settle one ticket.

    An issue is named by its id or page, a ticket by its key or page; a page is never opened. Each action is shown first, with
    what sync will then do, and asks. Applying is locked meanwhile.
    """


@ticket.command(
    "create",
    cls=Documented,
    short_help="Create a ticket for an issue.",
    example="reconciler ticket create 5f8ebd5c-6dd9-11f0-8a28-da7ad0900002\n"
    "reconciler ticket create 5f8ebd5c-… --binding shop --field 'Severity=S1' --yes",
    exits={**_EXITS, **_OVER},
)
@click.argument("issue")
@click.option("--binding", metavar="NAME", help="The binding whose board it goes to, instead of the rule's.")
@click.option("--type", "issue_type", metavar="TYPE", help="The type of the ticket, by name.")
@click.option(
    "--field",
    "fields",
    metavar="NAME=VALUE",
    multiple=True,
    type=FIELDS,
    help="A field of the ticket. Repeat a name for a list; a value that begins with { is JSON.",
)
@click.option("--retry", is_flag=True, help="Ask again where Jira refused the ticket before.")
@acting_options
@click.pass_obj
def create(  # noqa: PLR0913 - one parameter for each option
    session: Session,
    issue: str,
    *,
    binding: str | None,
    issue_type: str | None,
    fields: Fields,
    retry: bool,
    shared: SharedOptions,
) -> ExitCode:
    """Create a ticket for an issue.

    The first rule that matches gives the board and the fields; options override it. Whatever Jira's create screen requires is
    checked before anything is written. An issue has at most one ticket. It is created exactly once: after a broken run, run it
    again with the same options.
    """
    from reconciler.cli.acting import act
    from reconciler.cli.commands.ticket_options import gathered
    from reconciler.engine.panel.creating import Wish, prepare_creation

    wish = Wish(binding, issue_type, gathered(fields), retry)
    return act(session, lambda desk: prepare_creation(desk, issue, wish), shared.agreed())


@ticket.command(
    "link",
    cls=Documented,
    short_help="Add an issue to a ticket that exists.",
    example="reconciler ticket link 5f8ebd5c-6dd9-11f0-8a28-da7ad0900002 SHOP-8\n"
    "reconciler ticket link 5f8ebd5c-… https://acme.atlassian.net/browse/SHOP-8",
    exits=_EXITS,
)
@click.argument("issue")
@click.argument("key", metavar="KEY|URL")
@acting_options
@click.pass_obj
def link(session: Session, issue: str, key: str, *, shared: SharedOptions) -> ExitCode:
    """Add an issue to a ticket that exists.

    The issue joins the case that owns the ticket; where none does, one is made in the bound project. What sync will then do is
    shown before: linking a For Review issue to a Done ticket will resolve it. A link never moves the ticket by itself.
    """
    from reconciler.cli.acting import act
    from reconciler.engine.panel.linking import prepare_link

    return act(session, lambda desk: prepare_link(desk, issue, key), shared.agreed())


@ticket.command(
    "unlink",
    cls=Documented,
    short_help="Take an issue off its ticket.",
    example="reconciler ticket unlink 5f8ebd5c-6dd9-11f0-8a28-da7ad0900002",
    exits=_EXITS,
)
@click.argument("issue")
@acting_options
@click.pass_obj
def unlink(session: Session, issue: str, *, shared: SharedOptions) -> ExitCode:
    """Take an issue off its ticket.

    Ticket, case and the other issues stay. What sync will then do with them is shown before.
    """
    from reconciler.cli.acting import act
    from reconciler.engine.panel.unlinking import prepare_unlink

    return act(session, lambda desk: prepare_unlink(desk, issue), shared.agreed())


@ticket.command(
    "settle",
    cls=Documented,
    short_help="Decide a group that sync holds.",
    example="reconciler ticket settle SHOP-8 --take ticket\nreconciler ticket settle SHOP-8 --take issues --field status",
    exits={**_EXITS, **_OVER},
)
@click.argument("subject", metavar="ISSUE|KEY")
@click.option("--take", type=click.Choice(["ticket", "issues"]), required=True, help="Whose view becomes everybody's.")
@click.option(
    "--field",
    "fields",
    multiple=True,
    type=click.Choice(["status", "assignee"]),
    help="Only this; may be repeated. Without it everything that is held.",
)
@acting_options
@click.pass_obj
def settle(session: Session, subject: str, *, take: str, fields: tuple[str, ...], shared: SharedOptions) -> ExitCode:
    """Decide a group that sync holds.

    Where both sides moved and the policy is to hold, or nobody can tell who moved first, sync writes nothing until somebody
    decides. This takes one side's view, shows what it will write, and remembers it.
    """
    from reconciler.cli.acting import act
    from reconciler.engine.panel.settling import Field, prepare_settlement
    from reconciler.sync.settling import Side

    chosen = frozenset(Field(field) for field in fields)
    return act(session, lambda desk: prepare_settlement(desk, subject, Side(take), chosen), shared.agreed())


@ticket.command(
    "show",
    cls=Documented,
    short_help="Show what is linked to an issue or ticket. Never writes.",
    example="reconciler ticket show SHOP-8\nreconciler ticket show 5f8ebd5c-6dd9-11f0-8a28-da7ad0900002 --format json",
    exits={
        ExitCode.DONE: "shown",
        ExitCode.FAILED: "there is no such issue or ticket, or part of it could not be read",
    },
)
@click.argument("subject", metavar="ISSUE|KEY")
@report_options("text", "json")
@click.pass_obj
def show(session: Session, subject: str, form: str, output: Path | None) -> ExitCode:
    """Show what is linked to an issue or ticket. Never writes.

    Issues, case and ticket with their states, assignees and pages, when they were last in step, and whether sync holds them.
    `reconciler explain` tells the whole story.
    """
    configuration, _ = valid(session.directory)
    from reconciler.cli.planning import issue_url, tools_for
    from reconciler.cli.wiring import connected
    from reconciler.engine.explain.explaining import explain
    from reconciler.report.screen import Screen
    from reconciler.report.terminal import TerminalReporter

    connections = configuration.connections
    page = issue_url(connections.datadog.url if connections and connections.datadog else "")
    with (
        connected(session, configuration) as systems,
        TerminalReporter(sys.stderr, Screen.of(sys.stderr, os.environ)) as reporter,
    ):
        told = explain(configuration, systems, tools_for(session, configuration, reporter), subject, page)
    out = Output(form, output)
    if form == "json":
        from reconciler.report.machine import render_json
        from reconciler.report.panel_document import linked_document

        out.write(render_json(linked_document(told)))
    else:
        from reconciler.report.panel import render_linked

        out.write(render_linked(told, out.screen))
    return ExitCode.DONE if told.is_complete else ExitCode.FAILED
