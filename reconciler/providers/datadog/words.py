"""Datadog's query language, as far as we write it. Reference: datadog-api §1.1, §2."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_PLAIN: Final = re.compile(r"(?!(?:AND|OR|NOT)\Z)[A-Za-z0-9][A-Za-z0-9_.-]*", re.IGNORECASE)


def quoted(text: str) -> str:
    """One literal: no space, operator, wildcard or quote in a name can become part of the query."""
    if _PLAIN.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def one_of(facet: str, values: Iterable[str]) -> str:
    """The facet has one of these values (not none)."""
    literals = [quoted(value) for value in sorted(values)]
    return f"{facet}:{literals[0]}" if len(literals) == 1 else f"{facet}:({' OR '.join(literals)})"


def none_of(facet: str, values: Iterable[str]) -> str:
    """The facet has another value, or none at all."""
    return f"-{one_of(facet, values)}"
