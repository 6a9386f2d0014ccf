"""Options about issues: the facts of one that is made up, and how far back to look for live ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import wraps
from typing import Any

import click

from reconciler.model.nearest import listed, nearest
from reconciler.query.lexicon import ATTRIBUTES
from reconciler.query.theory import SEVERAL

_SPAN = re.compile(r"([1-9][0-9]{0,3})([hd])")


def span(_ctx: click.Context, _param: click.Parameter, value: str) -> timedelta:
    """`12h` or `30d` as a time span, or a usage error."""
    found = _SPAN.fullmatch(value)
    if found is None:
        raise click.BadParameter(f"{value!r} is no time: expected hours or days, such as 12h or 30d")
    number = int(found[1])
    return timedelta(hours=number) if found[2] == "h" else timedelta(days=number)


def facts_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--service`, `--team` and `--attr NAME=VALUE`: an issue that is made up. The command gets them as `facts`."""

    @wraps(command)
    def with_facts(*args: Any, service: str | None, team: Sequence[str], attr: Sequence[str], **options: Any) -> Any:  # noqa: ANN401 - click's own parameters, passed on
        facts = _facts(
            [*((("service", service),) if service else ()), *(("team", one) for one in team), *map(_pair, attr)]
        )
        return command(*args, facts=facts, **options)

    others = listed(name for name in ATTRIBUTES if name not in {"service", "team"})
    decorated = click.option("--attr", metavar="NAME=VALUE", multiple=True, help=f"Another fact: {others}.")(with_facts)
    decorated = click.option("--team", metavar="TEAM", multiple=True, help="A team that owns it. May be repeated.")(
        decorated
    )
    return click.option("--service", metavar="SERVICE", help="Its service.")(decorated)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not value:
        raise click.BadParameter(f"{text!r} is no fact: expected NAME=VALUE", param_hint="--attr")
    if name not in ATTRIBUTES:
        near = nearest(name, ATTRIBUTES) or f"expected one of {listed(ATTRIBUTES)}"
        raise click.BadParameter(f"an issue has no {name!r} that rules read: {near}", param_hint="--attr")
    if name == "is_crash" and value not in {"true", "false"}:
        raise click.BadParameter(f"is_crash is true or false, not {value!r}", param_hint="--attr")
    return name, value


def _facts(pairs: Sequence[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    facts: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        if name in facts and name not in SEVERAL:
            raise click.UsageError(f"an issue has one {name}: it was given twice")
        facts[name] = (*facts.get(name, ()), value)
    return facts
