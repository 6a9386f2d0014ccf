"""The words of the match language: attributes, operators, and what may stand in a value without quotes."""

from __future__ import annotations

import re

ATTRIBUTES = ("service", "team", "platform", "language", "error_type", "is_crash", "file_path")
OPERATORS = ("AND", "OR", "NOT")

# Characters that mean something in other query languages. Refused in a bare value, so that a slip such as `service=web`,
# `a && b`, `!x`, `[1 TO 5]`, `a,b` or `we?` is an error and not the name of a service that nobody has.
_MEANINGFUL = r"""\s()"=<>!&|,;'`?\\\[\]{}"""
_TYPOGRAPHIC_QUOTES = r"\u2018-\u201f\u00ab\u00bb"
_CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"
_INVISIBLE = _CONTROLS + r"\u00ad\u200b-\u200f\u2060-\u206f\ufeff"

_ATTRIBUTE_NAMES = "|".join(ATTRIBUTES)
_OPERATOR_WORDS = "|".join(OPERATORS)
_WORD_ENDS = r"(?=[\s()]|\Z)"

OPEN = re.compile(r"\(")
CLOSE = re.compile(r"\)")
AND = re.compile("AND" + _WORD_ENDS)
OR = re.compile("OR" + _WORD_ENDS)
NEGATION = re.compile("-|NOT" + _WORD_ENDS)
ATTRIBUTE = re.compile(rf"({_ATTRIBUTE_NAMES}):(?=\S)")

# A bare value: no operator, no leading `-`, and no `attribute:` at its start, each of which is a slip of another kind.
WORD = re.compile(
    rf"(?!-|:|(?:{_OPERATOR_WORDS}){_WORD_ENDS}|(?:{_ATTRIBUTE_NAMES}):)"
    rf"[^{_MEANINGFUL}{_TYPOGRAPHIC_QUOTES}{_INVISIBLE}]++(?=[\s)]|\Z)"
)
BARE_PART = re.compile(rf"[^{_MEANINGFUL}{_TYPOGRAPHIC_QUOTES}{_INVISIBLE}]*+")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
QUOTED_PART = re.compile(r"\\(.)|(\*)|([^\\*]+)", re.DOTALL)
NOT_IN_QUOTES = re.compile(f"[{_CONTROLS}]")
INVISIBLE = re.compile(f"[{_INVISIBLE}]")
TYPOGRAPHIC_QUOTE = re.compile(f"[{_TYPOGRAPHIC_QUOTES}]")
CHUNK = re.compile(r"[^\s()\"]+")
