"""What a reader sees of the markup that we write, by the rules of Jira's own renderer: the text as it was, without a backslash."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.providers.jira.wiki import markup, plain_text

JOINER = "\u2060"
ADDRESS = re.compile(
    r"(?:[^\"\[|'!]|^)(?<![A-Za-z0-9])((?:https?|ftp|file|mailto)://[-_.!~*';/?:@#&=%+$,A-Za-z0-9\[\]()\\]+)"
)
ESCAPED = re.compile(r"(?<!\\)\\([-#*_+?^~|%{}\[\]()!@])")
NOT_A_WORD_AFTER = r"(?![^\W_])"
FACES = (
    ":-)", ":)", ":P", ":p", ";-)", ";)", ":D", ":-(", ":(", "(y)", "(n)", "(i)", "(/)", "(x)", "(+)", "(-)", "(!)", "(?)",
    "(on)", "(off)", "(*)", "(*r)", "(*g)", "(*b)", "(*y)", "(flag)", "(flagoff)",
)  # fmt: skip
EMPHASIS = (r"\?\?", r"\*", r"\^", "~", "_", "-", r"\+")


def seen(line: str) -> str:
    """One line of markup as the page shows it: addresses, escapes, icons and phrases, in the order of the renderer."""
    assert not re.match(r"\s*(?:h[1-6]\.|bq\.|[*#-]+\s|\|)", line)
    addresses: list[str] = []

    def kept(match: re.Match[str]) -> str:
        whole, address = match.group(), match[1].rstrip(".,>)];}\"'!")
        addresses.append(address)
        before, after = whole[: match.start(1) - match.start()], match[1][len(address) :]
        return f"{before}\ue000{len(addresses) - 1}\ue001{after}"

    page = ESCAPED.sub(lambda match: _plain(match[1]), ADDRESS.sub(kept, line))
    for face in FACES:
        page = re.sub(rf"(\\?{re.escape(face)}){NOT_A_WORD_AFTER}", "\u263a", page)
    for mark in EMPHASIS:
        page = _phrase(page, mark, mark)
    page = unescape(_phrase(page, r"\{\{", r"\}\}"))
    return re.sub("\ue000([0-9]+)\ue001", lambda match: addresses[int(match[1])], page).replace(JOINER, "")


def _plain(mark: str) -> str:
    return mark if mark in "{}[]" else f"&#{ord(mark)};"


def _phrase(page: str, start: str, end: str) -> str:
    inside = rf"([^\s{start}](?:(?!{end}).*?[^\s{end}])??)"
    return re.sub(rf"(?<![^\W_])(?<!\\){start}{inside}(?<!\\){end}{NOT_A_WORD_AFTER}", r"\1", page)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-02 09:02 UTC", "a -- b --- c ----", "h1. not a title", "bq. not a quotation", "h2.) and bq.)",
        "{{user.name}} and {x} and {}", "{{{x}}}", "[x] [[x]] [~bob] [a|b]", "* no item", "# no item", "- ", "| no | table |",
        "f(x) and (i) or (on), (off), (/), (flagoff)", "fine :) or :( or ;) or :-) or :D, :P", "x[1]) a_b) c*) \\) {}) ++))",
        "dict:D std:P", "(*) (*r) (+) (-) (!) (?)", "C:\\temp\\new_one \\\\server\\share", "*bold* _it_ -del- +ins+ ^up^ ~down~ ??q??",
        "**https://x.y/a_b**", "_https://x.y_ and https://x.y? or https://x.y| and (https://x.y/z).", "https://x.y/a#b: see",
        "&amp; &#91;x&#93; AT&T <b>", "!x.png! @bob #12 50% $5", "SHOP-1, a@b.c", "p.m., e.g. 3.5",
    ],
)  # fmt: skip
def test_a_reader_sees_the_text_as_it_was(text: str) -> None:
    assert seen(markup(text)) == text.rstrip()
    assert plain_text(markup(text)) == text.rstrip()


@pytest.mark.parametrize("code", ["a{b}", "{a}", "{{x}}", "f(x)", "a_b-c", "C:\\x", "*p++", "[0]"])
def test_a_reader_sees_code_as_it_was(code: str) -> None:
    assert seen(markup(f"say `{code}` here")) == f"say {code} here"
    assert plain_text(markup(f"say `{code}` here")) == f"say `{code}` here"


MARKS = st.sampled_from(
    [*FACES, *"{}[]()*_-|!~@^+?#:;.,\\&<>%$'\"/ ", "h1.", "bq.", "x", "https://x.y/z", "{{", "}}", "&#92;"]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(MARKS, max_size=8).map("".join))
def test_whatever_the_marks_a_reader_sees_them_and_no_others(said: str) -> None:
    text = f"{said}.".lstrip()
    if not text.startswith("- ") and "://" not in text.replace("https://x.y/z ", ""):
        assert seen(markup(text)) == text
