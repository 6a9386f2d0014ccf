"""A document against the shape of its kind: everything that is wrong with it, and what can still be read of it."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from reconciler.documents.budget import MAX_FINDINGS
from reconciler.documents.document import Document
from reconciler.documents.marks import Path, origin_of, spot
from reconciler.documents.refusals import too_many
from reconciler.documents.salvage import without
from reconciler.documents.shapes.kinds import KINDS, WORLD, AnyShape
from reconciler.documents.wording import Wording
from reconciler.model.finding import Finding, Origin, Severity
from reconciler.model.nearest import listed, nearest

_ROUNDS = 8
"""How often faulty parts are taken out before a document is given up."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A document of a known kind. `shape` is what could be read of it: all, a part, or None.

    `document` is what `shape` was made from: places are to be looked up in it.
    """

    document: Document
    kind: str
    shape: AnyShape | None
    findings: tuple[Finding, ...] = ()


def check(document: Document) -> Checked | Finding | None:
    """The document as its kind has it; a finding if it is of no kind, None if it is none of ours (empty, or a world)."""
    data = document.data
    if data is None:
        return None
    if not isinstance(data, dict):
        expected = "a mapping with apiVersion, kind, metadata and spec"
        what = "a list" if isinstance(data, list) else "a single value"
        return _finding(document, (), "not-a-document", f"this is {what}, not a document", expected=expected)
    kind = data.get("kind")
    if kind == WORLD:
        return None
    if kind is None:
        return _finding(document, (), "missing-key", "kind is missing", expected=f"one of {listed(KINDS)}")
    if not isinstance(kind, str) or kind not in KINDS:
        hint = nearest(kind, KINDS) if isinstance(kind, str) else None
        message = f"kind: {kind!r} is not known" if isinstance(kind, str) else "kind: this is no kind"
        return _finding(document, ("kind",), "unknown-kind", message, expected=f"one of {listed(KINDS)}", hint=hint)
    return _checked(document, kind)


def _checked(document: Document, kind: str) -> Checked:
    wording = Wording(document, kind)
    doubts = {doubt.path: finding for doubt in document.doubts if (finding := wording.of_doubt(doubt))}
    shape, errors = _validated(document, kind)
    if shape is not None and not doubts:
        return Checked(document, kind, shape)
    findings = list(doubts.values())
    faulty: set[Path] = set(doubts)
    for path, finding in errors:
        if path not in doubts:
            findings.append(finding)
        faulty.add(path)
    rest, shape = _salvaged(document, kind, faulty)
    return Checked(rest, kind, shape, tuple(findings))


def _validated(document: Document, kind: str) -> tuple[AnyShape | None, list[tuple[Path, Finding]]]:
    try:
        return KINDS[kind].model_validate(document.data), []
    except ValidationError as error:
        wording = Wording(document, kind)
        errors = error.errors(include_url=False)
        told = [(wording.path_of(one["loc"]), wording.of_error(one)) for one in errors[:MAX_FINDINGS]]
        if len(errors) > MAX_FINDINGS:
            _, last = told[-1]
            told.append(((), too_many(last.origin, f"{len(errors) - MAX_FINDINGS:,} more in this document")))
        return None, told


def _salvaged(document: Document, kind: str, faulty: set[Path]) -> tuple[Document, AnyShape | None]:
    rest = document
    for _ in range(_ROUNDS):
        # What is missing cannot be taken out; what it is missing from can.
        left = without(rest, {_standing(rest, path) for path in faulty})
        if left is None:
            return rest, None
        shape, errors = _validated(left, kind)
        if shape is not None:
            return left, shape
        rest, faulty = left, {path for path, _ in errors}
    return rest, None


def _standing(document: Document, path: Path) -> Path:
    found = spot(document.marks, path).found
    return path if found == len(path) else path[:found]


def _finding(
    document: Document, path: Path, code: str, message: str, *, expected: str, hint: str | None = None
) -> Finding:
    origin: Origin = origin_of(document.file, spot(document.marks, path).place)
    return Finding(code, Severity.ERROR, message, origin=origin, expected=expected, hint=hint)
