"""Step 4: Datadog hears from Jira: the webhook is there, leads to Datadog, is on, tells enough, and has been heard from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from reconciler.engine.doctor.check import About, Check, Cure, Step, fail, ok, unknown, warn
from reconciler.engine.doctor.life import account_of, last_heard, unheard
from reconciler.engine.doctor.sight import Looked, Sight, SiteSight
from reconciler.engine.scope import WebhookWanted
from reconciler.engine.settings.coverage import coverage, jql_for
from reconciler.engine.settings.webhooks import EVENTS, best_of
from reconciler.errors import Forbidden
from reconciler.model.address import Address, Kind
from reconciler.model.declared import Engine
from reconciler.model.finding import Origin
from reconciler.model.nearest import listed
from reconciler.model.ticket import JiraWebhook

_WHERE = "Jira: System > WebHooks"
# Where a connection declares no webhook, and so no limit either.
_SILENCE = timedelta(days=7)


def webhooks_stand(sight: Sight) -> Iterator[Check]:
    """Each declared webhook exists, leads to Datadog, is enabled, and tells of all that matters. Reference: datadog-api §7.4."""
    for account, site in sorted(sight.sites.items()):
        wanted, looked = site.wanted, site.webhooks
        if wanted is None or looked is None:
            continue
        about = _about(site)
        if wanted.url is None:
            evidence = f"it cannot be looked for: {wanted.why_no_url or 'its URL is not known'}"
            yield fail(
                "webhook-url-known", about, evidence, Cure("copy it from Datadog: Integrations > Jira > Webhooks")
            )
        elif looked.value is None:
            yield _unseen(sight, site, about, looked)
        elif (hook := best_of(looked.value, wanted.url)) is None:
            yield fail("webhook-exists", about, _absent(looked.value, wanted.url), _cure(account, wanted, "create it"))
        else:
            yield ok("webhook-exists", about, f"{hook.name!r} (number {hook.id}) has Datadog's URL")
            yield from _in_order(sight, site, hook, wanted)
            yield from _twins(about, hook, looked.value)


def _unseen(sight: Sight, site: SiteSight, about: About, looked: Looked[tuple[JiraWebhook, ...]]) -> Check:
    """The list is an administrator's: where we are none, that Datadog heard from it lately proves that it stands."""
    heard = last_heard(sight, site)
    silence = None if heard is None else sight.now + (sight.ahead or timedelta(0)) - heard
    if isinstance(looked.error, Forbidden) and silence is not None and silence <= _max_silence(site):
        evidence = f"we may not list webhooks, but Datadog heard from it at {_clock(sight, site)}"
        return ok("webhook-exists", about, evidence)
    cure = "in Jira: System > Global permissions: grant Administer Jira to our user"
    return unknown("webhook-exists", about, looked.why_not, Cure(cure) if isinstance(looked.error, Forbidden) else None)


def _absent(hooks: tuple[JiraWebhook, ...], url: str) -> str:
    evidence = "no webhook has Datadog's URL: what people do in Jira never reaches Datadog"
    host = url.split("/")[2] if url.count("/") > 2 else url
    others = sorted(hook.name for hook in hooks if host in hook.url)
    return (
        f"{evidence}; {listed(repr(name) for name in others)} leads to Datadog with another URL" if others else evidence
    )


def _in_order(sight: Sight, site: SiteSight, hook: JiraWebhook, wanted: WebhookWanted) -> Iterator[Check]:
    about, account = _about(site), site.account
    if hook.enabled:
        yield ok("webhook-enabled", about, "it is on")
    else:
        yield fail("webhook-enabled", about, "it is switched off", _cure(account, wanted, "enable it"))
    missing = sorted(EVENTS - hook.events)
    if missing:
        mend = _cure(account, wanted, f"tick {listed(missing)}")
        yield fail("webhook-events", about, f"it does not tell of {listed(missing)}", mend)
    else:
        yield ok("webhook-events", about, "it tells of every event about tickets and comments")
    if hook.exclude_body:
        mend = _cure(account, wanted, "untick Exclude body")
        yield fail("webhook-body", about, "it leaves the body out, so Datadog does not learn which ticket it is", mend)
    yield _covers(sight, about, hook, site, wanted)


def _covers(sight: Sight, about: About, hook: JiraWebhook, site: SiteSight, wanted: WebhookWanted) -> Check:
    bound = sight.configuration.bindings.values()
    projects = sorted({binding.project for binding in bound if binding.account == site.account})
    covered = coverage(hook.jql)
    if not covered.is_clear:
        cure = Cure(
            f"in {_WHERE}: make sure that it lets events of {listed(projects)} through; `{jql_for(projects)}` does"
        )
        return warn("webhook-covers", about, f"what its JQL {hook.jql!r} lets through cannot be told", cure)
    missing = covered.missing(projects)
    if not missing:
        return ok("webhook-covers", about, f"its JQL lets {listed(projects) or 'all that will be bound'} through")
    mend = _cure(site.account, wanted, f"set its JQL to {jql_for({*(covered.projects or ()), *projects})}")
    return fail("webhook-covers", about, f"its JQL {hook.jql!r} keeps events of {listed(missing)} back", mend)


def _twins(about: About, hook: JiraWebhook, hooks: tuple[JiraWebhook, ...]) -> Iterator[Check]:
    twins = [other for other in hooks if other.url.strip() == hook.url.strip()]
    if len(twins) > 1:
        cure = Cure(f"in {_WHERE}: delete all but number {hook.id}")
        yield warn(
            "webhook-single", about, f"{len(twins)} webhooks have Datadog's URL: every event arrives so often", cure
        )


def webhooks_heard(sight: Sight) -> Iterator[Check]:
    """Datadog has heard from each Jira since people last changed something there: silence is measured against life."""
    for account, site in sorted(sight.sites.items()):
        if not _matters(sight, site):
            continue
        about = About(
            Step.WEBHOOK, f"Jira {account}", "Datadog: last_webhook_timestamp of the account; Jira: changelogs"
        )
        if sight.accounts is None or sight.accounts.value is None:
            if sight.accounts is not None:
                yield unknown("webhook-heard", about, sight.accounts.why_not)
            continue
        if account_of(sight, site) is None or _is_missing(site):
            continue
        looked = next(
            (one for one in (site.tickets, site.histories) if one is not None and one.error is not None), None
        )
        yield unknown("webhook-heard", about, looked.why_not) if looked else _heard(sight, site, about)


def _is_missing(site: SiteSight) -> bool:
    """Whether there is surely no webhook to hear from, which was said before."""
    url, hooks = site.wanted.url if site.wanted else None, site.webhooks.value if site.webhooks else None
    return url is not None and hooks is not None and best_of(hooks, url) is None


def _heard(sight: Sight, site: SiteSight, about: About) -> Check:
    heard, sign = last_heard(sight, site), unheard(sight, site)
    last = f"Datadog last heard from it at {_clock(sight, site)}" if heard else "Datadog has never heard from it"
    if sign is not None:
        return fail(
            "webhook-heard",
            about,
            f"{last}, although {sign.who} changed {sign.ticket} at {sign.at:%Y-%m-%d %H:%M} UTC",
            Cure(
                "in Jira: open the webhook's delivery log, and let Datadog's `webhooks` addresses through any filter; "
                "then change a ticket and look again"
            ),
        )
    if heard is None:
        cure = Cure("change a linked ticket in Jira, wait some minutes, and look again")
        return warn("webhook-heard", about, f"{last}, and nobody changed a linked ticket since it was set up", cure)
    silence = sight.now + (sight.ahead or timedelta(0)) - heard
    if silence > _max_silence(site):
        cure = Cure("change a linked ticket in Jira, wait some minutes, and look again")
        return warn(
            "webhook-heard", about, f"{last}: longer ago than `max_silence`; nobody changed a linked ticket since", cure
        )
    return ok("webhook-heard", about, f"{last}; nothing that people changed since is missing")


def _matters(sight: Sight, site: SiteSight) -> bool:
    """Whether anything relies on webhooks of this Jira: one is declared, or Datadog syncs with it."""
    native = (binding.sync.engine is Engine.DATADOG for binding in sight.bindings if binding.account == site.account)
    return site.is_open and (site.wanted is not None or any(native))


def _cure(account: str, wanted: WebhookWanted, what: str) -> Cure:
    if wanted.manage:
        address = Address(Kind.WEBHOOK, account)
        return Cure(f"{what} in Jira, or let us", f"apply --target {address}", address)
    return Cure(f"in {_WHERE}: {what}; or say `manage: true` of the webhook in Connections, and apply")


def _max_silence(site: SiteSight) -> timedelta:
    declared = site.declared.webhook if site.declared else None
    return declared.max_silence if declared else _SILENCE


def _clock(sight: Sight, site: SiteSight) -> str:
    heard = last_heard(sight, site)
    return f"{heard:%Y-%m-%d %H:%M} UTC" if heard else "no time"


def _about(site: SiteSight) -> About:
    origin: Origin | None = site.wanted.origin if site.wanted else None
    return About(Step.WEBHOOK, f"Jira {site.account}", _WHERE, origin)
