"""The webhook in each Jira that tells Datadog what people did: found by its URL, with the right events, covering every
bound project, enabled. Reference: datadog-api §7.4.
"""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.engine.facts import Facts
from reconciler.engine.scope import Systems, WebhookWanted
from reconciler.engine.settings.coverage import coverage, jql_for
from reconciler.engine.state import Gathered
from reconciler.model.address import Address, Kind
from reconciler.model.declared import Configuration
from reconciler.model.nearest import listed
from reconciler.model.resource import WebhookSettings
from reconciler.model.ticket import JiraWebhook

# Issue, comment and project-deleted events; the form in Datadog's guide shows no list to copy. Reference: datadog-api §7.4.
EVENTS = frozenset(
    {
        "jira:issue_created",
        "jira:issue_updated",
        "jira:issue_deleted",
        "comment_created",
        "comment_updated",
        "comment_deleted",
        "project_deleted",
    }
)
NAME = "Datadog Webhook"


def best_of(webhooks: Sequence[JiraWebhook], url: str) -> JiraWebhook | None:
    """The webhook with this URL; of several the enabled one with the most of our events, then the oldest."""
    matching = [hook for hook in webhooks if hook.url.strip() == url.strip()]
    matching.sort(key=lambda hook: (not hook.enabled, -len(hook.events & EVENTS), len(hook.id), hook.id))
    return matching[0] if matching else None


def observed_webhook(account: str, hook: JiraWebhook) -> WebhookSettings:
    """A webhook as a plan sees it: without its URL."""
    return WebhookSettings(account, hook.enabled, hook.events, hook.jql, hook.exclude_body)


def desired_webhook(account: str, projects: Sequence[str], seen: WebhookSettings | None) -> WebhookSettings:
    """What should stand: more events than needed do no harm and stay, a JQL that cannot be judged stays too."""
    if seen is None:
        return WebhookSettings(account, enabled=True, events=EVENTS, jql=jql_for(projects))
    covered = coverage(seen.jql)
    jql = seen.jql
    if covered.projects is not None and covered.missing(projects):
        jql = jql_for({*covered.projects, *projects})
    return WebhookSettings(account, enabled=True, events=EVENTS | seen.events, jql=jql)


def derive_webhooks(configuration: Configuration, systems: Systems, facts: Facts, gathered: Gathered) -> None:
    """Add the webhook of every account that declares one to both sides; where it is not ours to manage, say what is wrong."""
    for account in sorted(systems.webhooks):
        wanted, site = systems.webhooks[account], facts.sites.get(account)
        address = Address(Kind.WEBHOOK, account)
        projects = sorted({b.project for b in configuration.bindings.values() if b.account == account})
        if site is None or site.webhooks is None or not projects:
            continue
        if wanted.url is None:
            _no_url(address, wanted, gathered)
            continue
        _derive(account, wanted, projects, site.webhooks, gathered)


def _derive(
    account: str, wanted: WebhookWanted, projects: list[str], hooks: Sequence[JiraWebhook], gathered: Gathered
) -> None:
    address = Address(Kind.WEBHOOK, account)
    hook = best_of(hooks, wanted.url or "")
    seen = observed_webhook(account, hook) if hook is not None else None
    desired = desired_webhook(account, projects, seen)
    twins = sum(other.url.strip() == (wanted.url or "").strip() for other in hooks)
    if twins > 1:
        gathered.warn(
            "webhook-duplicate",
            f"{twins} webhooks of Jira {account} have Datadog's URL: every event arrives {twins} times",
            address=address,
            hint=f"delete all but number {hook.id if hook else ''} in Jira > System > WebHooks",
        )
    if seen is not None and not coverage(seen.jql).is_clear:
        gathered.warn(
            "webhook-jql-unclear",
            f"the webhook of Jira {account} has a JQL whose reach cannot be told: {seen.jql!r}",
            address=address,
            hint=f"it must let through events of {listed(projects)}; `{jql_for(projects)}` surely does",
        )
    if not wanted.manage:
        _report(desired, seen, gathered)
        return
    if seen is not None:
        gathered.see(seen)
    gathered.want(desired, f"Datadog hears of changes in {listed(projects)} through it", wanted.origin)


def _no_url(address: Address, wanted: WebhookWanted, gathered: Gathered) -> None:
    gathered.warn(
        "webhook-url-missing",
        f"the webhook of Jira {address.name} cannot be looked for: {wanted.why_no_url or 'its URL is not known'}",
        address=address,
        hint="copy it from Datadog's Jira tile (Integrations > Jira > Webhooks)",
    )


def _report(desired: WebhookSettings, seen: WebhookSettings | None, gathered: Gathered) -> None:
    """The webhook is not ours to change: say what its admin should."""
    account = desired.account
    if seen is None:
        gathered.warn(
            "webhook-missing",
            f"Jira {account} has no webhook with Datadog's URL: what people do in Jira never reaches Datadog",
            address=desired.address,
            hint="create it in Jira > System > WebHooks, or let us: `webhook: {manage: true}`",
        )
        return
    wrong = [
        text
        for broken, text in (
            (not seen.enabled, "it is disabled"),
            (seen.exclude_body, "it leaves the body out"),
            (seen.events != desired.events, "it lacks the events " + listed(sorted(desired.events - seen.events))),
            (seen.jql != desired.jql, f"its JQL {seen.jql!r} should be {desired.jql!r}"),
        )
        if broken
    ]
    if wrong:
        gathered.warn(
            "webhook-wrong",
            f"the webhook of Jira {account}: {'; '.join(wrong)}",
            address=desired.address,
            hint="mend it in Jira > System > WebHooks, or let us: `webhook: {manage: true}`",
        )
