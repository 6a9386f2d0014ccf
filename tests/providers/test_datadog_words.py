"""No name can become part of a query's grammar."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.providers.datadog.words import none_of, one_of, quoted


@pytest.mark.parametrize(
    ("name", "literal"),
    [
        ("web-store", "web-store"),
        ("a.b_c", "a.b_c"),
        ("or", '"or"'),
        ("AND", '"AND"'),
        ("Not", '"Not"'),
        ("order", "order"),
        ("-x", '"-x"'),
        ("a*", '"a*"'),
        ("a b", '"a b"'),
        ('a" OR service:*', '"a\\" OR service:*"'),
        ("back\\", '"back\\\\"'),
        ("", '""'),
    ],
)
def test_a_literal(name: str, literal: str) -> None:
    assert quoted(name) == literal


@given(st.text())
@settings(max_examples=200)
def test_a_literal_reads_back_as_the_name(name: str) -> None:
    literal = quoted(name)
    if literal == name:
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", literal)
    else:
        body = re.fullmatch(r'"((?:[^"\\]|\\.)*)"', literal, re.DOTALL)
        assert body is not None
        assert re.sub(r"\\(.)", r"\1", body[1], flags=re.DOTALL) == name


def test_facets() -> None:
    assert one_of("service", ["b", "a"]) == "service:(a OR b)"
    assert one_of("service", ["a"]) == "service:a"
    assert none_of("service", ["b", "a b"]) == '-service:("a b" OR b)'
    assert none_of("service", ["b"]) == "-service:b"
