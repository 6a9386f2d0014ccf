"""`reconciler init`: a configuration repository that works at once. Contacts nobody, overwrites nothing."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.command import Documented
from reconciler.cli.exit_codes import ExitCode


@click.command(
    "init",
    cls=Documented,
    short_help="Make a configuration repository to begin with.",
    example="reconciler init\nreconciler init acme-errors --sandbox",
    exits={
        ExitCode.DONE: "made; what stood there already was left as it was",
        ExitCode.FAILED: "a file could not be written",
    },
)
@click.argument("directory", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option("--sandbox", is_flag=True, help="One that talks to the simulator: no account anywhere is needed.")
def init(directory: Path, *, sandbox: bool) -> ExitCode:
    """Make a configuration repository to begin with.

    Writes config/ (where Datadog and Jira are, one binding, one rule, and what they are meant to do), schemas/ for editors,
    workflows for GitHub, CODEOWNERS, README and .gitignore into DIR. No file that is there already is touched.
    """
    from reconciler.cli.scaffold import scaffold, write_missing
    from reconciler.report.scaffolded import render_scaffolded

    made = write_missing(directory, scaffold(sandbox=sandbox))
    click.echo(render_scaffolded(str(directory), made.written, made.kept, sandbox=sandbox), nl=False)
    return ExitCode.DONE
