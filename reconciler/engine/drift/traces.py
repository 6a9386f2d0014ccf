"""Who changed what drifted, and when, as far as the two systems tell.

Jira knows who moved a ticket and who edited a webhook last. Datadog's API says neither who changed the settings of a case
project nor when an issue changed its state: then nothing is said, and the difference counts at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reconciler.engine.drift.drift import Aspect, Drifted
from reconciler.engine.groups.group import Group
from reconciler.engine.groups.syncing import last_moved
from reconciler.engine.reconcile import Surveyed
from reconciler.engine.scope import Systems
from reconciler.engine.settings.webhooks import best_of
from reconciler.errors import ProviderError, Unauthorized
from reconciler.model.activity import AssigneeMove, History, StatusMove


@dataclass(frozen=True, slots=True)
class Traces:
    """What a survey knows of when and who. `grace` is how old a difference must be to count."""

    surveyed: Surveyed
    systems: Systems
    now: datetime
    grace: timedelta

    def followed(self, one: Drifted) -> Drifted:
        """The same with who and since when, as far as they are known."""
        who, since = self._trace(one)
        return replace(one, who=who, since=since)

    def _trace(self, one: Drifted) -> tuple[str | None, datetime | None]:
        match one.aspect:
            case Aspect.GROUP:
                return self._mover(one.address.name)
            case Aspect.WEBHOOK:
                return self._editor(one.address.name)
            case Aspect.TICKET:
                return None, self._begun(one.address.name)
            case Aspect.SETTINGS:
                return None, None

    def is_settling(self, one: Drifted) -> bool:
        """Whether it is too young to count: a group by when anything of it moved, a missing ticket by its issue."""
        match one.aspect:
            case Aspect.GROUP:
                group = self._group(one.address.name)
                if group is None:
                    return False
                return self.now - last_moved(group) < max(self.grace, group.home.binding.sync.grace)
            case Aspect.TICKET:
                return one.since is not None and self.now - one.since < self.grace
            case Aspect.SETTINGS | Aspect.WEBHOOK:
                return False

    def _group(self, key: str) -> Group | None:
        return next((group for group in self.surveyed.groups if group.ticket.key == key), None)

    def _history(self, group: Group) -> History | None:
        """Who did what to the ticket. Where nothing called for it before it is read now; where that fails who did it is just
        not known: the difference was seen all the same.
        """
        if group.history is not None:
            return group.history
        try:
            return self.systems.jira[group.home.binding.account].histories([group.ticket.id]).get(group.ticket.id)
        except Unauthorized:
            raise
        except ProviderError:
            return None

    def _mover(self, key: str) -> tuple[str | None, datetime | None]:
        """The last person who moved or assigned the ticket since the base; neither we nor Datadog's own sync."""
        group = self._group(key)
        history = self._history(group) if group is not None else None
        if group is None or history is None:
            return None, None
        seen = group.remembered.changelog if group.remembered else None
        moves: list[StatusMove | AssigneeMove] = [*history.moves, *history.assignments]
        theirs = [
            move
            for move in moves
            if _is_later(move.id, seen) and not (move.author and move.author.id in group.home.ours)
        ]
        last = max(theirs, key=lambda move: (move.at, move.id), default=None)
        if last is None:
            return None, None
        return last.author.name if last.author else None, last.at

    def _editor(self, account: str) -> tuple[str | None, datetime | None]:
        site, wanted = self.surveyed.facts.sites.get(account), self.systems.webhooks.get(account)
        hook = best_of(site.webhooks or (), wanted.url or "") if site and wanted else None
        return (hook.changed_by, hook.changed) if hook else (None, None)

    def _begun(self, issue_id: str) -> datetime | None:
        """Since when a ticket is missing: its creation was begun then, or its issue first seen."""
        facts = self.surveyed.facts
        begun = [mark.at for mark in facts.marks.values() if mark.issue_id == issue_id]
        issue = (facts.issues or {}).get(issue_id)
        return max([*begun, *([issue.first_seen] if issue else [])], default=None)


def _is_later(entry: str, seen: str | None) -> bool:
    """Whether a changelog entry came after the one that the base knows; where that cannot be told it may have."""
    known = seen is not None and seen.isdigit() and entry.isdigit()
    return not known or int(entry) > int(seen or 0)
