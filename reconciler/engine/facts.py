"""What one run has read, before anything is concluded from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.engine.mark import Mark
from reconciler.model.case import Case, CaseProjectRecord, JiraAccount
from reconciler.model.declared import ProjectBinding, Rule
from reconciler.model.finding import Finding
from reconciler.model.issue import Issue
from reconciler.model.ticket import CreateField, JiraProject, JiraServer, JiraStatus, JiraUser, JiraWebhook, Ticket


@dataclass(slots=True)
class SiteFacts:
    """What was read of one Jira account. A key that is missing from a mapping could not be read (see `Facts.failures`);
    an empty tuple in `projects` says that the project is absent or invisible.
    """

    server: JiraServer
    me: JiraUser
    projects: dict[str, tuple[JiraProject, ...]] = field(default_factory=dict)
    permissions: dict[str, Mapping[str, bool]] = field(default_factory=dict)
    statuses: dict[str, Mapping[str, tuple[JiraStatus, ...]]] = field(default_factory=dict)
    screens: dict[tuple[str, str], tuple[CreateField, ...]] = field(default_factory=dict)
    people: dict[tuple[str, str], tuple[JiraUser, ...]] = field(default_factory=dict)
    tickets: dict[str, Ticket] | None = None
    webhooks: tuple[JiraWebhook, ...] | None = None


@dataclass(slots=True)
class Facts:
    """What was read of both systems. None, or a missing key, says that it was not read or could not be."""

    sites: dict[str, SiteFacts] = field(default_factory=dict)
    accounts: tuple[JiraAccount, ...] | None = None
    case_projects: dict[str, CaseProjectRecord] | None = None
    cases: dict[str, tuple[Case, ...]] = field(default_factory=dict)
    marks: dict[str, Mark] = field(default_factory=dict)
    issues: dict[str, Issue] | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether everything that was to be read was read."""
        return not any(finding.code in {"unreadable", "permission-missing"} for finding in self.findings)


def destination_project(rule: Rule, binding: ProjectBinding) -> tuple[str, str, str]:
    """Account, project key and ticket type name of a rule's tickets."""
    goal = rule.destination
    return (
        goal.account or binding.account,
        goal.project or binding.project,
        goal.issue_type or binding.issue_type,
    )
