"""Which issues are alike, in the words of the match language. Values compare case-insensitively, as they do in queries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from reconciler.model.issue import Issue
from reconciler.rules.record import FIELDS, values

Shared: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
"""Attributes with their values, folded and sorted: equal for alike issues."""


def shared(issue: Issue, attributes: Sequence[str]) -> Shared | None:
    """What the issue has in common with those alike in `attributes`. None where it lacks one: it is then like no other."""
    found = []
    for attribute in attributes:
        folded = sorted({value.casefold() for value in _values(issue, attribute)})
        if not folded:
            return None
        found.append((attribute, tuple(folded)))
    return tuple(found)


def _values(issue: Issue, attribute: str) -> tuple[str, ...]:
    """A team goes by its handle alone: its name is not always known."""
    if attribute == "team":
        return tuple(team.handle for team in issue.teams)
    return values(getattr(issue, FIELDS[attribute]))
