"""Text from the two systems made harmless in Markdown: it is read, it never links, mentions, loads, folds or formats.

Reference: reliability §5, row Markdown/PR comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reconciler.report.safe_text import log_safe, one_line, shorten

# Stands after the sign that would begin a mention, a reference or a link: invisible, and enough to stop it.
_JOINER = "\u200d"
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_MARKUP = re.compile(r"([\\`*_\[\]#|~$])")
# What would begin a list or underline a heading where the text happens to begin a line.
_AT_START = re.compile(r"^(\d*)([.)]|[-+=])")
_LINKING = re.compile(
    r"""  @                     # a mention, an e-mail address
        | \#                    # a reference to an issue or pull request
        | (?<=\b[Gg][Hh]-)(?=\d)  # GH-123
        | :(?=//)               # https://
        | (?<=[wW]{3})(?=\.)    # www. (a joiner behind the dot would count as part of the name)
        | :(?=[\w+-]+:)         # :emoji:
    """,
    re.VERBOSE,
)
_QUOTED = re.compile(r"`([^`]+)`")
_BACKTICKS = re.compile(r"`+")
LONGEST = 600


def prose(text: str) -> str:
    """The text within a sentence, on one line and cut to LONGEST columns: everything in it means itself."""
    return log_safe(_escaped(shorten(text, LONGEST)))


def sentence(text: str) -> str:
    """As `prose`, for sentences of ours: what they put between backticks becomes a code span. Safe for any text."""
    pieces = _QUOTED.split(shorten(text, LONGEST))
    return log_safe("".join(code(piece) if odd % 2 else _escaped(piece) for odd, piece in enumerate(pieces)))


def _escaped(plain: str) -> str:
    marked = _AT_START.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", plain.translate(_HTML)))
    return _LINKING.sub(lambda found: found.group() + _JOINER, marked)


def code(text: str) -> str:
    """The text as a code span, on one line: nothing in it is interpreted. Not for tables, where `|` would end a cell."""
    plain = log_safe(shorten(text, LONGEST)) or " "
    fence = "`" * (_longest_run(plain) + 1)
    pad = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{fence}{pad}{plain}{pad}{fence}"


def fenced(lines: Iterable[str], language: str = "") -> str:
    """Lines that are safe text already, in a code block that none of them can end."""
    body = "\n".join(lines).rstrip("\n")
    fence = "`" * max(3, _longest_run(body) + 1)
    return f"{fence}{language}\n{body}\n{fence}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)


def label(text: str) -> str:
    """A name for a hidden marker: letters, digits, `:` and `-` only, so that it cannot end the comment it stands in."""
    return re.sub(r"[^a-z0-9:]+", "-", one_line(text).lower()).strip("-")
