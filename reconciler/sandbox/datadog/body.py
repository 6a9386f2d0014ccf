"""Reading what a client sends: JSON:API envelopes, paging and includes, with the refusals the real API gives."""

from __future__ import annotations

import uuid

from pydantic import JsonValue

from reconciler.sandbox.datadog.refusal import generic
from reconciler.sandbox.route import Request

Fields = dict[str, JsonValue]


def resource(request: Request, *sorts: str) -> Fields:
    """The `data` object of the body, which must have one of these types."""
    try:
        body = request.json()
    except ValueError:
        raise generic("error decoding body: invalid JSON") from None
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, dict):
        raise generic('error decoding attribute "data": invalid type')
    if data.get("type") not in sorts:
        expected = ", ".join(f'"{sort}"' for sort in sorts)
        raise generic(f'got type "{data.get("type")}" expected one of {expected}')
    return data


def attributes(request: Request, *sorts: str) -> Fields:
    """The attributes of the body's resource; empty where it has none."""
    return section(resource(request, *sorts), "attributes")


def section(fields: Fields, name: str) -> Fields:
    """An object within an object; empty where it is absent."""
    value = fields.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise generic(f'error decoding attribute "{name}": invalid type {_kind(value)}')
    return value


def text(fields: Fields, name: str, default: str | None = None) -> str:
    """A string attribute; without a default it must be there."""
    value = fields.get(name, default)
    if value is None:
        raise generic(f'missing required attribute "{name}"')
    if not isinstance(value, str):
        raise generic(f'error decoding attribute "{name}": invalid type {_kind(value)}')
    return value


def related(data: Fields, name: str) -> str | None:
    """The id of a relationship to one thing; None where there is none."""
    identity = section(section(section(data, "relationships"), name), "data").get("id")
    return identity if isinstance(identity, str) else None


def number(request: Request, name: str, default: int, least: int) -> int:
    """A whole number among the query parameters."""
    given = request.parameter(name)
    if given is None:
        return default
    if not given.lstrip("-").isdecimal():
        raise generic(f'invalid parameter "{name}" in "query"; expected type "integer"')
    return max(least, int(given))


def included(request: Request, *known: str) -> frozenset[str]:
    """What the client wants included; refuses what is not known."""
    wanted = frozenset(each for given in request.parameters("include") for each in given.split(",") if each)
    if not wanted <= set(known):
        raise generic(f'invalid parameter "include" in "query"; expected one of {", ".join(known)}')
    return wanted


def is_uuid(given: str) -> bool:
    """Whether this is an id as Datadog writes it."""
    try:
        uuid.UUID(given)
    except ValueError:
        return False
    return True


def _kind(value: JsonValue) -> str:
    return {str: "string", bool: "bool", int: "number", float: "number", list: "array", dict: "object"}.get(
        type(value), "null"
    )
