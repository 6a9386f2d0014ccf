"""What holds for every text and every query."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.query.fault import SyntaxFault, pointer
from reconciler.query.lexicon import ATTRIBUTES
from reconciler.query.parser import parse
from reconciler.query.syntax import And, Expr, Not, Or, Pattern, Term, attributes, render, terms

WORDS = [
    "service:",
    "team:",
    "a",
    "b*",
    '"',
    "\\",
    "(",
    ")",
    "AND",
    "OR",
    "NOT",
    "-",
    " ",
    "\n",
    "and",
    "=",
    ",",
    ":",
    "é",
    "\x00",
]
TEXTS = st.one_of(st.text(max_size=40), st.lists(st.sampled_from(WORDS), max_size=14).map("".join))


@given(data=st.data())
@settings(max_examples=400, deadline=None)
def test_a_rendered_query_reads_back_as_itself(any_query: st.SearchStrategy[Expr], data: st.DataObject) -> None:
    expr = data.draw(any_query)
    assert parse(render(expr)) == expr


def read(text: str) -> Expr | SyntaxFault:
    try:
        return parse(text)
    except SyntaxFault as fault:
        return fault


@given(text=TEXTS)
@settings(max_examples=1000, deadline=None)
def test_any_text_is_a_query_or_a_fault_that_can_be_shown(text: str) -> None:
    outcome = read(text)
    if isinstance(outcome, SyntaxFault):
        assert 0 <= outcome.span.start <= outcome.span.end <= len(text)
        _, under = pointer(text, outcome.span).split("\n")
        assert set(under.strip()) <= {"~", "^"}
        assert under.endswith("^")
    else:
        assert parse(render(outcome)) == outcome
        assert all(text[term.span.start : term.span.end].startswith(term.attribute) for term in terms(outcome))


@given(data=st.data())
@settings(max_examples=80, deadline=None)
def test_a_query_reads_the_attributes_of_its_terms(any_query: st.SearchStrategy[Expr], data: st.DataObject) -> None:
    expr = data.draw(any_query)
    text = render(expr)
    assert attributes(expr) == {term.attribute for term in terms(expr)}
    assert attributes(expr) <= set(ATTRIBUTES)
    assert all(f"{attribute}:" in text for attribute in attributes(expr))


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (Term("service", (Pattern(("a", "")),)), "service:a*"),
        (Term("team", (Pattern(("a b",)),)), 'team:"a b"'),
        (Term("team", (Pattern(("a*", 'b"')),)), r'team:"a\**b\""'),
        (Term("team", (Pattern(("NOT",)), Pattern(("x",)))), 'team:("NOT" OR x)'),
        (Not(Not(Term("team", (Pattern(("x",)),)))), "--team:x"),
        (Not(Or((Term("team", (Pattern(("x",)),)),) * 2)), "-(team:x OR team:x)"),
        (
            And((Or((Term("team", (Pattern(("x",)),)),) * 2), Term("team", (Pattern(("y",)),)))),
            "(team:x OR team:x) AND team:y",
        ),
        (
            Or((And((Term("team", (Pattern(("x",)),)),) * 2), Term("team", (Pattern(("y",)),)))),
            "team:x AND team:x OR team:y",
        ),
    ],
)
def test_rendering_uses_no_more_signs_than_needed(expr: Expr, text: str) -> None:
    assert render(expr) == text


@pytest.mark.parametrize("pieces", [(), ("",), ("a", "", "b"), ("a\nb",)])
def test_a_pattern_that_no_text_can_say_cannot_be_built(pieces: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="not a pattern"):
        Pattern(pieces)


def test_a_node_that_no_text_can_say_cannot_be_built() -> None:
    term = Term("team", (Pattern(("x",)),))
    with pytest.raises(ValueError, match="not a term"):
        Term("env", term.patterns)
    with pytest.raises(ValueError, match="not a term"):
        Term("team", ())
    with pytest.raises(ValueError, match="two or more"):
        And((term,))
    with pytest.raises(ValueError, match="two or more"):
        Or((term,))


def test_messages_do_not_depend_on_the_hash_seed() -> None:
    program = (
        "from reconciler.query.parser import parse\n"
        "from reconciler.query.syntax import render\n"
        "for text in ('servic:a', 'x:y', 'erorr:a', 'service:(a OR b) -team:x'):\n"
        "    try: print(render(parse(text)))\n"
        "    except ValueError as fault: print(fault)\n"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(printed) == 1
    assert "did you mean service:a" in printed.pop()
