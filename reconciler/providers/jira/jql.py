"""Values inside JQL: always quoted, so that no text of the configuration or of a ticket can become an operator."""

from __future__ import annotations

_ESCAPES = str.maketrans(
    {
        "\\": "\\\\",
        '"': '\\"',
        "\n": "\\n",
        "\r": "\\r",
        "\t": "\\t",
    }
)


def quote(text: str) -> str:
    """The text as one JQL string literal. Reference: jira-api §5.5, "JQL quoting".

    Other control characters cannot be written in JQL; they become spaces, which match nothing that Jira stores.
    """
    escaped = text.translate(_ESCAPES)
    return '"' + "".join(" " if _is_control(character) else character for character in escaped) + '"'


def has_label(label: str) -> str:
    """The query for tickets that carry the label. Jira compares labels without regard to case."""
    return f"labels = {quote(label)}"


def _is_control(character: str) -> bool:
    return ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 or character in "\u2028\u2029"
