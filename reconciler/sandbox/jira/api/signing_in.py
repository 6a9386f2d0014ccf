"""Who calls: by e-mail and API token on Cloud, by personal access token on Data Center. Reference: jira-api §0 (1), §2."""

from __future__ import annotations

import base64
import binascii

from reconciler.sandbox.jira.records import User
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.route import Answer, Request, answer

_REASON = "X-Seraph-LoginReason"
_BUCKET = 500  # requests a Data Center user may send at once


def sign_in(state: JiraState, request: Request) -> tuple[User | None, dict[str, str], Answer | None]:
    """Who calls, the headers that say so, and the answer where the call ends here.

    On Cloud wrong credentials are nobody's, with a header: the call goes on, anonymously. Data Center refuses them.
    """
    given = request.headers.get("authorization", "")
    if state.site.wants_captcha and given:
        why = {_REASON: "AUTHENTICATION_DENIED", "X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE"}
        return None, why, answer({"message": "CAPTCHA required", "status-code": 403}, 403)
    if not given:
        return None, {}, None
    scheme, _, secret = given.partition(" ")
    user = _known(state, scheme.lower(), secret.strip())
    if user is None:
        refused = answer({"message": "Client must be authenticated to access this resource.", "status-code": 401}, 401)
        return None, {_REASON: "AUTHENTICATED_FAILED"}, None if state.site.is_cloud else refused
    if state.site.is_cloud:
        return user, {"X-AACCOUNTID": user.id}, None
    return user, {"X-AUSERNAME": user.login, _REASON: "OK", **_rate()}, None


def _known(state: JiraState, scheme: str, secret: str) -> User | None:
    active = [user for user in state.site.users.values() if user.active and user.token is not None]
    if scheme == "bearer":
        return next((user for user in active if not state.site.is_cloud and user.token == secret), None)
    try:
        name, _, token = base64.b64decode(secret, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    if scheme != "basic" or not state.site.is_cloud:  # a personal access token is no password
        return None
    return next((user for user in active if user.token == token and user.email.casefold() == name.casefold()), None)


def _rate() -> dict[str, str]:
    """What a Data Center with rate limiting says of every answer while tokens remain. Reference: jira-api §9."""
    return {
        "X-RateLimit-Limit": str(_BUCKET),
        "X-RateLimit-Remaining": str(_BUCKET - 1),
        "X-RateLimit-Interval-Seconds": "1",
        "X-RateLimit-FillRate": str(_BUCKET),
        "Retry-After": "0",
    }
