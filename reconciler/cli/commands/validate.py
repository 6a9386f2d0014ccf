"""`reconciler validate`: every file parses, means something, and refers to things that exist. Contacts nobody."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.command import Documented
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.loading import loaded
from reconciler.cli.options import report_options
from reconciler.cli.output import Output
from reconciler.cli.session import Session


@click.command(
    "validate",
    cls=Documented,
    short_help="Check the configuration, offline.",
    example="reconciler -C config validate\nreconciler -C config validate --format json -o findings.json",
    exits={ExitCode.DONE: "valid (there may be warnings)", ExitCode.FAILED: "invalid: every error has been listed"},
)
@report_options("text", "json")
@click.pass_obj
def validate(session: Session, form: str, output: Path | None) -> ExitCode:
    """Check the configuration, offline.

    Every error of every file is listed with its place, what was expected and what to do. No system is contacted and no
    credential is needed.
    """
    result = loaded(session.directory)
    out = Output(form, output)
    if form == "json":
        from reconciler.report.machine import findings_document, render_json

        out.write(render_json(findings_document(result.findings)))
    else:
        from reconciler.report.text_findings import render_findings

        told = render_findings(result.findings, out.screen)
        out.write(told + ("" if result.configuration is None else f"{result.summary}\n"))
    return ExitCode.FAILED if result.configuration is None else ExitCode.DONE
