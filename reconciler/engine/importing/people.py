"""Who is who where no e-mail tells: learned from tickets that Datadog itself keeps assigned to the same person as their case.

One ticket proves nothing: it may just be out of step. A pair is believed where at least two tickets show it and none speaks
against it, and where neither side's e-mail leads to anybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from reconciler.engine.importing.live import Live
from reconciler.engine.reads import Read, Reads, found
from reconciler.engine.scope import Systems
from reconciler.model.case import Case
from reconciler.model.declared import Direction, ProjectBinding, SyncField, UserPair
from reconciler.model.finding import Severity
from reconciler.model.ticket import JiraUser
from reconciler.sync.directory import Directory, Lookups, Unmatched

_WITNESSES = 2
_EMAIL = re.compile(r"[^@\s]{1,120}@[^@\s]{1,120}")
_MOST_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """One person: the e-mail in Datadog, the id in Jira and the name there; `tickets` show it."""

    datadog: str
    jira: str
    name: str
    tickets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sighting:
    """A ticket and its case, each with its assignee: the ids of one person, if Datadog's sync did its work."""

    datadog: str
    jira: JiraUser
    ticket: str


def learn_pairs(
    bindings: Iterable[ProjectBinding], live: Live, systems: Systems, reads: Reads, declared: Sequence[UserPair]
) -> tuple[Pair, ...]:
    """The pairs, in order of e-mail. Only bindings whose assignees Datadog keeps in step both ways are looked at."""
    by_account: dict[str, list[ProjectBinding]] = {}
    for binding in bindings:
        if binding.sync.fields.get(SyncField.ASSIGNEE) is Direction.TWO_WAY and binding.account in live.facts.sites:
            by_account.setdefault(binding.account, []).append(binding)
    pairs: list[Pair] = []
    for account, each in sorted(by_account.items()):
        looking = _Looking(account, systems, reads, tuple(declared))
        pairs += looking.unmatched(consistent(looking.sightings(each)))
    unique = {(pair.datadog.casefold(), pair.jira): pair for pair in pairs}
    return tuple(unique[key] for key in sorted(unique) if _is_alone(unique[key], unique.values()))


def consistent(sightings: Sequence[Sighting]) -> dict[tuple[str, str], list[Sighting]]:
    """The pairs that enough tickets show, and that no other ticket contradicts."""
    seen: dict[tuple[str, str], list[Sighting]] = {}
    for sighting in sightings:
        seen.setdefault((sighting.datadog, sighting.jira.id), []).append(sighting)
    return {
        pair: witnesses
        for pair, witnesses in sorted(seen.items())
        if len(witnesses) >= _WITNESSES and not any(_contradict(pair, other) for other in seen)
    }


def _contradict(pair: tuple[str, str], other: tuple[str, str]) -> bool:
    return pair != other and (pair[0] == other[0] or pair[1] == other[1])


def _is_alone(pair: Pair, every: Iterable[Pair]) -> bool:
    """A person has one account on each side: what two Jiras hold differently is nobody's to decide here."""
    return not any(
        (pair.datadog.casefold(), pair.jira) != (other.datadog.casefold(), other.jira)
        and (pair.datadog.casefold() == other.datadog.casefold() or pair.jira.casefold() == other.jira.casefold())
        for other in every
    )


@dataclass(frozen=True, slots=True)
class _Looking:
    account: str
    systems: Systems
    reads: Reads
    declared: tuple[UserPair, ...]

    def sightings(self, bindings: Sequence[ProjectBinding]) -> tuple[Sighting, ...]:
        """The tickets and cases of these projects that are both assigned, in order of ticket."""
        projects: list[Read[tuple[Case, ...]]] = [
            self.reads.start(
                f"Datadog: the cases of {binding.case_project}",
                partial(self.systems.datadog.cases, binding.case_project),
                Severity.WARNING,
            )
            for binding in bindings
        ]
        assigned: dict[str, str] = {}
        for project in projects:
            for case in project.value() or ():
                if case.assignee_id is not None and case.ticket is not None and case.ticket.ticket_id is not None:
                    assigned[case.ticket.ticket_id] = case.assignee_id
        if not assigned:
            return ()
        what = f"Jira {self.account}: {len(assigned)} assigned tickets"
        tickets = self.reads.start(
            what, partial(self.systems.jira[self.account].tickets, sorted(assigned)), Severity.WARNING
        )
        return tuple(
            Sighting(assigned[asked], ticket.assignee, ticket.key)
            for asked, ticket in sorted((tickets.value() or {}).items())
            if ticket.assignee is not None and ticket.assignee.active
        )

    def unmatched(self, seen: dict[tuple[str, str], list[Sighting]]) -> list[Pair]:
        """Those that no e-mail matches, on neither side."""
        directory = Directory(self.declared, jira={each.jira.id: each.jira for one in seen.values() for each in one})
        for _ in range(_MOST_ROUNDS):
            wanted = Lookups()
            for here, there in seen:
                for match in (directory.in_jira(here), directory.in_datadog(there)):
                    wanted |= match if isinstance(match, Lookups) else Lookups()
            if not wanted:
                break
            directory = self._looked_up(directory, wanted)
        pairs = []
        for (here, there), witnesses in seen.items():
            user = directory.datadog.get(here)
            strangers = isinstance(directory.in_jira(here), Unmatched) and isinstance(
                directory.in_datadog(there), Unmatched
            )
            if strangers and user is not None and _EMAIL.fullmatch(user.email):
                tickets = tuple(sorted(each.ticket for each in witnesses))
                pairs.append(Pair(user.email, there, witnesses[0].jira.name, tickets))
        return pairs

    def _looked_up(self, directory: Directory, wanted: Lookups) -> Directory:
        datadog, jira = self.systems.datadog, self.systems.jira[self.account]
        start, warning = self.reads.start, Severity.WARNING
        ids = {
            one: start(f"Datadog: user {one}", found(partial(datadog.user, one)), warning)
            for one in sorted(wanted.datadog_ids)
        }
        there = {
            one: start(f"Datadog: who is {one}", partial(datadog.users, one), warning)
            for one in sorted(wanted.datadog_emails)
        }
        here = {
            one: start(f"Jira {self.account}: who is {one}", partial(jira.users, one), warning)
            for one in sorted(wanted.jira_emails)
        }
        users = {one: seen[0] if seen else None for one, read in ids.items() if (seen := read.value()) is not None}
        return Directory(
            directory.pairs,
            {**directory.datadog, **users},
            directory.jira,
            {
                **directory.datadog_found,
                **{one: hit for one, read in there.items() if (hit := read.value()) is not None},
            },
            {
                **directory.jira_found,
                **{one: people for one, each in here.items() if (people := each.value()) is not None},
            },
        )
