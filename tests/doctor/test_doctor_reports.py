"""What the doctor prints, in every form; and its repairs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator

from reconciler.documents.plan_schema import machine_schemas
from reconciler.engine.doctor.check import About, Cure, Diagnosis, Step, fail, ok, unknown, warn
from reconciler.model.address import Address, Kind
from reconciler.model.finding import Origin
from reconciler.report.doctor import render_diagnosis
from reconciler.report.doctor_document import diagnosis_cases, diagnosis_document
from reconciler.report.doctor_markdown import render_diagnosis_markdown
from reconciler.report.junit import render_junit
from reconciler.report.machine import render_json
from reconciler.report.sarif import render_sarif

if TYPE_CHECKING:
    from tests.doctor.conftest import Patient
else:
    Patient = Any

PROGRAM = "reconciler -C config"
HOSTILE = "\x1b[31m##[error]\n::stop-commands::x <b>@everyone</b> [x](http://evil) |`\u202egnp.exe ]]>&"
WEBHOOK = Address(Kind.WEBHOOK, "acme")
MANY = tuple(ok("jira-permission", About(Step.PERMISSIONS, f"Jira acme P{n}", "Jira"), "has it") for n in range(12))
ILL = Diagnosis(
    (
        ok("datadog-keys", About(Step.CONNECTION, "Datadog", "validate_keys"), "both keys are accepted"),
        *MANY,
        unknown("ticket-found", About(Step.LINK, "case SHOP-1", "Jira"), f"could not look: {HOSTILE}"),
        warn(
            "case-project-stray",
            About(Step.CASE_PROJECT, f"case project {HOSTILE}", "Datadog", Origin("bindings.yaml", 4, 3)),
            HOSTILE,
            Cure("declare it", "import --project X"),
        ),
        fail(
            "webhook-enabled",
            About(Step.WEBHOOK, "Jira acme", "Jira: System > WebHooks"),
            "it is switched off",
            Cure("enable it in Jira, or let us", f"apply --target {WEBHOOK}", WEBHOOK),
        ),
        fail("webhook-heard", About(Step.WEBHOOK, "Jira acme", "Datadog"), HOSTILE, Cure(HOSTILE)),
    ),
    asked=HOSTILE,
    calls={"datadog": 7, "jira:acme": 12},
)


def every_form(diagnosis: Diagnosis) -> dict[str, str]:
    return {
        "text": render_diagnosis(diagnosis, PROGRAM),
        "markdown": render_diagnosis_markdown(diagnosis, PROGRAM),
        "json": render_json(diagnosis_document(diagnosis, PROGRAM)),
        "junit": render_junit("reconciler doctor", diagnosis_cases(diagnosis, PROGRAM)),
        "sarif": render_sarif(diagnosis.findings, "config", home=""),
    }


@pytest.mark.parametrize("form", ["text", "markdown", "json", "junit", "sarif"])
def test_what_somebody_named_a_thing_is_harmless_in_every_form(form: str) -> None:
    shown = every_form(ILL)[form]
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", shown)
    assert "##[" not in shown
    assert not re.search(r"^\s*::", shown, re.MULTILINE)
    if form == "markdown":
        assert "<b>" not in shown
        assert "@everyone" not in shown
        assert not re.search(r"(?<!\\)\]\(", shown)


def test_the_text_says_where_it_breaks_first_and_what_to_type() -> None:
    shown = every_form(replace(ILL, asked="SHOP-1"))["text"]
    assert max(len(line) for line in shown.splitlines()) <= 80
    end = shown.partition("Broken first: ")[2]
    assert end == (
        "Step 4: Datadog hears from Jira: Jira acme [webhook-enabled]\n"
        "  → enable it in Jira, or let us\n"
        "    reconciler -C config apply --target webhook.acme\n"
        "\n"
        "Doctor of SHOP-1: 2 failed, 1 warning, 13 sound; 1 could not be looked at; 19\ncalls\n"
    )
    assert "✓ jira-permission: Jira acme P0, Jira acme P1" in shown
    assert "and 4 more" in shown
    assert "looked at: Datadog, bindings.yaml:4:3" in shown


def test_json_is_what_its_schema_says() -> None:
    document = json.loads(every_form(ILL)["json"])
    Draft202012Validator(machine_schemas()["diagnosis"]).validate(document)
    assert document["checks"][document["broken_at"]]["code"] == "webhook-enabled"
    assert document["counts"] == {"ok": 13, "warn": 1, "fail": 2, "unknown": 1}
    sound = json.loads(render_json(diagnosis_document(Diagnosis(ILL.checks[:1]), PROGRAM)))
    Draft202012Validator(machine_schemas()["diagnosis"]).validate(sound)
    assert sound["broken_at"] is None


def test_junit_tells_a_failure_from_a_look_that_failed() -> None:
    suite = ET.fromstring(every_form(ILL)["junit"]).find("testsuite")
    assert suite is not None
    ended = {(case.get("classname"), child.tag) for case in suite for child in case}
    assert ended == {
        ("doctor.link", "error"),
        ("doctor.case_project", "skipped"),
        ("doctor.webhook", "failure"),
    }
    assert suite.get("tests") == "17"


def test_sarif_has_what_is_wrong_and_where_it_was_declared() -> None:
    (run,) = json.loads(every_form(ILL)["sarif"])["runs"]
    assert sorted((each["ruleId"], each["level"]) for each in run["results"]) == [
        ("case-project-stray", "warning"),
        ("ticket-found", "warning"),
        ("webhook-enabled", "error"),
        ("webhook-heard", "error"),
    ]
    stray = next(each for each in run["results"] if each["ruleId"] == "case-project-stray")
    assert stray["locations"][0]["physicalLocation"]["region"]["startLine"] == 4


def test_a_long_report_in_markdown_fits_and_says_what_was_cut() -> None:
    many = replace(
        ILL,
        checks=tuple(
            fail("ticket-found", About(Step.LINK, f"case A-{n}", "x"), "gone", Cure("unlink")) for n in range(2000)
        ),
    )
    shown = render_diagnosis_markdown(many, PROGRAM)
    assert len(shown) <= 60_000
    assert "Cut to fit" in shown


def test_the_command_prints_each_form_and_repairs_once(patient: Patient) -> None:
    patient.act("project SHOP set integration_jira.sync.enabled false")
    patient.act("webhook 1 disable")
    target = patient.config / "report"
    for form in ("markdown", "junit"):
        assert patient.run("doctor", "--format", form, "-o", str(target)) == (2, "", "")
        assert {"sync-enabled", "webhook-enabled"} <= set(
            re.findall(r"[a-z]+-[a-z]+", target.read_text(encoding="utf-8"))
        )
    code, out, err = patient.run("doctor", "--fix", "--yes", "--format", "sarif")
    assert (code, json.loads(out)["runs"][0]["results"]) == (0, [])
    assert len(patient.running.traffic.effects) == 2
    assert "applied    update case_project.SHOP" in err
    assert "applied    update webhook.acme" in err
    code, out, err = patient.run("doctor", "--fix", "--yes")
    assert (code, err, "Doctor: nothing failed" in out) == (0, "", True)
    assert len(patient.running.traffic.effects) == 2


def test_a_repair_is_asked_about_where_somebody_can_answer(patient: Patient) -> None:
    patient.act("webhook 1 disable")
    terminal, theirs = os.openpty()
    try:
        os.write(terminal, b"n\n")
        ended = subprocess.run(
            [sys.executable, "-m", "reconciler", "-C", str(patient.config), "doctor", "--fix"],
            stdin=theirs,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        os.close(terminal)
        os.close(theirs)
    assert ended.returncode == 2
    assert "[webhook-enabled]" in ended.stdout
    assert "~ webhook.acme" in ended.stderr
    assert "Nothing was mended." in ended.stderr
    assert patient.running.traffic.effects == ()


def test_a_repair_that_may_not_be_made_is_told(patient: Patient) -> None:
    patient.act("project SHOP set integration_jira.sync.enabled false")
    patient.act("permission cases_write deny datadog")
    code, out, err = patient.run("doctor", "--fix", "--yes")
    assert code == 2
    assert "failed     update case_project.SHOP" in err
    assert "Broken first: Permissions: Datadog Cases Write [datadog-permission]" in out
