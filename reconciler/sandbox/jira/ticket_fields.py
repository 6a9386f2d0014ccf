"""A ticket's fields by id, as screens, edits and the changelog see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from pydantic import JsonValue

from reconciler.sandbox.jira import adf
from reconciler.sandbox.jira.records import Field, Item, Named, Project, Site, Ticket
from reconciler.sandbox.jira.screens import field_of


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: JsonValue) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list) else ()


_GET: dict[str, Callable[[Ticket], JsonValue]] = {
    "summary": lambda ticket: ticket.summary,
    "description": lambda ticket: ticket.description,
    "priority": lambda ticket: ticket.priority,
    "resolution": lambda ticket: ticket.resolution,
    "labels": lambda ticket: list(ticket.labels),
    "components": lambda ticket: list(ticket.components),
    "assignee": lambda ticket: ticket.assignee,
    "reporter": lambda ticket: ticket.reporter,
    "duedate": lambda ticket: ticket.due,
}
_SET: dict[str, Callable[[Ticket, JsonValue], Ticket]] = {
    "summary": lambda ticket, value: replace(ticket, summary=str(value)),
    "description": lambda ticket, value: replace(ticket, description=value),
    "priority": lambda ticket, value: replace(ticket, priority=_text(value)),
    "resolution": lambda ticket, value: replace(ticket, resolution=_text(value)),
    "labels": lambda ticket, value: replace(ticket, labels=_texts(value)),
    "components": lambda ticket, value: replace(ticket, components=_texts(value)),
    "assignee": lambda ticket, value: replace(ticket, assignee=_text(value)),
    "reporter": lambda ticket, value: replace(ticket, reporter=_text(value)),
    "duedate": lambda ticket, value: replace(ticket, due=_text(value)),
}


def value_of(ticket: Ticket, field_id: str) -> JsonValue:
    """The value as the record keeps it."""
    return _GET[field_id](ticket) if field_id in _GET else ticket.custom.get(field_id)


def with_value(ticket: Ticket, field_id: str, value: JsonValue) -> Ticket:
    """The ticket with this value, given as records keep it."""
    if field_id in _SET:
        return _SET[field_id](ticket, value)
    return replace(ticket, custom={**ticket.custom, field_id: value})


def is_empty(value: JsonValue) -> bool:
    """Whether a field counts as not filled in."""
    return value is None or value in ("", [])


def with_values(
    site: Site, project: Project, ticket: Ticket, values: Mapping[str, JsonValue]
) -> tuple[Ticket, tuple[Item, ...]]:
    """The ticket with these values, and what the changelog says of it. An identical value leaves no trace."""
    items: list[Item] = []
    for field_id, value in sorted(values.items()):
        before = value_of(ticket, field_id)
        field = field_of(site, field_id)
        if field is None or before == value or (is_empty(before) and is_empty(value)):
            continue
        ticket = with_value(ticket, field_id, value)
        items.append(_item(site, project, field, before, value))
    return ticket, tuple(items)


def _item(site: Site, project: Project, field: Field, before: JsonValue, after: JsonValue) -> Item:
    has_ids = field.type in {"priority", "resolution", "user", "option"} or field.items in {"component", "option"}
    return Item(
        field.name if field.is_custom else field.id,
        field.id,
        _ids(before) if has_ids else None,
        shown(site, project, field, before),
        _ids(after) if has_ids else None,
        shown(site, project, field, after),
        custom=field.is_custom,
    )


def _ids(value: JsonValue) -> str | None:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value) or None
    return _text(value)


def shown(site: Site, project: Project, field: Field, value: JsonValue) -> str | None:
    """The value as the changelog words it."""
    names = _names(site, project, field)
    match value:
        case None:
            return None
        case list():
            return " ".join(names.get(str(each), str(each)) for each in value)
        case str():
            return names.get(value, value)
        case dict():
            return adf.as_text(value)
        case _:
            return str(value)


def _names(site: Site, project: Project, field: Field) -> dict[str, str]:
    if field.type == "user":
        return {user.id: user.name for user in site.users.values()}
    named: tuple[Named, ...] = {
        "priority": tuple(site.priorities.values()),
        "resolution": tuple(site.resolutions.values()),
        "components": project.components,
    }.get(field.id, field.options)
    return {each.id: each.name for each in named}
