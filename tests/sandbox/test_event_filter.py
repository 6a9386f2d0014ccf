"""The search syntax of the simulated Datadog, by table."""

from __future__ import annotations

import pytest

from reconciler.sandbox.datadog.filter import BadQuery, Facets, compile_query

CART = Facets(
    "KeyError: the Voucher is gone",
    {"service": ("cart-api",), "team": ("shopist", "Mobile Apps"), "language": ("go",), "odd": ('a "b" \\ c*',)},
)


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("*", True),
        ("service:cart-api", True),
        ("service:CART-API", True),
        ("service:cart", False),
        ("service:cart*", True),
        ("service:*api", True),
        ("service:c?rt-api", True),
        ("service:*", True),
        ("nothing:*", False),
        ('service:"cart*"', False),
        ('team:"mobile apps"', True),
        ("team:mobile", False),
        ("@language:go", True),
        ("service:(web OR cart-api)", True),
        ('service:("web" OR "cart-api")', True),
        ("service:(web OR shop)", False),
        ("-service:cart-api", False),
        ("-service:web", True),
        ("-service:(web OR cart-api)", False),
        ("NOT service:web", True),
        ("- service:web", True),
        ("service:web OR service:cart-api AND team:shopist", True),
        ("service:cart-api OR service:web AND team:nobody", True),
        ("(service:cart-api OR service:web) AND team:nobody", False),
        ("service:cart-api team:shopist", True),
        ("service:cart-api team:nobody", False),
        ("-(service:web OR team:nobody)", True),
        ("voucher", True),
        ('"voucher is gone"', True),
        ('"voucher gone"', False),
        ("refund", False),
        (r'odd:"a \"b\" \\ c*"', True),
        (r'odd:"a \"b\" \\ d*"', False),
        (r"service:cart\-api", True),
        (r"service:cart\*", False),
    ],
)
def test_a_query_matches_what_it_says(query: str, *, matches: bool) -> None:
    assert compile_query(query)(CART) is matches


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        "(",
        ")",
        "service:",
        "service:(",
        "service:(a",
        "service:(a b)",
        "service:(a OR )",
        "AND",
        "a OR",
        "OR a",
        '"open',
        "(a",
    ],
)
def test_a_query_that_cannot_be_read_is_refused(query: str) -> None:
    with pytest.raises(BadQuery):
        compile_query(query)
