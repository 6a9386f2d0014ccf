"""`plan --format sarif|junit`: what a plan finds wrong, at the lines of the configuration where a pull request shows it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

Run = Callable[..., Any]


def test_a_plan_says_what_is_wrong_at_its_line(company: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(company.parent)
    limits = company / "limits.yaml"
    limits.write_text(limits.read_text().replace("max_creates: 25", "max_creates: 1"))
    plan = run("plan", "--format", "sarif", "--out", "plan.json")
    (scan,) = json.loads(plan.out)["runs"]
    found = {
        (result["ruleId"], result["level"]): result["locations"][0]["physicalLocation"] for result in scan["results"]
    }
    assert plan.code == 6
    assert found["limit-creates", "error"] == {
        "artifactLocation": {"uri": "acme/limits.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 6, "startColumn": 16},
    }
    saved = json.loads(Path("plan.json").read_text())["findings"]
    assert sorted(result["ruleId"] for result in scan["results"]) == sorted(finding["code"] for finding in saved)
    assert run("plan", "--format", "junit", "-o", "plan.xml").code == 6
    suite = ElementTree.fromstring(Path("plan.xml").read_text(encoding="utf-8"))[0]
    failed = [case.attrib["name"] for case in suite if case.find("failure") is not None]
    assert suite.attrib["name"] == "reconciler plan"
    assert failed == ["limits.yaml:6:16: limit-creates"]
