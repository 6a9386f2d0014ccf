"""The `reconciler` command: its commands, and the one place where every error becomes a sentence and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from reconciler import __version__
from reconciler.cli.command import DocumentedGroup, Lazy
from reconciler.cli.complaint import complain, complain_of_bug
from reconciler.cli.exit_codes import ExitCode, of_error
from reconciler.cli.session import Session
from reconciler.cli.signals import Interrupted
from reconciler.errors import ReconcilerError

_COMMANDS = "reconciler.cli.commands"


@click.group(
    cls=DocumentedGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    lazy={
        "init": Lazy(f"{_COMMANDS}.init:init", "Make a configuration repository to begin with."),
        "validate": Lazy(f"{_COMMANDS}.validate:validate", "Check the configuration, offline."),
        "rules": Lazy(f"{_COMMANDS}.rules:rules", "List, prove, test, explain and backtest the automation rules."),
        "plan": Lazy(f"{_COMMANDS}.plan:plan", "Show what apply would change, and why. Never writes."),
        "apply": Lazy(f"{_COMMANDS}.apply:apply", "Carry out a plan."),
        "drift": Lazy(f"{_COMMANDS}.drift:drift", "Tell what was moved by hand. For cron; never writes."),
        "doctor": Lazy(f"{_COMMANDS}.doctor:doctor", "Say what is broken between Datadog and Jira."),
        "explain": Lazy(f"{_COMMANDS}.explain:explain", "Tell the whole story of one issue or ticket. Never writes."),
        "import": Lazy(
            f"{_COMMANDS}.import_:import_", "Write what stands in both systems as YAML. Never writes to them."
        ),
        "ticket": Lazy(f"{_COMMANDS}.ticket:ticket", "Create, link, unlink, show or settle one ticket."),
        "ci": Lazy(f"{_COMMANDS}.ci:ci", "What workflows on GitHub need besides: comment, issue, review."),
        "schema": Lazy(f"{_COMMANDS}.schema:schema", "Write the JSON Schemas for editors."),
        "completion": Lazy(
            f"{_COMMANDS}.completion:completion", "Print what a shell needs to complete commands and options."
        ),
        "sandbox": Lazy(f"{_COMMANDS}.sandbox:sandbox", "A simulated Datadog and Jira to try everything in."),
    },
    example="reconciler -C config validate\nreconciler -C config plan",
    exits={
        ExitCode.DONE: "done, nothing differs",
        ExitCode.FAILED: "could not be done: configuration, authentication, network",
        ExitCode.DIFFERENCES: "differences found (drift; plan --detailed-exitcode), or a check failed (doctor)",
        ExitCode.PARTLY: "partly applied",
        ExitCode.REFUSED: "the plan file is refused",
        ExitCode.LOCKED: "another run holds the lock",
        ExitCode.OVER_LIMIT: "over a limit, nothing was applied",
    },
)
@click.option(
    "-C",
    "--config",
    "directory",
    metavar="DIR",
    default="config",
    envvar="RECONCILER_CONFIG",
    show_default=True,
    show_envvar=True,
    type=click.Path(path_type=Path),
    help="The configuration directory.",
)
@click.version_option(__version__, prog_name="reconciler", message="%(prog)s %(version)s")
@click.pass_obj
def reconciler(session: Session, directory: Path) -> None:
    """Keep Datadog Error Tracking issues, Case Management cases and Jira tickets in step, from YAML in git."""
    session.directory = directory


def run() -> NoReturn:
    """The entry point of the installed command."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str], session: Session | None = None) -> int:
    """Run one command line and return its exit code."""
    session = session or Session()
    with session.signals.caught():
        try:
            return _ended(arguments, session)
        except Interrupted as interrupted:
            complain("interrupted")
            return interrupted.code
        except BrokenPipeError:
            # Whoever read our output has left; what is still to be flushed must not complain either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return ExitCode.FAILED


def _ended(arguments: Sequence[str], session: Session) -> int:
    try:
        ended = reconciler.main(list(arguments), prog_name="reconciler", standalone_mode=False, obj=session)
        sys.stdout.flush()
        return int(ended or ExitCode.DONE)
    except ReconcilerError as error:
        complain(str(error), hint=error.hint, secrets=session.secrets)
        return of_error(error)
    except click.ClickException as error:
        return _misused(error)
    except (click.Abort, BrokenPipeError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise Interrupted(session.signals.received or ExitCode.INTERRUPTED) from None
    except Exception as error:  # noqa: BLE001 - the one place: whatever is left is a bug, and becomes a sentence
        complain_of_bug(error, secrets=session.secrets)
        return ExitCode.FAILED


def _misused(error: click.ClickException) -> ExitCode:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return ExitCode.USAGE
    if not isinstance(error, click.UsageError):
        complain(error.format_message())
        return ExitCode.FAILED
    hint = f"{error.ctx.command_path} --help shows an example" if error.ctx else None
    if isinstance(error, click.NoSuchOption) and error.option_name in {"-C", "--config"}:
        hint = "-C/--config goes before the command: reconciler -C DIR COMMAND"
    complain(error.format_message(), hint=hint)
    return ExitCode.USAGE
