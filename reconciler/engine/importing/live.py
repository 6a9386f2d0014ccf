"""What an import reads: who is there, the case projects with their Jira projects, the webhooks. Readers only."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial

from reconciler.engine.facts import Facts, SiteFacts
from reconciler.engine.importing.words import bare
from reconciler.engine.reads import Read, Reads, found
from reconciler.engine.scope import Systems
from reconciler.engine.settings.bindings import account_for
from reconciler.model.case import CaseProjectRecord, JiraAccount
from reconciler.model.finding import Severity
from reconciler.model.ticket import JiraProject, JiraServer, JiraStatus, JiraUser, JiraWebhook


@dataclass(frozen=True, slots=True)
class Board:
    """The account (by its name in Connections) and the id of the Jira project that a case project names."""

    account: str
    project: str


@dataclass(frozen=True, slots=True)
class Live:
    """What was read. `unread` are the Jira projects that could not be: nothing is concluded from their absence."""

    facts: Facts
    unread: frozenset[Board] = frozenset()


def read_live(systems: Systems, reads: Reads, named: Collection[str]) -> Live:
    """Both systems' settings. Of Jira, only the projects of the case projects that are to be imported: those `named`, or
    all with the integration on. Raises Unauthorized; every other failed read is kept among the failures of `reads`.
    """
    facts = Facts()
    _identify(systems, reads, facts)
    projects = reads.start("Datadog: the case projects", systems.datadog.case_projects)
    accounts = reads.start("Datadog: its Jira accounts", systems.datadog.jira_accounts)
    hooks: dict[str, Read[tuple[JiraWebhook, ...]]] = {}
    for name in sorted(facts.sites):
        severity = Severity.WARNING if name in systems.webhooks else Severity.INFO
        hooks[name] = reads.start(f"Jira {name}: the webhooks", systems.jira[name].webhooks, severity)
    listed = projects.value()
    facts.accounts = accounts.value()
    facts.case_projects = None if listed is None else {record.key: record for record in listed}
    for name, read in hooks.items():
        facts.sites[name].webhooks = read.value()
    return Live(facts, _boards(systems, reads, facts, named))


def chosen(facts: Facts, named: Collection[str]) -> tuple[CaseProjectRecord, ...]:
    """The case projects to be imported, in order of key."""
    every = (facts.case_projects or {}).items()
    return tuple(record for key, record in sorted(every) if (key in named if named else bare(record).integration))


def board_of(record: CaseProjectRecord, facts: Facts) -> Board | None:
    """Where the case project's tickets live, as far as Connections leads there; None where it does not."""
    seen = bare(record)
    if seen.account is None or seen.project is None:
        return None
    for name, site in sorted(facts.sites.items()):
        account = account_for(site, facts.accounts or ())
        if account is not None and account.id == seen.account.id:
            return Board(name, seen.project.id)
    return None


def account_of(record: CaseProjectRecord, accounts: tuple[JiraAccount, ...]) -> JiraAccount | None:
    """The account in Datadog's Jira tile that the case project names; None where it is gone."""
    held = bare(record).account
    return next((account for account in accounts if held is not None and account.id == held.id), None)


def _identify(systems: Systems, reads: Reads, facts: Facts) -> None:
    keys = reads.start("Datadog: the keys", systems.datadog.validate_keys)
    servers: dict[str, Read[JiraServer]] = {}
    users: dict[str, Read[JiraUser]] = {}
    for name in sorted(systems.jira):
        servers[name] = reads.start(f"Jira {name}: the server", systems.jira[name].server)
        users[name] = reads.start(f"Jira {name}: who we are", systems.jira[name].myself)
    keys.value()
    for name, read in servers.items():
        server, user = read.value(), users[name].value()
        if server is not None and user is not None:
            facts.sites[name] = SiteFacts(server, user)


def _boards(systems: Systems, reads: Reads, facts: Facts, named: Collection[str]) -> frozenset[Board]:
    """The Jira projects and their workflows, asked for by id, which is all that a case project says. Returns those that could not be read."""
    wanted = {board for record in chosen(facts, named) if (board := board_of(record, facts)) is not None}
    projects: dict[Board, Read[tuple[JiraProject, ...]]] = {}
    statuses: dict[Board, Read[tuple[Mapping[str, tuple[JiraStatus, ...]], ...]]] = {}
    for board in sorted(wanted, key=lambda one: (one.account, one.project)):
        jira, what = systems.jira[board.account], f"Jira {board.account}: project {board.project}"
        projects[board] = reads.start(what, found(partial(jira.project, board.project)))
        statuses[board] = reads.start(f"{what}, its statuses", found(partial(jira.statuses, board.project)))
    unread = set()
    for board, read in projects.items():
        site = facts.sites[board.account]
        seen, workflows = read.value(), statuses[board].value()
        if seen is None:
            unread.add(board)
        for project in seen or ():
            site.projects[project.key] = (project,)
            for by_type in workflows or ():
                site.statuses[project.key] = by_type
    return frozenset(unread)
