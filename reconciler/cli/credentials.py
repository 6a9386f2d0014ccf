"""Every credential that a run needs, fetched at once: one message names all that are missing, and where to get them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.cli.session import Session
from reconciler.engine.scope import WebhookWanted
from reconciler.errors import ConfigError
from reconciler.model.declared import DatadogConnection, Deployment, JiraConnection, SecretRef, WebhookDeclared
from reconciler.providers.secrets import Secret, resolve_secret

_API_KEY = "a Datadog API key (Organization Settings > API Keys)"
_APP_KEY = "a Datadog application key (Organization Settings > Application Keys)"
_EMAIL = "the e-mail address of the Atlassian account that made the API token of Jira {account}"
_TOKEN = "an API token for Jira {account} (id.atlassian.com > Security > API tokens)"  # noqa: S105 - says what it is
_ACCESS_TOKEN = "a personal access token of Jira {account} (your profile > Personal Access Tokens)"  # noqa: S105 - the same
_WEBHOOK = "the webhook URL that Datadog's Jira tile shows for {account}"


@dataclass(frozen=True, slots=True)
class SignIn:
    """How to sign in to one Jira account: e-mail address and API token on Cloud, a personal access token on Data Center."""

    email: Secret | None
    token: Secret


@dataclass(frozen=True, slots=True)
class Credentials:
    """All of them, held by values that do not show themselves."""

    api_key: Secret
    app_key: Secret
    jira: Mapping[str, SignIn]


def gather(session: Session, datadog: DatadogConnection, jira: Mapping[str, JiraConnection]) -> Credentials:
    """Resolve what Connections refers to. Raises ConfigError with one line for each that is missing or cannot be used."""
    wanted: dict[tuple[str, str], tuple[SecretRef, str]] = {
        ("datadog", "api_key"): (datadog.api_key, _API_KEY),
        ("datadog", "app_key"): (datadog.app_key, _APP_KEY),
    }
    for account, connection in sorted(jira.items()):
        token = _TOKEN if connection.deployment is Deployment.CLOUD else _ACCESS_TOKEN
        wanted[account, "token"] = (connection.token, token.format(account=account))
        if connection.email is not None:
            wanted[account, "email"] = (connection.email, _EMAIL.format(account=account))
    found = _resolved(session, wanted)
    return Credentials(
        found["datadog", "api_key"],
        found["datadog", "app_key"],
        {account: SignIn(found.get((account, "email")), found[account, "token"]) for account in sorted(jira)},
    )


def _resolved(
    session: Session, wanted: Mapping[tuple[str, str], tuple[SecretRef, str]]
) -> Mapping[tuple[str, str], Secret]:
    found: dict[tuple[str, str], Secret] = {}
    missing = []
    for place, (ref, purpose) in wanted.items():
        try:
            found[place] = resolve_secret(ref, purpose=purpose, root=session.directory)
            session.secrets.append(found[place].reveal())
        except ConfigError as error:
            missing.append(f"{error}: {error.hint}" if error.hint else str(error))
    if missing:
        raise ConfigError(
            "\n  ".join(["credentials are missing; nothing was contacted", *missing]),
            hint="set them for this command only (a CI secret, a password manager's `run`); they are never taken from arguments",
        )
    return found


def webhook_wanted(
    session: Session, account: str, declared: WebhookDeclared, connection: JiraConnection
) -> WebhookWanted:
    """What Connections says of the webhook. Without its URL planning goes on, and says that the webhook was not looked at."""
    origin = connection.written.at("webhook") if connection.written else None
    try:
        url = resolve_secret(declared.url, purpose=_WEBHOOK.format(account=account), root=session.directory)
    except ConfigError as error:
        return WebhookWanted(None, declared.manage, f"{error}: {error.hint}" if error.hint else str(error), origin)
    session.secrets.append(url.reveal())
    return WebhookWanted(url.reveal(), declared.manage, origin=origin)
