"""`reconciler plan`: read both systems and show every change with its reason. Never writes to either."""

from __future__ import annotations

import os
import shlex
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.command import Documented
from reconciler.cli.complaint import complain
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.loading import valid
from reconciler.cli.next_step import program, say_next, scope_words
from reconciler.cli.options import report_options, scope_options
from reconciler.cli.output import Output, seen_from_here
from reconciler.cli.session import Session
from reconciler.errors import ConfigError
from reconciler.model.address import Address

if TYPE_CHECKING:
    from reconciler.engine.ports import DatadogReader
    from reconciler.model.declared import Configuration
    from reconciler.plan.plan import Plan
    from reconciler.rules.backtest import Backtest

# Over which time the change of the rules is tried.
IMPACT_SPAN = timedelta(days=30)


@click.command(
    "plan",
    cls=Documented,
    short_help="Show what apply would change, and why. Never writes.",
    example="reconciler -C config plan\nreconciler -C config plan --out plan.json --format markdown -o comment.md\n"
    "reconciler -C config plan --format html -o plan.html\nreconciler -C config plan --format sarif -o plan.sarif",
    exits={
        ExitCode.DONE: "planned; with --detailed-exitcode: nothing differs",
        ExitCode.FAILED: "could not be planned, or part of it could not: see the errors among the findings",
        ExitCode.DIFFERENCES: "with --detailed-exitcode: something differs",
        ExitCode.OVER_LIMIT: "the plan is over a limit: it would not be applied",
    },
)
@click.option(
    "--out",
    "plan_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save the plan, to be reviewed and applied.",
)
@click.option("--detailed-exitcode", "detailed", is_flag=True, help="End with 2 where something differs.")
@click.option(
    "--base",
    metavar="DIR|GIT_REF",
    envvar="RECONCILER_BASE",
    help="Tell what the rules do to the issues of 30 days otherwise than there. [env: RECONCILER_BASE]",
)
@scope_options
@report_options("text", "markdown", "json", "html", "sarif", "junit")
@click.pass_obj
def plan(  # noqa: PLR0913 - one parameter for each option
    session: Session,
    plan_file: Path | None,
    *,
    detailed: bool,
    base: str | None,
    only: frozenset[str],
    targets: tuple[Address, ...],
    form: str,
    output: Path | None,
) -> ExitCode:
    """Show what apply would change, and why.

    Reads both systems and never writes to them. Each change comes with its reason and the line of YAML it follows from.
    """
    configuration, result = valid(session.directory)
    former = _former(session, configuration, base)
    from reconciler.cli.endings import of_plan
    from reconciler.cli.planning import show, surveyed, tools_for
    from reconciler.cli.wiring import connected
    from reconciler.engine.scope import Scope
    from reconciler.engine.streams import streams
    from reconciler.report.screen import Screen
    from reconciler.report.terminal import TerminalReporter

    with (
        connected(session, configuration) as systems,
        TerminalReporter(sys.stderr, Screen.of(sys.stderr, os.environ)) as reporter,
    ):
        tools = tools_for(session, configuration, reporter)
        found = surveyed(configuration, result.findings, systems, tools, Scope(only, frozenset(targets)))
        impact = _impact(session, configuration, former, systems.datadog)
    made = found.plan
    if plan_file is not None:
        _save(plan_file, made)
    drawn = streams(configuration, found) if form == "html" else ()
    show(made, Output(form, output), drawn, impact, root=seen_from_here(session.directory))
    if made.changes and not made.over_limit and form == "text" and output is None:
        _say_next(session, plan_file, scope_words(only, targets))
    return of_plan(made, detailed=detailed)


def _say_next(session: Session, plan_file: Path | None, scope: str) -> None:
    words = f"apply{scope}" if plan_file is None else f"apply {shlex.quote(str(plan_file))}"
    told = "asks before it writes" if plan_file is None else "exactly this plan, or nothing"
    say_next(f"{program(session.directory)} {words}", told)


def _save(path: Path, made: Plan) -> None:
    from reconciler.documents.planfile import write_plan
    from reconciler.plan.encoding import encode_plan

    write_plan(path, encode_plan(made))


def _former(session: Session, configuration: Configuration, base: str | None) -> tuple[Configuration, str] | None:
    """The configuration that this one changes; None where none is given, none can be read, or its rules are the same."""
    if not base:
        return None
    from reconciler.cli.against import base_configuration
    from reconciler.rules.backtest import routes_alike

    try:
        former = base_configuration(base, session.directory)
    except ConfigError as error:
        # The first configuration has no base, and the plan that mends a broken one must not wait for it.
        complain(str(error), hint="the plan goes without the impact of rule changes")
        return None
    return None if routes_alike(former[0], configuration) else former


def _impact(
    session: Session, configuration: Configuration, former: tuple[Configuration, str] | None, datadog: DatadogReader
) -> Backtest | None:
    if former is None:
        return None
    from reconciler.cli.against import tested

    return tested(configuration, former, datadog, session.clock.now(), IMPACT_SPAN)
