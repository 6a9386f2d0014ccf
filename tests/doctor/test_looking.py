"""What the doctor sees beyond what is broken: warnings, single items, and reads that fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.cli.main import main
from reconciler.sandbox.datadog.state import id_of
from reconciler.sandbox.faults import Fault, FaultKind

if TYPE_CHECKING:
    from tests.doctor.conftest import Patient
else:
    Patient = Any


def unsound(told: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Verdict, code and subject of everything that is not sound."""
    return [(each["verdict"], each["code"], each["subject"]) for each in told["checks"] if each["verdict"] != "ok"]


def never_heard(patient: Patient) -> None:
    patient.running.world.datadog.company.accounts[id_of("jira-account", "acme")].last_webhook = None


def made_by_datadog(patient: Patient) -> None:
    """For another ticket type of a bound project Datadog makes a case project of its own."""
    patient.act("project TASK create 'Shopist Task'")
    settings = patient.running.world.datadog.company.projects
    shop = next(each for each in settings.values() if each.key == "SHOP").settings["integration_jira"]
    next(each for each in settings.values() if each.key == "TASK").settings["integration_jira"] = shop


def unmanaged(patient: Patient) -> None:
    text = "webhook: {url: {env: DATADOG_JIRA_WEBHOOK_URL}"
    patient.edit("connections.yaml", text, f"{text}, manage: false")


def without_a_webhook(patient: Patient) -> None:
    patient.edit("connections.yaml", "      webhook: {url: {env: DATADOG_JIRA_WEBHOOK_URL}}\n", "")


def acting(*deeds: str) -> Callable[[Patient], None]:
    def act(patient: Patient) -> None:
        for words in deeds:
            patient.act(words)

    return act


@pytest.mark.parametrize(
    ("happens", "expected"),
    [
        (acting(), []),
        (acting("permission org_management allow datadog"), [("datadog-permission-surplus", "Datadog Org Management")]),
        (without_a_webhook, [("jira-permission-surplus", "Jira acme: Administer Jira")]),
        (unmanaged, [("jira-permission-surplus", "Jira acme: Administer Jira")]),
        (acting("clock +5m --site acme"), [("jira-clock", "Jira acme")]),
        (made_by_datadog, [("case-project-stray", "case project TASK")]),
        (
            acting("project SHOP set integration_jira.sync.properties.assignee.sync_type both_ways"),
            [("sync-direction", "binding shop assignee")],
        ),
        (
            acting("project SHOP set integration_jira.sync.properties.status.mapping.BLOCKED Done"),
            [("status-mapping-equal", "binding shop status mapping")],
        ),
        (acting("status Done category indeterminate"), [("mapping-in-workflow", "binding payments workflow"), ("mapping-in-workflow", "binding shop workflow")]),
        (acting("webhook Again create"), [("webhook-single", "Jira acme")]),
        (acting("webhook 1 jql 'project = SHOP AND labels = x'"), [("webhook-covers", "Jira acme")]),
        (acting("clock +9d"), [("webhook-heard", "Jira acme")]),
        (never_heard, [("webhook-heard", "Jira acme")]),
    ],
)  # fmt: skip
def test_what_is_only_doubtful_is_a_warning(
    patient: Patient, happens: Callable[[Patient], None], expected: list[tuple[str, str]]
) -> None:
    happens(patient)
    code, told = patient.examined()
    assert unsound(told) == [("warn", name, subject) for name, subject in expected]
    assert code == 0
    assert told["broken_at"] is None
    assert patient.running.traffic.effects == ()


def test_keys_that_are_not_accepted_and_a_token_that_is_nobodys(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DD_APP_KEY", "another-application-key")
    code, told = patient.examined()
    assert (code, told["could_look"]) == (1, False)
    assert [entry for entry in unsound(told) if entry[0] == "fail"] == [("fail", "datadog-keys", "Datadog")]
    assert [entry[1:] for entry in unsound(told) if entry[0] == "unknown"] == [
        ("step-unseen", "everything") for _ in ("link", "case project", "sync", "webhook")
    ]
    monkeypatch.setenv("JIRA_API_TOKEN", "another-token-of-jira")
    _, told = patient.examined("--ticket", "SHOP-1")
    assert [entry[1] for entry in unsound(told) if entry[0] == "fail"] == ["datadog-keys", "jira-signed-in"]
    shown = patient.run("doctor")[1]
    assert "another-application-key" not in shown
    assert "another-token-of-jira" not in shown


def test_a_webhook_whose_url_is_not_to_be_had_or_that_is_not_ours(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    unmanaged(patient)
    patient.act("permission ADMINISTER deny reconciler@acme.com")
    code, told = patient.examined()
    assert (code, unsound(told)) == (0, [])
    (stands,) = [each for each in told["checks"] if each["code"] == "webhook-exists"]
    assert "we may not list webhooks, but Datadog heard from it" in stands["evidence"]
    never_heard(patient)
    code, told = patient.examined()
    assert code == 1
    assert ("unknown", "webhook-exists", "Jira acme") in unsound(told)
    patient.act("permission ADMINISTER allow reconciler@acme.com")
    patient.act("webhook 1 delete")
    code, told = patient.examined()
    broken = told["checks"][told["broken_at"]]
    assert (code, broken["code"], broken["cure"]["command"]) == (2, "webhook-exists", None)
    patient.act("webhook 'Datadog Webhook' create")
    assert patient.examined()[0] == 0
    monkeypatch.delenv("DATADOG_JIRA_WEBHOOK_URL")
    code, told = patient.examined()
    assert (code, told["checks"][told["broken_at"]]["code"]) == (2, "webhook-url-known")


def test_one_issue_or_ticket(patient: Patient) -> None:
    code, told = patient.examined("--issue", patient.issue("cart-1"))
    assert (code, unsound(told), told["asked"]) == (0, [], patient.issue("cart-1"))
    about = {each["subject"] for each in told["checks"]}
    assert "binding shop" in about
    assert not any("payments" in subject or "PAY" in subject for subject in about)
    code, told = patient.examined("--ticket", "https://acme.atlassian.net/browse/shop-1")
    assert (code, unsound(told), told["asked"]) == (0, [], "SHOP-1")
    (owned,) = [each["evidence"] for each in told["checks"] if each["code"] == "ticket-owned"]
    assert owned == "case SHOP-1 owns it, with 2 issues"
    for option, name, expected in (
        ("--ticket", "SHOP-4", ("fail", "ticket-owned", "ticket SHOP-4")),
        ("--ticket", "SHOP-99", ("fail", "ticket-found", "ticket SHOP-99")),
        ("--issue", "5f8ebd5c-6dd9-11f0-8a28-da7ad0900002", ("fail", "issue-found", "issue 5f8ebd5c-6dd9-11f0-8a28-da7ad0900002")),
    ):  # fmt: skip
        code, told = patient.examined(option, name)
        assert (code, [entry for entry in unsound(told) if entry[0] == "fail"]) == (2, [expected])
    patient.act("case SHOP-2 archive")
    _, told = patient.examined("--issue", patient.issue("checkout-1"))
    assert unsound(told) == [("warn", "case-in-bound-project", "case SHOP-2")]


def test_an_issue_without_a_ticket_gets_one_by_the_command_that_is_suggested(patient: Patient) -> None:
    patient.act("issue new service=cart name=fresh-1")
    (fresh,) = [each.id for each in patient.running.world.datadog.company.issues.values() if each.name == "fresh-1"]
    code, told = patient.examined("--issue", fresh)
    broken = told["checks"][told["broken_at"]]
    assert (code, broken["code"]) == (2, "issue-has-case")
    patient.follow(broken["cure"]["command"])
    code, told = patient.examined("--issue", fresh)
    assert (code, unsound(told)) == (0, [])


def test_before_anything_is_bound_the_connections_are_looked_at(patient: Patient) -> None:
    for name in ("bindings.yaml", "rules.yaml", "mappings.yaml"):
        (patient.config / name).unlink()
    code, told = patient.examined()
    assert (code, unsound(told)) == (0, [])
    assert {"datadog-keys", "jira-signed-in", "datadog-permission", "webhook-exists"} <= {
        each["code"] for each in told["checks"]
    }
    patient.act("user reconciler@acme.com deactivate")
    assert patient.examined()[0] == 1


DATA_CENTER = """
apiVersion: reconciler/v1
kind: Connections
metadata: {name: acme}
spec: {instance: acme, sandbox: {world: world.yaml}}
---
apiVersion: reconciler/v1
kind: StatusMapping
metadata: {name: default}
spec: {open: To Do, in_progress: In Progress, closed: Done}
---
apiVersion: reconciler/v1
kind: ProjectBinding
metadata: {name: shop}
spec:
  case_project: SHOP
  jira: {account: dc, project: SHOP, issue_type: Bug}
  status_mapping: default
  sync: {engine: datadog, status: two_way}
"""


def test_datadog_does_not_sync_with_a_data_center(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = Path(__file__).resolve().parents[1] / "sandbox" / "worlds" / "dc.yaml"
    config = tmp_path / "dc"
    config.mkdir()
    (config / "world.yaml").write_text(world.read_text(encoding="utf-8"), encoding="utf-8")
    (config / "config.yaml").write_text(DATA_CENTER, encoding="utf-8")
    assert main(["-C", str(config), "doctor", "--format", "json"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert told["checks"][told["broken_at"]]["code"] == "native-sync-possible"
    text = DATA_CENTER.replace("engine: datadog", "engine: reconciler")
    (config / "config.yaml").write_text(text, encoding="utf-8")
    assert main(["-C", str(config), "doctor", "--fix", "--yes", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [entry for entry in unsound(told) if entry[0] != "warn"] == []


def test_what_makes_no_sense_is_wrong_usage_or_not_understood(patient: Patient) -> None:
    for arguments, expected in (
        (("--issue", "x", "--ticket", "SHOP-1"), 64),
        (("--yes",), 64),
        (("--fix",), 64),
        (("--issue", "SHOP-1"), 1),
        (("--ticket", patient.issue("cart-1")), 1),
        (("--ticket", "https://acme.atlassian.net/dashboards"), 1),
    ):
        assert patient.run("doctor", *arguments)[0] == expected, arguments
    assert patient.running.traffic.exchanges == ()


# Without these answers nothing else can be looked at: that they fail is a cause, not a gap.
DECISIVE = {"/api/v2/validate_keys", "/jira/acme/rest/api/3/serverInfo"}


def test_a_read_that_fails_is_neither_good_news_nor_a_cause(patient: Patient) -> None:
    patient.act("ticket SHOP-1 status Done")
    patient.act("clock +1h")
    _, sound = patient.examined()
    reads = sorted({(each.method, each.path) for each in patient.running.traffic.exchanges})
    assert len(reads) > 15
    for method, path in reads:
        patient.running.clear_faults()
        patient.running.stage_fault(Fault(FaultKind.STATUS, method=method, path=path, status=400, times=0))
        code, told = patient.examined()
        failed = [entry for entry in unsound(told) if entry[0] == "fail"]
        if path in DECISIVE:
            assert code == 1
            assert [entry[1].rpartition("-")[2] for entry in failed] == ["reachable"], path
            continue
        assert failed == [], (method, path)
        known = {(each["code"], each["subject"]) for each in told["checks"] if each["verdict"] == "ok"}
        lost = {(each["code"], each["subject"]) for each in sound["checks"]} - known
        unseen = [entry for entry in unsound(told) if entry[0] == "unknown"]
        assert code == (1 if unseen else 0)
        assert unseen or not lost, (method, path, lost)
    assert patient.running.traffic.effects == ()
