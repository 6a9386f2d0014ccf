"""A check as a value: what was looked at, what was found, and what mends it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from reconciler.model.address import Address
from reconciler.model.finding import Finding, Origin, Severity


class Verdict(Enum):
    """How a check ended. UNKNOWN: nobody could look, which is neither good nor bad news."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


class Step(Enum):
    """The steps of troubleshooting, in the order in which they are walked: a later one rests on those before it."""

    CONNECTION = "connection"
    PERMISSIONS = "permissions"
    LINK = "link"
    CASE_PROJECT = "case_project"
    SYNC = "sync"
    WEBHOOK = "webhook"

    @property
    def title(self) -> str:
        """The heading a person reads. The numbered ones are the four of Datadog's own guide. Reference: datadog-api §7."""
        return {
            "connection": "Connection",
            "permissions": "Permissions",
            "link": "Step 1: the issue is linked to its ticket",
            "case_project": "Step 2: the case project leads to the Jira board",
            "sync": "Step 3: sync is on, as declared",
            "webhook": "Step 4: Datadog hears from Jira",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Cure:
    """What mends it: a sentence (a click path, or what to edit), and the words of a command of ours where there is one
    (`apply --target webhook.acme`). `target` is the address whose change mends it: what `--fix` applies.
    """

    text: str
    command: str | None = None
    target: Address | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What a check is about. `subject` tells its checks apart ("acme SHOP", "SHOP-3"), `looked_at` says where to see it."""

    step: Step
    subject: str
    looked_at: str
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that should hold, by its stable `code`, and how it stands. `evidence` may quote hostile text."""

    code: str
    about: About
    verdict: Verdict
    evidence: str
    cure: Cure | None = None

    @property
    def finding(self) -> Finding | None:
        """The check as a finding; None where all is well."""
        severity = {Verdict.FAIL: Severity.ERROR, Verdict.WARN: Severity.WARNING, Verdict.UNKNOWN: Severity.WARNING}
        if self.verdict is Verdict.OK:
            return None
        return Finding(
            self.code,
            severity[self.verdict],
            f"{self.about.subject}: {self.evidence}",
            address=self.cure.target if self.cure else None,
            origin=self.about.origin,
            hint=self.cure.text if self.cure else None,
        )


def ok(code: str, about: About, evidence: str) -> Check:
    """It holds."""
    return Check(code, about, Verdict.OK, evidence)


def warn(code: str, about: About, evidence: str, cure: Cure) -> Check:
    """Nothing is broken by it, but somebody should look."""
    return Check(code, about, Verdict.WARN, evidence, cure)


def fail(code: str, about: About, evidence: str, cure: Cure) -> Check:
    """It does not hold."""
    return Check(code, about, Verdict.FAIL, evidence, cure)


def unknown(code: str, about: About, evidence: str, cure: Cure | None = None) -> Check:
    """Nobody could look."""
    return Check(code, about, Verdict.UNKNOWN, evidence, cure)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All checks, in the order of the steps. `asked` is the issue or ticket it is about, None for everything;
    `could_look` is False where one of the two systems could not be looked at at all.
    """

    checks: tuple[Check, ...]
    asked: str | None = None
    could_look: bool = True
    calls: Mapping[str, int] = field(default_factory=dict)

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How many checks ended how."""
        counted = Counter(check.verdict for check in self.checks)
        return {verdict: counted[verdict] for verdict in Verdict}

    @property
    def broken_at(self) -> Check | None:
        """Where the chain breaks first; None where nothing failed."""
        return next((check for check in self.checks if check.verdict is Verdict.FAIL), None)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What does not hold, or could not be looked at, as findings."""
        return tuple(finding for check in self.checks if (finding := check.finding) is not None)

    @property
    def mendable(self) -> tuple[Address, ...]:
        """What a plan can mend of the failed checks, in the order in which a plan is applied."""
        failed = [check.cure for check in self.checks if check.verdict is Verdict.FAIL]
        return tuple(sorted({cure.target for cure in failed if cure is not None and cure.target is not None}))
