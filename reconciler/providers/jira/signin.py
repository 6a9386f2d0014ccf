"""Signing in to Jira, and noticing that it failed: a bad token may be answered with 200, as to anybody.

Reference: jira-api §0 (1) and §2.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from reconciler.errors import ConfigError, Unauthorized
from reconciler.providers.http import Answer
from reconciler.providers.secrets import Secret

WHERE_TO_SIGN_IN: Final = (
    "make an API token at https://id.atlassian.com/manage-profile/security/api-tokens and use it with the e-mail address of "
    "the same account; a token with scopes works only with the URL https://api.atlassian.com/ex/jira/<cloudId>"
)
WHERE_TO_SIGN_IN_TO_DATA_CENTER: Final = (
    "make a personal access token in Jira (your profile > Personal Access Tokens) with the account that this run is to use; it "
    "is sent by itself, without a name or an e-mail address"
)

_GATEWAY: Final = "api.atlassian.com"
_SITES: Final = ".atlassian.net"
_REASON: Final = "X-Seraph-LoginReason"
_CAPTCHA_HINT: Final = "after too many failed sign-ins Jira asks for a CAPTCHA: sign in once with a browser as this account, then try again"


class SignedInAsNobody(Unauthorized):
    """Jira said in a header that it did not accept the credential, whatever the status of its answer."""


def refuse_nobody(
    system: str, credential: str = "the e-mail address and token", hint: str = WHERE_TO_SIGN_IN
) -> Callable[[Answer], None]:
    """The check of every answer: raises SignedInAsNobody where Jira took us for an anonymous visitor. `credential` is what
    was sent, `hint` where it comes from.
    """

    def check(answer: Answer) -> None:
        reasons = {reason.strip().upper() for reason in answer.headers.get(_REASON, "").split(",")}
        denied = "AUTHENTICATION_DENIED" in reasons
        if denied or "AUTHENTICATED_FAILED" in reasons:
            raise SignedInAsNobody(
                f"signed in as nobody: Jira did not accept {credential}, and answers as it would to anybody",
                system=system,
                call="sign-in",
                status=answer.status,
                hint=_CAPTCHA_HINT if denied else hint,
            )

    return check


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A credential of Jira Cloud: an API token, and the e-mail address of the account that made it."""

    email: Secret
    token: Secret

    def headers(self) -> Mapping[str, str]:
        """What goes with every request. Raises ConfigError for an e-mail address that cannot be part of it."""
        if ":" in self.email.reveal():
            raise ConfigError(
                "the e-mail address of the Jira account contains a colon",
                hint="it is the address that the account signs in with; the token is given by itself",
            )
        credentials = base64.b64encode(f"{self.email.reveal()}:{self.token.reveal()}".encode()).decode()
        return {"Authorization": f"Basic {credentials}", "Accept": "application/json"}


def check_site_url(account: str, url: str) -> None:
    """Raises ConfigError for an address of Jira Cloud that is not the base of its API."""
    parts = urlsplit(url)
    host, path = (parts.hostname or "").lower(), parts.path.rstrip("/")
    if host == _GATEWAY:
        prefix, _, cloud_id = path.rpartition("/")
        if prefix != "/ex/jira" or not cloud_id:
            raise ConfigError(
                f"the URL of the Jira account {account!r} is not complete: expected https://{_GATEWAY}/ex/jira/<cloudId>",
                hint="the site's https://SITE.atlassian.net/_edge/tenant_info tells its cloudId",
            )
    elif host.endswith(_SITES) and path:
        raise ConfigError(
            f"the URL of the Jira account {account!r} has a path: expected https://{host} alone",
            hint="leave out what follows the host",
        )


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A credential of Jira Data Center: a personal access token."""

    token: Secret

    def headers(self) -> Mapping[str, str]:
        """What goes with every request. Data Center checks writes for forgery by browsers, which we are not."""
        return {
            "Authorization": f"Bearer {self.token.reveal()}",
            "Accept": "application/json",
            "X-Atlassian-Token": "no-check",
        }


def check_data_center_url(account: str, url: str) -> None:
    """Raises ConfigError for an address of Jira Cloud."""
    host = (urlsplit(url).hostname or "").lower()
    if host == _GATEWAY or host.endswith(_SITES):
        raise ConfigError(
            f"the URL of the Jira account {account!r} is one of Jira Cloud, and its deployment is said to be data_center",
            hint="say `deployment: cloud`, with the e-mail address and an API token of the account",
        )


def is_gateway(url: str) -> bool:
    """Whether calls go through Atlassian's API gateway, which has no admin webhooks."""
    return (urlsplit(url).hostname or "").lower() == _GATEWAY
