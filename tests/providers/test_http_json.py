"""The strict JSON reader agrees with the ordinary one wherever that is harmless."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.providers.http_json import NotJson, parse_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.booleans())
@settings(max_examples=200)
def test_every_value_comes_back(value: object, ascii_only: bool) -> None:
    assert parse_json(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary(max_size=200))
@settings(max_examples=300)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(NotJson):
        json.dumps(parse_json(content), ensure_ascii=False).encode()


@given(st.lists(st.sampled_from(["\\ud800", "\\udc00", "\\uD83D\\uDE00", "\\\\", "\\\\ud800", "a", "\\n", "\\u0041"])))
@settings(max_examples=300)
def test_every_text_can_be_written_again(pieces: list[str]) -> None:
    parsed = parse_json(f'{{"k": ["{"".join(pieces)}"]}}'.encode())
    assert isinstance(parsed, dict)
    text = parsed["k"][0]
    text.encode()
    assert text.count("😀") >= sum(piece == "\\uD83D\\uDE00" for piece in pieces) - text.count("\ufffd")
    assert text.count("\\") == sum(piece.startswith("\\\\") for piece in pieces)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b"[1,]", "not JSON"),
        (b'"\xff"', "UTF-8"),
        (b"NaN", "NaN"),
        (b"[Infinity]", "Infinity"),
        (b"-Infinity", "-Infinity"),
        (b"1e400", "too large"),
        (b"9" * 4301, "absurd length"),
        (b"[" * 100_000, "nested"),
        (b'{"a": {"b": 1, "b": 1}}', "one key twice"),
    ],
)
def test_refused(content: bytes, words: str) -> None:
    with pytest.raises(NotJson, match=words):
        parse_json(content)
