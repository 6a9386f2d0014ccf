"""`reconciler import`: what stands in both systems, as the documents that declare just that. Never writes to either."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.command import Documented
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.loading import valid
from reconciler.cli.session import Session

if TYPE_CHECKING:
    from reconciler.cli.importing import Target
    from reconciler.engine.importing.draft import Imported
    from reconciler.engine.importing.importing import Wish
    from reconciler.model.declared import Configuration


def _means(_ctx: click.Context, _param: click.Parameter, value: tuple[str, ...]) -> dict[str, str]:
    """Raw words with their meanings, or a usage error that names the meanings."""
    # Repeated here because reading the engine for every --help would be slow: a test compares.
    meanings = ("two_way", "once", "off", "open", "in_progress", "closed")
    means: dict[str, str] = {}
    for text in value:
        word, equals, meaning = text.rpartition("=")
        if not equals or not word or meaning not in meanings:
            raise click.BadParameter(f"{text!r}: expected WORD=MEANING, with one of {', '.join(meanings)}")
        if means.setdefault(word, meaning) != meaning:
            raise click.BadParameter(f"{word!r} cannot mean both {means[word]} and {meaning}")
    return means


@click.command(
    "import",
    cls=Documented,
    short_help="Write what stands in both systems as YAML. Never writes to them.",
    example="reconciler -C config import\n"
    "reconciler -C config import -o config\n"
    "reconciler -C config import --project SHOP --means BIDIRECTIONAL=two_way",
    exits={
        ExitCode.DONE: "imported; warnings say what could not be declared",
        ExitCode.FAILED: "something could not be read, or a project that was named could not be imported",
    },
)
@click.option(
    "--project",
    "projects",
    metavar="KEY",
    multiple=True,
    help="Only this case project. May be repeated. Without it: all with the Jira integration switched on.",
)
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the documents there, one a file; what DIR declares already is left. Without it they are printed.",
)
@click.option(
    "--force",
    is_flag=True,
    help="With -o: rewrite bindings that stand in files of their own (bindings/NAME.yaml). Nothing else is overwritten.",
)
@click.option(
    "--means",
    metavar="WORD=MEANING",
    multiple=True,
    callback=_means,
    help="What a raw word of Datadog's means, where it does not say so itself. May be repeated.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How the report looks.",
)
@click.pass_obj
def import_(
    session: Session, *, projects: tuple[str, ...], output: Path | None, force: bool, means: dict[str, str], form: str
) -> ExitCode:
    """Write what stands in both systems as YAML. Never writes to them.

    Case projects with the Jira integration become bindings, their status mappings StatusMappings, people whom no e-mail
    matches a UserMapping: just so that a plan made afterwards changes nothing. What cannot be declared is said, and stays.
    Reads with the Connections of -C; secrets stay references.
    """
    configuration, _ = valid(session.directory)
    from reconciler.cli.importing import files_of, target_of, text_of, write_all
    from reconciler.documents.writing import unwritable
    from reconciler.engine.importing.importing import Wish

    if force and output is None:
        raise click.UsageError("--force belongs to -o DIR: nothing is overwritten where nothing is written")
    target = target_of(output or session.directory, force=force)
    wish = Wish(unwritable, frozenset(projects), means, target.declared, target.user_documents)
    imported = _imported(session, configuration, wish, target)
    files = files_of(imported.drafts, target) if output is not None else None
    texts = {draft.title: text_of(draft, target, files[draft.title] if files else None) for draft in imported.drafts}
    if files is not None:
        write_all({files[title]: text for title, text in texts.items()}, target)
    if form == "json":
        from reconciler.report.imported_document import imported_document
        from reconciler.report.machine import render_json

        click.echo(render_json(imported_document(imported, texts, files)), nl=False)
    else:
        from reconciler.report.imported import render_imported
        from reconciler.report.screen import Screen

        # Printed documents may be redirected into a file: the report then stays on the terminal.
        click.echo("---\n".join(texts.values()) if files is None else "", nl=False)
        stream = sys.stderr if files is None else sys.stdout
        stream.write(render_imported(imported, files, Screen.of(stream, os.environ)))
    return ExitCode.FAILED if imported.has_errors else ExitCode.DONE


def _imported(session: Session, configuration: Configuration, wish: Wish, target: Target) -> Imported:
    """What was read, as documents. The systems are held for reading only as far as this."""
    from dataclasses import replace

    from reconciler.cli.importing import moved
    from reconciler.cli.planning import tools_for
    from reconciler.cli.wiring import connected
    from reconciler.engine.importing.importing import import_settings
    from reconciler.model.declared import Connections
    from reconciler.report.screen import Screen
    from reconciler.report.terminal import TerminalReporter

    with (
        connected(session, configuration) as systems,
        TerminalReporter(sys.stderr, Screen.of(sys.stderr, os.environ)) as reporter,
    ):
        connections = configuration.connections or Connections("", "")
        here = moved(connections, session.directory, target.directory)
        try:
            imported = import_settings(here, systems, tools_for(session, configuration, reporter), wish)
        except ValueError as error:
            raise click.UsageError(str(error)) from None
    return replace(imported, drafts=tuple(target.owned(draft) for draft in imported.drafts))
