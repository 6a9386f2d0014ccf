"""The Atlassian Document Format and plain text, both ways. Reference: jira-api §6.

From text come only paragraphs, lists, code and web addresses that stand for themselves: never a mention, a card or a macro.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from reconciler.providers.jira.comments import LONGEST
from reconciler.providers.jira.markup import Block, Bullets, Code, CodeBlock, Line, Link, Paragraph, Piece, blocks
from reconciler.providers.jira.shortening import shortened
from reconciler.providers.payload import Node

_DEEPEST: Final = 40
_SCHEMES: Final = ("https://", "http://", "mailto:")

_Json = Mapping[str, Any]


class DocumentFormat:
    """The rich text of Jira Cloud."""

    def written(self, text: str) -> object:
        """The document that says the text."""
        return document(text)

    def read(self, body: Node) -> str:
        """The text that a document says; a body that is text already, as it is."""
        return body.text() if isinstance(body.value, str) else plain_text(body.members())


def document(text: str, link: str | None = None) -> _Json:
    """The document that says the text. Too long a text is shortened and says where the whole stands."""
    return shortened(text, _document, fits=_fits, link=link)


def plain_text(tree: _Json) -> str:
    """The text of a document: what it says to a reader, with simple marks for code, lists and links."""
    return _blocks(_children(tree), 0).strip("\n")


def _fits(tree: _Json) -> bool:
    """Whether Jira would take it. Whether it counts the text or the tree is not documented: the tree is the longer one."""
    return len(json.dumps(tree, ensure_ascii=False, separators=(",", ":"))) <= LONGEST


def _document(text: str) -> _Json:
    """A comment must not be empty, so that a text of nothing still has a paragraph."""
    content = [_written(block) for block in blocks(text)] or [{"type": "paragraph", "content": [_text("(no text)")]}]
    return {"type": "doc", "version": 1, "content": content}


def _written(block: Block) -> _Json:
    match block:
        case Paragraph():
            return _paragraph(block.lines)
        case Bullets():
            items = [{"type": "listItem", "content": [_paragraph((item,))]} for item in block.items]
            return {"type": "bulletList", "content": items}
        case CodeBlock():
            written: dict[str, Any] = {"type": "codeBlock"}
            if block.language:
                written["attrs"] = {"language": block.language}
            return written | ({"content": [_text(block.text)]} if block.text else {})


def _paragraph(lines: Sequence[Line]) -> _Json:
    content: list[_Json] = []
    for number, line in enumerate(lines):
        if number:
            content.append({"type": "hardBreak"})
        content += [_piece(piece) for piece in line]
    return {"type": "paragraph", "content": content}


def _piece(piece: Piece) -> _Json:
    match piece:
        case Code():
            return _text(piece.text) | {"marks": [{"type": "code"}]}
        case Link():
            return _text(piece.url) | {"marks": [{"type": "link", "attrs": {"href": piece.url}}]}
        case _:
            return _text(piece.text)


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _children(node: _Json) -> list[_Json]:
    content = node.get("content")
    return [child for child in content if isinstance(child, dict)] if isinstance(content, list) else []


def _attribute(node: _Json, *names: str) -> str:
    attributes = node.get("attrs")
    if not isinstance(attributes, dict):
        return ""
    return next((value for name in names if isinstance(value := attributes.get(name), str) and value), "")


def _blocks(nodes: Sequence[_Json], depth: int) -> str:
    """Blocks with a blank line between them. Neighbouring inline nodes without a block around them are one block."""
    parts: list[str] = []
    run: list[_Json] = []
    for node in nodes:
        read = _BLOCKS.get(str(node.get("type")))
        if read is None and _is_inline(node):
            run.append(node)
            continue
        parts += [_inline(run)] if run else []
        run = []
        parts.append(_deep(node) if depth >= _DEEPEST else (read or _container)(node, depth + 1))
    parts += [_inline(run)] if run else []
    return "\n\n".join(part for part in parts if part)


def _is_inline(node: _Json) -> bool:
    return "content" not in node


def _deep(node: _Json) -> str:
    """The words of what is nested beyond reason, in order."""
    words: list[str] = []
    left = [node]
    while left:
        this = left.pop()
        if not _children(this):
            words.append(_leaf(this))
        left += reversed(_children(this))
    return "".join(words)


def _container(node: _Json, depth: int) -> str:
    return _blocks(_children(node), depth)


def _prose(node: _Json, depth: int) -> str:
    return "".join(_leaf(child) if not _children(child) else _deep(child) for child in _children(node))


def _inline(nodes: Sequence[_Json]) -> str:
    return "".join(map(_leaf, nodes))


def _code_block(node: _Json, depth: int) -> str:
    code = "".join(_plain(child) for child in _children(node))
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}{_attribute(node, 'language')}\n{code}\n{fence}"


def _quote(node: _Json, depth: int) -> str:
    return _prefixed(_container(node, depth), "> ", "> ")


def _bullets(node: _Json, depth: int) -> str:
    return "\n".join(_prefixed(_items(item, depth), "- ", "  ") for item in _children(node))


def _numbers(node: _Json, depth: int) -> str:
    return "\n".join(
        _prefixed(_items(item, depth), f"{number}. ", "   ") for number, item in enumerate(_children(node), start=1)
    )


def _items(item: _Json, depth: int) -> str:
    """A list item: what it says, and the lists in it right below."""
    return _container(item, depth).replace("\n\n", "\n") if depth < _DEEPEST else _deep(item)


def _prefixed(text: str, first: str, others: str) -> str:
    lines = text.split("\n")
    return "\n".join((first if not number else others) + line for number, line in enumerate(lines)).rstrip()


def _table(node: _Json, depth: int) -> str:
    rows = (" | ".join(" ".join(_container(cell, depth).split()) for cell in _children(row)) for row in _children(node))
    return "\n".join(rows)


def _rule(node: _Json, depth: int) -> str:
    return "———"


def _shown(node: _Json, depth: int) -> str:
    return _leaf(node)


_BLOCKS: Final[Mapping[str, Callable[[_Json, int], str]]] = {
    "paragraph": _prose,
    "heading": _prose,
    "codeBlock": _code_block,
    "blockquote": _quote,
    "bulletList": _bullets,
    "orderedList": _numbers,
    "taskList": _bullets,
    "decisionList": _bullets,
    "taskItem": _prose,
    "decisionItem": _prose,
    "table": _table,
    "rule": _rule,
    "blockCard": _shown,
    "embedCard": _shown,
    "media": _shown,
}


def _plain(node: _Json) -> str:
    text = node.get("text")
    return text if isinstance(text, str) else ""


def _leaf(node: _Json) -> str:
    """What a node without content says."""
    match node.get("type"):
        case "text":
            return _marked(node)
        case "hardBreak":
            return "\n"
        case "mention":
            return "@" + (_attribute(node, "text").lstrip("@") or "somebody")
        case "inlineCard" | "blockCard" | "embedCard":
            return _attribute(node, "url")
        case "date":
            return _date(_attribute(node, "timestamp"))
        case "media" | "mediaInline":
            return f"[{_attribute(node, 'alt') or 'attachment'}]"
        case _:
            return _attribute(node, "text", "shortName") or _plain(node)


def _date(timestamp: str) -> str:
    try:
        return datetime.fromtimestamp(int(timestamp) / 1000, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return ""


def _marked(node: _Json) -> str:
    text = _plain(node)
    marks = node.get("marks")
    for mark in marks if isinstance(marks, list) else []:
        if not isinstance(mark, dict):
            continue
        if mark.get("type") == "code" and "`" not in text and "\n" not in text and text:
            return f"`{text}`"
        href = _attribute(mark, "href")
        if mark.get("type") == "link" and href.startswith(_SCHEMES) and href != text:
            return f"{text} ({href})"
    return text
