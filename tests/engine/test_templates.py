"""Templates: sandboxed, length-limited, fed with hostile text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.engine.tickets.templates import (
    DEFAULT_DESCRIPTION,
    DEFAULT_SUMMARY,
    DESCRIPTION_LIMIT,
    SUMMARY_LIMIT,
    JinjaTemplates,
    description_of,
    summary_of,
)
from reconciler.model.issue import Issue, Team
from reconciler.model.state import IssueState

AT = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
BARE = Issue("i-1", IssueState.OPEN, None, AT, AT)
FULL = Issue(
    "i-2", IssueState.OPEN, "web-store", AT, AT, (Team("shopist", "Shopist"),), "TypeError", "x is undefined",
    "src/cart.ts", "total", "BROWSER", ("JAVASCRIPT",), first_seen_version="1.4.2",
)  # fmt: skip


def test_the_built_in_texts() -> None:
    templates = JinjaTemplates("https://app.datadoghq.com/error-tracking?issueId={id}")
    assert templates.render(DEFAULT_SUMMARY, FULL, "web-store") == "TypeError in web-store"
    assert templates.render(DEFAULT_SUMMARY, BARE, "web-store") == "Error in unknown service"
    assert templates.render(DEFAULT_DESCRIPTION, FULL, "web-store") == (
        "TypeError: x is undefined\n\nService: web-store\nTeams: shopist\nFirst seen: 2026-11-23 08:30 UTC in 1.4.2\n"
        "Where: src/cart.ts in total\nIssue: https://app.datadoghq.com/error-tracking?issueId=i-2"
    )


@pytest.mark.parametrize(
    "template",
    [
        "{{ issue.secret }}",
        "{{ nothing }}",
        "{{ issue.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ cycler.__init__.__globals__ }}",
        "{% for i in issue.teams %}x{% endfor %}",
        "{{ 'a' * 1000000000 }}",
        "{{ range(10) }}",
        "{% include 'x' %}",
        "{{ issue.service",
        "{% if %}",
        "{{ 1 / 0 }}",
        "{{ issue.service + 1 }}",
        "x" * 10_001,
    ],
)
def test_what_a_template_may_not_do_is_an_error_of_ours(template: str) -> None:
    templates = JinjaTemplates()
    with pytest.raises(ValueError, match="template"):
        templates.render(template, FULL, "r")
    assert templates.fault(template) is not None


@pytest.mark.parametrize(
    "template", [DEFAULT_SUMMARY, DEFAULT_DESCRIPTION, "{{ issue.teams | join(' and ') }} {{ rule }}", "plain"]
)
def test_a_usable_template_has_no_fault(template: str) -> None:
    assert JinjaTemplates().fault(template) is None


@given(st.text())
def test_a_summary_is_one_short_line_whatever_the_error_says(text: str) -> None:
    summary = summary_of(text)
    assert 0 < len(summary) <= SUMMARY_LIMIT
    assert summary.splitlines() == [summary] or len(summary.split("\n")) == 1
    assert not any(ord(character) < 32 or 0x7F <= ord(character) < 0xA0 for character in summary)


@given(st.text(max_size=50), st.integers(1, 2000))
def test_a_description_stays_within_jiras_limit(text: str, times: int) -> None:
    assert len(description_of(text * times)) <= DESCRIPTION_LIMIT + 20


def test_facts_are_not_templates_themselves() -> None:
    hostile = Issue("i", IssueState.OPEN, "{{ 7*7 }}", AT, AT)
    assert JinjaTemplates().render("{{ issue.service }}", hostile, "r") == "{{ 7*7 }}"
