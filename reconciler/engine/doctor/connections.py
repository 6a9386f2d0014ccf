"""Connections and identity: both systems answer, know us, are what was declared, and agree with our clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from reconciler.engine.doctor.check import About, Check, Cure, Step, fail, ok, unknown, warn
from reconciler.engine.doctor.life import account_of
from reconciler.engine.doctor.sight import Sight, SiteSight
from reconciler.errors import NotFound, ProviderError, Unauthorized
from reconciler.model.declared import Deployment
from reconciler.model.finding import Origin
from reconciler.model.nearest import listed

# Beyond this, times of the two systems cannot be compared: grace, windows and "who moved first" go wrong.
MOST_SKEW = timedelta(seconds=30)


def keys_accepted(sight: Sight) -> Iterator[Check]:
    """Datadog answers and accepts both keys. Reference: datadog-api §0."""
    about = About(Step.CONNECTION, "Datadog", "GET /api/v2/validate_keys")
    error = sight.keys.error
    if isinstance(error, Unauthorized):
        yield fail(
            "datadog-keys", about, str(error), Cure(error.hint or "put working keys where Connections refers to")
        )
    elif error is not None:
        yield _unreachable("datadog-reachable", about, error)
    else:
        owner = sight.me.value if sight.me else None
        who = f"signed in as {owner.name or owner.email} ({owner.email})" if owner else "whose they are is not told"
        yield ok("datadog-keys", about, f"both keys are accepted; {who}")


def clock_of_datadog(sight: Sight) -> Iterator[Check]:
    """Datadog's clock and ours agree."""
    if sight.is_open and sight.ahead is not None:
        yield _clock("datadog-clock", About(Step.CONNECTION, "Datadog", "the Date of its answers"), sight.ahead)


def sites_answer(sight: Sight) -> Iterator[Check]:
    """Each Jira answers, and is what was declared. Reference: jira-api §3, serverInfo."""
    for name, site in sorted(sight.sites.items()):
        about = About(Step.CONNECTION, f"Jira {name}", "serverInfo", _place(site, "url"))
        if site.server.value is not None:
            deployed = "Cloud" if site.server.value.is_cloud else "Data Center"
            yield ok("jira-reachable", about, f"{site.server.value.url} answers: Jira {deployed}")
        elif isinstance(site.server.error, NotFound):
            yield from _another_deployment(site)
        elif site.server.error is not None and not isinstance(site.server.error, Unauthorized):
            yield _unreachable("jira-reachable", about, site.server.error)


def deployments(sight: Sight) -> Iterator[Check]:
    """Cloud or Data Center, as declared: they differ in paths, paging and the format of texts."""
    for name, site in sorted(sight.sites.items()):
        if site.declared is None or site.server.value is None:
            continue
        about = About(Step.CONNECTION, f"Jira {name}", "serverInfo", _place(site, "deployment"))
        is_cloud = site.declared.deployment is Deployment.CLOUD
        if site.server.value.is_cloud is is_cloud:
            yield ok("jira-deployment", about, f"it is `{site.declared.deployment.value}`, as declared")
        else:
            real = Deployment.CLOUD if site.server.value.is_cloud else Deployment.DATA_CENTER
            yield fail(
                "jira-deployment",
                about,
                f"`{site.declared.deployment.value}` is declared, but it says that it is `{real.value}`",
                Cure(f"in Connections say `deployment: {real.value}` for {name}, with the credentials that it takes"),
            )


def _another_deployment(site: SiteSight) -> Iterator[Check]:
    about = About(Step.CONNECTION, f"Jira {site.account}", "serverInfo", _place(site, "deployment"))
    yield fail(
        "jira-deployment",
        about,
        f"the server answers, but has no such API: {site.server.error}",
        Cure(
            f"check `url` and `deployment` of {site.account} in Connections: Cloud has version 3 of the API, Data Center "
            "only version 2"
        ),
    )


def signed_in(sight: Sight) -> Iterator[Check]:
    """Each Jira knows us: a bad token may be answered with 200, as to anybody. Reference: jira-api §0 (1)."""
    for name, site in sorted(sight.sites.items()):
        about = About(Step.CONNECTION, f"Jira {name}", "myself, and X-Seraph-LoginReason", _place(site, "auth"))
        error = site.me.error
        if site.me.value is not None:
            yield ok("jira-signed-in", about, f"signed in as {site.me.value.name} ({site.me.value.id})")
        elif isinstance(error, Unauthorized):
            hint = error.hint or "put a working credential where Connections refers to"
            yield fail("jira-signed-in", about, str(error), Cure(hint))
        elif site.server.value is not None and error is not None:
            yield unknown("jira-signed-in", about, site.me.why_not, Cure(error.hint or "run again"))


def clocks_of_sites(sight: Sight) -> Iterator[Check]:
    """Each Jira's clock and ours agree."""
    for name, site in sorted(sight.sites.items()):
        if site.is_open and site.ahead is not None:
            yield _clock("jira-clock", About(Step.CONNECTION, f"Jira {name}", "the Date of its answers"), site.ahead)


def accounts_connected(sight: Sight) -> Iterator[Check]:
    """Each Jira is an account in Datadog's Jira tile. Reference: datadog-api §7."""
    if sight.accounts is None:
        return
    for name, site in sorted(sight.sites.items()):
        facts = site.facts
        if facts is None:
            continue
        about = About(Step.CONNECTION, f"Jira {name}", "Datadog: Integrations > Jira", _place(site, "url"))
        if sight.accounts.value is None:
            yield unknown("jira-account-in-tile", about, sight.accounts.why_not)
        elif (account := account_of(sight, site)) is not None:
            yield ok("jira-account-in-tile", about, f"{account.url} is connected")
        else:
            there = listed(account.url for account in sight.accounts.value) or "none"
            yield fail(
                "jira-account-in-tile",
                about,
                f"Datadog has no Jira account for {facts.server.url}; there are: {there}",
                Cure(f"in Datadog: Integrations > Jira > Add Account, with {facts.server.url}"),
            )


def _unreachable(code: str, about: About, error: ProviderError) -> Check:
    return fail(
        code,
        about,
        str(error),
        Cure(error.hint or "check the address in Connections, the network, and a proxy on the way; then run again"),
    )


def _clock(code: str, about: About, ahead: timedelta) -> Check:
    seconds = round(ahead.total_seconds())
    if abs(ahead) <= MOST_SKEW:
        return ok(code, about, f"its clock is within {abs(seconds)} s of ours")
    way = "ahead of" if seconds > 0 else "behind"
    return warn(
        code,
        about,
        f"its clock is {abs(seconds):,} s {way} ours: grace periods and windows are off by that much",
        Cure("let this machine's clock be set by NTP; if it is right, tell whoever runs the other one"),
    )


def _place(site: SiteSight, part: str) -> Origin | None:
    written = site.declared.written if site.declared else None
    return written.at(part) if written else None
