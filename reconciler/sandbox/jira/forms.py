"""Filling in a screen: `fields` and `update` of a request become values, or one sentence for each field that is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import JsonValue

from reconciler.sandbox.jira.records import ScreenField, Ticket
from reconciler.sandbox.jira.refusal import JiraRefusal, not_on_screen
from reconciler.sandbox.jira.screens import field_of
from reconciler.sandbox.jira.ticket_fields import is_empty, value_of
from reconciler.sandbox.jira.values import BadValue, Scope, parse_value


def fill(
    scope: Scope,
    screen: Mapping[str, ScreenField],
    ticket: Ticket | None,
    fields: Mapping[str, JsonValue],
    update: Mapping[str, JsonValue],
) -> dict[str, JsonValue]:
    """The values by field id. Refuses (400) fields that are not on the screen, bad values, and required fields left empty.

    `ticket` is None while one is created: then defaults apply. Comments in `update` are not fields.
    """
    values: dict[str, JsonValue] = {}
    errors: dict[str, str] = {}
    for field_id, value in fields.items():
        _set(scope, screen, field_id, value, into=(values, errors))
    for field_id, operations in update.items():
        if field_id == "comment":
            continue
        if field_id in fields:
            errors[field_id] = f"Field '{field_id}' cannot appear in both 'fields' and 'update'"
            continue
        for operation in operations if isinstance(operations, list) else [operations]:
            before = values.get(field_id, value_of(ticket, field_id) if ticket else None)
            _operate(scope, screen, field_id, operation, before=before, into=(values, errors))
    if ticket is None:
        for each in screen.values():
            if each.default is not None:
                values.setdefault(each.field, each.default)
    errors |= _left_empty(scope, screen.values(), ticket, {**values, **dict.fromkeys(errors, "wrong")})
    if errors:
        raise JiraRefusal(400, errors=errors)
    return values


_Into = tuple[dict[str, JsonValue], dict[str, str]]


def _set(scope: Scope, screen: Mapping[str, ScreenField], field_id: str, value: JsonValue, *, into: _Into) -> None:
    values, errors = into
    field = field_of(scope.site, field_id)
    if field_id not in screen or field is None:
        errors[field_id] = not_on_screen(field_id)
        return
    try:
        values[field_id] = parse_value(scope, field, value)
    except BadValue as wrong:
        errors[field_id] = str(wrong)


def _operate(
    scope: Scope,
    screen: Mapping[str, ScreenField],
    field_id: str,
    operation: JsonValue,
    *,
    before: JsonValue,
    into: _Into,
) -> None:
    """One operation of `update`: set, or add and remove on a list."""
    values, errors = into
    match operation:
        case {"set": value}:
            _set(scope, screen, field_id, value, into=into)
        case {"add": value}:
            _set(scope, screen, field_id, [value], into=into)
            values[field_id] = _joined(before, values.get(field_id))
        case {"remove": value}:
            _set(scope, screen, field_id, [value], into=into)
            gone = values.get(field_id)
            kept = before if isinstance(before, list) else []
            values[field_id] = [each for each in kept if not isinstance(gone, list) or each not in gone]
        case _:
            errors[field_id] = f"Field '{field_id}' does not support this operation."


def _joined(before: JsonValue, added: JsonValue) -> JsonValue:
    together = [*(before if isinstance(before, list) else []), *(added if isinstance(added, list) else [])]
    return [*sorted({str(each) for each in together})]


def _left_empty(
    scope: Scope, screen: Iterable[ScreenField], ticket: Ticket | None, values: Mapping[str, JsonValue]
) -> dict[str, str]:
    errors: dict[str, str] = {}
    for each in screen:
        value = values.get(each.field, value_of(ticket, each.field) if ticket else None)
        if each.field not in {"project", "issuetype", "comment"} and each.required and is_empty(value):
            field = field_of(scope.site, each.field)
            name = field.name if field else each.field
            errors[each.field] = (
                "You must specify a summary of the issue." if each.field == "summary" else f"{name} is required."
            )
    return errors
