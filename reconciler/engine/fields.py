"""The fields of a rule's tickets: names and values as written, resolved against what Jira's create screen really takes.

Reference: jira-api §4 (createmeta: `allowedValues` by `value` or `name`; required without default must be supplied).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.model.declared import Rule
from reconciler.model.finding import Finding, Origin, Severity
from reconciler.model.nearest import listed, nearest
from reconciler.model.ticket import AllowedValue, CreateField

# What Datadog and the templates supply by themselves. Reference: datadog-api §2.2 (reporter is the integration's user).
SUPPLIED = frozenset({"project", "issuetype", "summary", "description", "reporter", "attachment", "issuelinks"})


class Unfit(Exception):
    """A value that the field does not take. `expected` says what it does take."""

    def __init__(self, message: str, expected: str) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Screen:
    """The create screen of one ticket type, by name and id, and who can be named in it."""

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


@dataclass(frozen=True, slots=True)
class Resolved:
    """The payload for Jira's create, or the findings that say why there is none."""

    payload: Mapping[str, Any]
    findings: tuple[Finding, ...]


def resolve(rule: Rule, screen: Screen) -> Resolved:
    """The fields of the rule as Jira takes them, with every fault found at its line."""
    payload: dict[str, Any] = {}
    findings: list[Finding] = []
    for name, value in rule.destination.fields.items():
        target = screen.field_named(name)
        if target is None or target.id in SUPPLIED:
            findings.append(_unsettable(rule, screen, name, target))
            continue
        try:
            payload[target.id] = _value(target, value, screen)
        except Unfit as unfit:
            text = f"rule {rule.name!r}: field {target.name!r}: {unfit.message}"
            place = _place(rule, name)
            findings.append(Finding("field-value", Severity.ERROR, text, origin=place, expected=unfit.expected))
    findings += _missing(rule, screen, payload)
    return Resolved(payload, tuple(findings))


def _place(rule: Rule, name: str) -> Origin | None:
    return rule.written.at(f"destination.fields.{name}") if rule.written else None


def _unsettable(rule: Rule, screen: Screen, name: str, target: CreateField | None) -> Finding:
    if target is not None:
        text = f"rule {rule.name!r}: field {target.name!r} is filled by the ticket's creation itself"
        hint = (
            "use `summary:` and `description:` of the destination" if target.id in {"summary", "description"} else None
        )
        return Finding("field-supplied", Severity.ERROR, text, origin=_place(rule, name), hint=hint or "remove it here")
    known = [candidate.name for candidate in screen.fields if candidate.id not in SUPPLIED]
    return Finding(
        "field-unknown",
        Severity.ERROR,
        f"rule {rule.name!r}: {screen.title} has no field {name!r} on its create screen",
        origin=_place(rule, name),
        expected="one of " + listed(known),
        hint=nearest(name, known) or "put the field on the project's create screen, or remove it here",
    )


def _missing(rule: Rule, screen: Screen, payload: Mapping[str, Any]) -> list[Finding]:
    place = rule.written.at("destination.fields") if rule.written else None
    return [
        Finding(
            "field-required",
            Severity.ERROR,
            f"rule {rule.name!r}: {screen.title} requires the field {absent.name!r} ({kind(absent)}) and it has no default",
            origin=place,
            expected=_choice(absent),
            hint=f"add `{absent.name}: …` below `fields:` of the rule's destination",
        )
        for absent in screen.fields
        if absent.required and not absent.has_default and absent.id not in SUPPLIED and absent.id not in payload
    ]


def kind(target: CreateField) -> str:
    """The sort of value a field takes, in words."""
    return f"list of {target.items}" if target.type == "array" else target.type


def _choice(target: CreateField) -> str:
    return "one of " + listed(value.name for value in target.allowed) if target.allowed else f"a {kind(target)}"


def _value(target: CreateField, value: object, screen: Screen) -> object:
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
