"""Everything one run reads, in bulk and at once: three rounds, because ids come out of the first and keys out of the second.

Calls are the cost: cases by project give the links, one bulk read gives their tickets, one search gives the issues that are new.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial

from reconciler.engine.facts import Facts, SiteFacts, destination_project
from reconciler.engine.mark import read_mark
from reconciler.engine.ownership import syncs_status
from reconciler.engine.permissions import needs_of, work_at
from reconciler.engine.ports import IssueSearch, IssueWindow, JiraReader
from reconciler.engine.reads import Read, Reads, found
from reconciler.engine.scope import SETTINGS, SYNC, TICKETS, Scope, Systems, Tools
from reconciler.model.case import Case, TicketProgress
from reconciler.model.declared import Configuration, Rule
from reconciler.model.finding import Finding, Severity
from reconciler.model.issue import Issue
from reconciler.model.state import IssueState
from reconciler.model.ticket import CreateField, JiraProject, JiraStatus, JiraUser, Ticket

# From so many linked issues on, one search (100 an answer) costs less than reading them one by one.
SEARCH_FROM = 20
# How far back that search looks: it finds only issues that had errors meanwhile, the quiet ones are read singly.
SEARCH_WINDOW = timedelta(days=30)


def observe(configuration: Configuration, systems: Systems, tools: Tools, scope: Scope, reads: Reads) -> Facts:
    """Read what planning needs. Raises Unauthorized; every other failed read is kept among the failures of `reads`."""
    look = _Look(configuration, systems, tools, scope, reads, Facts())
    look.identify()
    look.survey()
    look.follow()
    return look.facts


@dataclass(slots=True)
class _Look:
    configuration: Configuration
    systems: Systems
    tools: Tools
    scope: Scope
    reads: Reads
    facts: Facts

    def identify(self) -> None:
        """Who are we, on both sides? Signed in as nobody ends the run here, before an absence can be believed."""
        keys = self.reads.start("Datadog: the keys", self.systems.datadog.validate_keys)
        servers = {name: self.reads.start(f"Jira {name}: the server", jira.server) for name, jira in self._accounts()}
        users = {name: self.reads.start(f"Jira {name}: who we are", jira.myself) for name, jira in self._accounts()}
        keys.value()
        for name in sorted(servers):
            server, user = servers[name].value(), users[name].value()
            if server is not None and user is not None:
                self.facts.sites[name] = SiteFacts(server, user)

    def survey(self) -> None:
        """Projects, settings, webhooks, cases and new issues: all at once."""
        datadog = self.systems.datadog
        projects = self.reads.start("Datadog: the case projects", datadog.case_projects)
        accounts = self.reads.start("Datadog: its Jira accounts", datadog.jira_accounts)
        cases: dict[str, Read[tuple[Case, ...]]] = {}
        if self.scope.wants(TICKETS) or self.scope.wants(SYNC):
            for key in sorted({binding.case_project for binding in self.configuration.bindings.values()}):
                cases[key] = self.reads.start(f"Datadog: the cases of {key}", partial(datadog.cases, key))
        self._survey_sites()
        listed = projects.value()
        self.facts.accounts = accounts.value()
        self.facts.case_projects = None if listed is None else {record.key: record for record in listed}
        for key, read in cases.items():
            if (of_project := read.value()) is not None:
                self.facts.cases[key] = of_project
        window = self._window()
        search = self.reads.start("Datadog: issues", partial(datadog.issues, window)) if window is not None else None
        self._take_search(search)

    def _survey_sites(self) -> None:
        webhooks = {
            name: self.reads.start(f"Jira {name}: the webhooks", jira.webhooks, Severity.WARNING)
            for name, jira in self._accounts()
            if self.scope.wants(SETTINGS) and self._declares_webhook(name)
        }
        projects: dict[tuple[str, str], Read[tuple[JiraProject, ...]]] = {}
        permissions: dict[tuple[str, str], Read[Mapping[str, bool]]] = {}
        statuses: dict[tuple[str, str], Read[tuple[Mapping[str, tuple[JiraStatus, ...]], ...]]] = {}
        for name, key in self._projects():
            jira, what = self.systems.jira[name], f"Jira {name}: project {key}"
            projects[name, key] = self.reads.start(what, found(partial(jira.project, key)))
            permissions[name, key] = self.reads.start(
                f"{what}, our permissions",
                partial(jira.permissions, self._needed(name, key), key),
            )
            statuses[name, key] = self.reads.start(
                f"{what}, its statuses",
                found(partial(jira.statuses, key)),
            )
        for name, hooks in webhooks.items():
            self.facts.sites[name].webhooks = hooks.value()
        for (name, key), project in projects.items():
            site = self.facts.sites[name]
            if (one := project.value()) is not None:
                site.projects[key] = one
            if one and (allowed := permissions[name, key].value()) is not None:
                site.permissions[key] = allowed
            for by_type in statuses[name, key].value() or ():
                site.statuses[key] = by_type

    def follow(self) -> None:
        """What the first answers point at: create screens, linked tickets, and issues of cases that are not finished."""
        screens, people = self._start_screens(), self._start_people()
        tickets = self._start_tickets()
        for case in self._cases():
            if (mark := read_mark(case.description, self._instance())) is not None:
                self.facts.marks[case.id] = mark
        for name, read in tickets.items():
            held = read.value()
            self.facts.sites[name].tickets = None if held is None else dict(held)
        for (name, key, type_id), screen in screens.items():
            if (fields := screen.value()) is not None:
                self.facts.sites[name].screens[key, type_id] = fields
        for (name, key, text), users in people.items():
            self.facts.sites[name].people[key, text] = users.value() or ()
        self._read_unfinished()

    def _start_screens(self) -> dict[tuple[str, str, str], Read[tuple[CreateField, ...]]]:
        screens = {}
        if not self.scope.wants(TICKETS):
            return {}
        for name, key, type_name in sorted(self._goals()):
            for project in self.facts.sites[name].projects.get(key, ()):
                if (kind := project.type_called(type_name)) is not None:
                    jira = self.systems.jira[name]
                    screens[name, key, kind.id] = self.reads.start(
                        f"Jira {name}: the create screen of {key} {kind.name}",
                        partial(jira.create_fields, key, kind.id),
                    )
        return screens

    def _start_people(self) -> dict[tuple[str, str, str], Read[tuple[JiraUser, ...]]]:
        wanted: dict[tuple[str, str, str], Read[tuple[JiraUser, ...]]] = {}
        if not self.scope.wants(TICKETS):
            return wanted
        known = {user.datadog.casefold() for user in self.configuration.users}
        for rule in self.configuration.rules:
            name, key, _ = self._goal(rule)
            if name not in self.facts.sites:
                continue
            for value in rule.destination.fields.values():
                if isinstance(value, str) and "@" in value and " " not in value and value.casefold() not in known:
                    jira = self.systems.jira[name]
                    wanted[name, key, value] = self.reads.start(
                        f"Jira {name}: who is {value} in {key}",
                        partial(jira.assignable_users, key, value),
                    )
        return wanted

    def _start_tickets(self) -> dict[str, Read[Mapping[str, Ticket]]]:
        keys: dict[str, set[str]] = {name: set() for name in self.facts.sites}
        accounts = self._account_of_projects()
        for key, cases in self.facts.cases.items():
            for case in cases:
                if case.ticket is not None and (ticket := case.ticket.ticket_id or case.ticket.key) is not None:
                    keys.get(accounts.get(key, ""), set()).add(ticket)
        return {
            name: self.reads.start(
                f"Jira {name}: {len(wanted)} linked tickets",
                partial(self.systems.jira[name].tickets, sorted(wanted), (self.tools.memory.property_key,)),
            )
            for name, wanted in sorted(keys.items())
            if wanted
        }

    def _read_unfinished(self) -> None:
        """Issues of our own cases that the search did not return and whose ticket is not remembered yet."""
        issues = self.facts.issues
        if issues is None:
            return
        wanted: dict[str, Read[tuple[Issue, ...]]] = {}
        for case in self._cases():
            mark = self.facts.marks.get(case.id)
            if mark is None or mark.issue_id in issues or mark.issue_id in wanted or self._is_remembered(case):
                continue
            read = found(partial(self.systems.datadog.issue, mark.issue_id))
            wanted[mark.issue_id] = self.reads.start(f"Datadog: issue {mark.issue_id}", read)
        for issue_read in wanted.values():
            for issue in issue_read.value() or ():
                issues[issue.id] = issue

    def _is_remembered(self, case: Case) -> bool:
        if case.ticket is None or case.ticket.progress is not TicketProgress.COMPLETED:
            return False
        key = case.ticket.ticket_id or case.ticket.key or ""
        held = [site.tickets[key] for site in self.facts.sites.values() if site.tickets and key in site.tickets]
        memory = self.tools.memory
        return any(memory.decode(ticket.properties.get(memory.property_key)) is not None for ticket in held)

    def _take_search(self, search: Read[IssueSearch] | None) -> None:
        if search is None:
            self.facts.issues = {} if self.scope.wants(TICKETS) else None
            return
        answer = search.value()
        if answer is None:
            return
        self.facts.issues = {issue.id: issue for issue in answer.issues}
        self.facts.findings.extend(
            Finding(
                "search-truncated",
                Severity.WARNING,
                f"Datadog returns at most 100 issues a search, and {part!r} could not be split further: new issues may be missing",
                hint="run more often, or narrow `since`",
            )
            for part in answer.truncated
        )

    def _window(self) -> IssueWindow | None:
        """One search for all: the issues that may be new and, where many are linked, those too. None where neither is asked."""
        now = self.tools.clock.now()
        starts = self._new_since(now) if self.scope.wants(TICKETS) else []
        linked = sum(len(case.issue_ids) for case in self._cases() if case.ticket is not None)
        if self.scope.wants(SYNC) and linked >= SEARCH_FROM and self._syncs():
            return IssueWindow(min([*starts, now - SEARCH_WINDOW]), now, tuple(IssueState))
        return IssueWindow(min(starts), now, (IssueState.OPEN,)) if starts else None

    def _syncs(self) -> bool:
        return any(syncs_status(binding) for binding in self.configuration.bindings.values())

    def _new_since(self, now: datetime) -> list[datetime]:
        """From when on an issue can count as new, for each rule that makes tickets by itself."""
        start = now - self.configuration.limits.new_issue_window
        since = (rule.auto_create.since for rule in self.configuration.rules if rule.auto_create.enabled)
        return [min(start, datetime.combine(day, time(), UTC)) if day else start for day in since]

    def _accounts(self) -> list[tuple[str, JiraReader]]:
        return [(name, self.systems.jira[name]) for name in sorted(self.systems.jira)]

    def _goal(self, rule: Rule) -> tuple[str, str, str]:
        return destination_project(rule, self.configuration.bindings[rule.destination.binding])

    def _goals(self) -> set[tuple[str, str, str]]:
        rules = (self._goal(rule) for rule in self.configuration.rules if rule.auto_create.enabled)
        return {goal for goal in rules if goal[0] in self.facts.sites}

    def _projects(self) -> list[tuple[str, str]]:
        bound = {(binding.account, binding.project) for binding in self.configuration.bindings.values()}
        aimed = {self._goal(rule)[:2] for rule in self.configuration.rules}
        return sorted((name, key) for name, key in bound | aimed if name in self.facts.sites)

    def _needed(self, account: str, project: str) -> tuple[str, ...]:
        """The keys of the permissions that what is declared for the project takes."""
        return tuple(
            need.key for need in needs_of(work_at(self.configuration, self.systems.webhooks, account, project))
        )

    def _account_of_projects(self) -> dict[str, str]:
        return {binding.case_project: binding.account for binding in self.configuration.bindings.values()}

    def _cases(self) -> list[Case]:
        return [case for key in sorted(self.facts.cases) for case in self.facts.cases[key]]

    def _instance(self) -> str:
        connections = self.configuration.connections
        return connections.instance if connections else ""

    def _declares_webhook(self, name: str) -> bool:
        return name in self.facts.sites and name in self.systems.webhooks
