"""The text of a copied comment: who wrote the original and when, then its words, made harmless. And how texts are compared."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import UTC
from enum import Enum
from typing import Final

from reconciler.model.activity import Comment

LONGEST: Final = 20_000
"""Characters of an original that a copy repeats: below Jira's 32,767, which count what is stored and not what is read.

Reference: jira-api §6.
"""

SHORTENED: Final = "… (shortened"
_LONGEST_NAME: Final = 80
_BREAK: Final = "\u200b"

# What breaks a line somewhere; what is invisible or turns text round: C0, C1 and bidirectional controls.
_LINE_BREAKS: Final = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_EMPTY_LINES: Final = re.compile(r"\n(?:[^\S\n]*\n){2,}")
# An @ that could call somebody; the one within an e-mail address cannot.
_MENTION: Final = re.compile(r"(?P<address>(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+)|@(?=\S)")
_TAG: Final = re.compile(r"<(?=[A-Za-z/!?@#])")
_OUR_LINE: Final = re.compile(r"^(?=[^\S\n]*(?:\[reconciler\b|reconciler:))", re.IGNORECASE | re.MULTILINE)
_MARKUP: Final = frozenset("\\*_`[](){}~|^#>-+!•")


class Side(Enum):
    """The two places where a group is talked about. The value names it to people."""

    JIRA = "Jira"
    DATADOG = "Datadog"

    @property
    def other(self) -> Side:
        """The opposite one."""
        return Side.DATADOG if self is Side.JIRA else Side.JIRA


def render_copy(comment: Comment, towards: Side, link: str | None = None) -> str:
    """The text of a copy: a header with author and time, then the words of the original, at most LONGEST characters.

    Nobody is called by it, nothing is fetched by it, no link hides where it leads, and no line passes for a mark of ours.
    `link` leads to the original and is given where the copy says less.
    """
    author = _harmless(" ".join(comment.author.split()), towards)[:_LONGEST_NAME].strip() or "somebody"
    at = comment.created.astimezone(UTC)
    header = f"{author} wrote in {towards.other.value}, {at:%Y-%m-%d %H:%M} UTC:"
    text = _harmless(comment.text, towards).strip()
    see = f", see {link}" if link else ""
    if not text:
        text = f"(no text{see})"
    elif len(text) > LONGEST:
        text = f"{text[:LONGEST].rstrip()}\n\n{SHORTENED}{see})"
    return _OUR_LINE.sub("> ", f"{header}\n\n{text}")


def _harmless(text: str, towards: Side) -> str:
    """Without invisible controls; towards Datadog, whose comments are Markdown, without anything that acts.

    Towards Jira the client writes text as text. Reference: datadog-api §1.5 (an @ in a comment notifies).
    """
    plain = _CONTROLS.sub("", _LINE_BREAKS.sub("\n", text))
    plain = _EMPTY_LINES.sub("\n\n", plain)
    if towards is Side.JIRA:
        return plain
    plain = _MENTION.sub(lambda found: found["address"] or f"@{_BREAK}", plain)
    return _TAG.sub(f"<{_BREAK}", plain).replace("](", "] (").replace("![", f"!{_BREAK}[")


def digest_of(original: Comment, copy_text: str) -> str:
    """What a copy remembers: 16 hexadecimal digits of the original's words and 16 of its own."""
    return _print(_words(original.text)) + _print(squeezed(copy_text))


def is_edited(original: Comment, digest: str) -> bool:
    """Whether the original says something else than when it was copied."""
    return _print(_words(original.text)) != digest[:16]


def is_copy_edited(copy: Comment, digest: str) -> bool:
    """Whether somebody has rewritten the copy. Not told of a shortened one: its system may have cut it further."""
    if (copy.updated is not None and copy.updated <= copy.created) or SHORTENED in copy.text:
        return False
    return len(digest) == 32 and _print(squeezed(copy.text)) != digest[16:]


def squeezed(text: str) -> str:
    """The text without what a system may add or drop when it stores it: spaces, invisible characters, marks of form."""
    return "".join(
        letter
        for letter in unicodedata.normalize("NFKC", text)
        if letter not in _MARKUP and unicodedata.category(letter)[0] not in "CZ"
    )


def _words(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _print(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
