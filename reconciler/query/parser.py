"""Query text to syntax, by recursive descent. Whatever the text, the answer is an `Expr` or a `SyntaxFault`."""

from __future__ import annotations

import re

from reconciler.query import slips, teaching
from reconciler.query.lexicon import (
    AND,
    ATTRIBUTE,
    CLOSE,
    NEGATION,
    NOT_IN_QUOTES,
    OPEN,
    OR,
    QUOTED,
    QUOTED_PART,
    WORD,
)
from reconciler.query.syntax import And, Expr, Not, Or, Pattern, Span, Term
from reconciler.query.tokenizer import Tokenizer

MAX_LENGTH = 20_000
"""Characters one query may have."""
MAX_DEPTH = 40
"""How deep parentheses and negations may nest."""


def parse(text: str) -> Expr:
    """Grammar: query := or_expr

    Raises SyntaxFault, and nothing else, where the text is not a query.
    """
    if len(text) > MAX_LENGTH:
        raise teaching.too_long(text, MAX_LENGTH)
    reader = Tokenizer(text)
    if reader.at_end:
        raise teaching.empty(text)
    expr = _parse_or(reader, depth=0)
    if not reader.at_end:
        raise teaching.unopened(reader)
    return expr


def _parse_or(reader: Tokenizer, depth: int) -> Expr:
    """Grammar: or_expr := and_expr ("OR" and_expr)*"""
    start = reader.position
    parts = [_parse_and(reader, depth)]
    while reader.take(OR):
        parts.append(_parse_and(reader, depth))
    return parts[0] if len(parts) == 1 else Or(tuple(parts), reader.since(start))


def _parse_and(reader: Tokenizer, depth: int) -> Expr:
    """Grammar: and_expr := unary ("AND"? unary)*"""
    start = reader.position
    parts = [_parse_unary(reader, depth)]
    while reader.take(AND) or not reader.at_stop:
        parts.append(_parse_unary(reader, depth))
    return parts[0] if len(parts) == 1 else And(tuple(parts), reader.since(start))


def _parse_unary(reader: Tokenizer, depth: int) -> Expr:
    """Grammar: unary := ("-" | "NOT") unary | "(" query ")" | term"""
    start = reader.position
    if depth > MAX_DEPTH:
        raise teaching.too_deep(reader, MAX_DEPTH)
    if reader.take(NEGATION):
        part = _parse_unary(reader, depth + 1)
        return Not(part, reader.since(start))
    if reader.take(OPEN):
        expr = _parse_or(reader, depth + 1)
        if not reader.take(CLOSE):
            raise teaching.unclosed(reader, start)
        return expr
    return _parse_term(reader)


def _parse_term(reader: Tokenizer) -> Term:
    """Grammar: term := attribute ":" (value | "(" value ("OR" value)* ")")"""
    start = reader.position
    found = reader.take(ATTRIBUTE)
    if found is None:
        raise teaching.no_term(reader)
    attribute = found[1]
    if not reader.take(OPEN):
        return Term(attribute, (_parse_value(reader, attribute),), reader.since(start))
    opened = reader.last.start
    patterns = [_parse_value(reader, attribute, listed=True)]
    while reader.take(OR):
        patterns.append(_parse_value(reader, attribute, listed=True))
    if not reader.take(CLOSE):
        raise teaching.broken_list(reader, attribute, opened)
    return Term(attribute, tuple(patterns), reader.since(start))


def _parse_value(reader: Tokenizer, attribute: str, *, listed: bool = False) -> Pattern:
    """Grammar: value := word | '"' quoted text '"'"""
    if word := reader.take(WORD):
        pieces = word[0].split("*")
    elif quoted := reader.take(QUOTED):
        pieces = _pieces(quoted)
        if not reader.at_end and reader.position == reader.last.end and reader.text[reader.position] != ")":
            raise teaching.glued(reader)
    else:
        raise teaching.no_value(reader, attribute, listed=listed)
    pattern = Pattern((pieces[0], *filter(None, pieces[1:-1]), *pieces[1:][-1:]))
    if attribute == "is_crash" and not (pattern.is_presence or pattern.folded in (("true",), ("false",))):
        raise slips.not_a_truth(reader.text[reader.last.start : reader.last.end], reader.last)
    return pattern


def _pieces(quoted: re.Match[str]) -> list[str]:
    r"""Grammar: quoted text := (any character but `"`, `\` and `*`, or `\"`, or `\\`, or `\*`, or the wildcard `*`)*"""
    text, start = quoted[1], quoted.start(1)
    if not text:
        raise slips.nothing_quoted(Span(*quoted.span()))
    if control := NOT_IN_QUOTES.search(text):
        raise slips.invisible(control[0], start + control.start())
    if "\\" not in text:
        return text.split("*")
    pieces = [""]
    for part in QUOTED_PART.finditer(text):
        escaped, star, plain = part.groups()
        if escaped is not None and escaped not in '"\\*':
            raise slips.unknown_escape(escaped, start + part.start())
        if star:
            pieces.append("")
        else:
            pieces[-1] += escaped or plain
    return pieces
