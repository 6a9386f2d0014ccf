"""Whether anybody lives in a Jira: what people did there since Datadog last heard from it. Silence alone proves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler.engine.doctor.sight import Sight, SiteSight
from reconciler.engine.settings.bindings import account_for
from reconciler.engine.settings.webhooks import best_of
from reconciler.model.activity import History
from reconciler.model.case import JiraAccount
from reconciler.model.ticket import JiraUser

# How long an event may be under way from Jira to Datadog, and be told by `last_webhook_timestamp`.
ARRIVES = timedelta(minutes=5)
# Times of the two systems are told to the second, and so are clocks compared.
_PRECISION = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of life: somebody changed a ticket. `at` is by our clock."""

    at: datetime
    ticket: str
    who: str


def account_of(sight: Sight, site: SiteSight) -> JiraAccount | None:
    """The account in Datadog's Jira tile that is this site; None where there is none, or it could not be told."""
    facts, accounts = site.facts, sight.accounts.value if sight.accounts else None
    return None if facts is None or accounts is None else account_for(facts, accounts)


def last_heard(sight: Sight, site: SiteSight) -> datetime | None:
    """When Datadog last received a webhook of this site. Reference: datadog-api §3, `last_webhook_timestamp`."""
    account = account_of(sight, site)
    return account.last_webhook if account else None


def webhook_changed(site: SiteSight) -> datetime | None:
    """When the webhook was set up or last changed: what happened before proves nothing against it."""
    url = site.wanted.url if site.wanted else None
    hook = best_of((site.webhooks.value if site.webhooks else None) or (), url) if url else None
    return hook.changed if hook else None


def is_news(changed: datetime | None, heard: datetime | None) -> bool:
    """Whether a change should have been heard of since."""
    return changed is not None and (heard is None or changed > heard)


def unheard(sight: Sight, site: SiteSight) -> Sign | None:
    """The first change that Datadog should have heard of and did not; None where there is none, or nothing tells since when
    it should hear.

    Clocks differ: each side's times are compared as our clock would have shown them.
    """
    skew, theirs = site.ahead or timedelta(0), sight.ahead or timedelta(0)
    last, changed = last_heard(sight, site), webhook_changed(site)
    since = [moment for moment in (last and last - theirs, changed and changed - skew) if moment is not None]
    if not since:
        return None
    names = {ticket.id: ticket.key for ticket in ((site.tickets.value if site.tickets else None) or {}).values()}
    signs = [
        Sign(at - skew, names.get(ticket_id, ticket_id), author.name if author else "somebody")
        for ticket_id, history in ((site.histories.value if site.histories else None) or {}).items()
        for at, author in _changes(history)
    ]
    due = [sign for sign in signs if sight.now - sign.at > ARRIVES and sign.at > max(since) + _PRECISION]
    return min(due, key=lambda sign: (sign.at, sign.ticket), default=None)


def _changes(history: History) -> Iterator[tuple[datetime, JiraUser | None]]:
    yield from ((move.at, move.author) for move in history.moves)
    yield from ((move.at, move.author) for move in history.assignments)
