"""`reconciler explain`: the whole story of one group, or of an issue without a ticket. Never writes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from reconciler.cli.command import Documented
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.loading import valid
from reconciler.cli.options import report_options
from reconciler.cli.output import Output
from reconciler.cli.session import Session


@click.command(
    "explain",
    cls=Documented,
    short_help="Tell the whole story of one issue or ticket. Never writes.",
    example="reconciler -C config explain SHOP-8\n"
    "reconciler -C config explain https://acme.atlassian.net/browse/SHOP-8\n"
    "reconciler -C config explain 5f8ebd5c-6dd9-11f0-8a28-da7ad0900002",
    exits={
        ExitCode.DONE: "told",
        ExitCode.FAILED: "there is no such issue or ticket, or part of the story could not be read",
    },
)
@click.argument("subject", metavar="ISSUE|KEY")
@report_options("text", "json")
@click.pass_obj
def explain(session: Session, subject: str, form: str, output: Path | None) -> ExitCode:
    """Tell the whole story of one issue or ticket. Never writes.

    What is linked to what, the rule and the mapping that apply, what is remembered, who moved what since, and what the
    next run will do and why. ISSUE is an issue's id or page, KEY a ticket's key or page; a page is never opened.
    """
    configuration, _ = valid(session.directory)
    from reconciler.cli.planning import issue_url, tools_for
    from reconciler.cli.wiring import connected
    from reconciler.engine.explain.explaining import explain as explained
    from reconciler.report.screen import Screen
    from reconciler.report.terminal import TerminalReporter

    connections = configuration.connections
    page = issue_url(connections.datadog.url if connections and connections.datadog else "")
    with (
        connected(session, configuration) as systems,
        TerminalReporter(sys.stderr, Screen.of(sys.stderr, os.environ)) as reporter,
    ):
        told = explained(configuration, systems, tools_for(session, configuration, reporter), subject, page)
    out = Output(form, output)
    if form == "json":
        from reconciler.report.explanation_document import explanation_document
        from reconciler.report.machine import render_json

        out.write(render_json(explanation_document(told)))
    else:
        from reconciler.report.explanation import render_explanation

        out.write(render_explanation(told, out.screen))
    return ExitCode.DONE if told.is_complete else ExitCode.FAILED
