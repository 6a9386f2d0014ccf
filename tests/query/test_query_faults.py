"""What is refused, and what the writer is told. The whole messages stand in faults.golden.txt: people read all of them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from reconciler.query.fault import SyntaxFault, pointer
from reconciler.query.parser import MAX_DEPTH, MAX_LENGTH, parse
from reconciler.query.syntax import Span

GOLDEN = (Path(__file__).parent / "faults.golden.txt").read_text(encoding="utf-8").strip("\n").split("\n\n")


def fault_of(text: str) -> SyntaxFault:
    with pytest.raises(SyntaxFault) as caught:
        parse(text)
    return caught.value


def told(text: str) -> str:
    fault = fault_of(text)
    expected = f"expected {fault.expected}" if fault.expected else None
    lines = (fault.message, pointer(text, fault.span), expected, fault.hint)
    return "\n".join(line for line in lines if line)


@pytest.mark.parametrize("block", GOLDEN, ids=lambda block: block.split("\n")[0])
def test_a_slip_is_pointed_at_and_its_writer_taught(block: str) -> None:
    query, _, expected = block.removeprefix("> ").partition("\n")
    assert told(query) == expected


@pytest.mark.parametrize("text", ["", " ", "\n\t "])
def test_an_empty_query_is_not_every_issue(text: str) -> None:
    fault = fault_of(text)
    assert fault.message == "the query is empty"
    assert fault.hint == "to match every issue write is_crash:*"
    assert fault.span == Span(0, len(text))


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("service:we\u200bb", "U+200B", 10),
        ("\ufeffservice:web", "U+FEFF", 0),
        ("service:\u202eweb", "U+202E", 8),
        ('service:"a\tb"', "U+0009", 10),
        ('service:"a\nb"', "U+000A", 10),
        ('service:"a\u202eb"', "U+202E", 10),
        ("service:\x1bweb", "U+001B", 8),
        ("service:\ud800", "U+D800", 8),
        ("\x00", "U+0000", 0),
    ],
)
def test_characters_nobody_sees_are_named_by_number(text: str, code: str, at: int) -> None:
    fault = fault_of(text)
    assert fault.message == f"an invisible character stands here: {code}"
    assert fault.span == Span(at, at + 1)
    assert str(fault).isprintable()


def test_a_text_over_the_budget_is_refused() -> None:
    fault = fault_of("service:" + "x" * MAX_LENGTH)
    assert str(fault) == (
        "the query is 20008 characters long - expected at most 20000 characters - "
        "split it into several rules, or use wildcards"
    )


@pytest.mark.parametrize("nested", ["(", "-", "NOT ", "(-", "(NOT ", "(service:a OR "])
def test_nesting_over_the_budget_is_refused_however_deep(nested: str) -> None:
    fault = fault_of(nested * (MAX_LENGTH // len(nested)))
    assert fault.message == "the query nests too deep here"
    assert fault.expected == f"at most {MAX_DEPTH} parentheses and negations inside each other"


def test_a_long_slip_does_not_drown_its_message() -> None:
    fault = fault_of("x" * 5000)
    assert fault.message == f"'{'x' * 59}…' has no attribute"
    assert len(str(fault)) < 300


def test_a_fault_is_told_in_one_line() -> None:
    assert str(fault_of("sevice:web")) == (
        "unknown attribute 'sevice' - expected one of service, team, platform, language, error_type, is_crash, "
        "file_path - did you mean service:web?"
    )


@pytest.mark.parametrize(
    ("source", "span", "expected"),
    [
        ("service:a and b", Span(10, 13), "service:a and b\n          ~~^"),
        ("service:a\n  and team:b\n", Span(12, 15), "  and team:b\n  ~~^"),
        ("service:a\r\nor", Span(11, 13), "or\n~^"),
        ("(service:a\nteam:b", Span(0, 17), "(service:a\n~~~~~~~~~^"),
        ("service:a AND", Span(13, 13), "service:a AND\n             ^"),
        ("service:a\n", Span(10, 10), "service:a\n         ^"),
        ("", Span(0, 0), "\n^"),
        ("a\tb", Span(2, 3), "a b\n  ^"),
        ("\x1b[31mred", Span(5, 8), "\ufffd[31mred\n     ~~^"),
        ("team:日本 x", Span(8, 9), "team:日本 x\n          ^"),
        ("team:日本", Span(5, 7), "team:日本\n     ~~~^"),
        ("e\u0301 x", Span(3, 4), "e\u0301 x\n  ^"),
    ],
)
def test_the_pointer_stands_under_the_span(source: str, span: Span, expected: str) -> None:
    assert pointer(source, span) == expected


def test_a_long_line_is_cut_around_the_span() -> None:
    source = "x" * 500 + " and " + "y" * 500
    text, under = pointer(source, Span(501, 504)).split("\n")
    assert text[under.index("~") :].startswith("and")
    assert under == dedent(under).rjust(len(under))
    assert len(text) <= 75
    assert text[0] == text[-1] == "…"
