"""A screen of Jira (of a creation or a transition): its fields, and values as people write them in the shape Jira takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.model.nearest import listed, nearest
from reconciler.model.ticket import AllowedValue, CreateField


class Unfit(Exception):
    """A value that the field does not take. `expected` says what it does take."""

    def __init__(self, message: str, expected: str) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen by its title, its fields, and who can be named in it."""

    title: str
    fields: Sequence[CreateField]
    people: Callable[[str], str | None] = field(default=lambda text: text)
    is_cloud: bool = True

    def field_named(self, name: str) -> CreateField | None:
        """The field with this id, or else this name regardless of case."""
        for candidate in self.fields:
            if candidate.id == name:
                return candidate
        named = [candidate for candidate in self.fields if candidate.name.casefold() == name.casefold()]
        return named[0] if named else None


def kind(target: CreateField) -> str:
    """The sort of value a field takes, in words."""
    return f"list of {target.items}" if target.type == "array" else target.type


def choice(target: CreateField) -> str:
    """What a field takes, for a sentence that says what was expected."""
    return "one of " + listed(value.name for value in target.allowed) if target.allowed else f"a {kind(target)}"


def field_value(target: CreateField, value: object, screen: Screen) -> object:
    """A value as written, in the shape that Jira takes for this field. Raises Unfit.

    Reference: jira-api §4 (`allowedValues` by `value` or `name`), §5.7 (the same shapes on a transition's screen).
    """
    if target.type == "array":
        items = value if isinstance(value, list | tuple) else [value]
        return [_item(target, target.items or "string", item, screen) for item in items]
    if target.type == "option-with-child":
        return _cascade(target, value)
    return _item(target, target.type, value, screen)


def _item(target: CreateField, sort: str, value: object, screen: Screen) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if target.allowed is not None and sort != "user":
        return {"id": _allowed(target, value).id}
    match sort:
        case "number":
            return _number(value)
        case "user":
            return _person(target, value, screen)
        case "string" | "date" | "datetime":
            return _text(target, value)
        case "issuelink" | "any":
            return {"key": str(value)} if sort == "issuelink" else value
        case _:
            return {"name": _text(target, value)}


def _allowed(target: CreateField, value: object) -> AllowedValue:
    allowed = target.allowed or ()
    text = str(value)
    for candidate in allowed:
        if text.casefold() == candidate.name.casefold():
            return candidate
    for candidate in allowed:
        if text == candidate.id:
            return candidate
    names = [candidate.name for candidate in allowed]
    near = nearest(text, names)
    raise Unfit(f"{text!r} is not one of its values" + (f" - {near}" if near else ""), "one of " + listed(names))


def _cascade(target: CreateField, value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    parent, slash, child = (part.strip() for part in str(value).partition("/"))
    first = _allowed(target, parent)
    if not slash:
        return {"id": first.id}
    for candidate in first.children:
        if candidate.name.casefold() == child.casefold():
            return {"id": first.id, "child": {"id": candidate.id}}
    raise Unfit(
        f"{child!r} is not below {first.name!r}", f"{first.name} / " + listed(option.name for option in first.children)
    )


def _number(value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unfit(f"{value!r} is not a number", "a number")
    return value


def _text(target: CreateField, value: object) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise Unfit(f"{value!r} is not text", "text")
    text = str(value)
    if target.id == "labels" and (" " in text or len(text) > 255 or not text):
        raise Unfit(f"{text!r} cannot be a label", "a word without spaces, at most 255 characters")
    return text


def _person(target: CreateField, value: object, screen: Screen) -> object:
    account = screen.people(str(value))
    if account is None:
        raise Unfit(
            f"no one person is known as {str(value)!r}", "an account id, or an e-mail that a UserMapping or Jira knows"
        )
    return {"accountId": account} if screen.is_cloud else {"name": account}
