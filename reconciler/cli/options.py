"""The options that several commands share, each declared once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from reconciler.model.address import Address

F = TypeVar("F", bound=Callable[..., Any])

# The engine's names of the parts, repeated here because reading them would load the engine for every --help: a test compares.
PARTS = ("settings", "tickets", "sync")


def _addresses(_ctx: click.Context, _param: click.Parameter, value: tuple[str, ...]) -> tuple[Address, ...]:
    """The addresses, or a usage error that names the kinds."""
    try:
        return tuple(Address.parse(text) for text in value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _parts(_ctx: click.Context, _param: click.Parameter, value: str | None) -> frozenset[str]:
    """The parts, or a usage error that names those there are. Empty where the option is absent: everything."""
    if value is None:
        return frozenset()
    parts = frozenset(part.strip() for part in value.split(",") if part.strip())
    unknown = sorted(parts - set(PARTS))
    if unknown or not parts:
        named = f"{unknown[0]!r} is not a part" if unknown else "no part is named"
        raise click.BadParameter(f"{named}: expected some of {', '.join(PARTS)}")
    return parts


def report_options(*formats: str) -> Callable[[F], F]:
    """`--format` and `-o` of a command that prints a report."""

    def decorate(command: F) -> F:
        command = click.option(
            "-o",
            "--output",
            type=click.Path(dir_okay=False, path_type=Path),
            help="Write the report there, not to stdout.",
        )(command)
        return click.option(
            "--format",
            "form",
            type=click.Choice(formats),
            default="text",
            show_default=True,
            help="How the report looks.",
        )(command)

    return decorate


def scope_options(command: F) -> F:
    """`--only` and `--target`: how much of the whole a run is about."""
    command = click.option(
        "--target",
        "targets",
        metavar="ADDRESS",
        multiple=True,
        callback=_addresses,
        help="Only this address, such as case_project.SHOP. May be repeated.",
    )(command)
    return click.option(
        "--only",
        metavar="PARTS",
        default=None,
        callback=_parts,
        help=f"Only these parts, separated by commas: {', '.join(PARTS)}.",
    )(command)
