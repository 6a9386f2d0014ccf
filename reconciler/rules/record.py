"""The facts of an issue in the words of the match language.

    service     the service, if Datadog knows it
    team        handle and name of every owning team
    platform    as Datadog says it: BROWSER, BACKEND, IOS, ANDROID, FLUTTER, REACT_NATIVE, ROKU, UNKNOWN
    language    every language
    error_type  the type of the error
    is_crash    `true` or `false`, never absent
    file_path   the file in which it was raised

Empty text is absent. Reference: datadog-api §1.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from reconciler.model.issue import Issue, Team
from reconciler.query.lexicon import ATTRIBUTES

Raw: TypeAlias = str | bool | tuple[str | Team, ...] | None
"""What an `Issue` holds for an attribute. Hashable: issues with equal raw parts have equal facts."""

FIELDS: Mapping[str, str] = {name: name for name in ATTRIBUTES} | {"team": "teams", "language": "languages"}
"""The field of `Issue` behind each attribute."""


def record(issue: Issue) -> Mapping[str, tuple[str, ...]]:
    """The facts of an issue: attribute -> values, absent attributes left out."""
    facts = {attribute: values(getattr(issue, field)) for attribute, field in FIELDS.items()}
    return {attribute: found for attribute, found in facts.items() if found}


def values(raw: Raw) -> tuple[str, ...]:
    """A raw part as the values of its attribute, each once and in the order in which they stand."""
    match raw:
        case bool():
            return ("true" if raw else "false",)
        case str() | None:
            return (raw,) if raw else ()
        case _:
            words = ((part.handle, part.name) if isinstance(part, Team) else (part,) for part in raw)
            return tuple(dict.fromkeys(word for several in words for word in several if word))
