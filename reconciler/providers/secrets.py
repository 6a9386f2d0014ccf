"""Secrets: fetched from where the configuration says, shown to nobody."""

from __future__ import annotations

import base64
import binascii
import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_plus

from reconciler.errors import ConfigError
from reconciler.model.declared import SecretRef

_LARGEST: Final = 64 * 1024
_HIDDEN: Final = "[secret]"
_SHORTEST: Final = 6


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
    """Takes known secrets out of any text, also as they look in a URL, in JSON or in a Basic header."""

    def __init__(self, *values: str) -> None:
        self._forms: tuple[str, ...] = ()
        self.conceal(*values)

    def conceal(self, *values: str) -> None:
        """Hide these from now on, too."""
        forms = set(self._forms)
        for value in values:
            forms |= _forms(value)
        self._forms = tuple(
            sorted((form for form in forms if len(form) >= _SHORTEST), key=lambda form: (-len(form), form))
        )

    def hide(self, text: str) -> str:
        """The text without any of them."""
        for form in self._forms:
            text = text.replace(form, _HIDDEN)
        return text

    def __repr__(self) -> str:
        return f"Redactor({len(self._forms)} forms)"


def _forms(value: str) -> set[str]:
    forms = {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1]}
    scheme, _, credentials = value.partition(" ")
    if scheme.lower() in {"basic", "bearer"} and credentials:
        forms |= {credentials, quote(credentials, safe="")}
    if scheme.lower() == "basic":
        forms |= _password(credentials)
    return forms


def _password(credentials: str) -> set[str]:
    try:
        password = base64.b64decode(credentials, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return set()
    return {password, quote(password, safe="")}
