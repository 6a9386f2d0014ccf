"""Text from the two systems and from files, made harmless for a screen. Used wherever something is rendered, and only there.

Titles, names and error texts are written by whoever can throw an exception. On a terminal they could move the cursor, hide or
reorder text; in a CI log they could start a workflow command. Nothing is dropped: what is dangerous is shown as an escape.
Reference: reliability §5, rows terminal and GitHub log.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Controls, format characters (bidi, zero-width, tags), surrogates, private use, unassigned, line and paragraph separators.
_ESCAPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Letters that draw nothing: combining grapheme joiner, Hangul and Khmer fillers, the Braille blank, Mongolian selectors.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_SUPPLEMENTARY_SELECTORS = range(0xE0100, 0xE01F0)
_PRINTABLE_ASCII = re.compile(r"[ -~]*\Z")
_SPACES = re.compile(r"[\s\x1c-\x1f\x85]+")

# The runners read `##[command]` and `##vso[command]` anywhere in a line, `::command::` after leading space only.
_ANYWHERE = re.compile(r"##(?=\[|vso\[)", re.IGNORECASE)
_AT_LINE_START = re.compile(r"^((?:\s|\x1b\[[0-9;]*m)*):(?=:)", re.MULTILINE)


def safe_text(text: str, *, keep_lines: bool = False) -> str:
    r"""The text with everything that is not plainly visible shown as an escape (`\x1b`, `\u202e`), and no CI command within.

    With `keep_lines` line feeds and tabs stay: only where the layout can bear them.
    """
    if not _PRINTABLE_ASCII.match(text):
        text = "".join(char if keep_lines and char in "\n\t" else _visible(char) for char in text)
    return _ANYWHERE.sub("# #", text)


@lru_cache(maxsize=4096)
def _visible(char: str) -> str:
    code = ord(char)
    hidden = unicodedata.category(char) in _ESCAPED_CATEGORIES or char in _INVISIBLE or code in _SUPPLEMENTARY_SELECTORS
    if not hidden:
        return char
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def one_line(text: str) -> str:
    """The text on one line: every run of white space is one space, the rest as `safe_text` has it."""
    return safe_text(_SPACES.sub(" ", text).strip())


def log_safe(rendered: str) -> str:
    """A whole rendered report in which no CI runner finds a command: `##[error]` becomes `# #[error]`, a line's `::` `: :`.

    Applied last, to the finished lines: wrapping may put any word at the start of one, where it is widened by a column.
    """
    return _AT_LINE_START.sub(r"\1: ", _ANYWHERE.sub("# #", rendered))


def width(text: str) -> int:
    """Columns that the text takes on a terminal."""
    from rich.cells import cell_len

    return len(text) if text.isascii() else cell_len(text)


def shorten(text: str, columns: int) -> str:
    """The text on one line and within so many columns; where something was cut off it ends with an ellipsis."""
    from rich.cells import set_cell_size

    line = one_line(text)
    if width(line) <= columns:
        return line
    return set_cell_size(line, max(columns - 1, 0)).rstrip() + "…" if columns > 0 else ""
