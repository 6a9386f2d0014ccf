"""Values in JQL: a law, stated with a reader of JQL string literals written for it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.providers.jira.jql import has_label, quote

LITERAL = re.compile(r'"((?:[^"\\\x00-\x1f]|\\[\\"nrt])*)"')
UNESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


def read(literal: str) -> str:
    """What a literal means, after checking that it is exactly one."""
    found = LITERAL.fullmatch(literal)
    assert found is not None, literal
    return re.sub(r"\\(.)", lambda escape: UNESCAPED.get(escape[1], escape[1]), found[1])


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cc", "Zl", "Zp", "Cs")) | st.sampled_from('"\\\n\r\t')))
def test_any_text_is_one_literal_that_means_the_text(text: str) -> None:
    assert read(quote(text)) == text


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_no_text_at_all_leaves_its_literal(text: str) -> None:
    assert len(read(quote(text))) == len(text)


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("ddet-abc", '"ddet-abc"'),
        ('" OR project = "SECRET', '"\\" OR project = \\"SECRET"'),
        ("\\", '"\\\\"'),
        ('\\"', '"\\\\\\""'),
        ("", '""'),
        ("empty", '"empty"'),
        ("a\x00b\u2028c", '"a b c"'),
    ],
)
def test_examples(text: str, literal: str) -> None:
    assert quote(text) == literal


def test_a_label_is_asked_for_as_a_literal() -> None:
    assert has_label('x" OR labels = "y') == 'labels = "x\\" OR labels = \\"y"'
