"""`reconciler drift`: whether somebody moved something by hand. For cron; it cannot write."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.command import Documented
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.loading import valid
from reconciler.cli.next_step import program, say_next, scope_words
from reconciler.cli.options import report_options, scope_options
from reconciler.cli.output import Output, replace_file
from reconciler.cli.session import Session
from reconciler.errors import ReconcilerError
from reconciler.model.address import Address

if TYPE_CHECKING:
    from reconciler.engine.drift.drift import Drift
    from reconciler.report.drift_metrics import Look


@click.command(
    "drift",
    cls=Documented,
    short_help="Tell what was moved by hand. For cron; never writes.",
    example="reconciler -C config drift\n"
    "reconciler -C config drift --format markdown -o issue.md\n"
    "reconciler -C config drift --metrics /var/lib/metrics/reconciler.prom",
    exits={
        ExitCode.DONE: "nothing drifted; the text report is empty",
        ExitCode.DIFFERENCES: "something drifted that nobody answers for",
        ExitCode.FAILED: "could not look, or not at everything: what is not listed may have drifted",
    },
)
@click.option(
    "--grace",
    metavar="TIME",
    default="15m",
    show_default=True,
    callback=lambda _ctx, _param, value: _span(value),
    help="Younger differences are left to the next apply. A binding's own grace holds where it is longer.",
)
@click.option(
    "--metrics",
    "metrics_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write metrics there, for Prometheus' textfile collector; also where the look failed.",
)
@scope_options
@report_options("text", "markdown", "json", "html")
@click.pass_obj
def drift(  # noqa: PLR0913 - one parameter for each option
    session: Session,
    *,
    grace: timedelta,
    metrics_file: Path | None,
    only: frozenset[str],
    targets: tuple[Address, ...],
    form: str,
    output: Path | None,
) -> ExitCode:
    """Tell what was moved by hand. For cron; never writes.

    Settings of case projects, webhooks, tickets that the rules ask for, and groups out of step: whatever differs from what
    is declared for longer than the grace, with who changed it and when as far as Datadog and Jira tell. Drift that an
    AcceptedDrift document answers for is listed and not counted, until its day is over.
    """
    from reconciler.report.drift_metrics import Look

    look = Look("", session.clock.now())
    with _measured(metrics_file, look) as looks:
        configuration, _ = valid(session.directory)
        from reconciler.cli.planning import tools_for
        from reconciler.cli.reading import headroom_of, only_readers
        from reconciler.cli.wiring import connected
        from reconciler.engine.drift.looking import look as look_for_drift
        from reconciler.engine.scope import Scope
        from reconciler.report.screen import Screen
        from reconciler.report.terminal import TerminalReporter

        name = configuration.connections.instance if configuration.connections else ""
        looks.append(Look(name, look.at))
        with (
            connected(session, configuration) as systems,
            TerminalReporter(sys.stderr, Screen.of(sys.stderr, os.environ)) as reporter,
        ):
            tools = tools_for(session, configuration, reporter)
            found = look_for_drift(configuration, only_readers(systems), tools, Scope(only, frozenset(targets)), grace)
            looks.append(Look(name, found.looked_at, found, headroom_of(systems)))
    out = Output(form, output)
    return _and_next(_show(found, out), out, f"{program(session.directory)} apply{scope_words(only, targets)}")


def _and_next(ended: ExitCode, out: Output, words: str) -> ExitCode:
    """The same, after the command that brings back what is declared was named to whoever reads this on a terminal."""
    if ended is ExitCode.DIFFERENCES and out.form == "text" and out.path is None:
        say_next(words, "brings back what is declared; asks before it writes")
    return ended


@contextmanager
def _measured(path: Path | None, first: Look) -> Iterator[list[Look]]:
    """Writes the metrics of the last look that was added, also where something failed on the way."""
    from reconciler.report.drift_metrics import render_metrics

    looks = [first]
    try:
        yield looks
    except ReconcilerError:
        if path is not None:
            replace_file(path, render_metrics(looks[-1]))
        raise
    if path is not None:
        replace_file(path, render_metrics(looks[-1]))


def _show(found: Drift, output: Output) -> ExitCode:
    from reconciler.engine.drift.drift import Verdict

    match output.form:
        case "json":
            from reconciler.report.drift_document import drift_document
            from reconciler.report.machine import render_json

            output.write(render_json(drift_document(found)))
        case "markdown":
            from reconciler.report.drift_markdown import render_drift_markdown

            output.write(render_drift_markdown(found))
        case "html":
            from reconciler.report.html.drift_page import render_drift_page

            output.write(render_drift_page(found))
        case _:
            from reconciler.report.drift_text import render_drift

            output.write(render_drift(found, output.screen))
    ends = {Verdict.CLEAN: ExitCode.DONE, Verdict.DRIFTED: ExitCode.DIFFERENCES}
    return ends.get(found.verdict, ExitCode.FAILED)


def _span(text: str) -> timedelta:
    from reconciler.documents.durations import duration
    from reconciler.documents.shapes.parts import DURATION_PATTERN

    if not re.fullmatch(DURATION_PATTERN.strip("^$"), text):
        raise click.BadParameter(f"{text!r} is no duration: expected one such as 30s, 10m, 24h or 7d")
    return duration(text)
