"""Everything the documents declare, gathered before it is known to fit together: names may still repeat."""

from __future__ import annotations

from dataclasses import dataclass, field

from reconciler.model.accepted import AcceptedDrift
from reconciler.model.declared import Connections, ProjectBinding, Rule, RuleTest, StatusMapping, UserPair
from reconciler.model.finding import Finding, Origin, Severity
from reconciler.model.limits import Limits


@dataclass(frozen=True, slots=True)
class Named:
    """A document: its kind, its name and where the name stands."""

    kind: str
    name: str
    origin: Origin


@dataclass(slots=True)
class Declarations:
    """All that is declared, each thing with its place, and the findings so far."""

    documents: list[Named] = field(default_factory=list)
    connections: list[Connections] = field(default_factory=list)
    mappings: list[StatusMapping] = field(default_factory=list)
    bindings: list[ProjectBinding] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    users: list[tuple[UserPair, Origin]] = field(default_factory=list)
    limits: list[Limits] = field(default_factory=list)
    tests: list[RuleTest] = field(default_factory=list)
    accepted: list[AcceptedDrift] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def error(
        self, code: str, origin: Origin | None, message: str, *, expected: str | None = None, hint: str | None = None
    ) -> None:
        """Something that makes the configuration unusable."""
        self.findings.append(Finding(code, Severity.ERROR, message, origin=origin, expected=expected, hint=hint))

    def warning(self, code: str, origin: Origin | None, message: str, *, hint: str | None = None) -> None:
        """Something that somebody should know."""
        self.findings.append(Finding(code, Severity.WARNING, message, origin=origin, hint=hint))
