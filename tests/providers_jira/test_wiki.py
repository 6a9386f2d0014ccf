"""Wiki markup of Jira Data Center: what is read of it, and that text becomes nothing but text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.providers.jira.comments import LONGEST
from reconciler.providers.jira.wiki import markup, plain_text

HOSTILE = (
    "@jane", "[~jane]", "[~accountid:5b10]", "{code}", "{noformat}", "{code:java}", "```", "``", "`x`", "- ", "\n- ",
    "\n\n", "\n", " ", "https://acme.com/a_(b)", "http://x.y/?q=1&r=2.", "https://x.y/[~bob]", "javascript:alert(1)",
    "file:///etc/passwd", "ftp://x", "mailto:a@b.c", "[a|https://evil.com]", "<script>", "\x00", "\u202e", "word", "ß", "日本",
    "\\", "\\\\", "\\{", "*b*", "_i_", "!x.png!", "{{y}}", "}}", "{{", "&#91;", "&amp;", "&", "h1. ", "bq. ", "||", "|", "# ",
    "----", "??c??", "^s^", "~s~", "+i+", "[^att]", "[#a]", "(", ")", "{", "}", "[", "]", "SHOP-1", "{color:red}", "\u2060",
    "```python\n", "\n```\n", "HTTPS://X.Y", "https:",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=4), max_size=14).map("".join)


@pytest.mark.parametrize(
    ("wiki", "expected"),
    [
        ("Hello *you*\nthere", "Hello *you*\nthere"),
        ("h1. Title\nx", "Title\nx"),
        ("* a\n** b\n# c\n- d", "- a\n  - b\n- c\n- d"),
        ("bq. said", "> said"),
        ("{quote}said{quote}", "said"),
        ("{color:#ff0000}red{color} {panel:title=x}in{panel}", "red in"),
        ("see [the docs|https://x.y/z] or [https://x.y]", "see the docs (https://x.y/z) or https://x.y"),
        ("[https://x.y|https://x.y|smart-link]", "https://x.y"),
        ("[click|javascript:alert(1)]", "click"),
        ("[~jane] and [~accountid:5b10]", "@jane and @5b10"),
        ("{{foo()}} {{a\\}b}}", "`foo()` `a}b`"),
        ("{{\\{\\{a\\}\\}}} b}}", "`{{a}}` b}}"),
        ("{code:java|title=X}\nint a;\n{code}\nend", "```java\nint a;\n```\n\nend"),
        ("{noformat}a ``` b{noformat}", "````\na ``` b\n````"),
        ("{code}[~jane] *x*{code}", "```\n[~jane] *x*\n```"),
        ("!shot.png|thumbnail! wow! really!", "[shot.png] wow! really!"),
        ("a\\\\b \\{x\\} \\[y", "a\nb {x} [y"),
        ("&#91;x&#93; &lt;b&gt; &amp;amp;", "[x] <b> &amp;"),
        ("a {unknown} macro", "a {unknown} macro"),
        ("{noformat:title=go}\nx\n{noformat}", "```go\nx\n```"),
        ("{code}never closed", "{code}never closed"),
        ("one\r\ntwo", "one\ntwo"),
        ("", ""),
    ],
)
def test_what_is_read_of_markup(wiki: str, expected: str) -> None:
    assert plain_text(wiki) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi [~bob] {code} @jane", "Hi \\[\\~bob\\] \\{code\\} \\@jane"),
        ("see https://x.y/a_b-c?d=1#e.", "see https://x.y/a_b-c?d=1#e."),
        ("https://x.y/[~bob]", "https://x.y/\u2060\\[\\~bob\\]"),
        ("_file://x profile: y", "\\_file\u2060://x profile: y"),
        ("file://x", "file\u2060://x"),
        ("C:\\temp", "C:&#92;temp"),
        ("&#91;x", "&amp;\\#91;x"),
        ("AT&T & co", "AT&T & co"),
        ("AT&T", "AT&amp;T"),
        ("`a{b}`", "{{a&#123;b&#125;}}"),
        ("- a\n- b-c", "* a\n* b\\-c"),
        ("```go\nx\n```", "{noformat:title=go}\nx\n{noformat}"),
        ("https://x.y/&#91;", "https\u2060://x.y/&amp;\\#91;"),
        ("SHOP-1", "SHOP\\-1"),
        ("h1. x\nbq. y", "h1\u2060. x\nbq\u2060. y"),
        ("```\n{noformat}[~x]\n```", "{noformat}\n{\u2060noformat}[~x]\n{noformat}"),
    ],
)
def test_text_as_markup(text: str, expected: str) -> None:
    assert markup(text) == expected


@pytest.mark.parametrize("nothing", ["", " \n\n ", "\x00"])
def test_nothing_is_said_to_be_nothing(nothing: str) -> None:
    assert markup(nothing) == "(no text)"


@pytest.mark.parametrize("long", ["x" * 40_000, "[" * 20_000, "```\n" + "code\n" * 9_000, "a\n\n" * 12_000])
def test_a_long_text_is_shortened_and_says_so(long: str) -> None:
    written = markup(long, "https://x.y/1")
    assert LONGEST - 200 < len(written) <= LONGEST
    assert plain_text(written).split("\n")[-1] == "… (shortened, see https://x.y/1)"


BLOCK = re.compile(r"\{noformat(?::title=[A-Za-z0-9+#-]+)?\}\n(.*?)\n\{noformat\}", re.DOTALL)
MONO = re.compile(r"\{\{((?:\\.|[^\\\n{}])*)\}\}")
ADDRESS = re.compile(r"https?://[^\s\\{}\[\]|!*^]+")


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_nothing_but_text_comes_of_text(said: str) -> None:
    written = markup(said)
    for code in BLOCK.findall(written):
        assert not re.search(r"(?i)\{(?:code|noformat)", code)
    lines = BLOCK.sub("", written)
    bare = ADDRESS.sub("·", MONO.sub("·", lines))
    unescaped = re.sub(r"\\[!-/:-@\[-`{-~]", "·", bare)
    assert not re.search(r"[\\{}\[\]|!~^@_+]", unescaped)
    for line in unescaped.split("\n"):
        assert not re.match(r"\s*(?:h[1-6]\.|bq\.|#|-)", line)
        assert "*" not in line.removeprefix("* ")
    assert not re.search(r"(?i)\b(?:https?|ftp|file|mailto|irc|news|nntp):", unescaped)


def letters(said: str) -> str:
    return "".join(mark for mark in said if mark.isalnum())


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_every_letter_survives_the_way_there_and_back(said: str) -> None:
    expected = letters(said.replace("\x00", ""))
    back = letters(plain_text(markup(said)))
    assert back == expected or (expected == "" and back in {"", "notext"})
