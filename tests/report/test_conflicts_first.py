"""Conflicts stand before the changes, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.model.address import Address, Kind
from reconciler.model.finding import Finding, Severity
from reconciler.plan.plan import Plan
from reconciler.report.conflicts import apart
from reconciler.report.markdown import render_plan_markdown
from reconciler.report.text import render_plan

AT = Address(Kind.TICKET, "SHOP-1")
CONFLICT = Finding("sync-conflict", Severity.WARNING, "the ticket was moved by Bruno and goes back", AT)
HELD = Finding("first-sight-conflict", Severity.WARNING, "seen for the first time and not in step", AT)
OTHER = Finding("case-apart", Severity.ERROR, "the case stays", AT)


@pytest.mark.parametrize("conflict", [CONFLICT, HELD], ids=lambda finding: finding.code)
def test_conflicts_are_read_first(plan: Plan, conflict: Finding) -> None:
    troubled = replace(plan, findings=(OTHER, conflict, *plan.findings, conflict))
    for text in (render_plan(troubled), render_plan_markdown(troubled)):
        assert text.count(conflict.code) == 1
        assert text.index("Conflicts") < text.index(conflict.code) < text.index("Settings of case projects")
        assert text.index(conflict.code) < text.index("Findings (" if "<details" in text else "\nFindings")


def test_without_conflicts_nothing_is_said_of_them(plan: Plan) -> None:
    assert "Conflicts" not in render_plan(plan) + render_plan_markdown(plan)


def test_conflicts_are_open_in_a_comment(plan: Plan) -> None:
    comment = render_plan_markdown(replace(plan, findings=(CONFLICT,)))
    assert "<details open><summary>Conflicts (1)</summary>" in comment
    assert "Findings" not in comment


def test_each_is_in_one_place() -> None:
    assert apart([OTHER, CONFLICT, HELD, CONFLICT]) == ((HELD, CONFLICT), (OTHER,))
