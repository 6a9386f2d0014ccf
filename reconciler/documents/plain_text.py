"""From the bytes of a file to the text a YAML reader may see: UTF-8, and nothing that a reviewer cannot see."""

from __future__ import annotations

import re
import unicodedata

from reconciler.model.finding import Finding, Origin, Severity

# C0 and C1 controls but tab, line feed and carriage return; DEL; line and paragraph separators (line breaks to YAML 1.1
# only); marks that reverse the direction of text (a reviewer would read something else than the machine); noncharacters.
_HIDDEN = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff"
_HIDDEN_IN_FILE = re.compile(f"[{_HIDDEN}]")
_HIDDEN_IN_VALUE = re.compile(f"[{_HIDDEN}\ud800-\udfff]")


def decoded(raw: bytes, file: str) -> str | Finding:
    """The text of a file, its byte order mark taken off; or why it is not read."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig", errors="replace")
        wide = raw[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in raw[:4]
        return _finding(
            "not-utf-8",
            "the file is not UTF-8" + (", it looks like UTF-16" if wide else f": byte 0x{raw[error.start]:02x}"),
            _origin(file, before),
            "save it as UTF-8",
        )
    hidden = _HIDDEN_IN_FILE.search(text)
    if hidden is None:
        return text
    return _finding(
        "hidden-character",
        f"the file holds {name_of(hidden.group())}, which a reader cannot see",
        _origin(file, text[: hidden.start()]),
        "remove it; inside a text write it as an escape in double quotes",
    )


def hidden_in(value: str) -> str | None:
    """The first character of a value that no text for people holds (it came from an escape), by name."""
    hidden = None if value.isprintable() else _HIDDEN_IN_VALUE.search(value)
    return name_of(hidden.group()) if hidden else None


def name_of(character: str) -> str:
    """`U+202E RIGHT-TO-LEFT OVERRIDE`."""
    name = unicodedata.name(character, "a control character" if unicodedata.category(character) == "Cc" else "")
    return f"U+{ord(character):04X} {name}".rstrip()


def _origin(file: str, before: str) -> Origin:
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return Origin(file, len(lines), len(lines[-1]) + 1)


def _finding(code: str, message: str, origin: Origin, hint: str) -> Finding:
    return Finding(code, Severity.ERROR, message, origin=origin, hint=hint)
