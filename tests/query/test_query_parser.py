"""What text means: the syntax each query is read into."""

from __future__ import annotations

import pytest

from reconciler.query.parser import MAX_DEPTH, MAX_LENGTH, parse
from reconciler.query.syntax import And, Expr, Not, Or, Pattern, Span, Term


def term(attribute: str, *values: str) -> Term:
    return Term(attribute, tuple(Pattern(tuple(value.split("*"))) for value in values))


A, B, C = term("service", "a"), term("team", "b"), term("platform", "c")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("service:a", A),
        ("  service:a\n", A),
        ("service:a AND team:b", And((A, B))),
        ("service:a team:b", And((A, B))),
        ("service:a\n  team:b", And((A, B))),
        ("service:a OR team:b", Or((A, B))),
        ("service:a AND team:b OR platform:c", Or((And((A, B)), C))),
        ("service:a team:b OR platform:c", Or((And((A, B)), C))),
        ("service:a OR team:b AND platform:c", Or((A, And((B, C))))),
        ("service:a AND (team:b OR platform:c)", And((A, Or((B, C))))),
        ("(service:a OR team:b) platform:c", And((Or((A, B)), C))),
        ("(service:a)(team:b)", And((A, B))),
        ("service:a AND team:b AND platform:c", And((A, B, C))),
        ("(service:a AND team:b) AND platform:c", And((And((A, B)), C))),
        ("service:a (team:b platform:c)", And((A, And((B, C))))),
        ("-service:a", Not(A)),
        ("NOT service:a", Not(A)),
        ("- service:a", Not(A)),
        ("--service:a", Not(Not(A))),
        ("NOT -service:a", Not(Not(A))),
        ("NOT(service:a OR team:b)", Not(Or((A, B)))),
        ("service:a -team:b", And((A, Not(B)))),
        ("service:a AND NOT team:b", And((A, Not(B)))),
        ("service:a OR NOT team:b", Or((A, Not(B)))),
        ("-service:a team:b", And((Not(A), B))),
        ("((((service:a))))", A),
    ],
)
def test_operators_bind_as_the_language_says(text: str, expected: Expr) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "attribute", "patterns"),
    [
        ("service:web-store", "service", (("web-store",),)),
        ("service:web-*", "service", (("web-", ""),)),
        ("service:*-store", "service", (("", "-store"),)),
        ("service:a*b*c", "service", (("a", "b", "c"),)),
        ("service:*", "service", (("", ""),)),
        ("service:**", "service", (("", ""),)),
        ("service:a**b", "service", (("a", "b"),)),
        ("service:(a OR b)", "service", (("a",), ("b",))),
        ('service:(a OR "b c" OR d*)', "service", (("a",), ("b c",), ("d", ""))),
        ("service:( a )", "service", (("a",),)),
        ('team:"Web Store"', "team", (("Web Store",),)),
        ('team:"Web *"', "team", (("Web ", ""),)),
        (r'team:"5 \* 3"', "team", (("5 * 3",),)),
        (r'team:"say \"hi\" *"', "team", (('say "hi" ', ""),)),
        (r'file_path:"C:\\src\\*"', "file_path", (("C:\\src\\", ""),)),
        ('team:"AND"', "team", (("AND",),)),
        ('team:"-x"', "team", (("-x",),)),
        ('team:"(a) = b, c"', "team", (("(a) = b, c",),)),
        ("team:and", "team", (("and",),)),
        ("team:ANDROID", "team", (("ANDROID",),)),
        ("team:équipe", "team", (("équipe",),)),
        ("error_type:std::bad_alloc", "error_type", (("std::bad_alloc",),)),
        ("error_type:(std::bad_alloc OR a:b)", "error_type", (("std::bad_alloc",), ("a:b",))),
        ("error_type:java.lang.Error", "error_type", (("java.lang.Error",),)),
        ("file_path:/src/@app/*.py", "file_path", (("/src/@app/", ".py"),)),
        ("language:C++", "language", (("C++",),)),
        ("language:C#", "language", (("C#",),)),
        ("is_crash:true", "is_crash", (("true",),)),
        ("is_crash:FALSE", "is_crash", (("FALSE",),)),
        ("is_crash:*", "is_crash", (("", ""),)),
        ("platform:(IOS OR ANDROID)", "platform", (("IOS",), ("ANDROID",))),
    ],
)
def test_values_are_words_or_quoted_and_star_is_the_only_wildcard(
    text: str, attribute: str, patterns: tuple[tuple[str, ...], ...]
) -> None:
    assert parse(text) == Term(attribute, tuple(Pattern(pieces) for pieces in patterns))


def test_every_node_remembers_where_it_stands() -> None:
    text = "  service:a AND -(team:b OR is_crash:true)"
    expr = parse(text)
    assert isinstance(expr, And)
    left, right = expr.parts
    assert isinstance(right, Not)
    stretches = [text[node.span.start : node.span.end] for node in (expr, left, right, right.part)]
    assert stretches == [text.strip(), "service:a", "-(team:b OR is_crash:true)", "team:b OR is_crash:true"]


def test_where_it_stands_is_no_part_of_what_it_says() -> None:
    assert parse("service:a") == parse("   service:a")
    assert parse("service:a").span == Span(0, 9)


def test_nesting_up_to_the_budget_is_read() -> None:
    assert parse("(" * MAX_DEPTH + "service:a" + ")" * MAX_DEPTH) == A
    assert isinstance(parse("-" * MAX_DEPTH + "service:a"), Not)


def test_length_up_to_the_budget_is_read() -> None:
    text = "service:" + "x" * (MAX_LENGTH - 8)
    assert parse(text) == term("service", text[8:])
