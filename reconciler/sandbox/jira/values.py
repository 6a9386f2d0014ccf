"""Field values: from what a request says to what the record keeps, or to Jira's sentence of refusal. Reference: jira-api §2, §5.1."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from reconciler.sandbox.jira import adf
from reconciler.sandbox.jira.permissions import may
from reconciler.sandbox.jira.records import Field, Named, Project, Site, User

_NOT_TEXT = "Operation value must be a string"
_NOT_A_DOCUMENT = "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
_TOO_LONG = f"The entered text is too long. It exceeds the allowed limit of {adf.LONGEST:,} characters."


class BadValue(ValueError):
    """A value that the field refuses; the text is Jira's sentence."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a value is meant for: version 3 wants documents where version 2 wants text."""

    site: Site
    project: Project
    version: int = 3


def parse_value(scope: Scope, field: Field, value: JsonValue) -> JsonValue:
    """The value as the record keeps it. Raises BadValue, or JiraRefusal for a document that is broken inside."""
    if field.id == "summary":
        return _summary(value)
    if value is None:
        return [] if field.type == "array" else None
    if field.id == "description" or (field.custom or "").endswith(":textarea"):
        return _rich_text(scope, value)
    return _PARSERS[field.items if field.type == "array" and field.items else field.type](scope, field, value)


def _summary(value: JsonValue) -> str:
    if value is not None and not isinstance(value, str):
        raise BadValue(_NOT_TEXT)
    if not value or not value.strip():
        raise BadValue("You must specify a summary of the issue.")
    if "\n" in value or "\r" in value:
        raise BadValue("The summary is invalid because it contains newline characters.")
    if len(value) > 255:
        raise BadValue("Summary must be less than 255 characters.")
    return value.strip()


def _rich_text(scope: Scope, value: JsonValue) -> JsonValue:
    if scope.version == 2 and not isinstance(value, str):
        raise BadValue(_NOT_TEXT)
    if scope.version != 2 and not adf.is_document(value):
        raise BadValue(_NOT_A_DOCUMENT)
    kept = value if isinstance(value, str) else adf.checked(value)
    if len(adf.as_text(kept) or "") > adf.LONGEST:
        raise BadValue(_TOO_LONG)
    return kept


def _label_list(_scope: Scope, _field: Field, value: JsonValue) -> JsonValue:
    labels: dict[str, None] = {}
    for label in _list_of(value, "data was not an array"):
        if not isinstance(label, str):
            raise BadValue(_NOT_TEXT)
        if " " in label:
            raise BadValue(f"The label '{label}' contains spaces which is invalid.")
        if len(label) > 255:
            raise BadValue(f"The label '{label}' exceeds the maximum length of 255 characters.")
        labels[label] = None
    kept: list[JsonValue] = [*sorted(labels)]
    return kept


def _list_of(value: JsonValue, otherwise: str) -> list[JsonValue]:
    if not isinstance(value, list):
        raise BadValue(otherwise)
    return value


def _named(things: Iterable[Named], value: JsonValue, what: str, key: str = "name") -> str:
    """The id that `{"id": ...}` or `{"name": ...}` means."""
    match value:
        case {"id": str() | int() as wanted}:
            if any(thing.id == str(wanted) for thing in things):
                return str(wanted)
            raise BadValue(f"{what} ID '{wanted}' is not valid")
        case Mapping() if isinstance(name := value.get(key), str):
            found = [thing.id for thing in things if thing.name.casefold() == name.casefold()]
            if found:
                return found[0]
            raise BadValue(f"{what} {key} '{name}' is not valid")
        case _:
            raise BadValue(f"Specify a valid 'id' or '{key}' for {what}")


def _priority(scope: Scope, _field: Field, value: JsonValue) -> JsonValue:
    return _named(scope.site.priorities.values(), value, "Priority")


def _resolution(scope: Scope, _field: Field, value: JsonValue) -> JsonValue:
    return _named(scope.site.resolutions.values(), value, "Resolution")


def _components(scope: Scope, _field: Field, value: JsonValue) -> JsonValue:
    each = _list_of(value, "data was not an array")
    return [_named(scope.project.components, one, "Component") for one in each]


def _option(_scope: Scope, field: Field, value: JsonValue) -> JsonValue:
    if field.type == "array":
        each = _list_of(value, f"Specify the value for {field.name} in an array")
        return [_named(field.options, one, "Option", "value") for one in each]
    return _named(field.options, value, "Option", "value")


def _user(scope: Scope, field: Field, value: JsonValue) -> JsonValue:
    if not scope.site.is_cloud:
        return _user_by_login(scope, field, value)
    match value:
        case {"accountId": str(account)} | {"id": str(account)}:
            return assignable(scope, account).id if field.id == "assignee" else existing(scope.site, account).id
        case {"accountId": None} | {"id": None}:
            return None
        case _:
            raise BadValue(f"Specify a valid 'id' for {field.name}")


def _user_by_login(scope: Scope, field: Field, value: JsonValue) -> JsonValue:
    match value:
        case {"name": None | ""}:
            return None
        case {"name": str(login)}:
            account = with_login(scope.site, login).id
            return assignable(scope, account).id if field.id == "assignee" else account
        case _:
            raise BadValue("expected 'key' or 'name' property")


def user_value(site: Site, account: str) -> JsonValue:
    """How a request names that user: by account id, or by login on Data Center."""
    return {"accountId": account} if site.is_cloud else {"name": site.users[account].login}


def with_login(site: Site, login: str) -> User:
    """The user who signs in to a Data Center by that name, in any case."""
    for user in site.users.values():
        if user.login.casefold() == login.casefold():
            return user
    raise BadValue(f"User '{login}' does not exist.")


def existing(site: Site, account: str) -> User:
    """The user with that account id."""
    if account not in site.users:
        raise BadValue(f"User '{account}' does not exist.")
    return site.users[account]


def assignable(scope: Scope, account: str) -> User:
    """The user with that account id, who must be assignable in the project. `-1` is the project's default, its lead."""
    user = existing(scope.site, scope.project.lead if account == "-1" else account)
    if not may(scope.site, user, "ASSIGNABLE_USER", scope.project):
        raise BadValue(f"User '{account}' cannot be assigned issues.")
    return user


def _text(_scope: Scope, _field: Field, value: JsonValue) -> JsonValue:
    if not isinstance(value, str):
        raise BadValue(_NOT_TEXT)
    if len(value) > 255:
        raise BadValue("The entered text is too long. It exceeds the allowed limit of 255 characters.")
    return value


def _number(_scope: Scope, _field: Field, value: JsonValue) -> JsonValue:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadValue("Operation value must be a number")
    return float(value)


def _date(_scope: Scope, _field: Field, value: JsonValue) -> JsonValue:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise BadValue(f"Error parsing date string: {value}")
    return value


_PARSERS: dict[str, Callable[[Scope, Field, JsonValue], JsonValue]] = {
    "string": lambda scope, field, value: (_label_list if field.id == "labels" else _text)(scope, field, value),
    "priority": _priority,
    "resolution": _resolution,
    "component": _components,
    "option": _option,
    "user": _user,
    "number": _number,
    "date": _date,
}
