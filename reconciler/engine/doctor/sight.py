"""What the doctor has seen, before anything is concluded: every read with its answer, or with why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from reconciler.engine.facts import Facts, SiteFacts
from reconciler.engine.scope import WebhookWanted
from reconciler.engine.settings.bindings import Board
from reconciler.engine.state import Gathered
from reconciler.errors import NotFound, ProviderError
from reconciler.model.activity import History
from reconciler.model.case import Case, CaseProjectRecord, DatadogUser, JiraAccount
from reconciler.model.declared import Configuration, JiraConnection, ProjectBinding, Vocabulary
from reconciler.model.issue import Issue
from reconciler.model.ticket import JiraProject, JiraServer, JiraStatus, JiraUser, JiraWebhook, Ticket

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Looked(Generic[T_co]):
    """One read: `what` it was, and its answer or its error."""

    what: str
    value: T_co | None = None
    error: ProviderError | None = None

    @property
    def why_not(self) -> str:
        """A sentence for a check that could not look."""
        return f"could not look: {self.what}: {self.error}"

    @property
    def is_absent(self) -> bool:
        """Whether the answer was that there is no such thing, or none that we may see."""
        return isinstance(self.error, NotFound)


def attempt(what: str, read: Callable[[], T]) -> Looked[T]:
    """The read, with its error in the place of its answer where it fails."""
    try:
        return Looked(what, read())
    except ProviderError as error:
        return Looked(what, error=error)


@dataclass(slots=True)
class SiteSight:
    """One Jira account. What is missing from a mapping was not looked at, because we could not sign in."""

    account: str
    declared: JiraConnection | None
    wanted: WebhookWanted | None
    server: Looked[JiraServer]
    me: Looked[JiraUser]
    ahead: timedelta | None = None
    held: dict[str, Looked[Mapping[str, bool]]] = field(default_factory=dict)
    everywhere: Looked[Mapping[str, bool]] | None = None
    projects: dict[str, Looked[JiraProject]] = field(default_factory=dict)
    statuses: dict[str, Looked[Mapping[str, tuple[JiraStatus, ...]]]] = field(default_factory=dict)
    webhooks: Looked[tuple[JiraWebhook, ...]] | None = None
    tickets: Looked[Mapping[str, Ticket]] | None = None
    histories: Looked[Mapping[str, History]] | None = None
    editable: dict[str, Looked[bool]] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether we are signed in."""
        return self.me.value is not None

    @property
    def facts(self) -> SiteFacts | None:
        """The site as planning knows it; None where it did not say who it is, or who we are."""
        if self.server.value is None or self.me.value is None:
            return None
        facts = SiteFacts(self.server.value, self.me.value)
        for key, project in self.projects.items():
            if project.value is not None or project.is_absent:
                facts.projects[key] = () if project.value is None else (project.value,)
        facts.statuses = {key: one.value for key, one in self.statuses.items() if one.value is not None}
        return facts


@dataclass(frozen=True, slots=True)
class Item:
    """The issue or ticket that was asked about, and what was found on the way along its chain. None: not got that far."""

    asked: str
    issue: Looked[Issue] | None = None
    case: Looked[Case] | None = None
    ticket: Looked[Mapping[str, Ticket]] | None = None
    account: str | None = None

    @property
    def owner(self) -> Case | None:
        """The case, where it could be read."""
        return self.case.value if self.case else None


@dataclass(slots=True)
class Sight:
    """Everything. `bindings` are those that are asked about, of the whole configuration; `boards` where they point, and
    `gathered` their settings, declared and observed. `now` is our clock's.
    """

    configuration: Configuration
    vocabulary: Vocabulary
    now: datetime
    bindings: tuple[ProjectBinding, ...]
    keys: Looked[None]
    sites: dict[str, SiteSight] = field(default_factory=dict)
    ahead: timedelta | None = None
    me: Looked[DatadogUser] | None = None
    granted: Looked[frozenset[str]] | None = None
    accounts: Looked[tuple[JiraAccount, ...]] | None = None
    case_projects: Looked[tuple[CaseProjectRecord, ...]] | None = None
    cases: dict[str, Looked[tuple[Case, ...]]] = field(default_factory=dict)
    search: Looked[tuple[Issue, ...]] | None = None
    issues: dict[str, Looked[Issue]] = field(default_factory=dict)
    item: Item | None = None
    boards: Mapping[str, Board] = field(default_factory=dict)
    gathered: Gathered = field(default_factory=Gathered)

    @property
    def is_open(self) -> bool:
        """Whether Datadog accepts our keys."""
        return self.keys.error is None

    @property
    def facts(self) -> Facts:
        """What planning would have read of all this."""
        sites = {name: facts for name, site in self.sites.items() if (facts := site.facts) is not None}
        projects = self.case_projects.value if self.case_projects else None
        return Facts(
            sites=sites,
            accounts=self.accounts.value if self.accounts else None,
            case_projects=None if projects is None else {record.key: record for record in projects},
        )

    def cases_of(self, binding: ProjectBinding) -> tuple[Case, ...]:
        """The cases of a binding that are asked about: all of its project, or the one of the item."""
        if self.item is not None and self.item.owner is not None:
            owner = self.item.owner
            return (owner,) if project_of(owner).casefold() == binding.case_project.casefold() else ()
        looked = self.cases.get(binding.case_project)
        return (looked.value if looked else None) or ()

    def ticket_of(self, binding: ProjectBinding, case: Case) -> Ticket | None:
        """The ticket that a case names; None where Jira shows none."""
        site = self.sites.get(binding.account)
        seen = (site.tickets.value if site and site.tickets else None) or {}
        return seen.get(ticket_name(case))


def project_of(case: Case) -> str:
    """The key of the case project that a case is in."""
    return case.key.rpartition("-")[0]


def ticket_name(case: Case) -> str:
    """By what the case names its ticket: the id where that is known, for a moved ticket has another key."""
    return (case.ticket.ticket_id or case.ticket.key or "") if case.ticket else ""
