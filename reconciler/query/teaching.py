"""From a place where the grammar allows nothing more to a fault that says what the writer most likely meant.

Nothing here runs for a text that is a query.
"""

from __future__ import annotations

from reconciler.query.fault import SyntaxFault
from reconciler.query.lexicon import (
    ATTRIBUTES,
    BARE_PART,
    CHUNK,
    INVISIBLE,
    OPERATORS,
    QUOTED,
    TYPOGRAPHIC_QUOTE,
)
from reconciler.query.slips import A_VALUE, clipped, invisible, lower_operator, not_a_term, symbol
from reconciler.query.syntax import Span
from reconciler.query.tokenizer import Tokenizer

_A_TERM = "a term such as service:web-store"
_CHARACTER_HINTS = {
    ",": "list values as attribute:(a OR b); a comma that belongs to the value goes in quotes",
    "&": "operators are the words AND, OR and NOT; an & that belongs to the value goes in quotes",
    "|": "operators are the words AND, OR and NOT; a | that belongs to the value goes in quotes",
    "'": 'quotes are double: "web store"',
    "?": "the only wildcard is *; a ? that belongs to the value goes in quotes",
    "\\": "put the value in double quotes and write \\\\ for one backslash",
    '"': 'put the whole value in double quotes and write \\" for a quote in it',
    "(": "put a space before it, or the value in double quotes if it belongs to the value",
}


def too_long(text: str, limit: int) -> SyntaxFault:
    """The text is over its budget."""
    return SyntaxFault(
        f"the query is {len(text)} characters long",
        span=Span(limit, limit),
        expected=f"at most {limit} characters",
        hint="split it into several rules, or use wildcards",
    )


def too_deep(reader: Tokenizer, limit: int) -> SyntaxFault:
    """Parentheses or negations are over their budget."""
    return SyntaxFault(
        "the query nests too deep here",
        span=Span(reader.position, reader.position + 1),
        expected=f"at most {limit} parentheses and negations inside each other",
        hint="split it into several rules",
    )


def empty(text: str) -> SyntaxFault:
    """There is nothing but white space."""
    return SyntaxFault(
        "the query is empty",
        span=Span(0, len(text)),
        expected=_A_TERM,
        hint="to match every issue write is_crash:*",
    )


def unopened(reader: Tokenizer) -> SyntaxFault:
    """A whole query was read, and `)` follows."""
    return SyntaxFault(
        "')' closes nothing",
        span=Span(reader.position, reader.position + 1),
        hint="remove it, or add the '(' that it should close",
    )


def unclosed(reader: Tokenizer, opened: int) -> SyntaxFault:
    """The text ended inside parentheses."""
    return SyntaxFault(
        "'(' is never closed",
        span=Span(opened, reader.last.end),
        expected="')' before the end of the query",
    )


def no_term(reader: Tokenizer) -> SyntaxFault:
    """A term must stand here and none does."""
    rest = reader.text[reader.position :]
    if not rest or rest[0] == ")":
        return _nothing_here(reader)
    if rest[0] == '"':
        return _no_attribute(reader)
    chunk = CHUNK.match(rest)
    word = chunk[0] if chunk else rest[0]
    span = Span(reader.position, reader.position + len(word))
    if word in OPERATORS:
        return _misplaced_operator(reader, word, span)
    return symbol(word, reader.position) or lower_operator(word, span) or not_a_term(word, span)


def no_value(reader: Tokenizer, attribute: str, *, listed: bool) -> SyntaxFault:
    """A value must stand here and none does. `listed`: inside `attribute:( ... )`."""
    rest = reader.text[reader.position :]
    if listed and (not rest or rest[0] in "()"):
        return _broken_value_list(reader, attribute)
    if rest.startswith('"') and not QUOTED.match(rest):
        span = Span(reader.position, len(reader.text.rstrip()))
        return SyntaxFault("the quote is never closed", span=span, expected="'\"' at the end of the value")
    chunk = CHUNK.match(rest)
    word = chunk[0] if chunk else rest[:1]
    span = Span(reader.position, reader.position + len(word))
    if word in OPERATORS:
        hint = f'the value {word} itself is written in quotes: "{word}"'
        return SyntaxFault(f"{word!r} is an operator, not a value", span=span, expected=A_VALUE, hint=hint)
    if word.startswith("-"):
        span = Span(span.start, span.start + 1)
        hint = f"to leave a value out write -{attribute}:value; a value that starts with - goes in quotes"
        return SyntaxFault("'-' cannot stand before a value", span=span, expected=A_VALUE, hint=hint)
    if word.startswith(":"):
        span = Span(span.start, span.start + 1)
        hint = "one colon is enough; a value that starts with : goes in quotes"
        return SyntaxFault("':' cannot stand before a value", span=span, expected=A_VALUE, hint=hint)
    name, colon, _ = word.partition(":")
    if colon and name in ATTRIBUTES:
        hint = f"put a space before {name}: to begin the next term, or the value in quotes if it really reads so"
        return SyntaxFault(f"'{name}:' begins another term", span=span, expected=A_VALUE, hint=hint)
    return _bad_character(reader)


def broken_list(reader: Tokenizer, attribute: str, opened: int) -> SyntaxFault:
    """In `attribute:(a ...` neither `OR` nor `)` follows a value."""
    if reader.at_end:
        return unclosed(reader, opened)
    rest = reader.text[reader.position :]
    chunk = CHUNK.match(rest)
    word = chunk[0] if chunk else rest[0]
    span = Span(reader.position, reader.position + len(word))
    if word in OPERATORS:
        hint = f"write {attribute}:a AND {'-' if word == 'NOT' else ''}{attribute}:b"
        return SyntaxFault(f"{word!r} cannot join values in parentheses", span=span, expected="OR or ')'", hint=hint)
    fault = symbol(word, reader.position) or lower_operator(word, span)
    return fault or SyntaxFault(
        "two values in parentheses need OR between them",
        span=span,
        expected="OR or ')'",
        hint=f"write {attribute}:(a OR b); a value with a space in it goes in double quotes",
    )


def glued(reader: Tokenizer) -> SyntaxFault:
    """Something follows a closing quote without a space."""
    return SyntaxFault(
        f"'{reader.text[reader.position]}' directly after a closing quote",
        span=Span(reader.position, reader.position + 1),
        expected="a space, ')' or the end",
        hint='a quote inside the value is written \\"',
    )


def _nothing_here(reader: Tokenizer) -> SyntaxFault:
    """The text or the parentheses end where a term is due."""
    before = reader.text[reader.last.start : reader.last.end]
    if before == "(":
        span = Span(reader.last.start, min(reader.position + 1, len(reader.text)))
        if reader.at_end:
            return unclosed(reader, reader.last.start)
        hint = "remove them, or put the value in double quotes if they belong to it"
        return SyntaxFault("the parentheses are empty", span=span, expected=_A_TERM, hint=hint)
    if not before:
        return unopened(reader)
    return SyntaxFault(f"nothing follows {before!r}", span=reader.last, expected=_A_TERM)


def _no_attribute(reader: Tokenizer) -> SyntaxFault:
    """Quoted text without an attribute."""
    rest = reader.text[reader.position :]
    found = QUOTED.match(rest)
    quoted = found[0] if found else rest.rstrip()
    return SyntaxFault(
        f"{clipped(quoted)} has no attribute",
        span=Span(reader.position, reader.position + len(quoted)),
        expected="attribute:value",
        hint=f"did you mean service:{clipped(quoted)}?" if found else "and its quote is never closed",
    )


def _misplaced_operator(reader: Tokenizer, word: str, span: Span) -> SyntaxFault:
    """`AND` or `OR` with nothing to join on its left."""
    before = reader.text[reader.last.start : reader.last.end]
    message = f"{word!r} cannot follow {before!r}" if before not in ("", "(") else f"nothing stands before {word!r}"
    return SyntaxFault(message, span=span, expected=_A_TERM)


def _broken_value_list(reader: Tokenizer, attribute: str) -> SyntaxFault:
    """In `attribute:(` a value is due and a parenthesis or the end stands there."""
    before = reader.text[reader.last.start : reader.last.end]
    if reader.at_end:
        return SyntaxFault(f"nothing follows {before!r}", span=reader.last, expected=A_VALUE)
    span = Span(reader.position, reader.position + 1)
    if reader.text[reader.position] == "(":
        hint = f"write {attribute}:(a OR b OR c)"
        return SyntaxFault("values in parentheses cannot be grouped again", span=span, expected=A_VALUE, hint=hint)
    if before == "(":
        return SyntaxFault("the parentheses are empty", span=reader.since(reader.last.start), expected=A_VALUE)
    return SyntaxFault(f"nothing follows {before!r}", span=reader.last, expected=A_VALUE)


def _bad_character(reader: Tokenizer) -> SyntaxFault:
    """A character that a value without quotes cannot have."""
    good = BARE_PART.match(reader.text, reader.position)
    at = good.end() if good else reader.position
    character = reader.text[at]
    if INVISIBLE.match(character):
        return invisible(character, at)
    hint = _CHARACTER_HINTS.get(character, "put the value in double quotes if it belongs to the value")
    if TYPOGRAPHIC_QUOTE.match(character):
        hint = 'quotes are straight and double: "web store"'
    return SyntaxFault(f"'{character}' cannot stand in a value without quotes", span=Span(at, at + 1), hint=hint)
