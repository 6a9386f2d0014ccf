"""The options that the actions on a ticket share, and the fields of one as words of a command line."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from reconciler.cli.options import report_options
from reconciler.cli.output import Output

if TYPE_CHECKING:
    from reconciler.cli.acting import Agreed

Fields: TypeAlias = tuple[tuple[str, object], ...]


class _Field(click.ParamType[tuple[str, object]]):
    """`NAME=VALUE`, as a pair. A number is one only if nothing is lost by that: a version 1.10 stays text."""

    name = "field"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, object]:  # noqa: ANN401 - click's own type
        """The pair, or a usage error."""
        name, equals, text = str(value).partition("=")
        if not equals or not name.strip() or not text.strip():
            self.fail(f"{value!r} is no field: expected NAME=VALUE, as in --field 'Severity=S1 critical'", param, ctx)
        text = text.strip()
        if text.startswith("{"):
            try:
                return name.strip(), json.loads(text)
            except ValueError as error:
                self.fail(f"the value of {name.strip()!r} begins as JSON, but is none: {error}", param, ctx)
        for number in (int, float):
            try:
                found = number(text)
            except ValueError:
                continue
            if str(found) == text and text not in {"nan", "inf", "-inf"}:
                return name.strip(), found
        return name.strip(), text


FIELDS = _Field()


def gathered(fields: Iterable[tuple[str, object]]) -> dict[str, object]:
    """The fields by name; a name that was repeated has a list."""
    found: dict[str, list[object]] = {}
    for name, value in fields:
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


@dataclass(frozen=True, slots=True)
class SharedOptions:
    """`--yes`, `--events`, `--format` and `-o` of an action."""

    yes: bool
    events: Path | None
    form: str
    output: Path | None

    def agreed(self) -> Agreed:
        """How the action is to be agreed to. Raises UsageError where somebody would have to be asked, and nobody can be."""
        if not self.yes and (self.form != "text" or not sys.stdin.isatty()):
            raise click.UsageError("nobody can be asked here: add --yes")
        from reconciler.cli.acting import Agreed

        return Agreed(confirm=not self.yes, events=self.events, output=Output(self.form, self.output))


def acting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The shared options, given to the command as `shared`."""

    @functools.wraps(command)
    def gathering(*args: Any, yes: bool, events: Path | None, form: str, output: Path | None, **rest: Any) -> Any:  # noqa: ANN401 - click's own parameters, passed on
        return command(*args, shared=SharedOptions(yes, events, form, output), **rest)

    return click.option("--yes", is_flag=True, help="Do not ask.")(
        click.option(
            "--events",
            type=click.Path(dir_okay=False, path_type=Path),
            help="Stream each outcome there as a line of JSON, the moment it is known.",
        )(report_options("text", "json")(gathering))
    )
