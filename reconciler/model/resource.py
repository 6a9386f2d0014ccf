"""What a plan can change: one frozen class a sort. The same classes say what is desired and what is observed.

Names beside ids are for people and never part of equality: an id decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from reconciler.model.address import Address, Kind
from reconciler.model.finding import Finding
from reconciler.model.state import IssueState, StatusGroup


@dataclass(frozen=True, slots=True)
class Named:
    """An id with the name a person knows it by."""

    id: str
    name: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.name} ({self.id})" if self.name and self.name != self.id else self.id


@dataclass(frozen=True, slots=True)
class CaseProjectSettings:
    """The Jira integration of a case project, as far as it is managed.

    `directions` holds the raw sync_type of each managed field, `statuses` the raw status mapping (group key to Jira status);
    both contain only what is declared and can be written without guessing. `auto_creation` is Datadog's own "a ticket for
    every case". `name` matters only where the project is to be created.
    """

    key: str
    integration: bool
    account: Named | None
    project: Named | None
    issue_type: Named | None
    sync: bool
    auto_creation: bool = False
    directions: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)
    name: str | None = field(default=None, compare=False)

    @property
    def address(self) -> Address:
        """case_project.KEY"""
        return Address(Kind.CASE_PROJECT, self.key)


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """The webhook of one Jira account. It is identified by its URL, which is a secret and therefore not here."""

    account: str
    enabled: bool
    events: frozenset[str]
    jql: str
    exclude_body: bool = False

    @property
    def address(self) -> Address:
        """webhook.ACCOUNT"""
        return Address(Kind.WEBHOOK, self.account)


@dataclass(frozen=True, slots=True)
class TicketRequest:
    """A ticket that does not exist yet, with all that is needed to ask for it.

    `fields` is the payload as Jira takes it, names already resolved to ids, and `written_fields` the same as the rule wrote
    it, for people. `marker` is the label by which a lost ticket is
    found again. `case` is the key of the case that will carry it, None where one is to be created; `case_home` is the
    project that case stands in when it must first be moved; `account_id` is Datadog's id of the Jira account. `alike` marks
    what issues that join the ticket share, None where its rule groups none.
    """

    issue_id: str
    rule: str
    binding: str
    case_project: str
    account: str
    project: Named
    issue_type: Named
    summary: str
    description: str
    marker: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    case: str | None = None
    case_home: str | None = None
    account_id: str = ""
    written_fields: Mapping[str, Any] = field(default_factory=dict, compare=False)
    alike: str | None = None

    @property
    def address(self) -> Address:
        """ticket.<issue id>"""
        return Address(Kind.TICKET, self.issue_id)


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """A new issue that joins the ticket of an alike one, in place of a ticket of its own.

    `leader` is the issue that the ticket was made for, or is to be made for by the same plan; then `ticket` and `case` (keys)
    are None. `alike` marks what both share, which `shared` says for people, as `first_seen` (of the issue). `account` is the
    Jira of the ticket.
    """

    issue_id: str
    rule: str
    case_project: str
    account: str
    leader: str
    alike: str
    first_seen: datetime
    ticket: str | None = None
    case: str | None = None
    shared: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)

    @property
    def address(self) -> Address:
        """link.<issue id>"""
        return Address(Kind.LINK, self.issue_id)


@dataclass(frozen=True, slots=True)
class LinkedTicket:
    """What must hold once a ticket made by us exists: it is labelled, its issue is past For Review, the base is written."""

    issue_id: str
    account: str
    key: str
    labelled: bool
    reviewed: bool
    remembered: bool

    @property
    def address(self) -> Address:
        """ticket.<issue id>"""
        return Address(Kind.TICKET, self.issue_id)


@dataclass(frozen=True, slots=True)
class IssueStatus:
    """An issue of a group: its state, and who it is assigned to. `ticket` is the key of the group's ticket.

    In all members of a group, `assignee` is None where assignees are not ours to sync, and NOBODY where nobody is.
    """

    issue_id: str
    ticket: str
    state: IssueState
    assignee: Named | None = None

    @property
    def address(self) -> Address:
        """issue.<issue id>"""
        return Address(Kind.ISSUE, self.issue_id)


@dataclass(frozen=True, slots=True)
class CaseStatus:
    """The case of a group: its status group, and who it is assigned to."""

    key: str
    ticket: str
    status: StatusGroup
    assignee: Named | None = None

    @property
    def address(self) -> Address:
        """case.<case key>"""
        return Address(Kind.CASE, self.key)


@dataclass(frozen=True, slots=True)
class TicketStatus:
    """The ticket of a group: its status, and a fingerprint of what is remembered on it (None: nothing that is ours).

    It carries what writing the group needs: the `case` (key) and its home, `base` as it will be remembered, and `seen`, the
    fingerprint of the group as the plan saw it. `hops` are the statuses on the way, for people and for the review.
    """

    key: str
    account: str
    case_project: str
    case: str
    status: Named
    remembered: str | None
    assignee: Named | None = None
    hops: tuple[str, ...] = field(default=(), compare=False)
    base: Mapping[str, Any] = field(default_factory=dict, compare=False)
    seen: str = field(default="", compare=False)

    @property
    def ticket(self) -> str:
        """The group this belongs to, as its other members name it."""
        return self.key

    @property
    def address(self) -> Address:
        """ticket.<TICKET-KEY>"""
        return Address(Kind.TICKET, self.key)


@dataclass(frozen=True, slots=True)
class CommentCopy:
    """A copy of a comment on the other side: `origin` ("datadog" or "jira:<account>") and `id` name the original, `side` is
    where the copy stands, `copy_id` the copy that is to follow an edit. `digest` changes with the original's text.
    """

    ticket: str
    origin: str
    id: str
    side: str
    author: str
    text: str
    digest: str
    copy_id: str | None = None

    @property
    def address(self) -> Address:
        """comment.<origin>.<id>"""
        return Address(Kind.COMMENT, f"{self.origin}.{self.id}")


NOBODY = Named("", "nobody")

GroupMember: TypeAlias = TicketStatus | CaseStatus | IssueStatus | CommentCopy
Resource: TypeAlias = CaseProjectSettings | WebhookSettings | TicketRequest | JoinRequest | LinkedTicket | GroupMember


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is desired, for people. Never read by code."""

    text: str
    file: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Desired:
    """What should be. `reasons` explains addresses; it decides nothing."""

    resources: Mapping[Address, Resource] = field(default_factory=dict)
    reasons: Mapping[Address, Reason] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Observed:
    """What is. A failed read is not an absence: `unreadable` takes the address out of both sides and says why."""

    resources: Mapping[Address, Resource] = field(default_factory=dict)
    unreadable: Mapping[Address, Finding] = field(default_factory=dict)
