"""Help: every command shows an example that works and its exit codes, and listing commands imports none of them."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from reconciler.cli.command import Documented, DocumentedGroup
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.main import reconciler
from reconciler.cli.options import PARTS
from reconciler.cli.session import Session
from reconciler.engine import scope

ROOT = Path(__file__).resolve().parents[2]


def every_command(
    group: DocumentedGroup, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, group
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, DocumentedGroup):
            yield from every_command(command, (*path, name))
        else:
            yield (*path, name), command


def shown(*arguments: str) -> Result:
    return CliRunner().invoke(reconciler, list(arguments), prog_name="reconciler", terminal_width=80, obj=Session())


COMMANDS = dict(every_command(reconciler))
ALL = pytest.mark.parametrize("path", COMMANDS, ids=" ".join)


def test_all_commands_of_the_contract_are_there() -> None:
    assert {" ".join(path) for path in COMMANDS} >= {
        "validate", "rules list", "plan", "apply", "schema", "sandbox serve", "sandbox seed", "sandbox act",
    }  # fmt: skip


@ALL
def test_help_shows_an_example_and_the_exit_codes(path: tuple[str, ...]) -> None:
    result = shown(*path, "--help")
    assert result.exit_code == 0
    assert "\nExample:\n  reconciler " in result.output
    codes = result.output.partition("\nExit codes:\n")[2]
    assert re.search(r"^ +0 +\w", codes, re.MULTILINE)
    assert re.search(r"^ +64 +wrong usage", codes, re.MULTILINE)
    assert re.search(r"^ +130 ", codes, re.MULTILINE)


@ALL
def test_examples_are_command_lines_that_parse(path: tuple[str, ...]) -> None:
    command = COMMANDS[path]
    assert isinstance(command, Documented)
    for line in command.example.splitlines():
        program, *arguments = shlex.split(line)
        # An unknown option or command is an error even beside --help; the words of an argument are not looked at.
        result = shown(*arguments, "--help")
        assert (program, result.exit_code) == ("reconciler", 0), result.output
        assert result.output.startswith(" ".join(["Usage: reconciler", *path]))


@ALL
def test_nothing_in_a_help_is_wider_than_a_terminal(path: tuple[str, ...]) -> None:
    output = shown(*path, "--help").output
    assert [line for line in output.splitlines() if len(line) > 80] == []


def test_the_list_of_commands_says_what_each_says_of_itself() -> None:
    for lazy in reconciler.lazy.values():
        assert lazy.load().short_help == lazy.summary


def test_every_exit_code_that_a_command_documents_is_one_of_ours() -> None:
    for command in COMMANDS.values():
        assert isinstance(command, Documented)
        assert set(command.exits) <= set(ExitCode)
        assert ExitCode.DONE in command.exits


def test_the_parts_are_those_of_the_engine() -> None:
    assert PARTS == scope.PARTS
