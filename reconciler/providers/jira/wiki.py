"""Jira's wiki markup and plain text, both ways. Reference: jira-api §6.

From text come only lists, code and web addresses that stand for themselves. Whatever else could be markup is escaped: no
mention, macro, image or link comes of what somebody wrote.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import unescape
from types import MappingProxyType
from typing import Final

from reconciler.providers.jira.comments import LONGEST
from reconciler.providers.jira.markup import Block, Bullets, Code, CodeBlock, Line, Link, Paragraph, Piece, blocks
from reconciler.providers.jira.shortening import shortened
from reconciler.providers.payload import Node

# Jira takes a backslash away only before -#*_+?^~|%{}[]()!@; before anything else a reader would see it.
# Of parentheses those are escaped that would be part of an icon, such as (x) and :). An escaped mark or an entity becomes an
# entity on the way to the page, whose ";" would make a wink with a parenthesis after it.
_SPECIAL: Final = re.compile(
    r"\\|&(?=#?\w{1,31}(?:;|$))|(?<=\{)\{|(?<=\})\}|[{}\[\]*_\-|!~@^+?#]"
    r"|\((?=(?:[ynix/]|on|off|flag|flagoff)\))|(?<=[:;\\{}\[\]*_\-|!~@^+?#])[()]+"
)
# An entity may begin at the end of one piece and be finished by the next. Two backslashes are a line break:
# one cannot escape the other. Two braces make code of what they hold, escaped or not, so one of them is an entity.
_ENTITIES: Final[Mapping[str, str]] = {"\\": "&#92;", "&": "&amp;"}
_BRACES: Final[Mapping[str, str]] = {"{": "&#123;", "}": "&#125;"}
# A line that begins so is a heading or a quotation. A full stop cannot be escaped: a word joiner stands before it.
_OPENING: Final = re.compile(r"^(\s*(?:h[1-6]|bq))\.", re.IGNORECASE)
_FACE: Final = re.compile(r":(?=[DPp](?![^\W_]))")
# What Jira does not make part of an address that stands before it; anything else has to be kept from it.
_APART: Final = re.compile(r"[.,);]*(?:\s|$)")
# What Jira links by itself, web addresses of our own making aside: a word joiner takes the address apart.
_SCHEME: Final = re.compile(r"(?i)(?<![A-Za-z0-9])(https?|ftps?|file|irc|news|nntp|mailto|skype|callto|rtsp|mms|tel):")
_JOINER: Final = "\u2060"
_UNSAFE_IN_CODE: Final = re.compile(r"(?i)\{(?=code|noformat)")
_ADDRESS: Final = re.compile(r"https?://(?:[A-Za-z0-9._~:/?#@$'(),;=%+-]|&(?!#?\w{1,31}(?:;|$)))+")
_SHORT_ADDRESS: Final = 2000

_CODE: Final = re.compile(
    r"\{(?P<kind>code|noformat)(?::(?P<about>[^}\n]*))?\}\n?(?P<code>.*?)\n?\{(?P=kind)\}", re.DOTALL | re.IGNORECASE
)
_LANGUAGE: Final = re.compile(r"[A-Za-z0-9+#-]{1,20}")
_FRAMES: Final = re.compile(
    r"(?<!\\)\{(?:color|panel|quote|anchor|section|column|tip|note|info|warning)(?::[^}\n]*)?\}", re.IGNORECASE
)
_INLINE: Final = re.compile(
    r"\\(?P<break>\\)"
    r"|\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|&(?P<entity>amp|lt|gt|quot|#[0-9]{1,6});"
    r"|\{\{(?P<mono>(?:\\.|[^\n\\])+?)\}\}"
    r"|\[~(?:accountid:)?(?P<mention>[^\]\n|]+)\]"
    r"|\[(?P<words>[^\]|\n\[]+)\|(?P<target>[^\]|\n\s]+)(?:\|[^\]\n]*)?\]"
    r"|\[(?P<address>(?:https?://|mailto:)[^\]|\n\s]+)\]"
    r"|!(?P<image>[^\s!|](?:[^!|\n]*[^\s!|])?\.[A-Za-z0-9]{1,5})(?:\|[^!\n]*)?!"
)
_INSIDE_CODE: Final = re.compile(r"\\(?P<escaped>[!-/:-@\[-`{-~])|&(?P<entity>amp|lt|gt|quot|#[0-9]{1,6});")
_LIST: Final = re.compile(r"^\s*(?P<marks>[*#-]{1,6})\s+(?=\S)")
_HEADING: Final = re.compile(r"^\s*h[1-6]\.\s+", re.IGNORECASE)
_QUOTATION: Final = re.compile(r"^\s*bq\.\s+", re.IGNORECASE)


class WikiMarkup:
    """The rich text of Jira Data Center."""

    def written(self, text: str) -> object:
        """The markup that says the text."""
        return markup(text)

    def read(self, body: Node) -> str:
        """The text that markup says."""
        return plain_text(body.text())


def markup(text: str, link: str | None = None) -> str:
    """The markup that says the text. Too long a text is shortened and says where the whole stands."""
    return shortened(text, _markup, fits=lambda written: len(written) <= LONGEST, link=link)


def plain_text(wiki: str) -> str:
    """The text of markup: what it says to a reader, with simple marks for code, lists and links. Emphasis stays."""
    text = wiki.replace("\r\n", "\n").replace("\r", "\n")
    parts: list[str] = []
    end = 0
    for block in _CODE.finditer(text):
        parts += [_prose(text[end : block.start()]), _fenced(block)]
        end = block.end()
    parts.append(_prose(text[end:]))
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()).replace(_JOINER, "")


def _markup(text: str) -> str:
    return "\n\n".join(map(_written, blocks(text))) or "(no text)"


def _written(block: Block) -> str:
    match block:
        case Paragraph():
            return "\n".join(map(_line, block.lines))
        case Bullets():
            return "\n".join(f"* {_line(item)}" for item in block.items)
        case CodeBlock():
            return _code_block(block)


def _code_block(block: CodeBlock) -> str:
    """Nothing can be escaped inside: a macro that would end the block gets a joiner after its brace. Which languages a Jira
    can colour is its own affair, and others are an error to it: the language is the block's title.
    """
    code = _UNSAFE_IN_CODE.sub("{" + _JOINER, block.text)
    title = f":title={block.language}" if block.language else ""
    return f"{{noformat{title}}}\n{code}\n{{noformat}}"


def _line(line: Line) -> str:
    written = ""
    for piece in reversed(line):
        is_address = isinstance(piece, Link) and _is_plain_address(piece.url)
        written = _piece(piece) + (_JOINER if is_address and not _APART.match(written) else "") + written
    return _OPENING.sub(rf"\1{_JOINER}.", written)


def _piece(piece: Piece) -> str:
    match piece:
        case Code():
            return "{{" + _escaped(piece.text, braces=_BRACES) + "}}"
        case Link() if _is_plain_address(piece.url):
            return piece.url
        case Link():
            return _escaped(piece.url)
        case _:
            return _escaped(piece.text)


def _is_plain_address(url: str) -> bool:
    """Whether Jira's own linking takes the address whole, with nothing in it that is markup elsewhere."""
    return len(url) <= _SHORT_ADDRESS and _ADDRESS.fullmatch(url) is not None


def _escaped(text: str, braces: Mapping[str, str] = MappingProxyType({})) -> str:
    """The text with every mark escaped, no scheme that Jira would make a link of, and no face that it would draw.
    `braces` says how braces are written where a backslash is not enough.
    """
    apart = _SCHEME.sub(lambda match: f"{match[1]}{_JOINER}:", text)
    return _SPECIAL.sub(lambda match: _mark(match, braces), _FACE.sub(f":{_JOINER}", apart))


def _mark(match: re.Match[str], braces: Mapping[str, str]) -> str:
    mark = match.group()
    before = match.string[match.start() - 1 : match.start()]
    entity = _ENTITIES.get(mark) or braces.get(mark) or (_BRACES.get(mark) if before == mark else None)
    return entity or "".join("\\" + each for each in mark)


def _fenced(block: re.Match[str]) -> str:
    about, code = block["about"] or "", block["code"]
    language = about.partition("|")[0] if block["kind"].lower() == "code" else about.removeprefix("title=")
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}{language if _LANGUAGE.fullmatch(language) else ''}\n{code}\n{fence}"


def _prose(wiki: str) -> str:
    return "\n".join(map(_read_line, _FRAMES.sub("", wiki).split("\n")))


def _read_line(line: str) -> str:
    bullet = _LIST.match(line)
    if bullet is not None:
        marks = bullet["marks"]
        return "  " * (len(marks) - 1) + "- " + _INLINE.sub(_read, line[bullet.end() :])
    if _QUOTATION.match(line):
        return "> " + _INLINE.sub(_read, _QUOTATION.sub("", line))
    return _INLINE.sub(_read, _HEADING.sub("", line))


def _read(match: re.Match[str]) -> str:
    return _READERS[match.lastgroup or ""](match)


def _linked(match: re.Match[str]) -> str:
    words, target = match["words"], match["target"]
    if words == target or not target.startswith(("http://", "https://", "mailto:")):
        return words if words != target else target
    return f"{words} ({target})"


def _monospaced(match: re.Match[str]) -> str:
    code = _INSIDE_CODE.sub(_read, match["mono"])
    return f"`{code}`" if "`" not in code else code


_READERS: Final[Mapping[str, Callable[[re.Match[str]], str]]] = {
    "break": lambda _: "\n",
    "escaped": lambda match: match["escaped"],
    "entity": lambda match: unescape(f"&{match['entity']};"),
    "mono": _monospaced,
    "mention": lambda match: f"@{match['mention']}",
    "target": _linked,
    "address": lambda match: match["address"],
    "image": lambda match: f"[{match['image']}]",
}
