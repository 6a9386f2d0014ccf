"""Secrets: fetched from where the configuration says, shown to nobody."""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import stat
import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit

from reconciler.errors import ConfigError
from reconciler.model.declared import SecretRef

_LARGEST: Final = 64 * 1024
_HIDDEN: Final = "[secret]"
_SHORTEST: Final = 6
_KEY: Final = 16
_PIECE: Final = 8
_LOWER: Final = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


class Secret:
    """A text that is never shown: only `reveal` gives it out."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself, for the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({_HIDDEN})"

    def __str__(self) -> str:
        return _HIDDEN

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")


def resolve_secret(
    ref: SecretRef, *, purpose: str, root: Path | None = None, environ: Mapping[str, str] | None = None
) -> Secret:
    """The secret that `ref` points to. `purpose` says what it is and where to get it, such as "the Datadog API key
    (Organization Settings > API Keys)"; a relative file is looked for below `root`.

    Raises ConfigError, with what to do, where it is missing, empty or cannot be part of a request.
    """
    if ref.source == "env":
        value = (os.environ if environ is None else environ).get(ref.name)
        where = f"the environment variable {ref.name}"
        if value is None:
            raise ConfigError(f"{where} is not set", hint=f"it should hold {purpose}")
    else:
        where = f"the file {ref.name}"
        value = _file_text(Path(root or ".") / ref.name, where, purpose).removesuffix("\n").removesuffix("\r")
    return Secret(_sendable(value, where, purpose))


def _file_text(path: Path, where: str, purpose: str) -> str:
    hint = f"it should hold {purpose}"
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ConfigError(f"{where} is not an ordinary file", hint=hint)
        if status.st_size > _LARGEST:
            raise ConfigError(f"{where} is larger than {_LARGEST:,} bytes", hint=hint)
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"{where} is not UTF-8 text", hint=hint) from None
    except OSError as error:
        raise ConfigError(f"{where} cannot be read: {error.strerror}", hint=hint) from None


def _sendable(value: str, where: str, purpose: str) -> str:
    if not value.strip():
        raise ConfigError(f"{where} is empty", hint=f"it should hold {purpose}")
    if value != value.strip():
        end = "ends with a line break" if value.endswith(("\n", "\r")) else "begins or ends with white space"
        raise ConfigError(f"{where} {end}", hint="set it without: `printf %s`, not `echo`, when piping a secret")
    if not header_safe(value):
        raise ConfigError(
            f"{where} holds a character that cannot be sent", hint=f"printable ASCII on one line: {purpose}"
        )
    return value


def header_safe(value: str) -> bool:
    """Whether a text may stand in a header: printable ASCII, on one line, without outer spaces."""
    return value == value.strip() and value.isascii() and value.isprintable()


class Redactor:
    """Takes known secrets out of any text: as they look in a URL, in JSON or in a Basic header, in any case, and every piece
    of a key that is long enough to be one.
    """

    def __init__(self, *values: str) -> None:
        self._forms: frozenset[str] = frozenset()
        self._whole: re.Pattern[str] | None = None
        self._pieces: frozenset[str] = frozenset()
        self.conceal(*values)

    def conceal(self, *values: str) -> None:
        """Hide these from now on, too."""
        meant = {each for value in values for each in _values(value) if len(each) >= _SHORTEST}
        self._forms |= {form for each in meant for form in _forms(each)}
        self._pieces |= {piece for each in meant if _is_key(each) for form in _forms(each) for piece in _pieces(form)}
        longest_first = sorted(self._forms, key=lambda form: (-len(form), form))
        self._whole = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE) if longest_first else None

    def hide(self, text: str) -> str:
        """The text without any of them. Long texts take their time: cut them before."""
        if self._whole is None:
            return text
        text = self._whole.sub(_HIDDEN, text)
        found = (at for at, piece in enumerate(_pieces(text)) if piece in self._pieces)
        shown, end = [], 0
        for at in found:
            if at > end or at == 0:
                shown += [text[end:at], _HIDDEN]
            end = at + _PIECE
        return "".join(shown) + text[end:]

    def __repr__(self) -> str:
        return f"Redactor({len(self._forms)} forms)"


def _is_key(value: str) -> bool:
    """Whether a secret is random enough for its pieces to be no words: no address of a person or page."""
    return len(value) >= _KEY and not {"@", " ", ":"} & set(value)


def _pieces(text: str) -> Iterator[str]:
    """Each run of so many characters by its place, in lower case as far as keys are written with it: no place moves."""
    lower = text.translate(_LOWER)
    return (lower[at : at + _PIECE] for at in range(len(lower) - _PIECE + 1))


def _forms(value: str) -> set[str]:
    """How a value looks plain, in a URL and in JSON."""
    return {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1]}


def _values(value: str) -> set[str]:
    """What is secret about a value: itself, and what a header or a URL carries within."""
    scheme, _, credentials = value.partition(" ")
    values = {value, *_within_url(value)}
    if scheme.lower() in {"basic", "bearer"} and credentials:
        values.add(credentials)
    if scheme.lower() == "basic":
        values |= _password(credentials)
    return values


def _within_url(value: str) -> set[str]:
    """What of a URL is the secret: what it asks with, and who asks. Host and path are in many others."""
    if "://" not in value:
        return set()
    try:
        parts = urlsplit(value)
        return {text for _, text in parse_qsl(parts.query)} | ({parts.password} if parts.password else set())
    except ValueError:
        return set()


def _password(credentials: str) -> set[str]:
    try:
        password = base64.b64decode(credentials, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return set()
    return {password}
