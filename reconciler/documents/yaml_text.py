"""Writing YAML that every reader understands alike: the other way round of `scalars` and `builder`.

A text stands plain only where it is plainly text, to YAML 1.1 and 1.2 alike and within `{…}` and `[…]`; else in double quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from reconciler.documents.plain_text import hidden_in
from reconciler.documents.scalars import resolve

Plain: TypeAlias = "str | int | float | bool | Sequence[Plain] | Mapping[str, Plain] | None"

# Letters first, so that no number, indicator or date is meant; inside nothing that could end it, begin a comment or a key.
_PLAIN = re.compile(r"[^\W\d_](?:[\w ()./+@'’–-]*[\w().+’])?")
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def unwritable(text: str) -> str | None:
    """Why a text cannot stand in a document: it holds what a reviewer cannot see. None where it can."""
    name = hidden_in(text)
    return f"it holds {name}" if name else None


def scalar(value: str | float | bool | None) -> str:
    """One value as it is written. Raises ValueError for a text that is not `unwritable` without reason."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, int | float):
        return _number(value)
    if (why := unwritable(value)) is not None:
        raise ValueError(f"a text cannot be written: {why}")
    if _PLAIN.fullmatch(value) and "  " not in value and resolve(value) == value:
        return value
    return '"' + "".join(_ESCAPES.get(char) or _shown(char) for char in value).replace("##", "#\\x23") + '"'


def flow(value: Plain) -> str:
    """Any value on one line: `{key: value}`, `[a, b]`."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(flow(inner) for inner in value) + "]"
    return scalar(value)


def block(value: Mapping[str, Plain], inline: Iterable[str], path: str = "", indent: int = 0) -> Iterable[str]:
    """A mapping as indented lines. Mappings whose dotted path is among `inline` stand on one line, and so do lists of plain
    values and whatever is empty.
    """
    margin = " " * indent
    short = set(inline)
    for key, inner in value.items():
        below = f"{path}.{key}" if path else key
        if isinstance(inner, Mapping) and inner and below not in short:
            yield f"{margin}{scalar(key)}:"
            yield from block(inner, short, below, indent + 2)
        elif (
            isinstance(inner, Sequence)
            and not isinstance(inner, str)
            and any(isinstance(one, Mapping) for one in inner)
        ):
            yield f"{margin}{scalar(key)}:"
            yield from (f"{margin}  - {flow(one)}" for one in inner)
        else:
            yield f"{margin}{scalar(key)}: {flow(inner)}"


def comment(text: str) -> str:
    """A line for people, whatever the text: what cannot be seen, or would end the line, stands as an escape.

    Printed into the log of a CI run it holds no command for the runner either.
    """
    return "# " + "".join(_shown(char) for char in text).replace("##", "# #")


def _shown(char: str) -> str:
    """The character, or its escape in YAML where a reader of the file would not see it."""
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"


def _number(value: float) -> str:
    """A number; its exponent has a point before it and a sign, as YAML 1.1 wants it."""
    text = repr(value)
    return text if "." in text or "e" not in text else text.replace("e", ".0e")
