"""Findings as CI annotations: GitHub shows each at its line of the pull request.

The one report that is meant to be read as commands, hence the one that does not pass `log_safe`.
Reference: reliability §5, row GitHub log.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from reconciler.model.finding import Finding, Severity, ordered
from reconciler.report.safe_text import one_line, safe_text

# GitHub shows ten of a sort for a step and drops the others; the report itself has all.
MOST_OF_A_SORT = 10
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render_annotations(findings: Iterable[Finding], root: str = "") -> str:
    """One command a finding that has a place, most severe first; empty where none has one. `root` is the configuration
    directory as seen from the top of the repository: places in findings are relative to it.
    """
    unique, lines = ordered(tuple(findings)), []
    for severity in Severity:
        placed = [finding for finding in unique if finding.severity is severity and finding.origin]
        lines += [_command(finding, root) for finding in placed[:MOST_OF_A_SORT]]
    return "".join(f"{line}\n" for line in lines)


def _command(finding: Finding, root: str) -> str:
    told = [finding.message, f"expected {finding.expected}" if finding.expected else "", finding.hint or ""]
    properties = {"title": finding.code}
    if finding.origin:
        file = str(PurePosixPath(root) / finding.origin.file)
        properties = {"file": file, "line": str(finding.origin.line), "col": str(finding.origin.column)} | properties
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {written}::{_data(' — '.join(part for part in told if part))}"


def _data(text: str) -> str:
    """Escapes of a command's message; a legacy `##[` in it would be read even there."""
    lines = safe_text(text, keep_lines=True).replace("##", "# #")
    return lines.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(one_line(value)).replace(":", "%3A").replace(",", "%2C")
