"""Annotations are commands to the CI runner, so nothing but ours may be one."""

from __future__ import annotations

import re

from reconciler.model.address import Address, Kind
from reconciler.model.finding import Finding, Origin, Severity
from reconciler.plan.plan import Plan
from reconciler.report.annotations import MOST_OF_A_SORT, render_annotations

COMMAND = re.compile(r"::(error|warning|notice) file=[^,:]+,line=\d+,col=\d+,title=[^,:]+::[^\r\n]*")


def test_a_finding_points_at_its_line_of_the_pull_request() -> None:
    finding = Finding(
        "field-value", Severity.ERROR, "100% wrong:\nno", None, Origin("rules/a,b.yaml", 7, 3), "x", "do, this"
    )
    assert render_annotations([finding], "config") == (
        "::error file=config/rules/a%2Cb.yaml,line=7,col=3,title=field-value::100%25 wrong:%0Ano — expected x — do, this\n"
    )


def test_severities_have_their_own_commands() -> None:
    told = [Finding("x", severity, "m", origin=Origin("a.yaml", 1)) for severity in Severity]
    lines = render_annotations(told).splitlines()
    assert [line.split()[0] for line in lines] == ["::error", "::warning", "::notice"]
    assert all(line.endswith(",title=x::m") for line in lines)


def test_what_has_no_place_is_left_to_the_report() -> None:
    assert render_annotations([Finding("x", Severity.ERROR, "m", address=Address(Kind.WEBHOOK, "acme"))]) == ""


def test_no_more_than_github_shows() -> None:
    told = [Finding("x", Severity.ERROR, f"m{n}", origin=Origin("a.yaml", n)) for n in range(1, 100)]
    assert render_annotations(told).count("\n") == MOST_OF_A_SORT


def test_hostile_findings_are_just_one_command_each(hostile_plan: Plan) -> None:
    for finding in hostile_plan.findings:
        for line in render_annotations([finding], "config").splitlines():
            assert COMMAND.fullmatch(line)
            assert "##[" not in line
            assert "##vso" not in line.lower()
