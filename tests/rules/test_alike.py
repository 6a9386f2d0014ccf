"""Which issues are alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.engine.mark import alike_marker
from reconciler.model.issue import Issue, Team
from reconciler.model.state import IssueState
from reconciler.query.lexicon import ATTRIBUTES
from reconciler.rules.alike import shared

NOW = datetime(2026, 11, 2, tzinfo=UTC)
ISSUE = Issue(
    "1", IssueState.OPEN, "Web", NOW, NOW, teams=(Team("shop", "Shopist"), Team("core")), error_type="KeyError",
    file_path="a.py", platform="BACKEND", languages=("PYTHON",),
)  # fmt: skip


@pytest.mark.parametrize(
    ("other", "attributes", "alike"),
    [
        (replace(ISSUE, id="2", service="WEB", error_type="keyerror"), ("service", "error_type"), True),
        (replace(ISSUE, service="api"), ("service", "error_type"), False),
        (replace(ISSUE, service="api"), ("error_type",), True),
        (replace(ISSUE, teams=(Team("CORE", "Core"), Team("shop"))), ("team",), True),
        (replace(ISSUE, teams=(Team("shop"),)), ("team",), False),
        (replace(ISSUE, is_crash=True), ("is_crash",), False),
        (replace(ISSUE, error_message="other"), ATTRIBUTES, True),
    ],
)
def test_issues_with_the_same_values_are_alike(other: Issue, attributes: tuple[str, ...], *, alike: bool) -> None:
    assert (shared(ISSUE, attributes) == shared(other, attributes)) is alike


@pytest.mark.parametrize(
    ("attribute", "lacking"),
    [
        ("service", replace(ISSUE, service=None)),
        ("team", replace(ISSUE, teams=())),
        ("language", replace(ISSUE, languages=())),
        ("error_type", replace(ISSUE, error_type="")),
    ],
)
def test_what_lacks_an_attribute_is_like_no_other(attribute: str, lacking: Issue) -> None:
    assert shared(lacking, ("is_crash", attribute)) is None


words = st.text(max_size=6)
values = st.lists(st.tuples(words, st.lists(words, max_size=3)), max_size=3)


@given(words, words, values, words, words, values)
def test_only_the_same_values_of_the_same_rule_have_one_marker(
    instance: str,
    rule: str,
    one: list[tuple[str, list[str]]],
    other_instance: str,
    other_rule: str,
    other: list[tuple[str, list[str]]],
) -> None:
    mine, theirs = alike_marker(instance, rule, one), alike_marker(other_instance, other_rule, other)
    assert (mine == theirs) is ((instance, rule, one) == (other_instance, other_rule, other))
