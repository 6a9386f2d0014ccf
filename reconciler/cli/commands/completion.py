"""`reconciler completion`: what a shell needs to complete our commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from reconciler.cli.command import Documented
from reconciler.cli.exit_codes import ExitCode

SHELLS = ("bash", "zsh", "fish")


@click.command(
    "completion",
    cls=Documented,
    short_help="Print what a shell needs to complete commands and options.",
    example="reconciler completion bash >> ~/.bash_completion\n"
    "reconciler completion zsh > ~/.zfunc/_reconciler\n"
    "reconciler completion fish > ~/.config/fish/completions/reconciler.fish",
    exits={ExitCode.DONE: "printed"},
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> ExitCode:
    """Print what a shell needs to complete commands and options.

    Keep it where the shell looks for completions, or evaluate it: eval "$(reconciler completion bash)".
    """
    script = get_completion_class(shell)
    assert script is not None, shell  # noqa: S101 - click knows each of SHELLS; a test asks for all of them
    program = context.find_root()
    click.echo(script(program.command, {}, "reconciler", "_RECONCILER_COMPLETE").source())
    return ExitCode.DONE
