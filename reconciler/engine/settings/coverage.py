"""Whether a webhook's JQL lets the events of a project through.

Only what can be read with certainty is judged: no filter at all, and `project` clauses joined by OR. Anything else is unclear,
which is said and left alone. Reference: datadog-api §7.4 (a JQL that omits a project silently breaks sync for it).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_CLAUSE = re.compile(r"^project\s*(?:=\s*(?P<one>\S+|\"[^\"]+\")|in\s*\((?P<many>[^()]*)\))$", re.IGNORECASE)
_ORDER_BY = re.compile(r"\border\s+by\b.*$", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a JQL covers: every project (`everything`), just `projects`, or - where both are unset - nobody can tell."""

    everything: bool = False
    projects: frozenset[str] | None = None

    @property
    def is_clear(self) -> bool:
        """Whether the JQL could be read with certainty."""
        return self.everything or self.projects is not None

    def missing(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Those of the project keys that are certainly not covered, sorted."""
        if self.everything or self.projects is None:
            return ()
        return tuple(sorted(key for key in keys if key.upper() not in self.projects))


def coverage(jql: str) -> Coverage:
    """What a webhook's JQL covers."""
    text = _ORDER_BY.sub("", jql).strip()
    if not text:
        return Coverage(everything=True)
    keys: set[str] = set()
    for part in re.split(r"\s+or\s+", text, flags=re.IGNORECASE):
        clause = _CLAUSE.match(part.strip().strip("()") if part.strip().startswith("(") else part.strip())
        if clause is None:
            return Coverage()
        names = [clause["one"]] if clause["one"] else (clause["many"] or "").split(",")
        keys |= {name.strip().strip("\"'").upper() for name in names}
    return Coverage(projects=frozenset(key for key in keys if key))


def jql_for(keys: Iterable[str]) -> str:
    """The JQL that covers just these projects."""
    return f"project in ({', '.join(sorted({key.upper() for key in keys}))})"
