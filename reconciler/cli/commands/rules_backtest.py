"""`reconciler rules backtest`: what the rules, or a change of them, do to issues that really came. Never writes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.command import Documented
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.loading import valid
from reconciler.cli.options import report_options
from reconciler.cli.output import Output
from reconciler.cli.rule_options import span
from reconciler.cli.session import Session

if TYPE_CHECKING:
    from reconciler.rules.backtest import Backtest


@click.command(
    "backtest",
    cls=Documented,
    short_help="Try the rules, or their change, on real issues.",
    example="reconciler -C config rules backtest --since 30d\n"
    "reconciler -C config rules backtest --base origin/main\n"
    "reconciler -C config rules backtest --base ../config-of-main --format markdown",
    exits={
        ExitCode.DONE: "told, whether anything moves or not",
        ExitCode.FAILED: "a configuration is invalid, the base cannot be read, or Datadog could not be read",
    },
)
@click.option("--since", metavar="TIME", default="30d", show_default=True, callback=span, help="How far back to look.")
@click.option("--base", metavar="DIR|GIT_REF", help="Compare with this directory or, if there is none, git revision.")
@report_options("text", "markdown", "json")
@click.pass_obj
def backtest(session: Session, since: timedelta, base: str | None, form: str, output: Path | None) -> ExitCode:
    """Try the rules, or their change, on real issues.

    Reads the issues that Datadog saw, in bulk, and tells for each rule how many it takes, how many tickets it would have made
    and how many on its worst day. With --base, what moves from where to where and what loses its rule, with samples.
    """
    configuration, _ = valid(session.directory)
    from reconciler.cli.against import base_configuration, tested
    from reconciler.cli.wiring import connected

    before = base_configuration(base, session.directory) if base else None
    with connected(session, configuration) as systems:
        told = tested(configuration, before, systems.datadog, session.clock.now(), since)
    _show(told, Output(form, output))
    return ExitCode.DONE


def _show(told: Backtest, out: Output) -> None:
    match out.form:
        case "json":
            from reconciler.report.backtest_document import backtest_document
            from reconciler.report.machine import render_json

            out.write(render_json(backtest_document(told)))
        case "markdown":
            from reconciler.report.backtest_markdown import render_backtest_markdown

            out.write(render_backtest_markdown(told))
        case _:
            from reconciler.report.backtest import render_backtest

            out.write(render_backtest(told, out.screen))
