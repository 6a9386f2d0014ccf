"""Everything the product raises on purpose.

Only edges and the engine raise; the core returns findings. What is merely *wrong in a declaration* is a
`Finding`, not an exception.

    ReconcilerError
      x ConfigError            the configuration cannot be used at all; its findings were already collected
      x ProviderError          a call to Datadog or Jira; names system, method and path, never a body or a token
        + Unauthorized         signed in as nobody: 401, or Jira's silent 200 for a bad token
        + Forbidden            403: signed in, but not permitted
        + NotFound             404: absent *or invisible*; never read as "deleted"
        + Refused              the request was understood and refused (400, 409, 413, 422 ...); nothing changed
          - Superseded         409: somebody else changed it meanwhile
        + RateLimited          429 after all waiting that one run may do
        + Unavailable          the request surely had no effect (refused connection, a read that never answered)
        + OutcomeUnknown       a write was sent and no answer tells whether it took effect: never sent again
        + BadAnswer            an answer that cannot be trusted: not JSON, too large, a redirect, truncated
      x PlanRefused            exit 4: stale, expired, altered, other target
      x LockHeld               exit 5: another run is applying
"""

from __future__ import annotations

from collections.abc import Mapping


class ReconcilerError(Exception):
    """The root: every error a user may cause or meet. `hint` says what to do next."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ConfigError(ReconcilerError):
    """The configuration cannot be used."""


class ProviderError(ReconcilerError):
    """A call to one of the two systems did not do what was asked.

    `system` is "datadog" or "jira:<account>"; `path` carries no query values and no secret; `status` is the HTTP status,
    None where no answer came.
    """

    def __init__(
        self, message: str, *, system: str, call: str, status: int | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.system = system
        self.call = call
        self.status = status

    def __str__(self) -> str:
        answered = "no answer" if self.status is None else str(self.status)
        return f"{self.system}: {self.call}: {answered}: {self.message}"


class Unauthorized(ProviderError):
    """The credential is missing, wrong or expired: signed in as nobody. Stops a run."""


class Forbidden(ProviderError):
    """Signed in, but without the permission this call needs."""


class NotFound(ProviderError):
    """Absent, or not visible to us: the two cannot be told apart."""


class Refused(ProviderError):
    """The system understood the request and refused it. `fields` holds its sentence for each field it named."""

    def __init__(
        self,
        message: str,
        *,
        system: str,
        call: str,
        status: int | None = None,
        hint: str | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, system=system, call=call, status=status, hint=hint)
        self.fields: Mapping[str, str] = dict(fields or {})


class Superseded(Refused):
    """Somebody else changed the same thing at the same time (409)."""


class RateLimited(ProviderError):
    """Still refused for its rate after all the waiting one run may do. `retry_after` is in seconds, None if untold."""

    def __init__(
        self,
        message: str,
        *,
        system: str,
        call: str,
        status: int | None = 429,
        hint: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, system=system, call=call, status=status, hint=hint)
        self.retry_after = retry_after


class Unavailable(ProviderError):
    """The system could not be reached or did not answer; the request surely changed nothing."""


class OutcomeUnknown(ProviderError):
    """A write was sent and its effect is not known: it must not be sent again in this run."""


class BadAnswer(ProviderError):
    """An answer that cannot be trusted: not JSON, cut short, too large, or a redirect."""


class PlanRefused(ReconcilerError):
    """The plan file is not applied. `cause` is one of stale, expired, altered, other-target, unreadable."""

    def __init__(self, message: str, *, cause: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.cause = cause


class LockHeld(ReconcilerError):
    """Another run holds the lock of this configuration."""
