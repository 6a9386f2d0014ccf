"""Secrets are found where the configuration says, and shown nowhere."""

from __future__ import annotations

import copy
import os
import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import ConfigError
from reconciler.model.declared import SecretRef
from reconciler.providers.secrets import Redactor, Secret, resolve_secret

PURPOSE = "the Datadog API key (Organization Settings > API Keys)"
ENV = SecretRef("env", "DD_API_KEY")
FILE = SecretRef("file", "keys/dd")


def test_a_variable() -> None:
    assert resolve_secret(ENV, purpose=PURPOSE, environ={"DD_API_KEY": "s3cret-value"}).reveal() == "s3cret-value"


@pytest.mark.parametrize("content", ["s3cret-value", "s3cret-value\n", "s3cret-value\r\n"])
def test_a_file_may_end_its_line(content: str, tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "dd").write_text(content, newline="")
    assert resolve_secret(FILE, purpose=PURPOSE, root=tmp_path).reveal() == "s3cret-value"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "DD_API_KEY is not set"),
        ("", "DD_API_KEY is empty"),
        (" \n", "DD_API_KEY is empty"),
        ("s3cret-value\n", "ends with a line break"),
        (" s3cret-value", "begins or ends with white space"),
        ("s3cret\nvalue", "cannot be sent"),
        ("s3cret-välue", "cannot be sent"),
        ("s3cret\x1bvalue", "cannot be sent"),
    ],
)
def test_a_variable_that_does_not_hold_a_secret(value: str | None, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as raised:
        resolve_secret(ENV, purpose=PURPOSE, environ={} if value is None else {"DD_API_KEY": value})
    assert raised.value.hint
    assert "s3cret" not in f"{raised.value}{raised.value.hint}"


def test_a_missing_secret_says_where_to_get_it() -> None:
    with pytest.raises(ConfigError) as raised:
        resolve_secret(ENV, purpose=PURPOSE, environ={})
    assert raised.value.hint == f"it should hold {PURPOSE}"


def test_a_file_that_does_not_hold_a_secret(tmp_path: Path) -> None:
    (tmp_path / "large").write_text("x" * 70_000)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    (tmp_path / "two").write_text("s3cret\nmore\n")
    os.mkfifo(tmp_path / "pipe")
    for name, words in {
        "absent": "No such file",
        ".": "not an ordinary file",
        "pipe": "not an ordinary file",
        "large": "larger than",
        "bytes": "not UTF-8",
        "two": "cannot be sent",
    }.items():
        with pytest.raises(ConfigError, match=words) as raised:
            resolve_secret(SecretRef("file", name), purpose=PURPOSE, root=tmp_path)
        assert PURPOSE in (raised.value.hint or "")
        assert "s3cret" not in str(raised.value)


def test_a_secret_is_never_shown_or_stored() -> None:
    secret = Secret("canary-xyz")
    shown = f"{secret} {secret!r} {[secret]}" + "%s" % secret  # noqa: UP031 - that way, too
    assert "canary" not in shown
    with pytest.raises(TypeError):
        f"{secret:>20}"
    for store in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            store(secret)
    assert not hasattr(secret, "__dict__")


@given(st.text(min_size=6, max_size=40), st.text(max_size=30), st.text(max_size=30))
@settings(max_examples=200)
def test_a_known_secret_is_taken_out_of_any_text(secret: str, before: str, after: str) -> None:
    redactor = Redactor(secret)
    assert secret not in redactor.hide(before + secret + after).replace("[secret]", "")
    assert secret not in repr(redactor)


def test_text_without_a_secret_stays() -> None:
    assert Redactor("canary-xyz", "abc").hide("abc is too short to be a secret") == "abc is too short to be a secret"


KEY = "q7Zx0aPIk93fe1cWt5Ub8NdR"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (KEY.upper(), "[secret]"),
        (f"cut off: {KEY[:11]}…", "cut off: [secret]…"),
        (f"…{KEY[-8:]} is not known", "…[secret] is not known"),
        (f"{KEY[3:15]}{KEY[:9]}", "[secret]"),
        (f"{KEY[:8]} {KEY[8:16]}", "[secret] [secret]"),
        (f"too little to be one: {KEY[:7]}", f"too little to be one: {KEY[:7]}"),
        ("İstanbul: " + KEY[5:14], "İstanbul: [secret]"),
        ("", ""),
    ],
)
def test_a_piece_of_a_key_is_taken_out_too(text: str, shown: str) -> None:
    assert Redactor(f"Bearer {KEY}").hide(text) == shown


def test_an_address_is_hidden_whole_and_its_words_are_not() -> None:
    redactor = Redactor("reconciler-of-acme@acme.example", "https://u:pa55word@hooks.example/in?api_key=h00k-71&x=1")
    assert redactor.hide("the reconciler at acme.example; hooks.example/in") == (
        "the reconciler at acme.example; hooks.example/in"
    )
    assert redactor.hide("Reconciler-of-acme@acme.example h00k-71 pa55word") == "[secret] [secret] [secret]"


def test_a_broken_address_is_hidden_whole() -> None:
    assert Redactor("https://[h00k-71").hide("see https://[h00k-71.") == "see [secret]."


def test_nothing_known_hides_nothing() -> None:
    assert Redactor().hide("x") == Redactor("").hide("x") == "x"
