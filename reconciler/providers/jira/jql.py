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


def in_status(project_key: str, type_id: str, status_id: str) -> str:
    """The query for tickets of a type in a status, the newest first. A quoted id is an id as long as nothing is named so;
    a bare one is an id before it is a name.
    """
    kind, status = _identity(type_id), _identity(status_id)
    return f"project = {quote(project_key)} AND issuetype = {kind} AND status = {status} ORDER BY created DESC"


def _identity(text: str) -> str:
    return text if text.isascii() and text.isdigit() else quote(text)


def _is_control(character: str) -> bool:
    return ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 or character in "\u2028\u2029"
