"""JSON as strict as it can be read: what two readers could understand differently is refused."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

_ESCAPE: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\."
)


class NotJson(ValueError):
    """The bytes are not JSON that can be trusted; the message says why, without quoting them."""


def parse_json(content: bytes) -> object:
    """The value. Refuses invalid UTF-8, duplicate keys, NaN and infinities, numbers and nestings beyond reason.

    A byte order mark is ignored; a lone surrogate becomes U+FFFD, so that every text can be written as UTF-8.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotJson("it is not valid UTF-8") from None
    if "\\u" in text:
        text = _ESCAPE.sub(_paired, text)
    try:
        return json.loads(text, parse_constant=_constant, parse_float=_finite, object_pairs_hook=_unique)
    except RecursionError:
        raise NotJson("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"it is not JSON (line {error.lineno}, column {error.colno})") from None
    except NotJson:
        raise
    except ValueError:
        raise NotJson("it holds a number of absurd length") from None


def _paired(match: re.Match[str]) -> str:
    """An escape as it stands, unless it is one half of a surrogate pair."""
    escape = match.group()
    lone = len(escape) == 6 and escape[1] == "u"
    return "\\ufffd" if lone else escape


def _constant(name: str) -> float:
    raise NotJson(f"it holds {name}, which is no JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise NotJson("it holds a number too large to keep")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise NotJson("an object holds one key twice")
    return value
