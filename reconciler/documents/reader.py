"""One pass over the events of a YAML parser that builds plain data and, beside it, the place of every key and value.

The parser is libyaml's where PyYAML was built with it, else PyYAML's own: both give the same events. Nothing is constructed
but mappings, lists, text, numbers, booleans and nothing; all that YAML could do beyond that is refused where it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import yaml

from reconciler.documents.builder import Builder
from reconciler.documents.document import Document
from reconciler.documents.events import Parser, fast_parser
from reconciler.documents.refusals import Refusal
from reconciler.documents.syntax_words import syntax_finding
from reconciler.model.finding import Finding


@dataclass(frozen=True, slots=True)
class Parsed:
    """The documents of a file. `complete` is False where the file could not be read to its end."""

    documents: tuple[Document, ...]
    findings: tuple[Finding, ...]
    complete: bool = True


def read(text: str, file: str, parser: Callable[[str], Parser] = fast_parser) -> Parsed:
    """Every document of a file, and every finding about how it is written. Raises nothing, whatever the text."""
    builder = Builder(file)
    complete = False
    try:
        builder.build(parser(text).get_event)
        complete = True
    except Refusal:
        pass
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # PyYAML's own parser lets ValueError and OverflowError escape for code points that do not exist.
        builder.refusals.findings.append(syntax_finding(error, file, text))
    return Parsed(tuple(builder.documents), tuple(builder.refusals.findings), complete)
