"""Bad input and bad luck: what a person is told, what the run ends with, and that nothing was written."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.clock import SystemClock
from reconciler.cli.main import main
from reconciler.sandbox.faults import Fault, FaultKind
from reconciler.sandbox.serve import RunningSandbox

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., Any]


class Hasty(SystemClock):
    """A clock that is believed to have been waited for."""

    waited = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.waited)

    def sleep(self, seconds: float) -> None:
        self.waited += seconds


def words(text: str) -> str:
    """The text without its line breaks, which depend on its length."""
    return " ".join(text.split())


def test_a_missing_configuration_says_how_to_begin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(tmp_path / "nowhere"), "plan"]) == 1
    told = words(capsys.readouterr().err)
    assert "nowhere" in told
    assert "nothing was contacted" in told


def test_every_error_of_every_file_is_told_at_once_and_nobody_is_contacted(
    run: Run, company: Path, served: RunningSandbox
) -> None:
    bindings = company / "bindings.yaml"
    bindings.write_text(bindings.read_text().replace("status_mapping: default", "status_mapping: defualt"))
    rules = company / "rules" / "storefront.yaml"
    rules.write_text(rules.read_text().replace("service:checkout", "service:checkout AND AND team:x"))
    planned = run("plan")
    assert (planned.code, planned.out) == (1, "")
    told = words(planned.err)
    assert "bindings.yaml:" in told
    assert "did you mean default?" in told
    assert "rules/storefront.yaml:" in told
    assert served.traffic.exchanges == ()


def test_missing_credentials_are_named_all_at_once(
    run: Run, served: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DD_APP_KEY")
    monkeypatch.setenv("JIRA_API_TOKEN", "")
    planned = run("plan")
    assert planned.code == 1
    assert "DD_APP_KEY is not set: it should hold a Datadog application key" in planned.err
    assert "JIRA_API_TOKEN is empty: it should hold an API token for Jira acme (id.atlassian.com" in planned.err
    assert served.traffic.exchanges == ()


@pytest.mark.parametrize("command", [["plan"], ["apply", "--yes"]], ids=" ".join)
@pytest.mark.parametrize(
    ("name", "system", "told"),
    [
        ("DD_API_KEY", "datadog", "the API key, or both keys, are not accepted"),
        ("JIRA_API_TOKEN", "jira:acme", "signed in as nobody"),
    ],
)
def test_a_wrong_credential_is_signed_in_as_nobody(
    command: list[str],
    name: str,
    system: str,
    told: str,
    run: Run,
    served: RunningSandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = "wrong-and-never-shown-0123456789"
    monkeypatch.setenv(name, wrong)
    ended = run(*command)
    assert ended.code == 1
    assert ended.err.startswith(f"reconciler: {system}: ")
    assert told in words(ended.err)
    assert wrong not in ended.out + ended.err
    assert served.traffic.effects == ()


def test_a_missing_webhook_url_is_a_warning(run: Run, served: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATADOG_JIRA_WEBHOOK_URL")
    planned = run("plan", "--only", "settings")
    assert planned.code == 0
    assert "DATADOG_JIRA_WEBHOOK_URL is not set" in words(planned.out)
    assert "webhook-url-missing" in planned.out


def test_a_required_field_without_a_value_is_told_with_its_values_and_its_line(run: Run, company: Path) -> None:
    rules = company / "rules" / "payments.yaml"
    rules.write_text(rules.read_text().replace("Severity: S1 critical, ", ""))
    planned = run("plan")
    assert planned.code == 1
    told = words(planned.out)
    assert "rules/payments.yaml:" in told
    assert "requires the field 'Severity'" in told
    assert "S1 critical" in told
    assert "field-required" in told


@pytest.mark.parametrize(
    ("path", "old", "new", "told"),
    [
        ("bindings.yaml", "acme, project: SHOP", "acme, project: SHOPP", "shows us no project 'SHOPP'"),
        ("bindings.yaml", "issue_type: Bug", "issue_type: Bgu", "has no ticket type 'Bgu'"),
        ("bindings.yaml", "case_project: SHOP", "case_project: SOHP", "Datadog has no case project 'SOHP'"),
        ("mappings.yaml", "closed: Done", "closed: Doen", "closed goes to 'Doen'"),
        ("rules/storefront.yaml", "priority: High,", "priority: Hihg,", "'Hihg'"),
        ("rules/storefront.yaml", "priority: High,", "prioritty: High,", "has no field 'prioritty'"),
    ],
)
def test_a_name_that_jira_or_datadog_does_not_know_is_told_at_its_line(
    path: str, old: str, new: str, told: str, run: Run, company: Path, served: RunningSandbox
) -> None:
    file = company / path
    file.write_text(file.read_text().replace(old, new, 1))
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if new in text)
    planned = run("plan")
    assert planned.code == 1
    assert f"{path}:{line}:" in words(planned.out)
    assert told in words(planned.out)
    assert served.traffic.effects == ()


def test_a_wrong_ticket_type_of_a_binding_is_told_once_and_not_by_each_of_its_rules(run: Run, company: Path) -> None:
    file = company / "bindings.yaml"
    file.write_text(file.read_text().replace("issue_type: Bug", "issue_type: Bgu", 1))
    assert words(run("plan").out).count("has no ticket type 'Bgu'") == 1


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(FaultKind.STATUS, path="/api/v2/cases*", status=503, times=0), "503"),
        (Fault(FaultKind.HTML, path="/api/v2/cases*", times=0), "datadog"),
        (Fault(FaultKind.REDIRECT, path="/jira/acme/rest/api/3/project/*", times=0), "redirect"),
    ],
    ids=["down", "a page instead of an answer", "redirect"],
)
def test_garbage_from_a_system_is_a_finding_and_nothing_that_depends_on_it_is_done(
    fault: Fault, told: str, run: Run, served: RunningSandbox
) -> None:
    served.stage_fault(fault)
    planned = run("plan", clock=Hasty())
    assert planned.code == 1
    assert told in words(planned.out + planned.err)
    assert served.traffic.effects == ()


def test_a_plan_file_that_is_none_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("{}")
    assert run("apply", str(tmp_path / "plan.json")).code == 4
    assert run("apply", str(tmp_path / "none.json")).code == 4


def test_an_output_that_cannot_be_written_is_told(run: Run, tmp_path: Path) -> None:
    ended = run("rules", "list", "-o", str(tmp_path / "none" / "rules.txt"))
    assert (ended.code, ended.out) == (1, "")
    assert "cannot be written: No such file or directory" in ended.err


def test_a_bug_is_one_line_without_secrets_and_says_how_to_report_it(
    run: Run, served: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise RuntimeError(f"the key is {os.environ['DD_API_KEY']}")

    monkeypatch.setattr("reconciler.cli.planning.survey", broken)
    ended = run("plan")
    assert ended.code == 1
    assert "unexpected error: RuntimeError: the key is [secret] (at test_bad_input.py:" in ended.err
    assert "Traceback" not in ended.err
    monkeypatch.setenv("RECONCILER_DEBUG", "1")
    debug = run("plan").err
    assert "Traceback" in debug
    assert os.environ["DD_API_KEY"] not in debug


@pytest.mark.parametrize("version", ["(2, 7, 18)", "(3, 6, 15)", "(3, 10, 13)"])
def test_an_older_python_says_what_is_needed(version: str) -> None:
    pretended = f"import runpy, sys; sys.version_info = {version}; runpy.run_module('reconciler', run_name='__main__')"
    ended = subprocess.run([sys.executable, "-c", pretended], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.endswith("it needs Python 3.11 or newer: python3.11 -m reconciler\n")


def test_what_an_older_python_reads_first_is_in_words_that_it_knows() -> None:
    for name in ("__init__.py", "__main__.py"):
        assert ast.parse((ROOT / "reconciler" / name).read_text(encoding="utf-8"), feature_version=(3, 4)).body


@pytest.mark.parametrize("system", ["datadog", "jira"])
def test_a_sign_in_that_is_lost_while_applying_ends_the_run(
    system: str, run: Run, served: RunningSandbox, tmp_path: Path
) -> None:
    report = tmp_path / "outcomes.json"
    served.stage_fault(Fault(FaultKind.STATUS, system=system, writes_only=True, nth=2, times=0, status=401))
    words = ("apply", "--yes", "--only", "settings,sync", "--format", "json", "-o", str(report))
    assert run(*words, clock=Hasty()).code == 3
    outcomes = json.loads(report.read_text())["outcomes"]
    ended = [outcome["status"] for outcome in outcomes]
    lost = ended.index("failed")
    assert set(ended[:lost]) <= {"applied", "unchanged"}
    assert set(ended[lost:]) <= {"failed", "skipped"}
    assert ended[-1] == "skipped"
    assert outcomes[-1]["detail"].startswith("not begun: ")
    refused = [exchange for exchange in served.traffic.writes if exchange.status == 401]
    assert len(refused) == 1
