"""A status of the workflow makes its tickets read-only: the doctor says in which, and what to take off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.sandbox.faults import Fault, FaultKind

if TYPE_CHECKING:
    from tests.doctor.conftest import Patient
else:
    Patient = Any


def editable(told: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The verdicts about it, each with its evidence and its cure."""
    checks = [check for check in told["checks"] if check["code"] == "ticket-editable"]
    return [(check["verdict"], check["evidence"], (check["cure"] or {}).get("text", "")) for check in checks]


def test_a_read_only_status_is_named_with_its_cure(patient: Patient) -> None:
    _, told = patient.examined()
    ((verdict, evidence, _),) = editable(told)
    assert (verdict, "'" in evidence) == ("ok", False)
    status = evidence.removeprefix("linked tickets can be edited in ").split(", ")[0]
    patient.act(f"workflow simple read-only '{status}'")
    code, told = patient.examined()
    ((verdict, evidence, cure),) = editable(told)
    assert (code, verdict) == (0, "warn")
    assert f"can be edited in {status!r}, although our user has Edit Issues" in evidence
    assert cure.endswith(f"> {status} > Properties: take `jira.issue.editable` and `jira.permission.edit…` off")
    # Without the permission that is what there is to say.
    for project in ("SHOP", "PAY"):
        patient.act(f"permission EDIT_ISSUES deny reconciler@acme.com {project}")
    _, told = patient.examined()
    assert editable(told) == []


def test_what_could_not_be_looked_at_is_not_in_order(patient: Patient) -> None:
    patient.running.stage_fault(Fault(FaultKind.STATUS, path="*/editmeta", status=403, times=0))
    _, told = patient.examined()
    assert {verdict for verdict, _, _ in editable(told)} == {"unknown"}
