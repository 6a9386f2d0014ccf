"""Where the tickets of each rule go: account, project, type and fields resolved once, for any number of issues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reconciler.engine.facts import Facts, destination_project
from reconciler.engine.fields import Resolved, Screen, resolve
from reconciler.engine.settings import account_for, ticket_type
from reconciler.engine.state import Gathered
from reconciler.model.declared import Configuration, ProjectBinding, Rule
from reconciler.model.ticket import IssueType, JiraProject


@dataclass(frozen=True, slots=True)
class Goal:
    """Where the tickets of one rule go, everything resolved, ready for any number of issues."""

    rule: Rule
    binding: ProjectBinding
    account: str
    account_id: str
    project: JiraProject
    type: IssueType
    fields: Resolved
    has_labels: bool


@dataclass(slots=True)
class Goals:
    """The goals of all rules, each resolved when it is first asked for."""

    configuration: Configuration
    facts: Facts
    gathered: Gathered
    known: dict[str, Goal | None] = field(default_factory=dict)

    def of(self, rule: Rule) -> Goal | None:
        """The goal of a rule; None where it does not resolve, which is then a finding."""
        if rule.name not in self.known:
            self.known[rule.name] = self._resolve_goal(rule)
        return self.known[rule.name]

    def _resolve_goal(self, rule: Rule) -> Goal | None:
        binding = self.configuration.bindings[rule.destination.binding]
        account, key, type_name = destination_project(rule, binding)
        site = self.facts.sites.get(account)
        place = rule.written.at("destination") if rule.written else None
        if site is None or key not in site.projects:
            return None
        project = next(iter(site.projects[key]), None)
        if project is None:
            if (account, key) != (binding.account, binding.project):
                self.gathered.error(
                    "jira-project-unknown",
                    f"rule {rule.name!r}: Jira {account} shows us no project {key!r}",
                    origin=place,
                )
            return None
        if not site.permissions.get(key, {}).get("CREATE_ISSUES", True):
            self.gathered.error(
                "permission-missing",
                f"rule {rule.name!r}: our Jira user {site.me.name!r} lacks Create Issues in {key}, so its create screen cannot be read",
                origin=place,
                hint="grant Create Issues in the project's permission scheme",
            )
            return None
        kind = ticket_type(rule.name, project, type_name, place, self.gathered)
        if kind is None or (key, kind.id) not in site.screens:
            return None
        fields = site.screens[key, kind.id]
        screen = Screen(
            f"{key} {kind.name}", fields, lambda text: self._person(account, key, text), site.server.is_cloud
        )
        resolved = resolve(rule, screen)
        self.gathered.findings.extend(resolved.findings)
        if resolved.findings:
            return None
        connected = account_for(site, self.facts.accounts or ())
        if connected is None:
            return None
        return Goal(
            rule, binding, account, connected.id, project, kind, resolved, any(item.id == "labels" for item in fields)
        )

    def _person(self, account: str, project: str, text: str) -> str | None:
        for user in self.configuration.users:
            if user.datadog.casefold() == text.casefold():
                return user.jira
        if "@" not in text:
            return text
        found = self.facts.sites[account].people.get((project, text), ())
        exact = [user for user in found if (user.email or "").casefold() == text.casefold()]
        candidates: Sequence[object] = exact or found
        return (exact or list(found))[0].id if len(candidates) == 1 else None
