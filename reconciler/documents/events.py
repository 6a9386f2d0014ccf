"""The part of PyYAML that is used: a parser's events. libyaml's parser and PyYAML's own give the same ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, cast

import yaml


class Mark(Protocol):
    """A position in the text, from 0."""

    line: int
    column: int


class Event(Protocol):
    """A parser event. Which attributes it really has depends on its class, as PyYAML defines it."""

    anchor: str | None
    tag: str | None
    value: str
    style: str | None
    start_mark: Mark
    version: tuple[int, int] | None
    tags: Mapping[str, str] | None


class Parser(Protocol):
    """A source of events."""

    def get_event(self) -> Event:
        """The next event. Raises yaml.YAMLError where the text is not YAML."""


def fast_parser(text: str) -> Parser:
    """The parser of libyaml where PyYAML was built with it, else PyYAML's own (some 5 times slower)."""
    return cast("Parser", yaml.CSafeLoader(text)) if yaml.__with_libyaml__ else pure_parser(text)


def pure_parser(text: str) -> Parser:
    """PyYAML's own parser, which needs no library."""
    return cast("Parser", yaml.SafeLoader(text))
