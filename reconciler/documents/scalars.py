"""What a plain (unquoted) YAML scalar means: YAML 1.2's core schema, and what YAML 1.1 would have made of it.

    written               read as        why
    null ~ (nothing)      nothing
    true True TRUE        true           the same for false
    12 -3 0x1F            12, -3, 31
    1.5 -0.2 1.5e+3       numbers
    2026-11-01            text           dates are text until a field asks for one
    yes no on off y n     refused        YAML 1.1: true, false; 1.2: text
    012 0o14 0b11 1_000   refused        each reader takes another number, or text
    1:30                  refused        YAML 1.1: 90; 1.2: text
    1e3 1.5e3 +.5         refused        YAML 1.1: text; 1.2: a number
    .inf .nan 1e+999      refused        not a number that anything here takes
    everything else       text

*Refused* is decided later for words: a place that has the very word among its values (`status: off`) takes it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from reconciler.documents.budget import MAX_NUMBER

Scalar: TypeAlias = str | int | float | bool | None


class Doubt(Enum):
    """Why an unquoted scalar is not simply taken."""

    WORD = "word"
    NUMBER = "number"
    NOT_FINITE = "not finite"
    TOO_LONG = "too long"


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A plain scalar that readers understand differently: its text, and what it might have meant."""

    text: str
    doubt: Doubt


_KNOWN: Final[dict[str, Scalar]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
TRUE_WORDS: Final = frozenset({"yes", "Yes", "YES", "on", "On", "ON", "y", "Y"})
FALSE_WORDS: Final = frozenset({"no", "No", "NO", "off", "Off", "OFF", "n", "N"})
_WORDS: Final = TRUE_WORDS | FALSE_WORDS | {"=", "<<"}
_FIRST: Final = frozenset("0123456789+-.~nNtTfFyYoO=<")
"""Every scalar that is not text begins with one of these (or is empty)."""

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?[0-9]+\.[0-9]*([eE][-+][0-9]+)?|-?\.[0-9]+([eE][-+][0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
# A number to one of the two versions only: octal, binary, separators, base sixty, exponents without point or sign.
_OTHER_NUMBER = re.compile(
    r"[-+]?0[0-9_]+|[-+]?0o[0-7]+|[-+]?0b[01_]+|[-+]?0x[0-9a-fA-F_]+|[-+]?[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?"
    r"|[-+]?\.[0-9][0-9_]*([eE][-+]?[0-9]+)?|[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"
)


def resolve(text: str) -> Scalar | Doubtful:
    """The value of a plain scalar."""
    if text in _KNOWN:
        return _KNOWN[text]
    if text[0] not in _FIRST:
        return text
    if text in _WORDS:
        return Doubtful(text, Doubt.WORD)
    return _number(text)


def _number(text: str) -> Scalar | Doubtful:
    whole, fraction = _INT.fullmatch(text), _FLOAT.fullmatch(text)
    if (whole or fraction or _HEX.fullmatch(text)) and len(text) > MAX_NUMBER:
        return Doubtful(text, Doubt.TOO_LONG)
    if whole:
        return int(text)
    if fraction:
        value = float(text)
        return value if math.isfinite(value) else Doubtful(text, Doubt.NOT_FINITE)
    if _HEX.fullmatch(text):
        return int(text, 16)
    if _NOT_FINITE.fullmatch(text):
        return Doubtful(text, Doubt.NOT_FINITE)
    return Doubtful(text, Doubt.NUMBER) if _OTHER_NUMBER.fullmatch(text) else text
