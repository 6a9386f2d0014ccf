"""Who is who: people of Datadog and of Jira matched by what was declared, else by e-mail. Never by a guess.

Nothing is read here. What is not known yet is named in `Lookups`, so that people are looked up only where an assignment is
to travel. Reference: jira-api §5.8 (a search by e-mail finds people who hide it; several hits need the exact address).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from reconciler.model.case import DatadogUser
from reconciler.model.declared import UserPair
from reconciler.model.ticket import JiraUser


class Why(Enum):
    """Why a person has no counterpart. The value ends a sentence that names them."""

    GONE = "is not visible to us any more"
    NONE = "has no counterpart: nobody there has that e-mail"
    SEVERAL = "has several possible counterparts"
    INACTIVE = "has a counterpart that is deactivated"
    TAKEN = "has an e-mail that a UserMapping gives to somebody else"
    HIDDEN = "hides the e-mail, so nobody can be found by it"


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Nobody, and why. `who` is the person as far as known: an e-mail, a name or an id."""

    who: str
    why: Why


@dataclass(frozen=True, slots=True)
class Lookups:
    """What must be read before it can be told who somebody is: Datadog users by id, people of either side by e-mail."""

    datadog_ids: frozenset[str] = frozenset()
    datadog_emails: frozenset[str] = frozenset()
    jira_emails: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.datadog_ids or self.datadog_emails or self.jira_emails)

    def __or__(self, other: Lookups) -> Lookups:
        return Lookups(
            self.datadog_ids | other.datadog_ids,
            self.datadog_emails | other.datadog_emails,
            self.jira_emails | other.jira_emails,
        )


Match: TypeAlias = str | Unmatched | Lookups
"""The id in the other system, or why there is none, or what must be read first."""


@dataclass(frozen=True, slots=True)
class Directory:
    """The people known so far. `datadog` are users by id, None for one that is not visible; `jira` those who stand on
    tickets, by id. `datadog_found` and `jira_found` are what a search for an e-mail (in lower case) answered; () for nobody.
    """

    pairs: tuple[UserPair, ...] = ()
    datadog: Mapping[str, DatadogUser | None] = field(default_factory=dict)
    jira: Mapping[str, JiraUser] = field(default_factory=dict)
    datadog_found: Mapping[str, tuple[DatadogUser, ...]] = field(default_factory=dict)
    jira_found: Mapping[str, tuple[JiraUser, ...]] = field(default_factory=dict)

    def in_jira(self, datadog_id: str) -> Match:
        """The Jira account of a Datadog user."""
        if datadog_id not in self.datadog:
            return Lookups(datadog_ids=frozenset({datadog_id}))
        user = self.datadog[datadog_id]
        if user is None:
            return Unmatched(datadog_id, Why.GONE)
        email = user.email.casefold()
        declared = {pair.jira for pair in self.pairs if pair.datadog.casefold() == email}
        if declared:
            inactive = {name for name, known in self.jira.items() if not known.active}
            return _only(email, declared, declared & inactive)
        if not email:
            return Unmatched(user.name or datadog_id, Why.HIDDEN)
        if email not in self.jira_found:
            return Lookups(jira_emails=frozenset({email}))
        taken = {pair.jira for pair in self.pairs}
        bearers = _bearers(email, self.jira_found[email])
        hits = [hit for hit in bearers if hit.id not in taken]
        if bearers and not hits:
            return Unmatched(email, Why.TAKEN)
        return _only(email, {hit.id for hit in hits}, {hit.id for hit in hits if not hit.active})

    def in_datadog(self, jira_id: str) -> Match:
        """The Datadog user of a Jira account."""
        declared = sorted({pair.datadog.casefold() for pair in self.pairs if pair.jira == jira_id})
        known = self.jira.get(jira_id)
        who = known.name if known and known.name else jira_id
        if len(declared) > 1:
            return Unmatched(who, Why.SEVERAL)
        email = declared[0] if declared else (known.email or "").casefold() if known else ""
        if not email:
            return Unmatched(who, Why.HIDDEN)
        if not declared and any(pair.datadog.casefold() == email for pair in self.pairs):
            return Unmatched(email, Why.TAKEN)
        if email not in self.datadog_found:
            return Lookups(datadog_emails=frozenset({email}))
        hits = [hit for hit in self.datadog_found[email] if hit.email.casefold() == email]
        return _only(email, {hit.id for hit in hits}, {hit.id for hit in hits if not hit.active})

    def are_same(self, jira_id: str | None, datadog_id: str | None) -> bool | Lookups:
        """Whether both are one person; nobody is the same as nobody. Who cannot be matched is nobody else's same."""
        if jira_id is None or datadog_id is None:
            return jira_id is None and datadog_id is None
        there = self.in_datadog(jira_id)
        if not isinstance(there, Unmatched):
            return there if isinstance(there, Lookups) else there == datadog_id
        here = self.in_jira(datadog_id)
        return here if isinstance(here, Lookups) else here == jira_id


def _bearers(email: str, hits: Iterable[JiraUser]) -> list[JiraUser]:
    """Those of a search who bear the e-mail: by the address itself, else the only hit if it hides its own.

    A search also finds who merely calls themselves so: a display name that begins with the address proves nothing.
    """
    everybody = list(hits)
    exact = [hit for hit in everybody if (hit.email or "").casefold() == email]
    if exact:
        return exact
    hidden = [hit for hit in everybody if not hit.email and not hit.name.casefold().startswith(email)]
    return hidden if len(everybody) == len(hidden) else []


def _only(who: str, ids: Iterable[str], inactive: Iterable[str]) -> str | Unmatched:
    """The one active person among the ids."""
    gone = set(inactive)
    active = sorted(set(ids) - gone)
    if len(active) > 1:
        return Unmatched(who, Why.SEVERAL)
    if active:
        return active[0]
    return Unmatched(who, Why.INACTIVE if gone else Why.NONE)
