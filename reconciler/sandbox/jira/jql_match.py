"""JQL on tickets: which of them a query means, in its order. Reference: jira-api §2, §5.5.

A field that is empty satisfies neither a clause nor its negation; `is EMPTY` asks for it. Names compare case-insensitively.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from reconciler.sandbox.jira.jql import Both, Call, Clause, Condition, Either, Empty, Negated, Operand, Query, Value
from reconciler.sandbox.jira.jql_fields import (
    Moments,
    Searchable,
    Texts,
    Tokens,
    moment_of,
    searchable,
    sorting,
    words_match,
)
from reconciler.sandbox.jira.records import Ticket, User
from reconciler.sandbox.jira.refusal import JiraRefusal
from reconciler.sandbox.jira.state import JiraState

Test = Callable[[Ticket], bool]

_OPPOSITE = {
    "=": "!=",
    "!=": "=",
    "~": "!~",
    "!~": "~",
    ">": "<=",
    "<=": ">",
    "<": ">=",
    ">=": "<",
    "in": "not in",
    "not in": "in",
    "is": "is not",
    "is not": "is",
}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, of which site, and when. Whoever is `lenient` may name what does not exist: it is found nowhere."""

    state: JiraState
    user: User | None
    now: datetime
    lenient: bool = False


def matcher(asker: Asker, query: Query) -> Test:
    """Whether a ticket is meant. Raises JiraRefusal (400) for unknown fields, values and operators."""
    if query.condition is None:
        return lambda _ticket: True
    return _condition(asker, query.condition, negated=False)


def in_order(asker: Asker, query: Query, tickets: list[Ticket]) -> list[Ticket]:
    """The tickets as ORDER BY wants them; without it the newest first."""
    ordered = sorted(tickets, key=lambda ticket: int(ticket.id), reverse=True)
    for each in reversed(query.order):
        key = sorting(asker.state, each.field)
        present = [ticket for ticket in ordered if key(ticket) is not None]
        absent = [ticket for ticket in ordered if key(ticket) is None]
        present.sort(key=lambda ticket: key(ticket) or (), reverse=each.descending)
        ordered = [*absent, *present] if each.descending else [*present, *absent]
    return ordered


def _condition(asker: Asker, condition: Condition, *, negated: bool) -> Test:
    """Negation is pushed down to the clauses, as Jira does: so an empty field fails both."""
    match condition:
        case Clause():
            return _clause(asker, condition, _OPPOSITE[condition.operator] if negated else condition.operator)
        case Negated(part=part):
            return _condition(asker, part, negated=not negated)
        case Both(parts=parts) | Either(parts=parts):
            tests = [_condition(asker, part, negated=negated) for part in parts]
            combine = all if isinstance(condition, Both) is not negated else any
            return lambda ticket: combine(test(ticket) for test in tests)
        case _:
            assert_never(condition)


def _clause(asker: Asker, clause: Clause, operator: str) -> Test:
    field = searchable(asker.state, clause.field)
    allowed = field.operators
    if clause.operator not in allowed:
        message = f"The operator '{clause.operator}' is not supported by the '{clause.field}' field."
        raise JiraRefusal(400, message)
    if operator in {"is", "is not"} or (Empty() in clause.operands and operator in {"=", "!="}):
        if clause.operands != (Empty(),):
            raise JiraRefusal(400, f"The operator '{clause.operator}' only supports EMPTY and NULL values.")
        wants = operator in {"is", "="}
        return lambda ticket: field.is_empty(ticket) is wants
    return _comparison(asker, clause, operator, field)


def _comparison(asker: Asker, clause: Clause, operator: str, field: Searchable) -> Test:
    match field:
        case Tokens():
            wanted = frozenset(token for each in clause.operands for token in _tokens(asker, clause, field, each))
            wants_empty = Empty() in clause.operands
            if operator in {"=", "in"}:
                return lambda ticket: bool(field.of(ticket) & wanted) or (wants_empty and field.is_empty(ticket))
            return lambda ticket: not field.is_empty(ticket) and not field.of(ticket) & wanted
        case Texts():
            phrase = _literal(clause.operands[0])
            return lambda ticket: (
                not field.is_empty(ticket) and words_match(field.of(ticket), phrase) is (operator == "~")
            )
        case Moments():
            at = _moment(asker, clause)
            compare = _COMPARE[operator]
            return lambda ticket: (value := field.of(ticket)) is not None and compare(value, at)
        case _:
            assert_never(field)


_COMPARE: dict[str, Callable[[datetime, datetime], bool]] = {
    "=": lambda value, at: value == at,
    "!=": lambda value, at: value != at,
    ">": lambda value, at: value > at,
    ">=": lambda value, at: value >= at,
    "<": lambda value, at: value < at,
    "<=": lambda value, at: value <= at,
}


def _literal(operand: Operand) -> str:
    return operand.text if isinstance(operand, Value) else ""


def _tokens(asker: Asker, clause: Clause, field: Tokens, operand: Operand) -> frozenset[str]:
    """What the operand stands for among the field's tokens; refuses values that the field cannot have."""
    match operand:
        case Empty():
            return frozenset()
        case Call(name=name):
            if name.casefold() != "currentuser" or not field.is_person:
                raise JiraRefusal(400, f"Unable to find JQL function '{name}({', '.join(operand.arguments)})'.")
            return frozenset({asker.user.id.casefold()} if asker.user else ())
        case Value(text=text):
            token = text.casefold()
            if field.known is None or field.known(token):
                return frozenset({field.stands_for(token)})
            if asker.lenient:
                return frozenset()
            if field.is_key:
                if clause.operator in {"in", "not in"} and asker.state.site.is_cloud:
                    return frozenset()
                raise JiraRefusal(400, f"An issue with key '{text}' does not exist for field '{clause.field}'.")
            raise JiraRefusal(400, f"The value '{text}' does not exist for the field '{clause.field}'.")
        case _:
            assert_never(operand)


def _moment(asker: Asker, clause: Clause) -> datetime:
    operand = clause.operands[0]
    if isinstance(operand, Call) and operand.name.casefold() == "now":
        return asker.now
    if isinstance(operand, Call):
        raise JiraRefusal(400, f"Unable to find JQL function '{operand.name}({', '.join(operand.arguments)})'.")
    at = moment_of(_literal(operand), asker.now)
    if at is None:
        message = (
            f"Date value '{_literal(operand)}' for field '{clause.field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
            "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
        )
        raise JiraRefusal(400, message)
    return at
