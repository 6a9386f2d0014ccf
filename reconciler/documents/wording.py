"""What is wrong with the shape of a document, in words: what it is, what was expected, what to do. No secret is shown."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic_core import ErrorDetails

from reconciler.documents.document import Document, DoubtAt
from reconciler.documents.marks import Path, origin_of, spot
from reconciler.documents.scalars import FALSE_WORDS, TRUE_WORDS, Doubt
from reconciler.documents.schema_tree import is_secret_at, keys_at, nodes_at, words_at
from reconciler.documents.shapes.parts import (
    ADDRESS_PATTERN,
    DATE_PATTERN,
    DURATION_PATTERN,
    NAME_PATTERN,
    TAGS,
    URL_PATTERN,
    VARIABLE_PATTERN,
)
from reconciler.model.finding import Finding, Severity
from reconciler.model.nearest import listed, nearest

_REFERENCE = "{env: NAME} or {file: PATH}"
_PATTERNS = {
    NAME_PATTERN: "a name of lower-case letters, digits and -, such as web-store",
    DURATION_PATTERN: "a duration such as 30s, 10m, 24h or 7d",
    DATE_PATTERN: "a day such as 2026-11-01",
    ADDRESS_PATTERN: "case_project.KEY, webhook.ACCOUNT, ticket.KEY or ticket.ISSUE; * stands for anything in the name",
    URL_PATTERN: "https://HOST/PATH without user, query or fragment (http:// only for this machine)",
    VARIABLE_PATTERN: "the name of an environment variable, in upper case",
    r"\S": "text",
}
_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping (key: value)",
    "null": "null",
}


@dataclass(frozen=True, slots=True)
class Wording:
    """Words the findings about the shape of one document."""

    document: Document
    kind: str

    def of_error(self, error: ErrorDetails) -> Finding:
        """One error of the shape as a finding at its line."""
        path = self.path_of(error["loc"])
        about_key = error["type"] in {"missing", "extra_forbidden"}
        if self._is_secret(path[:-1] if about_key else path):
            return self._secret(path)
        match error["type"]:
            case "missing":
                return self._missing(path)
            case "extra_forbidden":
                return self._unknown(path)
            case "one_of":
                return self._finding("wrong-value", path, "these keys do not go together", expected=error["msg"])
            case _:
                return self._unfit(error, path)

    def of_doubt(self, doubt: DoubtAt) -> Finding | None:
        """A scalar that readers of YAML understand differently; None where its place takes the very word."""
        text, path = doubt.scalar.text, doubt.path
        if doubt.is_key:
            return None if text in keys_at(self.kind, path[:-1]) else self._doubtful_key(doubt)
        if doubt.scalar.doubt is Doubt.WORD and text in words_at(self.kind, path):
            return None
        if self._is_secret(path):
            return self._secret(path)
        expected, doubtful = self._expected(path), doubt.scalar.doubt
        is_harmless = doubtful is Doubt.WORD or self.kind != "Connections"
        shown, quoted = (text, _quoted(text)) if is_harmless else ("what stands here", "put it in quotes")
        if doubtful in {Doubt.TOO_LONG, Doubt.NOT_FINITE}:
            return self._finding("yaml-number", path, f"{shown[:40]} is no number that can be used", expected, quoted)
        hint = quoted if expected == _TYPES["string"] else f"{quoted} if it is text"
        if expected == _TYPES["boolean"] and text in TRUE_WORDS | FALSE_WORDS:
            hint = f"write {'true' if text in TRUE_WORDS else 'false'}"
        what = f"{shown} means different things to readers of YAML"
        return self._finding("yaml-ambiguous", path, what, expected, hint)

    def _doubtful_key(self, doubt: DoubtAt) -> Finding:
        origin = origin_of(self.document.file, doubt.place)
        message = f"{_dotted(doubt.path)}: the key {doubt.scalar.text} is not text to every reader of YAML"
        return Finding("yaml-key", Severity.ERROR, message, origin=origin, hint=_quoted(doubt.scalar.text))

    def path_of(self, loc: Sequence[str | int]) -> Path:
        """Where an error lies, from pydantic's path, which also names the ways in which something may be written."""
        here: object = self.document.data
        path: list[str | int] = []
        for step in loc:
            inner = _inner(here, step)
            if inner is _NOWHERE and (step in TAGS or step == "[key]"):
                continue
            here = inner
            path.append(step)
        return tuple(path)

    def _missing(self, path: Path) -> Finding:
        parent, key = path[:-1], path[-1]
        about = next((str(node["description"]) for node in nodes_at(self.kind, path) if "description" in node), "")
        # What a field is stands in lower case; what a whole mapping is would be too much here.
        expected = f"{key}: {about if about[:1].islower() else self._expected(path)}"
        return self._finding("missing-key", parent, f"{key} is missing", expected, f"add `{key}:`")

    def _unknown(self, path: Path) -> Finding:
        known = [key for key in keys_at(self.kind, path[:-1]) if key != path[-1]]
        near = nearest(str(path[-1]), known) or "remove it, or check its indentation"
        where = spot(self.document.marks, path)
        message = f"{_dotted(path)}: there is no such key"
        origin = origin_of(self.document.file, where.place if where.key is None else where.key)
        expected = f"one of {listed(known, 16)}" if known else None
        return Finding("unknown-key", Severity.ERROR, message, origin=origin, expected=expected, hint=near)

    def _unfit(self, error: ErrorDetails, path: Path) -> Finding:
        value, expected, kind = error["input"], self._expected(path), error["type"]
        shown, words = self._shown(value, path), words_at(self.kind, path)
        if error["loc"][-1:] == ("[key]",):
            return self._finding("wrong-value", path, "this key cannot be used", _PATTERNS.get(_pattern(error)))
        if value is None or value in ("", [], {}):
            return self._finding("wrong-value", path, "is empty", expected, "give a value, or remove the key")
        if words:
            near = nearest(value, words) if isinstance(value, str) else None
            return self._finding("wrong-value", path, f"{shown} is not known", expected, near)
        if kind == "string_type" and isinstance(value, int | float):
            hint = _quoted(shown) if expected == _TYPES["string"] else None
            return self._finding("wrong-type", path, f"{shown} is not text", expected, hint)
        if kind.endswith("_type") or kind == "int_from_float":
            return self._finding("wrong-type", path, f"{shown} cannot stand here", expected)
        return self._finding(
            "wrong-value", path, f"{shown} cannot be used", _limit_of(error) or expected, _capital(error)
        )

    def _shown(self, value: object, path: Path) -> str:
        """A value as a sentence names it. Connections are where people paste secrets into the wrong place."""
        if self.kind == "Connections" and not nearest(str(value), words_at(self.kind, path)):
            return "what stands here"
        return _shown(value)

    def _secret(self, path: Path) -> Finding:
        place = path
        while place and self._is_secret(place[:-1]):
            place = place[:-1]
        return self._finding(
            "secret-literal",
            place,
            "this is not the reference to a secret (what stands here is not shown)",
            _REFERENCE,
            "keep the secret in a variable or file; one that was committed must be replaced",
        )

    def _is_secret(self, path: Path) -> bool:
        return is_secret_at(self.kind, path)

    def _expected(self, path: Path) -> str:
        words = words_at(self.kind, path)
        if words:
            return words[0] if len(words) == 1 else f"one of {listed(words)}"
        nodes = nodes_at(self.kind, path)
        for node in nodes:
            if "oneOf" in node and "description" in node:
                return str(node["description"])
        forms = [form for node in nodes if (form := _form(node))]
        return " or ".join(dict.fromkeys(forms)) or "something else"

    def _finding(
        self, code: str, path: Path, what: str, expected: str | None = None, hint: str | None = None
    ) -> Finding:
        origin = origin_of(self.document.file, spot(self.document.marks, path).place)
        message = f"{_dotted(path)}: {what}" if path else what
        return Finding(code, Severity.ERROR, message, origin=origin, expected=expected, hint=hint)


_NOWHERE = object()


def _inner(value: object, step: str | int) -> object:
    """What stands one step below a value; `_NOWHERE` if there is nothing."""
    if isinstance(value, dict):
        return value.get(step, _NOWHERE)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return _NOWHERE


def _form(node: Mapping[str, object]) -> str | None:
    pattern = node.get("pattern")
    if isinstance(pattern, str) and pattern in _PATTERNS:
        return _PATTERNS[pattern]
    if isinstance(pattern, str) and pattern.startswith("^[A-Z]"):
        return "a key in upper case, such as SHOP"
    if isinstance(pattern, str) and "@" in pattern:
        return "an e-mail address"
    if "minimum" in node and "maximum" in node:
        return f"{_TYPES[str(node['type'])]} from {node['minimum']} to {node['maximum']}"
    return _TYPES.get(str(node.get("type"))) if "type" in node else None


def _pattern(error: ErrorDetails) -> str:
    return str(error.get("ctx", {}).get("pattern", ""))


def _capital(error: ErrorDetails) -> str | None:
    """A hint where only the case of letters is wrong."""
    value, pattern = error["input"], _pattern(error)
    for changed in (value.upper(), value.lower()) if isinstance(value, str) and pattern else ():
        if changed != value and pattern != URL_PATTERN and re.search(pattern, changed):
            return f"did you mean {changed}?"
    return None


def _limit_of(error: ErrorDetails) -> str | None:
    most = error.get("ctx", {}).get("max_length")
    return f"at most {most} characters" if most and error["type"] == "string_too_long" else None


def _dotted(path: Path) -> str:
    """`spec.rules[2].match`"""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, str | int | float | bool) else _sort(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _quoted(text: str) -> str:
    return f'write "{text}"' if len(text) <= 40 else "put it in quotes"


def _sort(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return "text"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return "nothing"
