"""A plan: a value that is reviewed, saved and applied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.model.finding import Finding, Severity
from reconciler.plan.change import Change


@dataclass(frozen=True, slots=True)
class Targets:
    """Which systems a plan is about: the Datadog API's URL and organisation key fingerprint, and each Jira site by account."""

    datadog: str
    jira: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes of one run, ordered by address, with the findings.

    `complete` is False where something could not be read. `over_limit` names the limits this plan breaks: then nothing of it
    is applied. `calls` counts the requests that making it took, by system, `groups` the groups looked at.
    """

    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    targets: Targets
    config_digest: str
    created_at: datetime
    expires_at: datetime
    complete: bool = True
    over_limit: tuple[str, ...] = ()
    calls: Mapping[str, int] = field(default_factory=dict)
    groups: int = 0

    @property
    def counts(self) -> Mapping[str, int]:
        """How many changes of each action, and findings of each severity."""
        actions = Counter(change.action for change in self.changes)
        severities = Counter(finding.severity.value for finding in self.findings)
        return {name: actions.get(name, 0) for name in ("create", "update", "delete")} | {
            severity.value: severities.get(severity.value, 0) for severity in Severity
        }

    @property
    def has_errors(self) -> bool:
        """Whether some finding is an error: part of what was declared cannot be planned."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)
