"""Where the tickets of each rule go: account, project, type and fields resolved once, for any number of issues."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from reconciler.engine.facts import Facts, SiteFacts, destination_project
from reconciler.engine.settings.bindings import account_for, ticket_type
from reconciler.engine.state import Gathered
from reconciler.engine.tickets.fields import Resolved, resolve
from reconciler.model.declared import Configuration, ProjectBinding, Rule
from reconciler.model.finding import Origin
from reconciler.model.screen import Screen
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
            self.known[rule.name] = self._resolve(rule)
        return self.known[rule.name]

    def _resolve(self, rule: Rule) -> Goal | None:
        binding = self.configuration.bindings[rule.destination.binding]
        account, key, type_name = destination_project(rule, binding)
        site = self.facts.sites.get(account)
        if site is None or not self._has_case_project(binding):
            return None
        project = self._project(rule, binding, site, key)
        connected = account_for(site, self.facts.accounts or ())
        if project is None or connected is None or not self._may_create(rule, site, key):
            return None
        kind = self._type(rule, binding, project, type_name)
        if kind is None or (key, kind.id) not in site.screens:
            return None
        fields = site.screens[key, kind.id]
        screen = Screen(f"{key} {kind.name}", fields, partial(self._person, account, key), site.server.is_cloud)
        resolved = resolve(rule, screen)
        self.gathered.findings.extend(resolved.findings)
        if resolved.findings:
            return None
        has_labels = any(item.id == "labels" for item in fields)
        return Goal(rule, binding, account, connected.id, project, kind, resolved, has_labels)

    def _has_case_project(self, binding: ProjectBinding) -> bool:
        return binding.create or binding.case_project in (self.facts.case_projects or {})

    def _project(self, rule: Rule, binding: ProjectBinding, site: SiteFacts, key: str) -> JiraProject | None:
        project = next(iter(site.projects.get(key, ())), None)
        overridden = key != binding.project or rule.destination.account not in {None, binding.account}
        if project is None and key in site.projects and overridden:
            self.gathered.error(
                "jira-project-unknown",
                f"rule {rule.name!r}: Jira shows us no project {key!r}",
                origin=_place(rule),
                hint="absent and invisible look alike to Jira: check the key, and the Browse Projects permission",
            )
        return project

    def _type(self, rule: Rule, binding: ProjectBinding, project: JiraProject, name: str) -> IssueType | None:
        """The rule's own type, or the binding's: that one is proved with the binding, and told there if it is wrong."""
        if rule.destination.issue_type is None and project.key == binding.project:
            return project.type_called(name)
        return ticket_type(rule.name, project, name, _place(rule), self.gathered)

    def _may_create(self, rule: Rule, site: SiteFacts, key: str) -> bool:
        if site.permissions.get(key, {}).get("CREATE_ISSUES", True):
            return True
        self.gathered.error(
            "permission-missing",
            f"rule {rule.name!r}: our Jira user {site.me.name!r} lacks Create Issues in {key}, "
            "so its create screen cannot be read",
            origin=_place(rule),
            hint="grant Create Issues in the project's permission scheme",
        )
        return False

    def _person(self, account: str, project: str, text: str) -> str | None:
        for user in self.configuration.users:
            if user.datadog.casefold() == text.casefold():
                return user.jira
        if "@" not in text:
            return text
        found = self.facts.sites[account].people.get((project, text), ())
        exact = [user for user in found if (user.email or "").casefold() == text.casefold()]
        candidates = exact or list(found)
        return candidates[0].id if len(candidates) == 1 else None


def _place(rule: Rule) -> Origin | None:
    return rule.written.at("destination") if rule.written else None
