"""`reconciler apply`: with a plan file exactly that plan, without one plan, ask and apply."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from reconciler.cli.command import Documented
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.loading import valid
from reconciler.cli.options import report_options, scope_options
from reconciler.cli.output import Output
from reconciler.cli.session import Session
from reconciler.model.address import Address


@click.command(
    "apply",
    cls=Documented,
    short_help="Carry out a plan.",
    example="reconciler -C config apply\nreconciler -C config apply --yes --events events.ndjson\nreconciler -C config apply plan.json",
    exits={
        ExitCode.DONE: "everything is applied, or nothing differed",
        ExitCode.FAILED: "nothing could be applied",
        ExitCode.PARTLY: "partly applied: some change failed, was stale or has an unknown outcome, or part could not be planned",
        ExitCode.REFUSED: "the plan file is refused (stale, expired, altered, other target); nothing was written",
        ExitCode.LOCKED: "another run is applying this configuration",
        ExitCode.OVER_LIMIT: "the plan is over a limit; nothing was written",
    },
)
@click.argument("plan_file", metavar="[FILE]", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask. A plan FILE was reviewed already and never asks.")
@click.option("--digest", metavar="SHA256", help="Refuse a FILE with another digest than the one that was reviewed.")
@click.option(
    "--events",
    "events_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Stream each outcome there as a line of JSON, the moment it is known.",
)
@scope_options
@report_options("text", "markdown", "json", "html")
@click.pass_obj
def apply(  # noqa: PLR0913 - one parameter for each option
    session: Session,
    plan_file: Path | None,
    *,
    yes: bool,
    digest: str | None,
    events_file: Path | None,
    only: frozenset[str],
    targets: tuple[Address, ...],
    form: str,
    output: Path | None,
) -> ExitCode:
    """Carry out a plan.

    With FILE, that plan is applied as it was reviewed, or refused: both systems are read again first, and what no longer
    stands as planned is left alone. Without FILE a plan is made, shown and, once you agree, applied.

    Repeating an apply is safe: what is done already is not done twice. Ctrl-C lets the change in flight finish; a second
    one ends at once.
    """
    if plan_file is not None and (only or targets):
        raise click.UsageError("--only and --target choose what is planned; FILE has been planned already")
    if plan_file is None and digest is not None:
        raise click.UsageError("--digest is that of a plan FILE, and none is named")
    if plan_file is None and not yes and (form != "text" or not sys.stdin.isatty()):
        raise click.UsageError(
            "nobody can be asked here: add --yes, or save a plan with `plan --out` and apply that file"
        )
    from reconciler.cli.applying import Asked, apply_plan, saved_plan
    from reconciler.engine.scope import Scope

    document = None if plan_file is None else saved_plan(session, plan_file, digest)
    configuration, result = valid(session.directory)
    scope, out = Scope(only, frozenset(targets)), Output(form, output)
    asked = Asked(document, scope, confirm=not yes, events=events_file, output=out, warnings=result.findings)
    return apply_plan(session, configuration, asked)
