"""The fields that JQL can ask for, and how their values compare."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from reconciler.sandbox.jira import adf
from reconciler.sandbox.jira.records import Field, Named, Site, Ticket
from reconciler.sandbox.jira.refusal import JiraRefusal
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.jira.wire import category_aliases

_EQUALITY = frozenset({"=", "!=", "in", "not in", "is", "is not"})
_TEXT = frozenset({"~", "!~", "is", "is not"})
_RANGE = frozenset({"=", "!=", ">", ">=", "<", "<=", "is", "is not"})


@dataclass(frozen=True, slots=True)
class Tokens:
    """A field whose values are names or ids. `known` tells whether a value exists (None: any may be asked for)."""

    of: Callable[[Ticket], frozenset[str]]
    known: Callable[[str], bool] | None = None
    is_person: bool = False
    is_key: bool = False
    stands_for: Callable[[str], str] = str
    operators: frozenset[str] = _EQUALITY

    def is_empty(self, ticket: Ticket) -> bool:
        """Whether the ticket has no value."""
        return not self.of(ticket)


@dataclass(frozen=True, slots=True)
class Texts:
    """A field that is searched by words."""

    of: Callable[[Ticket], str]
    operators: frozenset[str] = _TEXT

    def is_empty(self, ticket: Ticket) -> bool:
        """Whether the ticket has no text."""
        return not self.of(ticket)


@dataclass(frozen=True, slots=True)
class Moments:
    """A field that is a point in time."""

    of: Callable[[Ticket], datetime | None]
    operators: frozenset[str] = _RANGE

    def is_empty(self, ticket: Ticket) -> bool:
        """Whether it has not happened."""
        return self.of(ticket) is None


Searchable: TypeAlias = Tokens | Texts | Moments


def _folded(*names: str | None) -> frozenset[str]:
    return frozenset(name.casefold() for name in names if name)


def _among(groups: list[frozenset[str]]) -> Callable[[str], bool]:
    everything = frozenset[str]().union(*groups)
    return lambda token: token in everything


def _named(things: dict[str, Named], of: Callable[[Ticket], str | None], *, unset: str | None = None) -> Tokens:
    """A field with one named value; `unset` is what no value is called."""
    aliases = {thing.id: _folded(thing.id, thing.name) for thing in things.values()}
    nothing = _folded(unset)
    return Tokens(lambda ticket: aliases.get(of(ticket) or "", nothing), _among([*aliases.values(), nothing]))


def _person(site: Site, of: Callable[[Ticket], str | None]) -> Tokens:
    aliases = {user.id: _folded(user.id, user.email, user.name) for user in site.users.values()}
    return Tokens(
        lambda ticket: aliases.get(of(ticket) or "", frozenset()), _among([*aliases.values()]), is_person=True
    )


def _all_text(ticket: Ticket) -> str:
    bodies = [ticket.description, *(comment.body for comment in ticket.comments)]
    return "\n".join([ticket.summary, *(adf.as_text(body) or "" for body in bodies)])


_PLAIN: dict[str, Searchable] = {
    "summary": Texts(lambda ticket: ticket.summary),
    "description": Texts(lambda ticket: adf.as_text(ticket.description) or ""),
    "comment": Texts(lambda ticket: "\n".join(adf.as_text(each.body) or "" for each in ticket.comments)),
    "text": Texts(_all_text),
    "created": Moments(lambda ticket: ticket.created),
    "updated": Moments(lambda ticket: ticket.updated),
    "resolved": Moments(lambda ticket: ticket.resolved),
    "statuscategorychangeddate": Moments(lambda ticket: ticket.category_changed),
}


def _system(state: JiraState) -> dict[str, Searchable]:
    site = state.site
    types = {each.type.id: each.type for project in site.projects.values() for each in project.types}
    parts = {each.id: each for project in site.projects.values() for each in project.components}
    statuses = {each.id: Named(each.id, each.name) for each in site.statuses.values()}
    homes = {each.id: _folded(each.id, each.key, each.name, *each.former_keys) for each in site.projects.values()}
    phases = {each.id: _folded(*category_aliases(each.category)) for each in site.statuses.values()}

    def ticket_id(token: str) -> str:
        found = state.find_ticket(token)
        return found.id if found else token

    return {
        "project": Tokens(lambda ticket: homes[ticket.project], _among([*homes.values()])),
        "key": Tokens(
            lambda ticket: frozenset({ticket.id}),
            lambda token: state.find_ticket(token) is not None,
            is_key=True,
            stands_for=ticket_id,
        ),
        "labels": Tokens(lambda ticket: _folded(*ticket.labels)),
        "status": _named(statuses, lambda ticket: ticket.status),
        "statuscategory": Tokens(lambda ticket: phases[ticket.status], _among([*phases.values()])),
        "issuetype": _named(types, lambda ticket: ticket.type),
        "priority": _named(site.priorities, lambda ticket: ticket.priority),
        "resolution": _named(site.resolutions, lambda ticket: ticket.resolution, unset="Unresolved"),
        "component": Tokens(
            lambda ticket: _folded(*ticket.components, *(parts[each].name for each in ticket.components)),
            _among([_folded(each.id, each.name) for each in parts.values()]),
        ),
        "assignee": _person(site, lambda ticket: ticket.assignee),
        "reporter": _person(site, lambda ticket: ticket.reporter),
        "creator": _person(site, lambda ticket: ticket.creator),
        **_PLAIN,
        "duedate": Moments(lambda ticket: moment_of(ticket.due, state.now()) if ticket.due else None),
    }


_ALIASES = {
    "issue": "key",
    "issuekey": "key",
    "id": "key",
    "type": "issuetype",
    "label": "labels",
    "components": "component",
    "createddate": "created",
    "updateddate": "updated",
    "resolutiondate": "resolved",
    "due": "duedate",
}


def searchable(state: JiraState, name: str) -> Searchable:
    """The field of that name. Refuses (400) an unknown one."""
    wanted = name.casefold()
    system = _system(state)
    wanted = _ALIASES.get(wanted, wanted)
    if wanted in system:
        return system[wanted]
    for field in state.site.fields.values():
        if wanted in {field.id, field.name.casefold(), f"cf[{field.id.removeprefix('customfield_')}]"}:
            return _custom(field)
    raise JiraRefusal(400, f"Field '{name}' does not exist or you do not have permission to view it.")


def _custom(field: Field) -> Searchable:
    names = {each.id: _folded(each.id, each.name) for each in field.options}

    def tokens(ticket: Ticket) -> frozenset[str]:
        value = ticket.custom.get(field.id)
        values = value if isinstance(value, list) else [value]
        return frozenset[str]().union(
            *(names.get(str(each), _folded(str(each))) for each in values if each is not None)
        )

    if field.type == "string":
        return Texts(lambda ticket: adf.as_text(ticket.custom.get(field.id)) or "")
    return Tokens(tokens, _among([*names.values()]) if names else None)


def words_match(text: str, phrase: str) -> bool:
    """Whether all words of the phrase stand in the text; quoted ones in that order; a trailing `*` completes a word."""
    words = re.findall(r"\w+", text.casefold())
    for quoted, word in re.findall(r'"([^"]*)"|(\S+)', phrase.casefold()):
        run = re.findall(r"\w+\*?", quoted or word)
        if not any(_run_at(words, run, at) for at in range(len(words) - len(run) + 1)):
            return False
    return True


def _run_at(words: list[str], run: list[str], at: int) -> bool:
    return all(
        word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted
        for word, wanted in zip(words[at:], run, strict=False)
    )


def moment_of(text: str, now: datetime) -> datetime | None:
    """A JQL date: epoch milliseconds, a period (`-5d`, `4w 2d`), or a date with or without hours, in UTC. None for others."""
    if re.fullmatch(r"\d{9,}", text):
        return datetime.fromtimestamp(int(text) / 1000, tz=UTC)
    period = re.fullmatch(r"([+-]?)((?:\d+[wdhm]\s*)+)", text)
    if period:
        minutes = {"w": 10080, "d": 1440, "h": 60, "m": 1}
        total = sum(int(count) * minutes[unit] for count, unit in re.findall(r"(\d+)([wdhm])", period[2]))
        return now + timedelta(minutes=-total if period[1] == "-" else total)
    for form in ("%Y-%m-%d %H:%M", "%Y-%m-%d"):
        try:
            return datetime.strptime(text.replace("/", "-"), form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


SortKey: TypeAlias = tuple[int | str | float, ...]


def sorting(state: JiraState, name: str) -> Callable[[Ticket], SortKey | None]:
    """How a field orders tickets; None for a ticket without it. Refuses (400) an unknown field."""
    wanted = _ALIASES.get(name.casefold(), name.casefold())
    ranks = {each: rank for rank, each in enumerate(reversed(state.site.priorities))}
    if wanted == "key":
        return lambda ticket: (ticket.key.rpartition("-")[0], int(ticket.key.rpartition("-")[2]))
    if wanted == "priority":
        return lambda ticket: None if ticket.priority is None else (ranks[ticket.priority],)
    field = searchable(state, name)
    match field:
        case Moments():
            return lambda ticket: None if (at := field.of(ticket)) is None else (at.timestamp(),)
        case Texts():
            return lambda ticket: (field.of(ticket).casefold(),) if field.of(ticket) else None
        case Tokens():
            return lambda ticket: tuple(sorted(field.of(ticket))) or None
