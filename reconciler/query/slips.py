"""Words that are no part of the language, and what their writer most likely meant."""

from __future__ import annotations

import difflib

from reconciler.query.fault import SyntaxFault
from reconciler.query.lexicon import ATTRIBUTES, INVISIBLE, OPERATORS, TYPOGRAPHIC_QUOTE, WORD
from reconciler.query.syntax import Span

A_VALUE = 'a value such as web-store, web-* or "web store"'
_SYMBOLS = {"&&": "AND", "&": "AND", "||": "OR", "|": "OR", "!": "NOT or -", ",": "OR"}
_COMPARISONS = ("!=", "==", ">=", "<=", "=", ">", "<")
_OTHER_NAMES = {
    "owner": "team",
    "owners": "team",
    "team_owners": "team",
    "handle": "team",
    "lang": "language",
    "os": "platform",
    "error": "error_type",
    "exception": "error_type",
    "type": "error_type",
    "crash": "is_crash",
    "file": "file_path",
    "path": "file_path",
}


def symbol(word: str, start: int) -> SyntaxFault | None:
    """An operator of another language."""
    for sign, operator in _SYMBOLS.items():
        if word.startswith(sign):
            span = Span(start, start + len(sign))
            return SyntaxFault(f"{sign!r} is not an operator", span=span, expected=operator)
    if word.startswith("+"):
        span = Span(start, start + 1)
        return SyntaxFault("'+' is not an operator", span=span, hint="remove it: terms are joined by AND anyway")
    return None


def lower_operator(word: str, span: Span) -> SyntaxFault | None:
    """`and`, `Or`, `not`."""
    if word.upper() not in OPERATORS:
        return None
    return SyntaxFault(
        f"{word!r} is not an operator", span=span, expected=word.upper(), hint="operators are upper-case: AND, OR, NOT"
    )


def not_a_term(word: str, span: Span) -> SyntaxFault:
    """A word that is no `attribute:value`."""
    if hidden := INVISIBLE.search(word):
        return invisible(hidden[0], span.start + hidden.start())
    name, colon, value = word.partition(":")
    for sign in _COMPARISONS:
        if sign in name:
            return _comparison(name, sign, span)
    if not colon:
        return _bare_word(word, span)
    if name in ATTRIBUTES:
        hint = f"put the value directly after the colon, without a space; -{name}:* matches issues without {name}"
        return SyntaxFault(f"{word!r} has no value", span=span, expected=A_VALUE, hint=hint)
    nearest = nearest_attributes(name)
    known = ", ".join(ATTRIBUTES)
    return SyntaxFault(
        f"unknown attribute {clipped(name)!r}" if name else "no attribute before ':'",
        span=Span(span.start, span.start + max(1, len(name))),
        expected=f"one of {known}",
        hint=f"did you mean {' or '.join(f'{near}:{clipped(value)}' for near in nearest)}?"
        if nearest
        else "rules read nothing else of an issue",
    )


def invisible(character: str, at: int) -> SyntaxFault:
    """A character that nobody can see."""
    return SyntaxFault(
        f"an invisible character stands here: U+{ord(character):04X}",
        span=Span(at, at + 1),
        hint="delete it or write a space; such characters come along when text is copied",
    )


def nothing_quoted(span: Span) -> SyntaxFault:
    """The value is `""`."""
    return SyntaxFault(
        "the quotes are empty",
        span=span,
        expected=A_VALUE,
        hint="an attribute that is absent is matched by -attribute:*",
    )


def unknown_escape(character: str, at: int) -> SyntaxFault:
    """A backslash in quotes stands before a character that needs none."""
    return SyntaxFault(
        f"'\\{character}' is no escape",
        span=Span(at, at + 2),
        expected='\\*, \\" or \\\\',
        hint="write \\\\ for one backslash",
    )


def not_a_truth(text: str, span: Span) -> SyntaxFault:
    """`is_crash` with another value than it can have."""
    return SyntaxFault(
        f"is_crash is never {clipped(text)}",
        span=span,
        expected="is_crash:true or is_crash:false",
    )


def nearest_attributes(name: str) -> tuple[str, ...]:
    """The attributes that somebody who wrote `name` may have meant, likeliest first; none if nothing is near."""
    plain = name.lower().lstrip("@").replace(".", "_").replace("-", "_")
    if plain in _OTHER_NAMES:
        return (_OTHER_NAMES[plain],)
    return tuple(difflib.get_close_matches(plain, ATTRIBUTES, n=2, cutoff=0.6))


def clipped(text: str) -> str:
    """The text, or its beginning where it would drown the message."""
    return text if len(text) <= 60 else text[:59] + "…"


def _comparison(text: str, sign: str, span: Span) -> SyntaxFault:
    """`service=web` and its like."""
    name, _, value = text.partition(sign)
    start = span.start + len(name)
    attribute = next(iter(nearest_attributes(name)), "service")
    negation = "-" if sign == "!=" else ""
    hint = (
        f"write {negation}{attribute}:{clipped(value) or 'value'}"
        if sign in ("=", "==", "!=")
        else "there is no order to compare"
    )
    return SyntaxFault(
        f"{sign!r} does not join an attribute and its value",
        span=Span(start, start + len(sign)),
        expected="':'",
        hint=hint,
    )


def _bare_word(word: str, span: Span) -> SyntaxFault:
    """A value without an attribute, or an attribute without a value."""
    if word == "*":
        hint: str | None = "to match every issue write is_crash:*"
    elif word in ATTRIBUTES:
        hint = f"write {word}:value, or {word}:* for any value"
    elif TYPOGRAPHIC_QUOTE.match(word) or word.startswith("'"):
        hint = 'quotes are straight and double: service:"web store"'
    elif WORD.fullmatch(word):
        hint = f"did you mean service:{clipped(word)}? A value with a space in it goes in double quotes"
    else:
        hint = "a value with a space or a sign in it goes in double quotes"
    return SyntaxFault(f"{clipped(word)!r} has no attribute", span=span, expected="attribute:value", hint=hint)
