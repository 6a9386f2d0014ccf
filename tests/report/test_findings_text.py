"""Findings as `validate` prints them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

from reconciler.model.finding import Finding, Origin, Severity
from reconciler.plan.plan import Plan
from reconciler.report.screen import Screen
from reconciler.report.text_findings import render_findings


def test_the_whole_screen(plan: Plan, golden: Callable[[str, str], None]) -> None:
    golden("findings.txt", render_findings(plan.findings))


def test_a_finding_starts_with_the_place_that_editors_look_for() -> None:
    finding = Finding(
        "unknown-binding",
        Severity.ERROR,
        "no binding 'shp'",
        None,
        Origin("rules/a.yaml", 7, 16),
        "shop",
        "is it shop?",
    )
    first = render_findings([finding], Screen(120)).splitlines()[0]
    assert first == "rules/a.yaml:7:16: error: no binding 'shp' — expected shop — is it shop? [unknown-binding]"


def test_a_pointer_stays_under_what_it_points_at(plan: Plan) -> None:
    lines = render_findings(plan.findings).splitlines()
    pointer = next(number for number, line in enumerate(lines) if "~^" in line)
    assert lines[pointer - 1].index("service:cart") == lines[pointer].index("~")
    assert lines[pointer - 1].index("team:") + len("team:") - 1 == lines[pointer].index("^")


def test_the_same_finding_twice_is_told_once() -> None:
    finding = Finding("x", Severity.WARNING, "odd")
    assert render_findings([finding, finding]).splitlines() == ["warning: odd [x]", "", "1 warning"]


def test_no_finding_is_no_text() -> None:
    assert render_findings([]) == ""


def test_rich_is_imported_only_when_there_is_something_to_draw() -> None:
    code = "import sys; from reconciler.report.text_findings import render_findings as r; r([]); print('rich' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
