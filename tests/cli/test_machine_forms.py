"""Whatever a command prints as JSON is what its published schema says, for every command that prints JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from jsonschema import Draft202012Validator

from reconciler.cli.main import reconciler
from reconciler.sandbox.serve import RunningSandbox

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., Any]

# In this order on one company: each command line, what it ends with, and its schema.
PRINTED = (
    (("validate",), 0, "findings"),
    (("rules", "list"), 0, "rules"),
    (("rules", "lint"), 0, "lint"),
    (("rules", "test"), 0, "rule-test-results"),
    (("rules", "explain", "--service", "ledger"), 0, "routing"),
    (("plan",), 0, "plan"),
    (("drift",), 2, "drift"),
    (("doctor",), 2, "diagnosis"),
    (("explain", "SHOP-8"), 0, "explanation"),
    (("ticket", "show", "SHOP-8"), 0, "ticket"),
    (("import",), 0, "import"),
    (("ticket", "create", "{issue}", "--yes"), 0, "ticket-action"),
    (("ticket", "unlink", "{issue}", "--yes"), 0, "ticket-action"),
    (("ticket", "link", "{issue}", "SHOP-8", "--yes"), 0, "ticket-action"),
    (("ticket", "settle", "SHOP-8", "--take", "issues", "--yes"), 0, "ticket-action"),
    (("apply", "--yes"), 0, "outcomes"),
)
# Said by another part of the same commands, or proved where a world of its own is needed.
ELSEWHERE = {("rules", "backtest"): "tests of the backtest"}


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))
        else:
            yield (*path, name), command


def _prints_json(command: click.Command) -> bool:
    return any(
        isinstance(option.type, click.Choice) and "json" in option.type.choices
        for option in command.params
        if option.name == "form"
    )


def test_every_command_that_prints_json_is_listed_here() -> None:
    printing = {path for path, command in _commands(reconciler) if _prints_json(command)}
    listed = {next(path for path in printing if arguments[: len(path)] == path) for arguments, _, _ in PRINTED}
    assert printing - set(ELSEWHERE) == listed


def test_json_is_as_published(run: Run, served: RunningSandbox, tmp_path: Path) -> None:
    plan = run("plan", "--format", "json")
    created = sorted(
        change["address"].removeprefix("ticket.")
        for change in json.loads(plan.out)["changes"]
        if change["action"] == "create" and change["address"].startswith("ticket.")
    )
    mistakes = []
    for arguments, code, schema in PRINTED:
        words = [word.format(issue=created[0]) for word in arguments]
        ended = run(*words, "--format", "json")
        published = json.loads((ROOT / "schemas" / f"{schema}.schema.json").read_text(encoding="utf-8"))
        faults = [error.message for error in Draft202012Validator(published).iter_errors(json.loads(ended.out))]
        if ended.code != code or faults:
            mistakes.append((" ".join(words), ended.code, faults, ended.err))
    assert mistakes == []
    assert served.failures == ()
