"""Documents of Jira Cloud: what is read of them, and that text becomes nothing but text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.providers.jira.adf import DocumentFormat, document, plain_text
from reconciler.providers.jira.comments import LONGEST
from reconciler.providers.payload import Node

Json = dict[str, Any]

HOSTILE = (
    "@jane", "[~jane]", "[~accountid:5b10]", "{code}", "{noformat}", "```", "``", "`x`", "- ", "\n- ", "\n\n", "\n", " ",
    "https://acme.com/a_(b)", "http://x.y/?q=1&r=2.", "javascript:alert(1)", "file:///etc/passwd", "[a|https://evil.com]",
    "[a](https://evil.com)", "<script>", "\x00", "\x1b[31m", "\u202e", "\ud800", "word", "ß", "日本", "\\", "\\\\", "*b*",
    "_i_", "!x.png!", "{{y}}", "}}", "&#64;", "h1. ", "bq. ", "||", "|", "# ", "----", "\r\n", "(", ")", "{", "}", "[", "]",
    "SHOP-1", "{color:red}", "😀", "\u2028", "```python\n", "\n```\n",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=5), max_size=14).map("".join)
ALLOWED = {"doc", "paragraph", "text", "hardBreak", "bulletList", "listItem", "codeBlock"}


def text(said: str, *marks: Json) -> Json:
    return {"type": "text", "text": said, **({"marks": list(marks)} if marks else {})}


def paragraph(*content: Json) -> Json:
    return {"type": "paragraph", "content": list(content)}


def doc(*content: Json) -> Json:
    return {"type": "doc", "version": 1, "content": list(content)}


def nodes(tree: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield tree
    for child in tree.get("content", []):
        yield from nodes(child)


def item(*content: Json) -> Json:
    return {"type": "listItem", "content": list(content)}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ([], ""),
        ([paragraph(text("a"), {"type": "hardBreak"}, text("b")), paragraph(text("c"))], "a\nb\n\nc"),
        ([{"type": "heading", "attrs": {"level": 1}, "content": [text("Title")]}, paragraph(text("x"))], "Title\n\nx"),
        ([paragraph(text("foo()", {"type": "code"}))], "`foo()`"),
        ([paragraph(text("very", {"type": "strong"}, {"type": "em"}))], "very"),
        ([paragraph(text("docs", {"type": "link", "attrs": {"href": "https://x.y"}}))], "docs (https://x.y)"),
        ([paragraph(text("https://x.y", {"type": "link", "attrs": {"href": "https://x.y"}}))], "https://x.y"),
        ([paragraph(text("click", {"type": "link", "attrs": {"href": "javascript:alert(1)"}}))], "click"),
        ([paragraph({"type": "mention", "attrs": {"id": "5b10", "text": "@Jane"}}, text(" hi"))], "@Jane hi"),
        ([paragraph({"type": "mention", "attrs": {"id": "5b10"}})], "@somebody"),
        ([paragraph({"type": "inlineCard", "attrs": {"url": "https://x.y/1"}})], "https://x.y/1"),
        ([{"type": "blockCard", "attrs": {"url": "https://x.y/1"}}], "https://x.y/1"),
        ([paragraph({"type": "emoji", "attrs": {"shortName": ":tada:", "text": "🎉"}})], "🎉"),
        ([paragraph({"type": "emoji", "attrs": {"shortName": ":acme:"}})], ":acme:"),
        ([paragraph({"type": "status", "attrs": {"text": "IN REVIEW"}})], "IN REVIEW"),
        ([paragraph({"type": "date", "attrs": {"timestamp": "1763881200000"}})], "2025-11-23"),
        ([paragraph({"type": "date", "attrs": {"timestamp": "soon"}})], ""),
        ([{"type": "mediaSingle", "content": [{"type": "media", "attrs": {"alt": "shot.png"}}]}], "[shot.png]"),
        (
            [{"type": "codeBlock", "attrs": {"language": "go"}, "content": [text("a\n```\nb")]}],
            "````go\na\n```\nb\n````",
        ),
        (
            [{"type": "bulletList", "content": [item(paragraph(text("a"))), item(paragraph(text("b")))]}],
            "- a\n- b",
        ),
        (
            [
                {
                    "type": "orderedList",
                    "content": [
                        item(
                            paragraph(text("a")), {"type": "bulletList", "content": [item(paragraph(text("deeper")))]}
                        ),
                        item(paragraph(text("b"))),
                    ],
                }
            ],
            "1. a\n   - deeper\n2. b",
        ),
        ([{"type": "blockquote", "content": [paragraph(text("said"))]}], "> said"),
        ([{"type": "panel", "attrs": {"panelType": "info"}, "content": [paragraph(text("note"))]}], "note"),
        (
            [
                {
                    "type": "table",
                    "content": [
                        {
                            "type": "tableRow",
                            "content": [
                                {"type": "tableHeader", "content": [paragraph(text("k"))]},
                                {"type": "tableCell", "content": [paragraph(text("v"))]},
                            ],
                        }
                    ],
                }
            ],
            "k | v",
        ),
        ([{"type": "tomorrow", "content": [{"type": "widget", "text": "still"}, text(" read")]}], "still read"),
        ([{"type": "taskList", "content": [{"type": "taskItem", "content": [text("do")]}]}], "- do"),
    ],
)
def test_what_is_read_of_a_document(content: list[Json], expected: str) -> None:
    assert plain_text(doc(*content)) == expected


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"content": None},
        {"content": [None, 1, "x", []]},
        {"content": [{"type": "text", "text": 5}]},
        {"content": [{"type": "text", "text": "a", "marks": "x"}]},
        {"content": [{"type": "mention", "attrs": []}]},
    ],
)
def test_a_broken_document_is_read_as_far_as_it_says_something(broken: Json) -> None:
    assert plain_text(broken) in {"", "a", "@somebody"}


@pytest.mark.parametrize(
    "kinds", [["blockquote"], ["bulletList", "listItem"], ["paragraph"], ["table", "tableRow"], ["?"]]
)
def test_depth_without_end_is_read_all_the_same(kinds: list[str]) -> None:
    tree = paragraph(text("bottom"))
    for number in range(4000):
        tree = {"type": kinds[number % len(kinds)], "content": [tree]}
    assert "bottom" in plain_text(doc(tree))


def test_a_body_that_is_text_already() -> None:
    assert DocumentFormat().read(Node("plain", "jira:acme", "GET /x")) == "plain"


def test_text_as_a_document() -> None:
    written = document("Jane wrote:\nsee https://x.y/1.\n\n- one `a`\n- two\n\n```python\nx = 1\n```\nend")
    assert written == doc(
        paragraph(
            text("Jane wrote:"),
            {"type": "hardBreak"},
            text("see "),
            text("https://x.y/1", {"type": "link", "attrs": {"href": "https://x.y/1"}}),
            text("."),
        ),
        {
            "type": "bulletList",
            "content": [item(paragraph(text("one "), text("a", {"type": "code"}))), item(paragraph(text("two")))],
        },
        {"type": "codeBlock", "attrs": {"language": "python"}, "content": [text("x = 1")]},
        paragraph(text("end")),
    )


@pytest.mark.parametrize("nothing", ["", "  \n\n ", "\x00"])
def test_nothing_is_said_to_be_nothing(nothing: str) -> None:
    assert plain_text(document(nothing)) == "(no text)"


@pytest.mark.parametrize("link", [None, "https://app.example.com/cases/1"])
@pytest.mark.parametrize(
    "long", ["x" * 40_000, "line\n" * 9_000, "```\n" + "code\n" * 9_000, "\n\n".join("ab" * 9_000)]
)
def test_a_long_text_is_shortened_and_says_so(long: str, link: str | None) -> None:
    written = document(long, link)
    size = len(json.dumps(written, ensure_ascii=False, separators=(",", ":")))
    assert LONGEST - 200 < size <= LONGEST
    last = plain_text(written).split("\n")[-1]
    assert last == (f"… (shortened, see {link})" if link else "… (shortened)")


def test_what_just_fits_stays_whole() -> None:
    assert plain_text(document("x" * 32_000)) == "x" * 32_000


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_nothing_but_text_comes_of_text(said: str) -> None:
    written = document(said)
    json.dumps(written, ensure_ascii=False).encode()
    for node in nodes(written):
        assert node["type"] in ALLOWED
        if node["type"] == "text":
            assert node["text"]
        else:
            assert "marks" not in node
        for mark in node.get("marks", []):
            assert mark["type"] in {"code", "link"}
            if mark["type"] == "link":
                assert mark["attrs"]["href"] == node["text"]
                assert node["text"].startswith(("http://", "https://"))


def letters(said: str) -> str:
    """All that says something: letters and digits in their order."""
    return "".join(mark for mark in said if mark.isalnum())


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_every_letter_survives_the_way_there_and_back(said: str) -> None:
    expected = letters(said)
    back = letters(plain_text(document(said)))
    assert back == expected or (expected == "" and back in {"", "notext"})
