"""Rich text: the Atlassian Document Format on version 3, plain text on version 2. Reference: jira-api §6."""

from __future__ import annotations

import json
from itertools import groupby

from pydantic import JsonValue

from reconciler.sandbox.jira.refusal import JiraRefusal

LONGEST = 32_767

_BLOCKS = frozenset(
    {
        "paragraph", "heading", "codeBlock", "blockquote", "bulletList", "orderedList", "listItem", "panel", "rule",
        "table", "tableRow", "tableCell", "tableHeader", "mediaSingle", "mediaGroup", "media", "expand", "nestedExpand",
        "taskList", "taskItem", "decisionList", "decisionItem", "blockCard", "embedCard",
    }
)  # fmt: skip
_INLINE = frozenset({"text", "hardBreak", "mention", "emoji", "inlineCard", "date", "status", "mediaInline"})


def is_document(value: JsonValue) -> bool:
    """Whether this claims to be a document: a node of type doc with content."""
    match value:
        case {"type": "doc", "version": 1, "content": list()}:
            return True
        case _:
            return False


def checked(document: JsonValue) -> JsonValue:
    """The document as Jira keeps it. Refuses one that is broken inside (400 INVALID_INPUT)."""
    if not _is_sound(document):
        raise JiraRefusal(400, "INVALID_INPUT")
    return _normalised(document)


def _is_sound(node: JsonValue) -> bool:
    match node:
        case {"type": "text", "text": str(text)}:
            return bool(text)
        case {"type": str(name), "content": list(content)}:
            return (name == "doc" or name in _BLOCKS) and all(_is_sound(child) for child in content)
        case {"type": str(name)}:
            return name in _BLOCKS or (name in _INLINE and name != "text")
        case _:
            return False


def _normalised(node: JsonValue) -> JsonValue:
    """Neighbouring texts with the same marks become one; unknown members of a node are dropped. Never compare trees."""
    if not isinstance(node, dict):
        return node
    kept = {name: value for name, value in node.items() if name in {"type", "version", "attrs", "marks", "text"}}
    content = node.get("content")
    if isinstance(content, list):
        kept["content"] = _merged([_normalised(child) for child in content])
    return kept


def _marks(node: JsonValue) -> str:
    if isinstance(node, dict) and node.get("type") == "text":
        return "text " + json.dumps(node.get("marks"), sort_keys=True)
    return ""


def _merged(nodes: list[JsonValue]) -> list[JsonValue]:
    merged: list[JsonValue] = []
    for marks, run in groupby(nodes, key=_marks):
        same = list(run)
        first = same[0]
        if not marks or not isinstance(first, dict):
            merged.extend(same)
            continue
        texts = [str(node["text"]) for node in same if isinstance(node, dict)]
        merged.append({**first, "text": "".join(texts)})
    return merged


def from_text(text: str) -> JsonValue:
    """A document that says the text: a blank line parts paragraphs, a single line end is a hard break."""
    paragraphs: list[JsonValue] = []
    for block in text.replace("\r\n", "\n").split("\n\n"):
        content: list[JsonValue] = []
        for number, line in enumerate(block.split("\n")):
            if number:
                content.append({"type": "hardBreak"})
            if line:
                content.append({"type": "text", "text": line})
        paragraphs.append({"type": "paragraph", "content": content})
    return {"type": "doc", "version": 1, "content": paragraphs}


def as_document(body: JsonValue) -> JsonValue:
    """How version 3 shows a stored text."""
    return from_text(body) if isinstance(body, str) else body


def as_text(body: JsonValue) -> str | None:
    """How version 2 shows a stored text, without markup. None for none."""
    if body is None or isinstance(body, str):
        return body
    return _flat(body).strip("\n")


def _flat(node: JsonValue) -> str:
    match node:
        case {"type": "text", "text": str(text)}:
            return text
        case {"type": "hardBreak"}:
            return "\n"
        case {"type": "mention" | "emoji", "attrs": {"text": str(text)}}:
            return text
        case {"type": "inlineCard" | "blockCard", "attrs": {"url": str(url)}}:
            return url
        case {"type": str(name), "content": list(content)}:
            inner = "".join(_flat(child) for child in content)
            return f"{inner}\n\n" if name in {"paragraph", "heading", "codeBlock"} else inner
        case _:
            return ""
