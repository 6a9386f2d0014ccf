"""Plain text with simple marks, taken apart: what both of Jira's forms of rich text are written from.

Only what cannot do anything is recognised: fenced code, `code`, bare web addresses, lists with `- `. Everything else is text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from reconciler.providers.jira.shortening import fence_of

_LANGUAGE: Final = re.compile(r"[A-Za-z0-9+#-]{1,20}")
_TOKEN: Final = re.compile(r"(?P<code>(?<!`)`[^`\n]+`(?!`))|(?P<link>(?<![A-Za-z0-9])https?://[^\s<>\"'`{}|\\^\[\]]+)")
_AFTER_LINK: Final = ".,;:!?*_~"


@dataclass(frozen=True, slots=True)
class Plain:
    """Text on one line."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """A piece of code on one line."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A web address that stands for itself; it never hides behind other words."""

    url: str


Piece: TypeAlias = Plain | Code | Link
Line: TypeAlias = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together; one may be empty."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Lines of code, as they are."""

    text: str
    language: str = ""


Block: TypeAlias = Paragraph | Bullets | CodeBlock


def blocks(text: str) -> tuple[Block, ...]:
    """The text taken apart. A code block that is never closed reaches to the end."""
    lines = harmless(text).split("\n")
    found: list[Block] = []
    first = 0
    for start, end, fence in _code(lines):
        found += _prose(lines[first:start])
        named = lines[start].strip()[len(fence) :].strip()
        is_language = bool(_LANGUAGE.fullmatch(named))
        code = lines[start + 1 : end] if is_language or not named else [named, *lines[start + 1 : end]]
        found.append(CodeBlock("\n".join(code), named if is_language else ""))
        first = end + 1
    return (*found, *_prose(lines[first:]))


def harmless(text: str) -> str:
    """The text without what no reader sees: control characters and halves of characters; lines end in one way."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(mark for mark in kept if mark in "\n\t" or unicodedata.category(mark) not in {"Cc", "Cs"})


def _code(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """First and last line of each code block, and its fence."""
    start, fence = 0, ""
    for number, line in enumerate(lines):
        mark = fence_of(line)
        if not fence:
            start, fence = number, mark
        elif mark.startswith(fence) and line.strip() == mark:
            yield start, number, fence
            fence = ""
    if fence:
        yield start, len(lines), fence


def _prose(lines: list[str]) -> Iterator[Block]:
    run: list[str] = []
    for line in [*lines, ""]:
        is_item = line.startswith("- ") and bool(line[2:].strip())
        if run and (not line.strip() or is_item != run[0].startswith("- ")):
            yield _block(run)
            run = []
        if line.strip():
            run.append(line if is_item or not line.startswith("- ") else line.rstrip())


def _block(run: list[str]) -> Block:
    if run[0].startswith("- "):
        return Bullets(tuple(_pieces(line[2:].strip()) for line in run))
    return Paragraph(tuple(_pieces(line.rstrip()) for line in run))


def _pieces(line: str) -> Line:
    found: list[Piece] = []
    end = 0
    for match in _TOKEN.finditer(line):
        shown = match.group()
        if match["link"]:
            shown = _address(shown)
        if match.start() > end:
            found.append(Plain(line[end : match.start()]))
        found.append(Link(shown) if match["link"] else Code(shown[1:-1]))
        end = match.start() + len(shown)
    if end < len(line):
        found.append(Plain(line[end:]))
    return tuple(found)


def _address(shown: str) -> str:
    """A web address without the punctuation that ends a sentence or closes a bracket around it."""
    while shown[-1] in _AFTER_LINK or (shown[-1] == ")" and shown.count(")") > shown.count("(")):
        shown = shown[:-1]
    return shown
