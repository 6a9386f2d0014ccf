"""Whether anybody lives in a Jira: what people did there since Datadog last heard from it. Silence alone proves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler.engine.doctor.sight import Sight, SiteSight
from reconciler.engine.settings.bindings import account_for
from reconciler.engine.settings.coverage import Coverage, coverage
from reconciler.engine.settings.webhooks import best_of
from reconciler.model.activity import History
from reconciler.model.case import JiraAccount
from reconciler.model.ticket import JiraUser, JiraWebhook

# How long an event may be under way from Jira to Datadog, and be told by `last_webhook_timestamp`.
ARRIVES = timedelta(minutes=5)
# Clocks are compared to the second, and when a webhook arrived is told to the second.
_PRECISION = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of life: somebody changed a ticket. `at` is by Jira's clock."""

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


def webhook_of(site: SiteSight) -> JiraWebhook | None:
    """The webhook with Datadog's URL; None where there is none, or it could not be told."""
    url = site.wanted.url if site.wanted else None
    return best_of((site.webhooks.value if site.webhooks else None) or (), url) if url else None


def _told_of(site: SiteSight) -> dict[str, str]:
    """The keys, by id, of the linked tickets whose changes surely pass the webhook's JQL."""
    hook, tickets = webhook_of(site), ((site.tickets.value if site.tickets else None) or {}).values()
    covered = coverage(hook.jql) if hook else Coverage(everything=True)
    return {
        ticket.id: ticket.key
        for ticket in tickets
        if covered.everything or ticket.project_key.upper() in (covered.projects or ())
    }


def may_be_unheard(sight: Sight, site: SiteSight, changed: datetime) -> bool:
    """Whether a ticket that changed then is worth a look at who did it."""
    since = _since(sight, site)
    return since is not None and changed - (site.ahead or timedelta(0)) > since


def _since(sight: Sight, site: SiteSight) -> datetime | None:
    """From when on Datadog should have heard of every change, by our clock; None where nothing tells.

    Clocks differ: each side's times are compared as our clock would have shown them.
    """
    skew, theirs = site.ahead or timedelta(0), sight.ahead or timedelta(0)
    # What happened before the webhook was last changed proves nothing against it.
    last, hook = last_heard(sight, site), webhook_of(site)
    changed = hook.changed if hook else None
    since = [moment for moment in (last and last - theirs + _PRECISION, changed and changed - skew) if moment]
    return max(since, default=None)


def unheard(sight: Sight, site: SiteSight) -> Sign | None:
    """The first change that Datadog should have heard of and did not; None where there is none."""
    since, skew = _since(sight, site), site.ahead or timedelta(0)
    if since is None:
        return None
    names = _told_of(site)
    signs = [
        Sign(at, names[ticket_id], author.name if author else "somebody")
        for ticket_id, history in ((site.histories.value if site.histories else None) or {}).items()
        for at, author in _changes(history)
        if ticket_id in names
    ]
    due = [sign for sign in signs if since < sign.at - skew < sight.now - ARRIVES]
    return min(due, key=lambda sign: (sign.at, sign.ticket), default=None)


def _changes(history: History) -> Iterator[tuple[datetime, JiraUser | None]]:
    yield from ((move.at, move.author) for move in history.moves)
    yield from ((move.at, move.author) for move in history.assignments)
