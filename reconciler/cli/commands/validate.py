"""`reconciler validate`: every file parses, means something, and refers to things that exist. Contacts nobody."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.command import Documented
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.loading import loaded
from reconciler.cli.options import report_options
from reconciler.cli.output import Output, seen_from_here
from reconciler.cli.session import Session
from reconciler.model.finding import ordered

if TYPE_CHECKING:
    from reconciler.documents.load import Loaded


@click.command(
    "validate",
    cls=Documented,
    short_help="Check the configuration, offline.",
    example="reconciler -C config validate\nreconciler -C config validate --format sarif -o findings.sarif",
    exits={ExitCode.DONE: "valid (there may be warnings)", ExitCode.FAILED: "invalid: every error has been listed"},
)
@report_options("text", "json", "sarif", "junit")
@click.pass_obj
def validate(session: Session, form: str, output: Path | None) -> ExitCode:
    """Check the configuration, offline.

    Every error of every file is listed with its place, what was expected and what to do. No system is contacted and no
    credential is needed.
    """
    result = _reachable(_with_expired(loaded(session.directory), session.clock.now()))
    out = Output(form, output)
    match form:
        case "json":
            from reconciler.report.machine import findings_document, render_json

            out.write(render_json(findings_document(result.findings)))
        case "sarif":
            from reconciler.report.sarif import render_sarif

            out.write(render_sarif(result.findings, seen_from_here(session.directory)))
        case "junit":
            from reconciler.report.junit import cases_of, render_junit

            out.write(render_junit("reconciler validate", cases_of(result.findings, "configuration", "validate")))
        case _:
            from reconciler.report.text_findings import render_findings

            told = render_findings(result.findings, out.screen)
            out.write(told + _summary(result) + _annotations(result, session.directory))
    return ExitCode.FAILED if result.configuration is None else ExitCode.DONE


def _with_expired(result: Loaded, now: datetime) -> Loaded:
    """The same with what a calendar knows: accepted drift whose day is over."""
    if result.configuration is None or not result.configuration.accepted:
        return result
    from reconciler.engine.drift.acceptance import expired

    over = expired(result.configuration.accepted, now.astimezone(UTC).date())
    return replace(result, findings=ordered((*result.findings, *over)))


def _reachable(result: Loaded) -> Loaded:
    """With what is proved about the rules: those that can never apply."""
    if result.configuration is None:
        return result
    from reconciler.rules.lint import reachability

    return replace(result, findings=ordered((*result.findings, *reachability(result.configuration.rules))))


def _summary(result: Loaded) -> str:
    if result.configuration is None:
        return ""
    one = result.configuration
    counts = {"binding": one.bindings, "status mapping": one.mappings, "rule": one.rules, "rule test": one.tests}
    listed = ", ".join(f"{len(things)} {noun}{'' if len(things) == 1 else 's'}" for noun, things in counts.items())
    return f"Valid: {listed}, in {len(result.files)} files.\n"


def _annotations(result: Loaded, directory: Path) -> str:
    """What makes GitHub show each finding at its line of the pull request; nothing elsewhere."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return ""
    from reconciler.report.annotations import render_annotations

    return render_annotations(result.findings, str(directory))
