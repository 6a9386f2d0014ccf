"""The fingerprint of what a configuration means: not of how or in which files it is written, and of no secret."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from enum import Enum

from reconciler.model.declared import Configuration

_AS_IT_IS = frozenset({bool, int, float, str})
_IGNORED = frozenset({"digest", "written"})


def digest(configuration: Configuration) -> str:
    """`sha256:` and 64 hexadecimal digits over the canonical JSON of all that is declared."""
    text = json.dumps(_plain(configuration), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    """A declared value as JSON has it. Secrets are references, so their names are part of the meaning."""
    if value is None or type(value) in _AS_IT_IS:
        return value
    match value:
        case Enum():
            return value.value
        case date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Mapping():
            return {str(_plain(key)): _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case _ if is_dataclass(value):
            return {name: _plain(getattr(value, name)) for name in _names(type(value))}
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical form")


_NAMES: dict[type, tuple[str, ...]] = {}


def _names(declared: type) -> tuple[str, ...]:
    known = _NAMES.get(declared)
    if known is None:
        every = fields(declared) if is_dataclass(declared) else ()
        known = _NAMES[declared] = tuple(field.name for field in every if field.name not in _IGNORED)
    return known
