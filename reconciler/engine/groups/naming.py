"""The names of the people that a plan shows: those met anyway, and those of groups with something to say looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from reconciler.engine.groups.group import Group
from reconciler.engine.reads import Reads
from reconciler.engine.scope import Systems
from reconciler.errors import ProviderError, Unauthorized
from reconciler.model.case import DatadogUser
from reconciler.model.ticket import JiraUser
from reconciler.sync.directory import Directory

T = TypeVar("T")

# So many people of either system are looked up for their names alone; the others are shown by their ids.
MOST_NAMES = 40


@dataclass(frozen=True, slots=True)
class Naming:
    """Finds the names of everybody that reports about these groups show."""

    systems: Systems
    reads: Reads

    def names(self, groups: Sequence[Group], directories: Mapping[str, Directory]) -> dict[str, str]:
        """By id in either system, for people to read. Somebody who cannot be looked up keeps the id."""
        known = names_of(groups, directories)
        there = sorted({person for group in groups for person in _in_datadog(group)} - known.keys())
        here = sorted(
            {
                (group.home.binding.account, person)
                for group in groups
                for person in _in_jira(group)
                if person not in known
            }
        )
        users = [
            self.reads.start(f"Datadog: the name of {person}", _if_known(partial(self.systems.datadog.user, person)))
            for person in there[:MOST_NAMES]
        ]
        people = [
            self.reads.start(
                f"Jira {account}: the name of {person}", _if_known(partial(self.systems.jira[account].user, person))
            )
            for account, person in here[:MOST_NAMES]
        ]
        for read in users:
            known |= {user.id: user.name or user.email for user in read.value() or ()}
        for one in people:
            known |= {user.id: user.name for user in one.value() or ()}
        return known


def _if_known(read: Callable[[], T]) -> Callable[[], tuple[T, ...]]:
    """The read as one that answers with nothing where it fails: a name is worth no finding."""

    def attempt() -> tuple[T, ...]:
        try:
            return (read(),)
        except Unauthorized:
            raise
        except ProviderError:
            return ()

    return attempt


def names_of(groups: Sequence[Group], directories: Mapping[str, Directory]) -> dict[str, str]:
    """The names of everybody who was met, by id in either system: no reads."""
    names = {group.ticket.assignee.id: group.ticket.assignee.name for group in groups if group.ticket.assignee}
    for directory in directories.values():
        names |= _named(user for user in directory.datadog.values() if user is not None)
        for users in directory.datadog_found.values():
            names |= _named(users)
        for people in directory.jira_found.values():
            names |= _named(people)
    return names


def _named(people: Iterable[DatadogUser | JiraUser]) -> dict[str, str]:
    return {person.id: person.name or person.email or "" for person in people}


def _in_datadog(group: Group) -> Iterator[str]:
    """The people of Datadog that a report about the group shows: given something, relieved of it, or overruled."""
    decided = group.assignees
    if decided is None:
        return
    seen, wanted = group.people, decided.target
    shown = [
        person for lost in decided.conflicts if lost.what != "ticket" for person in (lost.base, lost.seen, lost.target)
    ]
    shown += (seen.case, wanted.case) if seen.case != wanted.case else ()
    for name, person in seen.issues.items():
        shown += (person, wanted.issues.get(name)) if person != wanted.issues.get(name) else ()
    yield from (person for person in shown if person is not None)


def _in_jira(group: Group) -> Iterator[str]:
    decided = group.assignees
    if decided is None:
        return
    seen, wanted = group.people.ticket, decided.target.ticket
    shown = [
        person for lost in decided.conflicts if lost.what == "ticket" for person in (lost.base, lost.seen, lost.target)
    ]
    shown += (seen, wanted) if seen != wanted else ()
    yield from (person for person in shown if person is not None)
