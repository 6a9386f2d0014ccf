"""What a YAML parser says, in words that help the person who wrote the file."""

from __future__ import annotations

import re

from reconciler.documents.events import Mark
from reconciler.documents.marks import origin_of, place_of
from reconciler.model.finding import Finding, Origin, Severity

QUOTE_IT = "put the whole text in quotes"

# The first pattern that is found in what the parser says decides: (pattern, what it means, what to do).
_MEANINGS: tuple[tuple[str, str, str], ...] = (
    (r"'\\t'|tab character", "a tab cannot indent", "indent with spaces"),
    (r"cannot start any token", "a text cannot begin with this character", QUOTE_IT),
    (
        r"mapping values are not allowed",
        "a second `key:` stands where only a value can",
        f"check the indentation; if the text itself holds ': ', {QUOTE_IT}",
    ),
    (r"could not find expected ':'", "a key without its ':'", "write `key: value`, with a space after the colon"),
    (r"end of (the )?stream|document (separator|indicator)", "a quote or bracket is not closed", "close it"),
    (r"expected ',' or '[\]}]'", "a bracket is not closed, or a comma is missing", f"or {QUOTE_IT} if [ or {{ is text"),
    (r"expected (the )?node content|expected '?<?node", "a value is missing here", "give a value, or remove the comma"),
    (
        r"expected '-' indicator|but found '<?block sequence|'-'",
        "the items of a list do not line up",
        "indent all `-` alike",
    ),
    (
        r"expected key|expected <block end>|block end",
        "this line does not fit the lines above it",
        f"check its indentation; if a text goes on after a quote, {QUOTE_IT}",
    ),
    (r"document start", "text goes on after the value has ended", QUOTE_IT),
    (r"escape", "an escape that YAML does not know", "use single quotes for text with backslashes"),
    (r"alias|anchor", "a text cannot begin with * or &", QUOTE_IT),
    (r"tag|URI|handle", "a text cannot begin with !", QUOTE_IT),
    (r"directive|YAML document|version", "a % directive that is not known", "remove the line"),
    (r"multi-?line|simple key|1024", "a key must stand on one line", "check quotes and indentation"),
)


def syntax_finding(error: Exception, file: str, text: str) -> Finding:
    """A parser's complaint as a finding at its place. The text of the file is not quoted: it may hold a secret."""
    said = " ".join(str(part) for part in (getattr(error, "problem", None), getattr(error, "context", None)) if part)
    where = _where(error, file)
    if _character_at(text, where) == "\t":
        said = f"'\\t' {said}"
    for pattern, meaning, hint in _MEANINGS:
        if re.search(pattern, said):
            return _finding(f"{meaning} ({_problem(error)})", where, hint)
    return _finding(f"the file is not valid YAML ({_problem(error)})", where, "check indentation and quotes")


def _problem(error: Exception) -> str:
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or type(error).__name__
    return re.sub(r"\s+", " ", str(problem))[:120]


def _where(error: Exception, file: str) -> Origin:
    mark: Mark | None = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return origin_of(file, place_of(mark.line, mark.column)) if mark is not None else Origin(file, 1, 1)


def _character_at(text: str, where: Origin) -> str:
    lines = text.splitlines()
    line = lines[where.line - 1] if where.line <= len(lines) else ""
    return line[where.column - 1 : where.column]


def _finding(message: str, origin: Origin, hint: str) -> Finding:
    return Finding("yaml-syntax", Severity.ERROR, message, origin=origin, hint=hint)
