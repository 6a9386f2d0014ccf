"""JQL, as far as clients of this site need it: from text to a tree, or to Jira's sentence about what is wrong.

    query  := [or] ["ORDER" "BY" field ["ASC" | "DESC"] ("," ...)*]        or := and ("OR" and)*
    and    := not ("AND" not)*                                             not := ("NOT" | "!") not | "(" or ")" | clause
    clause := field operator operand        operand := value | "(" value ("," value)* ")" | "EMPTY" | "NULL"
    value  := word | "quoted" | 'quoted' | name "(" [word ("," word)*] ")"

Sentences are those a real site answered. Reference: jira-api §2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from reconciler.sandbox.jira.refusal import JiraRefusal

_TOKEN = re.compile(
    r"\s+|(?P<quoted>\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')|(?P<open>[\"'])"
    r"|(?P<operator>!=|!~|>=|<=|=|~|>|<|!)|(?P<mark>[(),])|(?P<word>cf\[\d+\]|[^\s\"'()=!~<>,]+)"
)
_RESERVED = frozenset({"and", "or", "not", "in", "is", "order", "by", "empty", "null", "was", "changed"})


@dataclass(frozen=True, slots=True)
class Value:
    """A literal as it was written."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function: `currentUser()`."""

    name: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Empty:
    """EMPTY or NULL."""


Operand: TypeAlias = Value | Call | Empty


@dataclass(frozen=True, slots=True)
class Clause:
    """A field compared with one or more operands. `operator` is lower-case with single spaces: `not in`, `is not`, `>=`."""

    field: str
    operator: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Both:
    """All of these hold."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of these holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """This does not hold. A field that is empty fails both the clause and its negation."""

    part: Condition


Condition: TypeAlias = Clause | Both | Either | Negated


@dataclass(frozen=True, slots=True)
class Order:
    """A field to sort by."""

    field: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query. Without a `condition` it is unbounded."""

    condition: Condition | None
    order: tuple[Order, ...]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int

    @property
    def word(self) -> str:
        """The text of an unquoted word in lower case; empty otherwise."""
        return self.text.lower() if self.kind == "word" else ""


def parse_jql(text: str) -> Query:
    """The query. Raises JiraRefusal (400) with Jira's sentence where it cannot be read."""
    parser = _Parser(text)
    condition = None if parser.at_end or parser.peek.word == "order" else parser.either()
    order = parser.ordering()
    if not parser.at_end:
        raise parser.wrong("Expecting either 'OR' or 'AND' but got '{}'.")
    return Query(condition, order)


def _refused(sentence: str, *, article: str = "the ") -> JiraRefusal:
    return JiraRefusal(400, f"Error in {article}JQL Query: {sentence}")


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _refused(f"The character '{text[at]}' is a reserved JQL character. {_where(at)}")
        if found.lastgroup == "open":
            raise _refused(f"The quoted string '{text[at + 1 :]}' has not been completed. {_where(at)}")
        if found.lastgroup:
            tokens.append(_Token(found.lastgroup, found.group(), at))
        at = found.end()
    return tokens


def _where(at: int) -> str:
    return f"(line 1, character {at + 1})"


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.next = 0

    @property
    def at_end(self) -> bool:
        return self.next >= len(self.tokens)

    @property
    def peek(self) -> _Token:
        return _Token("end", "", -1) if self.at_end else self.tokens[self.next]

    def take(self) -> _Token:
        token = self.peek
        self.next += 1
        return token

    def took(self, *words: str) -> bool:
        """Step over these words if they come next."""
        if tuple(token.word or token.text for token in self.tokens[self.next : self.next + len(words)]) != words:
            return False
        self.next += len(words)
        return True

    def wrong(self, sentence: str, *, article: str = "the ") -> JiraRefusal:
        token = self.peek
        return _refused(f"{sentence.replace('{}', token.text)} {_where(token.at)}", article=article)

    def either(self) -> Condition:
        """Read `or`."""
        parts = [self.both()]
        while self.took("or"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def both(self) -> Condition:
        """Read `and`."""
        parts = [self.negated()]
        while self.took("and"):
            parts.append(self.negated())
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def negated(self) -> Condition:
        """Read `not`."""
        if self.took("not") or self.took("!"):
            return Negated(self.negated())
        if self.took("("):
            inner = self.either()
            if self.took(")"):
                return inner
            if self.at_end:
                raise _refused("Expecting ')' before the end of the query.")
            raise self.wrong("Expecting either 'OR' or 'AND' but got '{}'.")
        return self.clause()

    def clause(self) -> Condition:
        """Read `clause`."""
        field = self.field()
        operator = self.operator(field)
        return Clause(field, operator, self.operands(operator))

    def field(self) -> str:
        """A field name, quoted or not."""
        if self.at_end:
            raise _refused("Expecting a field name at the end of the query.")
        if self.peek.kind not in {"word", "quoted"} or self.peek.word in _RESERVED:
            raise self.wrong("Expecting a field name but got '{}'.")
        return _unquoted(self.take())

    def operator(self, field: str) -> str:
        """One of = != ~ !~ > >= < <= in, not in, is, is not."""
        for words in (("not", "in"), ("in",), ("is", "not"), ("is",)):
            if self.took(*words):
                return " ".join(words)
        if self.peek.kind == "operator" and self.peek.text != "!":
            return self.take().text
        expected = "Expecting operator but got '{}'. The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'."
        if self.at_end:
            raise _refused(expected.replace("but got '{}'", f"after '{field}' before the end of the query"))
        raise self.wrong(expected)

    def operands(self, operator: str) -> tuple[Operand, ...]:
        """A value, or a list of them for `in`."""
        if not operator.endswith("in") or not self.took("("):
            return (self.operand(),)
        values = [self.operand()]
        while self.took(","):
            values.append(self.operand())
        if not self.took(")"):
            raise (
                _refused("Expecting ')' before the end of the query.")
                if self.at_end
                else self.wrong("Expecting either ')' or ',' but got '{}'.")
            )
        return tuple(values)

    def operand(self) -> Operand:
        """Read `value`, EMPTY or NULL."""
        if self.at_end:
            raise _refused("Expecting either a value, list or function before the end of the query.", article="")
        token = self.peek
        if token.word in {"empty", "null"}:
            self.take()
            return Empty()
        if token.kind not in {"word", "quoted"} or token.word in _RESERVED:
            sentence = (
                "Expecting either a value, list or function but got '{}'. You must surround '{}' in quotation marks to use it "
                "as a value."
            )
            raise self.wrong(sentence, article="")
        self.take()
        if token.kind == "word" and self.took("("):
            return Call(token.text, self.arguments())
        return Value(_unquoted(token))

    def arguments(self) -> tuple[str, ...]:
        """The arguments of a function."""
        found: list[str] = []
        while not self.took(")"):
            if self.at_end:
                raise _refused("Expecting ')' before the end of the query.")
            if not self.took(","):
                found.append(_unquoted(self.take()))
        return tuple(found)

    def ordering(self) -> tuple[Order, ...]:
        """Read what follows the condition."""
        if not self.took("order", "by"):
            return ()
        order: list[Order] = []
        while True:
            field = self.field()
            descending = self.took("desc")
            if not descending:
                self.took("asc")
            order.append(Order(field, descending))
            if not self.took(","):
                return tuple(order)


def _unquoted(token: _Token) -> str:
    return re.sub(r"\\(.)", r"\1", token.text[1:-1]) if token.kind == "quoted" else token.text
