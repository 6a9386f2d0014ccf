"""A simulated Jira site at work: finding things in it, numbering new ones, and its search index that lags behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

from pydantic import JsonValue, TypeAdapter, ValidationError

from reconciler.sandbox.clock import Clock
from reconciler.sandbox.failure import SandboxError
from reconciler.sandbox.jira.lookup import nearest
from reconciler.sandbox.jira.records import (
    Comment,
    Denial,
    Event,
    History,
    Item,
    Project,
    ProjectType,
    Shadow,
    Site,
    Status,
    Ticket,
    User,
    Workflow,
)
from reconciler.sandbox.jira.refusal import NoSuchThing
from reconciler.sandbox.jira.seed import site_from_world

_SITE = TypeAdapter(Site)


@dataclass(frozen=True, slots=True)
class News:
    """What a webhook would tell: the event, the ticket as it was then, who did it, and what changed."""

    event: Event
    ticket: Ticket
    author: str
    items: tuple[Item, ...] = ()
    comment: Comment | None = None


class JiraState:
    """One site. Two are equal when everything in them is. Not thread safe: the world's lock is held around every call."""

    def __init__(self, account: str, site: Site, clock: Clock) -> None:
        self.account = account
        self.site = site
        self.clock = clock
        self.news: list[News] = []

    @classmethod
    def from_world(cls, account: str, section: Mapping[str, JsonValue], clock: Clock) -> JiraState:
        """Seeded from the site's section of a world file. SandboxError where that does not hold together."""
        return cls(account, site_from_world(account, section, clock.now()), clock)

    @classmethod
    def from_json(cls, account: str, data: JsonValue, clock: Clock) -> JiraState:
        """As `to_json` left it. SandboxError for anything else."""
        try:
            return cls(account, _SITE.validate_python(data), clock)
        except ValidationError as error:
            hint = "remove the state file to seed it anew from the world file"
            raise SandboxError(
                f"the saved state of the Jira simulator is unreadable: {error.errors()[0]}", hint=hint
            ) from error

    def to_json(self) -> dict[str, JsonValue]:
        """All of it as JSON."""
        dumped: dict[str, JsonValue] = _SITE.dump_python(self.site, mode="json")
        return dumped

    def to_bytes(self) -> bytes:
        """All of it as JSON text, several times faster than by way of `to_json`."""
        return _SITE.dump_json(self.site)

    def snapshot(self) -> tuple[object, ...]:
        """All of it as it is now. Records never change, they are replaced: copying what holds them is enough, and comparing is
        quick where nothing changed.
        """
        held = (getattr(self.site, each.name) for each in fields(self.site))
        return tuple(dict(each) if isinstance(each, dict) else each for each in held)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JiraState) and (self.account, self.site) == (other.account, other.site)

    __hash__ = None  # type: ignore[assignment]  # it changes

    @property
    def url(self) -> str:
        """The site's own address, which is in every link a person would follow."""
        return self.site.url

    @property
    def email(self) -> str:
        """Who signs in to the API."""
        return self.site.email

    @property
    def token(self) -> str:
        """The API token of `email`."""
        return self.site.token

    def now(self) -> datetime:
        """The simulated time, as this site's clock shows it."""
        return self.clock.now() + timedelta(seconds=self.site.skew)

    def new_id(self) -> str:
        """An id that nothing else has; ids grow with time."""
        self.site.next_id += 1
        return str(self.site.next_id)

    # -- people

    def find_user(self, who: str) -> User | None:
        """The user with this account id, e-mail, name or, on Data Center, login."""
        for user in self.site.users.values():
            if (
                who in (user.id, user.name)
                or (not self.site.is_cloud and who == user.login)
                or who.casefold() == user.email.casefold()
            ):
                return user
        return None

    def user(self, who: str) -> User:
        """The user with this account id, e-mail or name. NoSuchThing otherwise."""
        found = self.find_user(who)
        if found is None:
            hint = nearest((user.email for user in self.site.users.values()), who)
            raise NoSuchThing(f"{self.url} has no user {who!r}", hint=hint)
        return found

    def deny(self, user: User, permission: str, project: Project | None, *, denied: bool) -> None:
        """Take a permission from a user, in a project or everywhere, or give it back there."""
        place = project.id if project else None
        kept: list[Denial] = []
        for each in self.site.denials:
            is_same = (each.user, each.project) == (user.id, place) or (each.user == user.id and place is None)
            left = tuple(name for name in each.permissions if not (is_same and name == permission))
            if left:
                kept.append(replace(each, permissions=left))
        if denied:
            kept.append(Denial(user.id, place, (permission,)))
        self.site.denials = tuple(kept)

    # -- projects, types, workflows

    def find_project(self, key: str) -> Project | None:
        """The project of this key or id, or of a key that it had before: those stay its own."""
        wanted = key.upper()
        projects = self.site.projects.values()
        found = next((each for each in projects if key == each.id or wanted == each.key), None)
        return found or next((each for each in projects if wanted in each.former_keys), None)

    def project(self, key: str) -> Project:
        """The project of this key or id. NoSuchThing otherwise."""
        found = self.find_project(key)
        if found is None:
            hint = nearest((project.key for project in self.site.projects.values()), key)
            raise NoSuchThing(f"{self.url} has no project {key!r}", hint=hint)
        return found

    def type_of(self, project: Project, type_: str) -> ProjectType | None:
        """The ticket type of that id or name as the project uses it."""
        for each in project.types:
            if type_ == each.type.id or type_.casefold() == each.type.name.casefold():
                return each
        return None

    def place(self, ticket: Ticket) -> tuple[Project, ProjectType, Workflow]:
        """Where a ticket lives: its project, its type there, and that type's workflow."""
        project = self.site.projects[ticket.project]
        type_ = self.type_of(project, ticket.type)
        if type_ is None:
            raise NoSuchThing(f"{project.key} no longer has the type of {ticket.key}")
        return project, type_, self.site.workflows[type_.workflow]

    def is_editable(self, ticket: Ticket) -> bool:
        """Whether its step of the workflow lets anybody edit the ticket: `jira.issue.editable` is not false there."""
        return ticket.status not in self.place(ticket)[2].read_only

    def status_named(self, name: str) -> Status:
        """The status of that name or id. NoSuchThing otherwise."""
        for status in self.site.statuses.values():
            if name == status.id or name.casefold() == status.name.casefold():
                return status
        hint = nearest((status.name for status in self.site.statuses.values()), name)
        raise NoSuchThing(f"{self.url} has no status {name!r}", hint=hint)

    # -- tickets

    def find_ticket(self, key: str) -> Ticket | None:
        """The ticket of this id or key, in any case; the key may be one it had before it was moved."""
        wanted = key.upper()
        if wanted in self.site.tickets:
            return self.site.tickets[wanted]
        if wanted in self.site.moved:
            return self.site.tickets.get(self.site.moved[wanted])
        return next((ticket for ticket in self.site.tickets.values() if ticket.key == wanted), None)

    def ticket(self, key: str) -> Ticket:
        """The ticket of this id or key. NoSuchThing otherwise."""
        found = self.find_ticket(key)
        if found is None:
            hint = nearest((ticket.key for ticket in self.site.tickets.values()), key)
            raise NoSuchThing(f"{self.url} has no ticket {key!r}", hint=hint)
        return found

    def keep(self, ticket: Ticket) -> None:
        """Put a new or changed ticket in place; the index learns of it later."""
        self._shadow(ticket.id)
        self.site.tickets[ticket.id] = ticket

    def record(self, ticket: Ticket, author: str, items: tuple[Item, ...]) -> Ticket:
        """Put a changed ticket in place with an entry in its changelog, if there is anything to enter. A resolution that came
        or went, and a status of another category, take their date with them: the same moment as the entry's.
        """
        if not items:
            return ticket
        now = self.now()
        entry = History(self.new_id(), author, now, items)
        kept = replace(ticket, histories=(*ticket.histories, entry), updated=now)
        if any(item.field_id == "resolution" for item in items):
            kept = replace(kept, resolved=now if ticket.resolution else None)
        before, after = self.site.statuses[self.site.tickets[ticket.id].status], self.site.statuses[ticket.status]
        if before.category is not after.category:
            kept = replace(kept, category_changed=now)
        self.keep(kept)
        self.news.append(News("jira:issue_updated", kept, author, items))
        return kept

    def forget(self, ticket: Ticket, author: str) -> None:
        """Delete a ticket. Its key is never given again."""
        self.news.append(News("jira:issue_deleted", ticket, author))
        self._shadow(ticket.id)
        del self.site.tickets[ticket.id]

    def _shadow(self, ticket_id: str) -> None:
        now = self.now()
        standing = tuple(each for each in self.site.shadows.pop(ticket_id, ()) if each.until > now)
        if self.site.index_lag > 0:
            until = now + timedelta(seconds=self.site.index_lag)
            standing = (*standing, Shadow(until, self.site.tickets.get(ticket_id)))
        if standing:
            self.site.shadows[ticket_id] = standing

    def indexed(self) -> Iterator[Ticket]:
        """The tickets as the search index has them, in order of id: new ones missing, changed ones stale, deleted ones left."""
        now = self.now()
        for ticket_id in sorted({*self.site.tickets, *self.site.shadows}, key=int):
            stale = next((each for each in self.site.shadows.get(ticket_id, ()) if each.until > now), None)
            ticket = self.site.tickets.get(ticket_id) if stale is None else stale.ticket
            if ticket is not None:
                yield ticket
