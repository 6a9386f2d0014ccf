"""Nothing that the systems send moves a terminal, reorders a line or speaks to a CI runner."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.report.safe_text import log_safe, one_line, safe_text, shorten, width

ANY_TEXT = st.text(st.characters(), max_size=80)
LOGGED = st.text(st.sampled_from(list("#[:v so\n\t\x0b\x1b\xa0\u2003aVSO]")), max_size=30)


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("\x9b31m", "\\x9b31m"),
        ("a\rb", "a\\x0db"),
        ("bell\x07 del\x7f nul\x00", "bell\\x07 del\\x7f nul\\x00"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\u2066a\u2069", "\\u2066a\\u2069"),
        ("zero\u200bwidth\u200d\ufeff", "zero\\u200bwidth\\u200d\\ufeff"),
        ("line\u2028paragraph\u2029next\x85", "line\\u2028paragraph\\u2029next\\x85"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("a\U000e0100b\U000e01efc", "a\\U000e0100b\\U000e01efc"),
        ("\uffff \U0010ffff", "\\uffff \\U0010ffff"),
        ("\u3164\u2800\u034f", "\\u3164\\u2800\\u034f"),
        ("a\tb\nc", "a\\x09b\\x0ac"),
        ("déjà vu 日本語 → …", "déjà vu 日本語 → …"),
        ("", ""),
    ],
)
def test_what_is_not_plainly_visible_is_shown_as_an_escape(hostile: str, shown: str) -> None:
    assert safe_text(hostile) == shown


def test_line_feeds_and_tabs_stay_where_the_layout_bears_them() -> None:
    assert safe_text("a\tb\nc\r", keep_lines=True) == "a\tb\nc\\x0d"


@given(ANY_TEXT)
@settings(max_examples=300)
def test_safe_text_has_nothing_invisible_and_is_stable(text: str) -> None:
    shown = safe_text(text)
    assert all(unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for char in shown)
    assert safe_text(shown) == shown
    shown.encode("utf-8")


@given(ANY_TEXT)
@settings(max_examples=200)
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1
    assert one_line(one_line(text)) == one_line(text)


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("short", 10, "short"),
        ("exactly ten", 11, "exactly ten"),
        ("exactly ten", 10, "exactly t…"),
        ("日本語日本語", 5, "日本…"),
        ("日本語日本語", 6, "日本…"),
        ("two\n lines", 20, "two lines"),
        ("anything", 1, "…"),
        ("anything", 0, ""),
    ],
)
def test_shortening_counts_columns(text: str, columns: int, shown: str) -> None:
    assert shorten(text, columns) == shown


@given(st.text(max_size=60), st.integers(0, 40))
@settings(max_examples=200)
def test_shortened_text_fits(text: str, columns: int) -> None:
    assert width(shorten(text, columns)) <= columns


@pytest.mark.parametrize(
    ("line", "logged"),
    [
        ("::error file=x::y", ": :error file=x::y"),
        ("  \t::add-mask::x", "  \t: :add-mask::x"),
        ("\x1b[31m::error::", "\x1b[31m: :error::"),
        ("see std::vector", "see std::vector"),
        ("mid ##[group]line", "mid # #[group]line"),
        ("###[warning]", "## #[warning]"),
        ("x ##VSO[task.setvariable]", "x # #VSO[task.setvariable]"),
        ("## heading", "## heading"),
        ("a\n::stop-commands::t\n", "a\n: :stop-commands::t\n"),
    ],
)
def test_ci_commands_are_broken_and_the_rest_is_left(line: str, logged: str) -> None:
    assert log_safe(line) == logged


@given(LOGGED)
@settings(max_examples=500)
def test_no_runner_finds_a_command(text: str) -> None:
    for line in re.split(r"\n", log_safe(text)):
        assert not line.strip().startswith("::")
        assert "##[" not in line
        assert "##vso[" not in line.lower()
