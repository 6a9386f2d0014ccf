"""A fault inside a value, shown in the line of the file it stands in."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.model.declared import Rule
from reconciler.model.finding import Finding, Origin, Severity
from reconciler.query.fault import SyntaxFault, pointer


def query_finding(rule: Rule, fault: SyntaxFault, lines: Mapping[str, list[str]]) -> Finding:
    """A query that does not parse: at the very column where its text stands on one line, with a pointer below the query."""
    origin = rule.written.at("match") if rule.written else None
    if origin is not None:
        origin = _inside(origin, rule.match, fault.span.start, lines.get(origin.file, []))
    message = f"match of rule {rule.name}: {fault.message}\n{pointer(rule.match, fault.span)}"
    return Finding("query-syntax", Severity.ERROR, message, origin=origin, expected=fault.expected, hint=fault.hint)


def _inside(origin: Origin, text: str, offset: int, lines: list[str]) -> Origin:
    """The place of a character of a value; the place of the value where its text does not stand there as it is."""
    line = lines[origin.line - 1] if origin.line <= len(lines) else ""
    start = origin.column - 1
    if line[start : start + 1] in {"'", '"'}:
        start += 1
    if line[start : start + len(text)] != text:
        return origin
    return Origin(origin.file, origin.line, start + offset + 1)
