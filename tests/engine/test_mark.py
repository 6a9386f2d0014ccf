"""The mark in a case: the write-ahead record of a creation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.engine.mark import Mark, marked, marker_of, read_mark, unmarked

AT = datetime(2026, 11, 23, 19, 0, 5, tzinfo=UTC)
ISSUE = "5f8ebd5c-6dd9-11f0-8a28-da7ad0900002"
text = st.text(st.characters(codec="utf-8"), max_size=60)


def a_mark(issue: str = ISSUE, at: datetime = AT, instance: str = "acme") -> Mark:
    return Mark(marker_of(instance, issue), issue, "web-store", at)


@given(text, st.integers(0, 10**8))
def test_a_mark_reads_back_from_any_description(description: str, seconds: int) -> None:
    mark = a_mark(at=AT + timedelta(seconds=seconds))
    assert read_mark(marked(description, mark), "acme") == mark


@given(text)
def test_marking_again_leaves_one_mark(description: str) -> None:
    first, second = a_mark(), a_mark(at=AT + timedelta(hours=1))
    twice = marked(marked(description, first), second)
    assert read_mark(twice, "acme") == second
    assert twice.count("reconciler: ddet-") == 1


@given(text)
def test_text_without_a_mark_has_none(description: str) -> None:
    assert read_mark(description, "acme") is None


@pytest.mark.parametrize(
    "description",
    [
        a_mark().line.replace(ISSUE, "another-issue"),
        a_mark().line.replace("2026", "year"),
        a_mark().line.replace("T19", "T99"),
        "> " + a_mark().line,
        a_mark(instance="other").line,
    ],
    ids=["of another issue", "no time", "impossible time", "quoted", "of another instance"],
)
def test_a_mark_that_is_not_genuine_is_not_believed(description: str) -> None:
    assert read_mark(description, "acme") is None


@given(text)
def test_what_is_alike_stands_above_the_mark_and_goes_with_it(description: str) -> None:
    plain, grouping = a_mark(), replace(a_mark(), alike="ddgr-" + "a" * 20)
    written = marked(description, grouping)
    assert read_mark(written, "acme") == grouping
    assert written.endswith(plain.line), "a reader that knows nothing of it still finds the mark"
    assert read_mark(marked(written, plain), "acme") == plain
    assert "ddgr-" not in unmarked(written)


def test_windows_line_ends_do_not_hide_a_mark() -> None:
    assert read_mark(f"text\r\n\r\n{a_mark().line}\r\n", "acme") == a_mark()


def test_markers_are_valid_labels_and_differ_by_issue_and_instance() -> None:
    markers = {marker_of(instance, issue) for instance in ("a", "b") for issue in ("1", "2")}
    assert len(markers) == 4
    assert all(len(marker) == 25 and marker.isascii() and " " not in marker for marker in markers)
