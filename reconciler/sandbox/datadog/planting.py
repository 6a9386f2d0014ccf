"""From the Datadog part of a world file to an organisation: names become ids, relative times become moments."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import TypeVar

from reconciler.sandbox.clock import Clock, parse_moment, parse_span
from reconciler.sandbox.datadog import records
from reconciler.sandbox.datadog.ports import TicketRefused, TicketSite
from reconciler.sandbox.datadog.seed import (
    AccountSeed,
    CaseSeed,
    DatadogSeed,
    IssueSeed,
    ProjectSeed,
    TicketSeed,
)
from reconciler.sandbox.datadog.state import ERROR_TRACKING, STANDARD, DatadogState, id_of
from reconciler.sandbox.failure import SandboxError

T = TypeVar("T")


def plant(seed: DatadogSeed, clock: Clock, sites: Mapping[str, TicketSite]) -> DatadogState:
    """An organisation as the seed describes it, now. Raises SandboxError where one part names another that is not there."""
    owner = records.User(id_of("user", "sandbox-keys"), "sandbox-keys@acme.com", "Sandbox Keys")
    behaviour = seed.behaviour.model_dump()
    for length in ("creation_delay", "sync_delay"):
        behaviour[length] = parse_span(behaviour[length]).total_seconds()
    company = records.Company(
        api_key=seed.api_key,
        app_key=seed.app_key,
        owner_id=owner.id,
        webhook_url=seed.webhook_url,
        permissions=seed.permissions,
        behaviour=records.Behaviour(**behaviour),
        users={owner.id: owner},
    )
    planting = _Planting(DatadogState(company, clock, sites), clock.now())
    for user in seed.users:
        made = records.User(id_of("user", user.email), user.email.lower(), user.name, user.active, user.hides_email)
        company.users[made.id] = made
    for team in seed.teams:
        planted = records.Team(id_of("team", team.handle), team.handle, team.name)
        company.teams[planted.id] = planted
    for account in seed.jira_accounts:
        planting.account(account)
    for project in [ProjectSeed(key=records.DEFAULT_PROJECT, name="Error Tracking"), *seed.case_projects]:
        planting.project(project)
    for issue in seed.issues:
        planting.issue(issue)
    for case in seed.cases:
        planting.case(case)
    company.pending.clear()
    company.swept = clock.now().date()
    return planting.state


class _Planting:
    """The state as it is filled, part by part."""

    def __init__(self, state: DatadogState, now: datetime) -> None:
        self.state = state
        self.company = state.company
        self._now = now

    def at(self, moment: str) -> datetime:
        return parse_moment(moment, self._now)

    def account(self, seed: AccountSeed) -> None:
        site = self._site(seed.site)
        last = None if seed.last_webhook is None else self.at(seed.last_webhook)
        account = records.JiraAccount(id_of("jira-account", seed.site), seed.site, site.url, last)
        self.company.accounts[account.id] = account

    def project(self, seed: ProjectSeed) -> None:
        project = self.state.project_by_key(seed.key) or self.state.add_project(seed.key, seed.name)
        # A copy: what people set later is not the seed's.
        project.settings = {**project.settings, **deepcopy(seed.settings)}
        if seed.jira is None:
            return
        account = _wanted(self.company.accounts, id_of("jira-account", seed.jira.site), "Jira account", seed.jira.site)
        try:
            project_id, type_id = self._site(seed.jira.site).place(seed.jira.project, seed.jira.issue_type)
        except TicketRefused as wrong:
            raise SandboxError(f"the world's case project {seed.key}: {wrong}") from None
        jira = project.settings.get("integration_jira")
        project.settings["integration_jira"] = {
            **(jira if isinstance(jira, dict) else {}),
            "metadata": {"account_id": account.id, "project_id": project_id, "issue_type_id": type_id},
        }

    def issue(self, seed: IssueSeed) -> None:
        seen = sorted({self.at(each) for each in (seed.first_seen, seed.last_seen, *seed.seen)})
        issue = records.Issue(
            id=id_of("issue", seed.name),
            name=seed.name,
            service=seed.service,
            seen=seen,
            state=seed.state,
            error_type=seed.error_type,
            error_message=seed.message,
            file_path=seed.file_path,
            function_name=seed.function,
            platform=seed.platform,
            languages=list(seed.languages),
            is_crash=seed.is_crash,
            first_seen_version=seed.version,
            last_seen_version=seed.version,
            count=seed.count,
            team_ids=[_wanted(self.company.teams, id_of("team", each), "team", each).id for each in seed.teams],
            assignee_id=self._user(seed.assignee),
        )
        if seed.regression is not None:
            back = seed.regression
            issue.regression = records.Regression(self.at(back.resolved), self.at(back.regressed), back.version)
        if issue.id in self.company.issues:
            raise SandboxError(f"the world has two issues named {seed.name!r}")
        self.company.issues[issue.id] = issue

    def case(self, seed: CaseSeed) -> None:
        key, _, number = seed.key.rpartition("-")
        project = self.state.project_by_key(key)
        if project is None or self.state.find_case(seed.key) is not None:
            wrong = "there is no such case project" if project is None else "there are two of that key"
            raise SandboxError(f"the world's case {seed.key}: {wrong}")
        type_id = ERROR_TRACKING if seed.type == "error_tracking" else STANDARD
        source = "ERROR_TRACKING" if seed.issues else "MANUAL"
        case = self.state.add_case(project, seed.title, type_id=type_id, source=source)
        case.key, case.number = seed.key, int(number)
        project.next_number = max(project.next_number, case.number + 1)
        case.created = case.modified = self.at(seed.created)
        case.description, case.priority, case.archived = seed.description, seed.priority, seed.archived
        case.status_name, case.group = seed.status, records.Group(seed.status.upper().replace(" ", "_"))
        case.closed = case.modified if case.group is records.Group.CLOSED else None
        case.assignee_id = self._user(seed.assignee)
        for name in seed.issues:
            issue = _wanted(self.company.issues, id_of("issue", name), "issue", name)
            state = issue.state
            self.state.attach(case, issue)
            issue.state = state
        for comment in seed.comments:
            author = self._user(comment.author) or self.company.owner_id
            cell = records.Comment(self.state.new_id("cell"), author, comment.text, self.at(comment.at))
            case.comments.append(cell)
        if seed.ticket is not None:
            self._link(case, seed.ticket)

    def _link(self, case: records.Case, seed: TicketSeed) -> None:
        account = _wanted(self.company.accounts, id_of("jira-account", seed.site), "Jira account", seed.site)
        ticket = self._site(seed.site).find(seed.key)
        if ticket is None:
            raise SandboxError(f"the world's case {case.key}: the Jira site {seed.site} has no ticket {seed.key}")
        case.ticket = records.TicketOrder.linked(account.id, ticket, case.created)

    def _site(self, name: str) -> TicketSite:
        return _wanted(self.state.sites, name, "Jira site", name)

    def _user(self, email: str | None) -> str | None:
        if email is None:
            return None
        return _wanted(self.company.users, id_of("user", email), "user", email).id


def _wanted(things: Mapping[str, T], key: str, what: str, name: str) -> T:
    if key not in things:
        raise SandboxError(f"the world has no {what} {name!r}", hint="declare it in the world file, before it is used")
    return things[key]
