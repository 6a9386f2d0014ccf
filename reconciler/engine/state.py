"""What a plan is made from, gathered address by address: desired, observed, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field

from reconciler.model.address import Address
from reconciler.model.finding import Finding, Origin, Severity
from reconciler.model.resource import Desired, Observed, Reason, Resource


@dataclass(slots=True)
class Gathered:
    """Grows while the parts of a plan are derived; `desired` and `observed` are its two sides."""

    wanted: dict[Address, Resource] = field(default_factory=dict)
    present: dict[Address, Resource] = field(default_factory=dict)
    unreadable: dict[Address, Finding] = field(default_factory=dict)
    reasons: dict[Address, Reason] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def want(self, resource: Resource, reason: str, origin: Origin | None) -> None:
        """This should be, because of `reason`, declared at `origin`."""
        self.wanted[resource.address] = resource
        place = (origin.file, origin.line) if origin else (None, None)
        self.reasons[resource.address] = Reason(reason, *place)

    def see(self, resource: Resource) -> None:
        """This is."""
        self.present[resource.address] = resource

    def error(self, code: str, message: str, *, origin: Origin | None = None, **more: str | None) -> None:
        """Something declared cannot be planned."""
        self.findings.append(Finding(code, Severity.ERROR, message, origin=origin, **more))  # type: ignore[arg-type]

    def warn(
        self,
        code: str,
        message: str,
        *,
        address: Address | None = None,
        origin: Origin | None = None,
        **more: str | None,
    ) -> None:
        """Something to know that stops nothing."""
        self.findings.append(Finding(code, Severity.WARNING, message, address, origin, **more))

    @property
    def desired(self) -> Desired:
        """The side that was declared."""
        return Desired(self.wanted, self.reasons)

    @property
    def observed(self) -> Observed:
        """The side that was seen."""
        return Observed(self.present, self.unreadable)
