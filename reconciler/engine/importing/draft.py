"""What an import results in: documents to be written, what was left as it is, what was learned, and what to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from reconciler.engine.importing.words import Words
from reconciler.model.declared import Connections, ProjectBinding, StatusMapping, UserPair, Vocabulary
from reconciler.model.finding import Finding, Severity

CONNECTIONS = "Connections"
MAPPING = "StatusMapping"
BINDING = "ProjectBinding"
USERS = "UserMapping"

Declarable: TypeAlias = Connections | StatusMapping | ProjectBinding | tuple[UserPair, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A document to be written. `notes` are lines for people that stand above it; they may hold hostile names."""

    kind: str
    name: str
    value: Declarable
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """`ProjectBinding shop`: no two documents are called the same."""
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Left:
    """Something that gets no document, because it has one or is not to have one; `why` says which."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Imported:
    """All of it. `drafts` are in the order in which they are read best: what others refer to comes first."""

    drafts: tuple[Draft, ...] = ()
    left: tuple[Left, ...] = ()
    findings: tuple[Finding, ...] = ()
    words: Words = field(default_factory=lambda: Words(Vocabulary()))
    calls: Mapping[str, int] = field(default_factory=dict)

    @property
    def has_errors(self) -> bool:
        """Whether something that was to be imported was not."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)
