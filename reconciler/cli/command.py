"""How every command is built: its help ends with an example and its exit codes, and it is imported when it is used."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.model.nearest import listed, nearest

# What any command may end with besides its own codes.
_ALWAYS: Mapping[ExitCode, str] = {
    ExitCode.USAGE: "wrong usage",
    ExitCode.INTERRUPTED: "interrupted (143: terminated), cleanly",
}


class Documented(click.Command):
    """A command with an `example` (command lines, one each) and its `exits`: what each exit code means here."""

    def __init__(self, *args: Any, example: str, exits: Mapping[ExitCode, str], **options: Any) -> None:  # noqa: ANN401 - click's own parameters, passed on
        super().__init__(*args, **options)
        self.example = example
        self.exits = exits

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example and the exit codes below the options."""
        with formatter.section("Example"):
            for line in self.example.strip().splitlines():
                formatter.write(f"{'':{formatter.current_indent}}{line.strip()}\n")
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(int(code)), meaning) for code, meaning in {**self.exits, **_ALWAYS}.items()])


@dataclass(frozen=True, slots=True)
class Lazy:
    """A command that is not imported yet: where it stands (`module:name`) and its line in the list of commands."""

    place: str
    summary: str

    def load(self) -> click.Command:
        """The command itself."""
        module, _, name = self.place.partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command), self.place  # noqa: S101 - a slip of ours; a test loads every command
        return command


class DocumentedGroup(Documented, click.Group):
    """A group of commands: those in `lazy` are imported only when one of them is used, not to list them."""

    def __init__(self, *args: Any, lazy: Mapping[str, Lazy] | None = None, **options: Any) -> None:  # noqa: ANN401 - click's own parameters, passed on
        super().__init__(*args, **options)
        self.lazy = lazy or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order in which they were declared: that of a first session."""
        return [*self.lazy, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now if need be."""
        if cmd_name in self.lazy:
            return self.lazy[cmd_name].load()
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        rows = [(name, lazy.summary) for name, lazy in self.lazy.items()]
        rows += [(name, command.get_short_help_str(limit=60)) for name, command in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments begin with. A name that does not exist is answered with the nearest ones."""
        names = self.list_commands(ctx)
        if args[0] in names or args[0].startswith("-"):
            return super().resolve_command(ctx, args)
        raise click.UsageError(
            f"there is no command {args[0]!r}: {nearest(args[0], names) or 'expected ' + listed(names)}", ctx=ctx
        )
