"""`reconciler doctor`: permissions and the four troubleshooting steps, for everything or one item."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.command import Documented
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.loading import valid
from reconciler.cli.options import report_options
from reconciler.cli.output import Output
from reconciler.cli.session import Session


@click.command(
    "doctor",
    cls=Documented,
    short_help="Say what is broken between Datadog and Jira.",
    example="reconciler -C config doctor\n"
    "reconciler -C config doctor --ticket SHOP-3\n"
    "reconciler -C config doctor --fix\n"
    "reconciler -C config doctor --format junit -o doctor.xml",
    exits={
        ExitCode.DONE: "nothing failed (there may be warnings)",
        ExitCode.FAILED: "could not look: at one of the systems, or at something that no failed check explains",
        ExitCode.DIFFERENCES: "a check failed",
        ExitCode.LOCKED: "with --fix: another run is applying this configuration",
        ExitCode.OVER_LIMIT: "with --fix: the repairs are over a limit; nothing was written",
    },
)
@click.option("--issue", metavar="ID", help="Only the chain of this issue, by its id or page.")
@click.option("--ticket", metavar="KEY", help="Only the chain of this ticket, by its key or page.")
@click.option("--fix", is_flag=True, help="Make the repairs that a plan can make, then look again.")
@click.option("--yes", is_flag=True, help="With --fix: do not ask.")
@report_options("text", "markdown", "json", "html", "junit", "sarif")
@click.pass_obj
def doctor(  # noqa: PLR0913 - one parameter for each option
    session: Session,
    *,
    issue: str | None,
    ticket: str | None,
    fix: bool,
    yes: bool,
    form: str,
    output: Path | None,
) -> ExitCode:
    """Say what is broken between Datadog and Jira.

    Walks from the connections and permissions through the four steps of troubleshooting (link, case project, sync,
    webhook) and says where the chain breaks first. Each check shows what was looked at, what was found, and what mends it.

    Reads only, unless --fix is given: then the declared settings behind failed checks are put in place, through a plan.
    """
    import sys

    if issue is not None and ticket is not None:
        raise click.UsageError("--issue and --ticket exclude each other: it is one chain")
    if yes and not fix:
        raise click.UsageError("--yes answers what --fix asks")
    if fix and not yes and not sys.stdin.isatty():
        raise click.UsageError("nobody can be asked here: add --yes to --fix")
    configuration, result = valid(session.directory)
    from reconciler.cli.doctoring import Visit, visit
    from reconciler.engine.doctor.examining import Subject

    asked = (Subject.ISSUE, issue) if issue is not None else (Subject.TICKET, ticket) if ticket is not None else None
    return visit(session, configuration, Visit(asked, fix, not yes, Output(form, output), result.findings))
