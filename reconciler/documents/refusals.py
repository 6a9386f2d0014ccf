"""Collects what is refused while a file is read: some things end the reading, the others only their own value."""

from __future__ import annotations

from typing import NoReturn

from reconciler.documents.budget import MAX_FINDINGS
from reconciler.documents.marks import origin_of
from reconciler.model.finding import Finding, Origin, Severity


class Refusal(Exception):
    """Reading of this file ends here: it asks for more than the budget allows, or for what cannot be passed over."""


def too_many(origin: Origin | None, what: str) -> Finding:
    """The finding that stands for all further ones of a file or document."""
    message = f"more than {MAX_FINDINGS} findings: {what}"
    return Finding("too-many-findings", Severity.ERROR, message, origin=origin, hint="mend those above first")


class Refusals:
    """The findings of one file while it is read."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []

    def add(self, finding: Finding) -> None:
        """Keep a finding; ends the reading where there are too many to be of use."""
        self.findings.append(finding)
        if len(self.findings) >= MAX_FINDINGS:
            self.findings.append(too_many(finding.origin, "the rest of the file was not read"))
            raise Refusal

    def refuse(
        self, code: str, place: int, message: str, *, expected: str | None = None, hint: str | None = None
    ) -> None:
        """Something is refused at a place; reading goes on."""
        origin = origin_of(self.file, place)
        self.add(Finding(code, Severity.ERROR, message, origin=origin, expected=expected, hint=hint))

    def end(self, code: str, place: int, message: str, *, hint: str | None = None) -> NoReturn:
        """Something is refused at a place, and the reading of the file ends."""
        self.refuse(code, place, message, hint=hint)
        raise Refusal
