"""The search syntax of Datadog, as far as its Error Tracking and Case searches use it here.

    query := any (juxtaposed or joined by AND, OR, "-" or NOT in front, parentheses)
    term  := attribute:value | attribute:(value OR value …) | word | "quoted words"          `*` and `?` are wildcards

Values compare without regard to case. A bare word is looked for in the text of the thing (a case's title). `*` is everything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

_TOKEN = re.compile(r'\s*(?:(?P<mark>[()])|"(?P<quoted>(?:\\.|[^"\\])*)"|(?P<word>(?:\\.|[^\s()"\\])+))', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Facets:
    """What a query can see of one thing: its attributes, lower-case names, and the text that bare words are looked for in."""

    text: str
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


Test: TypeAlias = Callable[[Facets], bool]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # mark, quoted or word
    text: str


class BadQuery(ValueError):
    """The query cannot be read."""


def compile_query(text: str) -> Test:
    """A test for the query. Raises BadQuery with what is wrong."""
    reader = _Reader(_tokens(text))
    if not reader.left:
        raise BadQuery("the query is empty")
    test = reader.either()
    if reader.left:
        raise BadQuery(f"unexpected {reader.left[0].text!r}")
    return test


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    place = 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if found is None:
            raise BadQuery(f"unexpected {text[place:].strip()[:1]!r}")
        kind = found.lastgroup or "word"
        tokens.append(_Token(kind, found[kind]))
        place = found.end()
    return tokens


class _Reader:
    """Recursive descent over the tokens that are left."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.left = tokens

    def either(self) -> Test:
        """The rule `any := all (OR all)*`."""
        tests = [self._all()]
        while self._takes("OR"):
            tests.append(self._all())
        return tests[0] if len(tests) == 1 else lambda facets: any(test(facets) for test in tests)

    def _all(self) -> Test:
        """The rule `all := one (AND? one)*`."""
        tests = [self._one()]
        while self.left and self.left[0] not in {_Token("mark", ")"), _Token("word", "OR")}:
            self._takes("AND")
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda facets: all(test(facets) for test in tests)

    def _one(self) -> Test:
        """The rule `one := ("-" | NOT) one | "(" any ")" | term`."""
        token = self._next()
        if token in {_Token("word", "NOT"), _Token("word", "-")}:
            inner = self._one()
            return lambda facets: not inner(facets)
        if token == _Token("mark", "("):
            test = self.either()
            self._close()
            return test
        if token.kind == "word" and token.text.startswith("-"):
            self.left.insert(0, _Token("word", token.text[1:]))
            denied = self._one()
            return lambda facets: not denied(facets)
        if token.kind == "mark" or token.text in {"AND", "OR"}:
            raise BadQuery(f"unexpected {token.text!r}")
        return self._term(token)

    def _term(self, token: _Token) -> Test:
        attribute, colon, value = token.text.partition(":")
        if token.kind == "quoted" or not colon:
            return _words(token)
        patterns = [_pattern(_Token("word", value))] if value else self._values()
        name = attribute.lower().lstrip("@")
        return lambda facets: any(
            pattern.fullmatch(each) for each in facets.attributes.get(name, ()) for pattern in patterns
        )

    def _values(self) -> list[re.Pattern[str]]:
        """A quoted value, or several in parentheses, joined by OR."""
        token = self._next()
        if token.kind == "quoted":
            return [_pattern(token)]
        if token != _Token("mark", "("):
            raise BadQuery(f"expected a value, found {token.text!r}")
        patterns = [_pattern(self._value())]
        while self._takes("OR"):
            patterns.append(_pattern(self._value()))
        self._close()
        return patterns

    def _value(self) -> _Token:
        token = self._next()
        if token.kind == "mark":
            raise BadQuery(f"expected a value, found {token.text!r}")
        return token

    def _next(self) -> _Token:
        if not self.left:
            raise BadQuery("the query ends too early")
        return self.left.pop(0)

    def _takes(self, operator: str) -> bool:
        taken = bool(self.left) and self.left[0] == _Token("word", operator)
        if taken:
            self.left.pop(0)
        return taken

    def _close(self) -> None:
        if self._next() != _Token("mark", ")"):
            raise BadQuery("expected ')'")


def _words(token: _Token) -> Test:
    if token == _Token("word", "*"):
        return lambda facets: True
    wanted = re.sub(r"\\(.)", r"\1", token.text, flags=re.DOTALL).casefold()
    return lambda facets: wanted in facets.text.casefold()


def _pattern(token: _Token) -> re.Pattern[str]:
    """A value as a pattern: in quotes everything is literal, in a bare word `*` and `?` are wildcards."""
    parts: list[str] = []
    for piece in re.finditer(r"\\(?P<escaped>.)|(?P<plain>.)", token.text, re.DOTALL):
        plain = piece["plain"]
        if plain in {"*", "?"} and token.kind == "word":
            parts.append(".*" if plain == "*" else ".")
        else:
            parts.append(re.escape(piece["escaped"] or plain or ""))
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)
