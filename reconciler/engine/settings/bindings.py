"""The Jira integration of bound case projects: what is declared, in the raw words Datadog uses, beside what stands there.

The strings of a sync direction and the keys of a status mapping are published nowhere (datadog-api §2.1). So: a raw string that
the vocabulary does not know is preserved and reported, never guessed over; everything else of the project stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.engine.facts import Facts, SiteFacts
from reconciler.engine.scope import Systems
from reconciler.engine.settings.integration import observed_settings, reduced, same_site
from reconciler.engine.state import Gathered
from reconciler.model.address import Address, Kind
from reconciler.model.case import CaseProjectRecord, JiraAccount
from reconciler.model.declared import Configuration, Direction, Engine, ProjectBinding, StatusMapping, Vocabulary
from reconciler.model.finding import Origin
from reconciler.model.nearest import listed, nearest
from reconciler.model.resource import CaseProjectSettings, Named
from reconciler.model.ticket import IssueType, JiraProject, JiraStatus
from reconciler.sync.mapping import status_named, workflow_findings


@dataclass(frozen=True, slots=True)
class Board:
    """Where a binding points, resolved to ids. `asked_for` is the key that the binding names: a former one finds the project."""

    site: SiteFacts
    account: JiraAccount
    project: JiraProject
    type: IssueType
    asked_for: str

    @property
    def workflow(self) -> tuple[JiraStatus, ...]:
        """The statuses of the ticket type; none where they could not be read."""
        return self.site.statuses.get(self.asked_for, {}).get(self.type.id, ())


def prove_bindings(configuration: Configuration, facts: Facts, gathered: Gathered) -> dict[str, Board]:
    """Where each binding points, by its name; what does not resolve, or whose mapping does not fit the workflow, is a finding."""
    boards = {}
    for name in sorted(configuration.bindings):
        binding = configuration.bindings[name]
        board = board_of(binding, facts, gathered)
        if board is None:
            continue
        boards[name] = board
        mapping = configuration.mappings.get(binding.status_mapping or "")
        if mapping is not None:
            where = f"{board.project.key} {board.type.name}"
            gathered.findings.extend(workflow_findings(mapping, board.workflow, where))
    return boards


def derive_settings(
    configuration: Configuration, systems: Systems, facts: Facts, boards: Mapping[str, Board], gathered: Gathered
) -> None:
    """Add the settings of every bound case project to both sides."""
    if facts.case_projects is None:
        return
    auto = {rule.destination.binding for rule in configuration.rules if rule.auto_create.enabled}
    for name in sorted(configuration.bindings):
        binding = configuration.bindings[name]
        board = boards.get(name)
        if board is None:
            continue
        record = facts.case_projects.get(binding.case_project)
        if record is None and not binding.create:
            _unknown_case_project(binding, facts.case_projects, gathered)
            continue
        mapping = configuration.mappings.get(binding.status_mapping or "")
        _Settings(binding, board, mapping, systems.vocabulary, gathered).derive(record, name in auto)


def board_of(binding: ProjectBinding, facts: Facts, gathered: Gathered) -> Board | None:
    """The binding's account, project and type as ids; None with findings at its lines where a name does not resolve."""
    site = facts.sites.get(binding.account)
    if site is None or facts.accounts is None or binding.project not in site.projects:
        return None
    account = _account(binding, site, facts.accounts, gathered)
    project = next(iter(site.projects[binding.project]), None)
    if project is None:
        gathered.error(
            "jira-project-unknown",
            f"binding {binding.name!r}: Jira {binding.account} shows us no project {binding.project!r}",
            origin=_at(binding, "jira.project"),
            expected="the key of a project that our Jira user may browse",
            hint="absent and invisible look alike to Jira: check the key, and the Browse Projects permission",
        )
        return None
    if project.key.casefold() != binding.project.casefold():
        gathered.warn(
            "jira-project-renamed",
            f"binding {binding.name!r}: the project {binding.project} of Jira {binding.account} is called {project.key} now",
            origin=_at(binding, "jira.project"),
            hint=f"write `project: {project.key}`; until then the old key finds it, and its tickets by theirs",
        )
    kind = ticket_type(binding.name, project, binding.issue_type, _at(binding, "jira.issue_type"), gathered)
    return Board(site, account, project, kind, binding.project) if account and kind else None


def ticket_type(
    owner: str, project: JiraProject, name: str, origin: Origin | None, gathered: Gathered
) -> IssueType | None:
    """The ticket type of that name or id in the project; None with a finding naming those there are."""
    if (kind := project.type_called(name)) is not None:
        return kind
    names = [kind.name for kind in project.types]
    gathered.error(
        "ticket-type-unknown",
        f"{owner!r}: project {project.key} has no ticket type {name!r}",
        origin=origin,
        expected="one of " + listed(names),
        hint=nearest(name, names),
    )
    return None


def _at(binding: ProjectBinding, path: str) -> Origin | None:
    return binding.written.at(path) if binding.written else None


def account_for(site: SiteFacts, accounts: tuple[JiraAccount, ...]) -> JiraAccount | None:
    """The account in Datadog's Jira tile that is this site; None where it is not connected."""
    return next((account for account in accounts if same_site(account.url) == same_site(site.server.url)), None)


def _account(
    binding: ProjectBinding, site: SiteFacts, accounts: tuple[JiraAccount, ...], gathered: Gathered
) -> JiraAccount | None:
    if (account := account_for(site, accounts)) is not None:
        return account
    gathered.error(
        "jira-account-not-connected",
        f"binding {binding.name!r}: Datadog has no Jira account for {site.server.url}",
        origin=_at(binding, "jira.account"),
        expected="one of " + listed(account.url for account in accounts)
        if accounts
        else "an account in Datadog's Jira tile",
        hint="in Datadog: Integrations > Jira > Add Account, with this address",
    )
    return None


def _unknown_case_project(binding: ProjectBinding, known: Mapping[str, object], gathered: Gathered) -> None:
    near = nearest(binding.case_project, known)
    gathered.error(
        "case-project-unknown",
        f"binding {binding.name!r}: Datadog has no case project {binding.case_project!r}",
        origin=_at(binding, "case_project"),
        expected="one of " + listed(sorted(known)),
        hint=f"{near} or " * bool(near)
        + "let the binding create it: `case_project: {key: KEY, name: …, create: true}`",
    )


@dataclass(frozen=True, slots=True)
class _Settings:
    binding: ProjectBinding
    board: Board
    mapping: StatusMapping | None
    vocabulary: Vocabulary
    gathered: Gathered

    def derive(self, record: CaseProjectRecord | None, has_auto_rules: bool) -> None:
        """Both sides of this binding's settings, reduced to what is declared and can be written without guessing."""
        seen = observed_settings(record, self.vocabulary) if record is not None else None
        directions = self._directions(seen)
        statuses = self._statuses(seen)
        any_native = any(raw != self.vocabulary.sync_types["off"] for raw in directions.values())
        desired = CaseProjectSettings(
            key=self.binding.case_project,
            integration=True,
            account=Named(self.board.account.id, self.board.account.url),
            project=Named(self.board.project.id, self.board.project.key),
            issue_type=Named(self.board.type.id, self.board.type.name),
            sync=any_native or (seen is not None and seen.sync and self._syncs_unmanaged(seen, directions)),
            auto_creation=False if has_auto_rules or seen is None else seen.auto_creation,
            directions=directions,
            statuses=statuses,
            name=self._name(seen),
        )
        self.gathered.want(desired, self._reason(), self.binding.written.origin if self.binding.written else None)
        if seen is not None:
            self.gathered.see(reduced(seen, desired, self.vocabulary))

    def _name(self, seen: CaseProjectSettings | None) -> str | None:
        """Only a project that is created is named: the name of one that stands is never written, nor planned."""
        return seen.name if seen is not None else self.binding.case_project_name or self.binding.case_project

    def _reason(self) -> str:
        who = "Datadog syncs" if self.binding.sync.engine is Engine.DATADOG else "the reconciler syncs"
        return f"binding {self.binding.name!r} ties {self.binding.case_project} to {self.board.project.key}; {who}"

    def _directions(self, seen: CaseProjectSettings | None) -> dict[str, str]:
        """The raw sync_type of each managed field; those whose present string is unknown are left out and reported."""
        raw = self.vocabulary.sync_types
        wanted: dict[str, str] = {}
        for field, direction in self.binding.sync.fields.items():
            native = direction if self.binding.sync.engine is Engine.DATADOG else Direction.OFF
            held = seen.directions.get(field.value) if seen is not None else None
            if held is not None and held not in raw.values():
                self._unknown("unknown-sync-type", f"field {field.value!r} has the sync_type {held!r}", "sync_types")
                continue
            wanted[field.value] = raw[native.value]
        return wanted

    def _statuses(self, seen: CaseProjectSettings | None) -> dict[str, str]:
        """The raw status mapping, group key to status name; empty where none is declared or its keys would be a guess."""
        if self.mapping is None or self.binding.sync.engine is not Engine.DATADOG or not self.board.workflow:
            return {}
        unknown = sorted(set(seen.statuses) - set(self.vocabulary.groups.values())) if seen is not None else []
        if unknown:
            self._unknown("unknown-mapping-key", f"the status mapping has the keys {listed(unknown)}", "groups")
            return {}
        targets = {group: status_named(mapped.to, self.board.workflow) for group, mapped in self.mapping.groups.items()}
        wanted = {self.vocabulary.groups[group.value]: status.name for group, status in targets.items() if status}
        if len(wanted) < len(targets):
            return dict(seen.statuses) if seen is not None else {}
        return wanted

    def _unknown(self, code: str, what: str, part: str) -> None:
        self.gathered.warn(
            code,
            f"case project {self.binding.case_project}: {what}, which is none of the words we know: it is left as it is",
            address=Address(Kind.CASE_PROJECT, self.binding.case_project),
            hint=f"if it means what is declared, add it to `vocabulary.{part}` of the Connections document",
        )

    def _syncs_unmanaged(self, seen: CaseProjectSettings, managed: Mapping[str, str]) -> bool:
        """Whether Datadog syncs what is not written here: a field that is not declared, or one in a word we do not know.

        Where nothing is written at all, the switch of the whole sync is not ours either.
        """
        off = self.vocabulary.sync_types["off"]
        return not managed or any(raw != off for name, raw in seen.directions.items() if name not in managed)
