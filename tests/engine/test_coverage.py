"""Whether a webhook's JQL lets a project's events through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.engine.settings.coverage import coverage, jql_for

KEYS = ("PAY", "SHOP")


@pytest.mark.parametrize(
    ("jql", "clear", "missing"),
    [
        ("", True, ()),
        ("  ORDER BY created ", True, ()),
        ("project = SHOP", True, ("PAY",)),
        ("project=SHOP or project = PAY", True, ()),
        ("project in (SHOP, PAY) ORDER BY key", True, ()),
        ("project in (\"shop\",'pay')", True, ()),
        ("PROJECT IN (WEB)", True, ("PAY", "SHOP")),
        ("(project = SHOP) OR (project = PAY)", True, ()),
        ("project = SHOP AND labels = x", False, ()),
        ("labels = x", False, ()),
        ("project != SHOP", False, ()),
        ("project not in (SHOP)", False, ()),
        ("project in (SHOP", False, ()),
        ("project in (SHOP) AND project in (PAY)", False, ()),
    ],
)
def test_coverage_is_judged_only_where_it_is_certain(jql: str, clear: bool, missing: tuple[str, ...]) -> None:
    reach = coverage(jql)
    assert reach.is_clear is clear
    assert reach.missing(KEYS) == missing


@given(st.sets(st.from_regex(r"[A-Z][A-Z0-9]{1,9}", fullmatch=True), min_size=1))
def test_the_jql_we_write_covers_just_those_projects(keys: set[str]) -> None:
    reach = coverage(jql_for(keys))
    assert reach.projects == frozenset(keys)
    assert reach.missing(keys) == ()
