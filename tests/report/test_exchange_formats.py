"""SARIF and JUnit: what the standard and Jenkins' XSD ask of the parts we use, and that no text can break out.

The constraints are written down here from SARIF 2.1.0 §3 and Jenkins' junit-10.xsd; OASIS publishes its schema without a
licence under which it could be kept here.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.cli.main import main
from reconciler.model.address import Address, Kind
from reconciler.model.finding import Finding, Origin, Severity
from reconciler.plan.plan import Plan
from reconciler.report.junit import JUnitCase, Verdict, cases_of, render_junit
from reconciler.report.sarif import render_sarif

HOME = "https://git.example/acme/reconciler"


def closed(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    properties = required | (optional or {})
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


TEXT = closed({"text": {"type": "string", "minLength": 1}})
URI = {"type": "string", "pattern": r"^https://[!-~]+$"}
ARTIFACT = {
    "oneOf": [
        closed(
            {
                "uri": {"type": "string", "pattern": r"^(?!/|[A-Za-z][A-Za-z0-9+.-]*:)[!-~]+$"},
                "uriBaseId": {"const": "%SRCROOT%"},
            }
        ),
        closed({"uri": {"type": "string", "pattern": r"^file:///[!-~]*$"}}),
    ]
}
LOCATION = closed(
    {
        "physicalLocation": closed(
            {
                "artifactLocation": ARTIFACT,
                "region": closed(
                    {"startLine": {"type": "integer", "minimum": 1}}, {"startColumn": {"type": "integer", "minimum": 1}}
                ),
            }
        )
    },
    {
        "logicalLocations": {
            "type": "array",
            "items": closed({"fullyQualifiedName": {"type": "string"}, "kind": {"type": "string"}}),
        }
    },
)
RULE = closed(
    {"id": {"type": "string"}, "name": {"type": "string"}, "shortDescription": TEXT, "help": TEXT}, {"helpUri": URI}
)
RESULT = closed(
    {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": TEXT,
        "locations": {"type": "array", "items": LOCATION, "minItems": 1, "maxItems": 10},
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1},
    }
)
DRIVER = closed(
    {
        "name": {"type": "string"},
        "version": {"type": "string"},
        "semanticVersion": {"type": "string", "pattern": r"^\d+\.\d+\.\d+"},
        "rules": {"type": "array", "items": RULE, "uniqueItems": True},
    },
    {"informationUri": URI},
)
RUN = closed(
    {
        "tool": closed({"driver": DRIVER}),
        "columnKind": {"const": "unicodeCodePoints"},
        "results": {"type": "array", "items": RESULT},
    }
)
SARIF = closed({"$schema": URI, "version": {"const": "2.1.0"}, "runs": {"type": "array", "items": RUN, "minItems": 1}})

# Per element of junit-10.xsd: what it may hold, and its attributes.
JUNIT = {
    "testsuites": ({"testsuite"}, {"name", "time", "tests", "failures", "disabled", "errors"}),
    "testsuite": (
        {"properties", "testcase", "system-out", "system-err"},
        {
            "name",
            "tests",
            "failures",
            "errors",
            "time",
            "disabled",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
        },
    ),
    "testcase": (
        {"skipped", "error", "failure", "system-out", "system-err"},
        {"name", "assertions", "time", "classname", "status"},
    ),
    "failure": (set(), {"type", "message"}),
    "error": (set(), {"type", "message"}),
    "skipped": (set(), {"type", "message"}),
}
TEXTS = st.text(st.characters(), max_size=30)
ORIGINS = st.none() | st.builds(Origin, TEXTS, st.integers(0, 9), st.integers(0, 9))
FINDINGS = st.builds(
    Finding,
    st.sampled_from(["field-value", "unreadable"]),
    st.sampled_from(Severity),
    TEXTS.filter(bool),
    st.none() | st.builds(Address, st.sampled_from(Kind), TEXTS),
    ORIGINS,
    st.none() | TEXTS,
    st.none() | TEXTS,
)
VERDICTS: list[Verdict] = ["passed", "failed", "error", "skipped"]


def sarif(findings: list[Finding] | tuple[Finding, ...], root: str = "config") -> dict[str, Any]:
    log: dict[str, Any] = json.loads(render_sarif(findings, root, home=HOME))
    jsonschema.Draft202012Validator(SARIF).validate(log)
    run: dict[str, Any] = log["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [rules[result["ruleIndex"]] for result in run["results"]] == [one["ruleId"] for one in run["results"]]
    return run


def junit(cases: list[JUnitCase] | tuple[JUnitCase, ...]) -> ElementTree.Element:
    root = ElementTree.fromstring(render_junit("reconciler doctor", cases))
    for element in root.iter():
        children, attributes = JUNIT[element.tag]
        assert {child.tag for child in element} <= children
        assert set(element.keys()) <= attributes
    for counting in (root, root[0]):
        assert int(counting.attrib["tests"]) == len(list(root.iter("testcase")))
        assert int(counting.attrib["failures"]) == len(list(root.iter("failure")))
        assert int(counting.attrib["errors"]) == len(list(root.iter("error")))
    return root


def test_a_result_leads_to_its_line_and_to_its_description() -> None:
    finding = Finding("field-value", Severity.ERROR, "wrong\n  x\n  ^", None, Origin("rules/a b.yaml", 7, 3), "x", "do")
    run = sarif([finding])
    (result,) = run["results"]
    assert result["message"]["text"] == "wrong\n  x\n  ^\nExpected x.\ndo"
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "config/rules/a%20b.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 7, "startColumn": 3},
    }
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["helpUri"] == f"{HOME}/blob/main/docs/findings.md#:~:text=field-value"


def test_what_was_written_nowhere_has_a_place_all_the_same() -> None:
    run = sarif([Finding("webhook-missing", Severity.WARNING, "none", Address(Kind.WEBHOOK, "acme"))], "/srv/acme")
    (location,) = run["results"][0]["locations"]
    assert location["physicalLocation"]["artifactLocation"] == {"uri": "file:///srv/acme"}
    assert location["logicalLocations"] == [{"fullyQualifiedName": "webhook.acme", "kind": "resource"}]


def test_a_fingerprint_survives_lines_added_above_and_tells_twins_apart() -> None:
    def prints(*lines: int) -> list[str]:
        told = [Finding("x", Severity.ERROR, "m", origin=Origin("a.yaml", line)) for line in lines]
        return [result["partialFingerprints"]["reconcilerFinding/v1"] for result in sarif(told)["results"]]

    assert prints(3) == prints(30)
    assert len(set(prints(3, 4))) == 2


def test_without_a_known_page_nothing_is_linked() -> None:
    driver = json.loads(render_sarif([Finding("x", Severity.INFO, "m")], home=""))["runs"][0]["tool"]["driver"]
    assert "informationUri" not in driver
    assert "helpUri" not in driver["rules"][0]


@given(st.lists(FINDINGS, max_size=3), st.sampled_from(["", "config", "/srv/acme"]))
def test_any_finding_makes_valid_reports(findings: list[Finding], root: str) -> None:
    assert len(sarif(findings, root)["results"]) == len(set(findings))
    assert len(junit(cases_of(findings, "all", "validate"))[0]) == max(1, len(set(findings)))


def test_hostile_findings_stay_texts(hostile_plan: Plan) -> None:
    rendered = render_sarif(hostile_plan.findings), render_junit("s", cases_of(hostile_plan.findings, "all", "g"))
    assert sarif(hostile_plan.findings)["results"]
    for text in rendered:
        assert not re.search(
            r"##\[|##vso\[|^\s*::|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\ud800]", text, re.MULTILINE
        )
    for result in sarif(hostile_plan.findings)["results"]:
        assert not re.search(r"(?<!\\)\[[^\]]*\]\(", result["message"]["text"])
    assert {element.tag for element in junit(cases_of(hostile_plan.findings, "all", "g")).iter()} <= set(JUNIT)


def test_each_verdict_has_its_element() -> None:
    cases = [JUnitCase(verdict, "webhook", verdict, 'm "1"', "a\nb <c>", Origin("x.yaml", 2)) for verdict in VERDICTS]
    suite = junit(cases)[0]
    assert [[child.tag for child in case] for case in suite] == [[], ["failure"], ["error"], ["skipped"]]
    assert suite.attrib["skipped"] == "1"
    assert suite[1][0].attrib == {"type": "failed", "message": 'm "1"'}
    assert suite[1][0].text == "x.yaml:2:1\na\nb <c>"


@given(TEXTS, TEXTS, TEXTS, ORIGINS, st.sampled_from(VERDICTS))
def test_any_text_makes_a_readable_case(
    name: str, message: str, detail: str, origin: Origin | None, verdict: Verdict
) -> None:
    assert len(junit([JUnitCase(name, name, verdict, message, detail, origin)])[0]) == 1


@pytest.mark.parametrize("form", ["sarif", "junit"])
def test_validate_speaks_both(form: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("apiVersion: reconciler/v1\nkind: Bindings\nmetadata: {name: a}\nspec: {}\n")
    report = tmp_path / "report"
    assert main(["-C", str(tmp_path), "validate", "--format", form, "-o", str(report)]) == 1
    if form == "sarif":
        (result,) = json.loads(report.read_text())["runs"][0]["results"]
        assert result["ruleId"] == "unknown-kind"
        assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 2, "startColumn": 7}
    else:
        suite = ElementTree.fromstring(report.read_text())[0]
        assert suite.attrib["failures"] == "1"
        assert suite[0].attrib["name"] == "a.yaml:2:7: unknown-kind"
