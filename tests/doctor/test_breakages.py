"""Each way in which the chain can break: the doctor names just that cause first, and its cure mends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import pytest

from reconciler.sandbox.datadog.state import id_of
from reconciler.sandbox.faults import Fault, FaultKind

if TYPE_CHECKING:
    from tests.doctor.conftest import Patient
else:
    Patient = Any

COMMAND = "command"
"""The cure is to run the command that the doctor suggests."""


@dataclass(frozen=True)
class Broken:
    """`breaks` and `cure` are deeds of people (`sandbox act`), or what a test must do by hand."""

    name: str
    breaks: tuple[str, ...] | Callable[[Patient], None]
    code: str
    says: str
    cure: tuple[str, ...] | Callable[[Patient], None] | str
    asked: str | None = None


def tampered(path: str, value: str, key: str = "SHOP") -> tuple[str, ...]:
    return (f"project {key} set integration_jira.{path} {value}",)


def forget_the_link(patient: Patient) -> None:
    patient.running.world.datadog.company.issues[id_of("issue", "cart-2")].case_id = None


def fail_a_creation(patient: Patient) -> None:
    case = patient.running.world.datadog.find_case("SHOP-2")
    assert case is not None
    assert case.ticket is not None
    case.ticket.status, case.ticket.error = "FAILED", "Component is required"
    case.ticket.ticket_id = case.ticket.key = case.ticket.url = None


def exclude_the_body(patient: Patient) -> None:
    hooks = patient.running.world.jira["acme"].site.webhooks
    hooks["1"] = replace(hooks["1"], exclude_body=True)


def call_it(deployment: Literal["cloud", "data_center"]) -> Callable[[Patient], None]:
    def change(patient: Patient) -> None:
        patient.running.world.jira["acme"].site.deployment = deployment

    return change


def editing(file: str, old: str, new: str) -> Callable[[Patient], None]:
    return lambda patient: patient.edit(file, old, new)


def refusing(system: str, path: str) -> Callable[[Patient], None]:
    return lambda patient: patient.running.stage_fault(Fault(FaultKind.DROP, system=system, path=path, times=0))


def heal(patient: Patient) -> None:
    patient.running.clear_faults()


def in_vain(patient: Patient) -> None:
    """People work on, and no webhook arrives."""
    for words in ("miss 9", "ticket SHOP-1 status Done", "clock +10m"):
        patient.act(words)


def without(permission: str, *where: str) -> tuple[str, ...]:
    return (" ".join(["permission", permission, "deny", *where]),)


def granted(permission: str, *where: str) -> tuple[str, ...]:
    return (" ".join(["permission", permission, "allow", *where]),)


OUR_USER = "reconciler@acme.com"
JIRA_PERMISSIONS = {
    "BROWSE_PROJECTS": ("PAY", "Browse Projects"),
    "CREATE_ISSUES": ("SHOP", "Create Issues"),
    "EDIT_ISSUES": ("SHOP", "Edit Issues"),
    "TRANSITION_ISSUES": ("PAY", "Transition Issues"),
    "ASSIGN_ISSUES": ("PAY", "Assign Issues"),
    "USER_PICKER": ("", "Browse users and groups"),
    "ADD_COMMENTS": ("PAY", "Add Comments"),
    "EDIT_OWN_COMMENTS": ("PAY", "Edit Own Comments"),
    "ADMINISTER": ("", "Administer Jira"),
}
DATADOG_PERMISSIONS = {
    "user_access_read": "User Access Read",
    "error_tracking_read": "Error Tracking Read",
    "error_tracking_write": "Error Tracking Issue Write",
    "cases_read": "Cases Read",
    "cases_write": "Cases Write",
    "integrations_read": "Integrations Read",
}
SITE = "https://acme.atlassian.net"

BREAKAGES = (
    # Connection
    Broken("datadog-down", refusing("datadog", "/api/v2/validate_keys"), "datadog-reachable", "Datadog", heal),
    Broken("jira-down", refusing("jira", "*/serverInfo"), "jira-reachable", "Jira acme", heal),
    Broken("jira-is-another", call_it("data_center"), "jira-deployment", "only version 2", call_it("cloud")),
    Broken(
        "our-account-off", (f"user {OUR_USER} deactivate",), "jira-signed-in", "nobody", (f"user {OUR_USER} activate",)
    ),
    Broken("captcha", ("captcha on",), "jira-signed-in", "CAPTCHA", ("captcha off",)),
    Broken("not-in-the-tile", ("tile acme disconnect",), "jira-account-in-tile", "Add Account", ("tile acme connect",)),
    # Permissions
    *(
        Broken(f"no-{name}", without(name, "datadog"), "datadog-permission", title, granted(name, "datadog"))
        for name, title in DATADOG_PERMISSIONS.items()
    ),
    *(
        Broken(f"no-{name}", without(name, OUR_USER, where), "jira-permission", title, granted(name, OUR_USER, where))
        for name, (where, title) in JIRA_PERMISSIONS.items()
    ),
    # Step 1
    Broken("ticket-deleted", ("ticket SHOP-2 delete",), "ticket-found", "case SHOP-2", ("case SHOP-2 unlink",)),
    Broken("ticket-hidden", ("ticket SHOP-2 hide",), "ticket-found", "case SHOP-2", ("ticket SHOP-2 show",)),
    Broken("ticket-moved", ("ticket SHOP-2 move PAY",), "ticket-in-place", "is PAY-2 now", ("ticket PAY-2 move SHOP",)),
    Broken(
        "two-cases",
        (f"case SHOP-2 link {SITE}/browse/SHOP-1",),
        "ticket-owned-once",
        "SHOP-1, SHOP-2",
        (f"case SHOP-2 link {SITE}/browse/SHOP-2",),
    ),
    Broken(
        "creation-failed",
        fail_a_creation,
        "ticket-created",
        "Component is required",
        (f"case SHOP-2 link {SITE}/browse/SHOP-2",),
    ),
    Broken(
        "one-way", forget_the_link, "issue-linked-both-ways", "says it has no case", ("issue cart-2 attach SHOP-1",)
    ),
    Broken("no-ticket", (), "issue-has-case", "no case", ("issue loose-1 attach SHOP-2",), asked="loose-1"),
    # Step 2
    Broken(
        "not-bound", (), "case-in-bound-project", "case ET-1", ("issue et-1 detach", "issue et-1 attach SHOP-2"), "et-1"
    ),
    Broken(
        "other-key",
        editing("bindings.yaml", "case_project: SHOP", "case_project: STORE"),
        "case-project-found",
        "no case project STORE",
        editing("bindings.yaml", "case_project: STORE", "case_project: SHOP"),
    ),
    Broken(
        "not-made-yet",
        editing("bindings.yaml", "case_project: SHOP", "case_project: {key: STORE, name: Store, create: true}"),
        "case-project-found",
        "not there yet",
        COMMAND,
    ),
    Broken("board-archived", ("board SHOP archive",), "jira-project-open", "archived", ("board SHOP restore",)),
    Broken(
        "no-such-type",
        editing("bindings.yaml", "SHOP, issue_type: Bug", "SHOP, issue_type: Defect"),
        "jira-type-found",
        "'Defect'; there are Bug, Task",
        editing("bindings.yaml", "issue_type: Defect", "issue_type: Bug"),
    ),
    Broken("integration-off", tampered("enabled", "false"), "integration-enabled", "is off", COMMAND),
    Broken("other-account", tampered("metadata.account_id", "other"), "integration-account", "is other", COMMAND),
    Broken("other-board", tampered("metadata.project_id", "99999"), "integration-project", "is 99999", COMMAND),
    Broken("other-type", tampered("metadata.issue_type_id", "99999"), "integration-type", "is 99999", COMMAND),
    Broken(
        "makes-its-own", tampered("auto_creation.enabled", "true"), "integration-auto-creation", "by itself", COMMAND
    ),
    # Step 3
    Broken(
        "two-systems",
        ("project SHOP set integration_service_now.enabled true",),
        "native-sync-possible",
        "ServiceNow",
        ("project SHOP set integration_service_now.enabled false",),
    ),
    Broken("sync-off", tampered("sync.enabled", "false"), "sync-enabled", "sync is off", COMMAND),
    Broken(
        "two-writers",
        tampered("sync", '\'{"enabled": true, "properties": {"status": {"sync_type": "two_way"}}}\'', "PAY"),
        "sync-enabled",
        "two would write",
        COMMAND,
    ),
    Broken(
        "one-direction",
        tampered("sync.properties.assignee.sync_type", "once"),
        "sync-direction",
        "once, at creation, declared is both ways",
        COMMAND,
    ),
    Broken(
        "another-mapping",
        tampered("sync.properties.status.mapping.CLOSED", "In Progress"),
        "status-mapping-equal",
        "CLOSED → In Progress",
        COMMAND,
    ),
    Broken(
        "status-renamed",
        ("status Done rename Finished",),
        "mapping-in-workflow",
        "'Done'",
        ("status Finished rename Done",),
    ),
    # Step 4
    Broken("webhook-gone", ("webhook 1 delete",), "webhook-exists", "no webhook", COMMAND),
    Broken(
        "webhook-elsewhere", ("webhook 1 url https://app.datadoghq.com/old",), "webhook-exists", "another URL", COMMAND
    ),
    Broken("webhook-off", ("webhook 1 disable",), "webhook-enabled", "switched off", COMMAND),
    Broken("webhook-deaf", ("webhook 1 events jira:issue_created",), "webhook-events", "comment_created", COMMAND),
    Broken("webhook-bodiless", exclude_the_body, "webhook-body", "leaves the body out", COMMAND),
    Broken("webhook-narrow", ("webhook 1 jql project = PAY",), "webhook-covers", "SHOP back", COMMAND),
    Broken(
        "silence", in_vain, "webhook-heard", "although Alice changed SHOP-1", ("miss 0", "ticket SHOP-1 comment Hello")
    ),
)


def play(patient: Patient, deeds: tuple[str, ...] | Callable[[Patient], None]) -> None:
    if callable(deeds):
        deeds(patient)
        return
    for words in deeds:
        patient.act(words)


@pytest.mark.parametrize("broken", BREAKAGES, ids=lambda broken: broken.name)
def test_the_cause_is_named_first_and_its_cure_mends_it(patient: Patient, broken: Broken) -> None:
    asked = ("--issue", patient.issue(broken.asked)) if broken.asked else ()
    play(patient, broken.breaks)
    code, told = patient.examined(*asked)
    assert code == (2 if told["could_look"] else 1)
    first = told["checks"][told["broken_at"]]
    cure = first["cure"]
    assert first["code"] == broken.code
    assert broken.says in f"{first['subject']}: {first['evidence']} {cure['text']}"
    if isinstance(broken.cure, str):
        assert cure["target"]
        patient.follow(cure["command"])
    else:
        play(patient, broken.cure)
    code, told = patient.examined(*asked)
    assert [check for check in told["checks"] if check["verdict"] in {"fail", "unknown"}] == []
    assert code == 0


def test_there_are_enough_ways_to_break_it() -> None:
    assert len({broken.name for broken in BREAKAGES}) == len(BREAKAGES) >= 40
