"""`reconciler rules`: the automation rules in the order in which they are tried."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.command import Documented, DocumentedGroup
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.loading import valid
from reconciler.cli.options import report_options
from reconciler.cli.output import Output
from reconciler.cli.session import Session


@click.group(
    "rules",
    cls=DocumentedGroup,
    short_help="Look at the automation rules, offline.",
    example="reconciler -C config rules list",
    exits={ExitCode.DONE: "done", ExitCode.FAILED: "the configuration is invalid"},
)
def rules() -> None:
    """Look at the automation rules, offline."""


@rules.command(
    "list",
    cls=Documented,
    short_help="Show the rules in the order in which they are tried.",
    example="reconciler -C config rules list\nreconciler -C config rules list --format json",
    exits={ExitCode.DONE: "done", ExitCode.FAILED: "the configuration is invalid"},
)
@report_options("text", "json")
@click.pass_obj
def list_rules(session: Session, form: str, output: Path | None) -> ExitCode:
    """Show the rules in the order in which they are tried.

    The first rule that matches an issue applies. Each is shown with its query, where its tickets go, whether it makes
    tickets by itself, and where it is written.
    """
    configuration, _ = valid(session.directory)
    from reconciler.report.rules import render_rules, rules_document

    out = Output(form, output)
    if form == "json":
        from reconciler.report.machine import render_json

        out.write(render_json(rules_document(configuration)))
    else:
        out.write(render_rules(configuration, out.screen))
    return ExitCode.DONE
