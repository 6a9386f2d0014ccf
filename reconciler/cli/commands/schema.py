"""`reconciler schema`: the JSON Schemas that editors and CI use."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.command import Documented
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.session import Session


@click.command(
    "schema",
    cls=Documented,
    short_help="Write the JSON Schemas for editors.",
    example="reconciler schema\nreconciler schema --check\nreconciler schema --directory .schemas",
    exits={ExitCode.DONE: "written, or fresh", ExitCode.FAILED: "with --check: some schema is missing or stale"},
)
@click.option("--check", is_flag=True, help="Write nothing; end with 1 where a file is missing or stale.")
@click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    default="schemas",
    show_default=True,
    help="Where the schemas stand.",
)
@click.pass_obj
def schema(_session: Session, *, check: bool, directory: Path) -> ExitCode:
    """Write the JSON Schemas for editors.

    One schema for each kind of document, and those of the JSON that plan, apply and validate print. In a YAML file,
    `# yaml-language-server: $schema=PATH/reconciler.schema.json` makes an editor complete and check it.
    """
    from reconciler.documents.schema import schemas, stale_schemas, write_schemas

    if not check:
        write_schemas(directory)
        click.echo(f"{len(schemas())} schemas written to {directory}")
        return ExitCode.DONE
    stale = stale_schemas(directory)
    for name in stale:
        click.echo(f"{directory / name}: missing or stale: run `reconciler schema`", err=True)
    if not stale:
        click.echo(f"{len(schemas())} schemas are fresh")
    return ExitCode.FAILED if stale else ExitCode.DONE
