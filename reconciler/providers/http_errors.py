"""What a refusal says: every error body of both systems, read into sentences and one tree of errors.

Reference: datadog-api §0.1 (four shapes), jira-api §2 (seven shapes).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from reconciler.errors import (
    BadAnswer,
    Forbidden,
    NotFound,
    OutcomeUnknown,
    ProviderError,
    RateLimited,
    Refused,
    Superseded,
    Unauthorized,
    Unavailable,
)

_SENTENCE: Final = 300
_MESSAGE: Final = 800
_MOST: Final = 20
_LOOKED_AT: Final = 20_000


@dataclass(frozen=True, slots=True)
class Complaint:
    """What an error body says: general sentences, and one for each field it names."""

    sentences: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All of it on one line; empty where the body said nothing."""
        named = tuple(f"{name}: {sentence}" for name, sentence in self.fields.items())
        return shorten("; ".join((*self.sentences, *named)), _MESSAGE)


def complaint(body: object, hide: Callable[[str], str]) -> Complaint:
    """Read an error body, whatever its shape. Unknown shapes give nothing rather than something wrong.

    `hide` takes secrets out: before the text is cut to what is shown, and again once nothing invisible can split them.
    """
    if not isinstance(body, dict):
        return Complaint()

    def harmless(text: str) -> str:
        return hide(clean(hide(text[:_LOOKED_AT])))

    errors = body.get("errors")
    named = sorted(errors.items())[:_MOST] if isinstance(errors, dict) else []
    found = dict.fromkeys(harmless(sentence) for sentence in islice(_sentences(body), _MOST))
    return Complaint(tuple(filter(None, found)), {harmless(name): harmless(str(text)) for name, text in named})


def _sentences(body: Mapping[str, object]) -> Iterator[str]:
    messages = body.get("errorMessages")
    if isinstance(messages, list):
        yield from (message for message in messages if isinstance(message, str))
    errors = body.get("errors")
    if isinstance(errors, list):
        for error in errors:
            yield _sentence(error)
    if not messages and not errors:
        yield _sentence(body)


def _sentence(error: object) -> str:
    """One error: a plain string, JSON:API (title and maybe detail), a bulk `message`, or problem+json."""
    if isinstance(error, str):
        return error
    if not isinstance(error, dict):
        return ""
    parts = [error.get(name) for name in ("title", "detail", "message", "error")]
    said = [part for part in parts if isinstance(part, str) and part and part != "Generic Error"]
    return ": ".join(dict.fromkeys(said[:2]))


def clean(text: str) -> str:
    """Foreign text as one harmless line: no control, format or bidirectional characters, and not too long."""
    kept = (" " if unicodedata.category(mark) in {"Zl", "Zp", "Cc"} else mark for mark in text[: 4 * _SENTENCE])
    visible = "".join(mark for mark in kept if unicodedata.category(mark) not in {"Cf", "Cs", "Co", "Cn"})
    return shorten(" ".join(visible.split()), _SENTENCE)


def shorten(text: str, longest: int) -> str:
    """The text, cut with an ellipsis where it is longer."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Call:
    """The request an error speaks about: the system, and method with path (no query, no secret)."""

    system: str
    text: str

    def unauthorized(self, message: str, status: int) -> Unauthorized:
        """401: signed in as nobody."""
        return Unauthorized(message, system=self.system, call=self.text, status=status, hint=_HINTS.get(status))

    def bad_answer(self, message: str, status: int | None, hint: str | None = None) -> BadAnswer:
        """An answer that cannot be trusted."""
        return BadAnswer(message, system=self.system, call=self.text, status=status, hint=hint)

    def unavailable(self, message: str, status: int | None) -> Unavailable:
        """Surely without effect."""
        return Unavailable(
            message,
            system=self.system,
            call=self.text,
            status=status,
            hint="nothing was changed by it; run again later",
        )

    def unknown(self, message: str, status: int | None) -> OutcomeUnknown:
        """A write without an answer that tells."""
        return OutcomeUnknown(
            f"{message}; whether it took effect is not known",
            system=self.system,
            call=self.text,
            status=status,
            hint="it is not sent again in this run; the next run looks at what is there first",
        )

    def rate_limited(self, message: str, after: float | None) -> RateLimited:
        """429 after all the waiting there may be."""
        hint = "run again later" if after is None else f"run again in {after:.0f} s"
        return RateLimited(message, system=self.system, call=self.text, hint=hint, retry_after=after)

    def refusal(self, status: int, said: Complaint) -> ProviderError:
        """The error for a status from 400 to 499 that is final."""
        message = said.text or _PLAIN.get(status, "refused without saying why")
        hint = _HINTS.get(status)
        match status:
            case 401:
                return self.unauthorized(message, status)
            case 403:
                return Forbidden(message, system=self.system, call=self.text, status=status, hint=hint)
            case 404:
                return NotFound(message, system=self.system, call=self.text, status=status, hint=hint)
            case 409 | 412:
                kind: type[Refused] = Superseded
            case _:
                kind = Refused
        return kind(message, system=self.system, call=self.text, status=status, hint=hint, fields=said.fields)


_PLAIN: Final = {
    401: "the credential was not accepted",
    403: "not permitted",
    404: "not found, or not visible to this account",
    409: "somebody else changed it at the same time",
    413: "the request is too large",
}
_HINTS: Final = {
    401: "check that the credential is right, complete and not expired",
    403: "the account behind the credential lacks a permission for this call",
    404: "check that it exists and that the account may see it: the two cannot be told apart",
}
