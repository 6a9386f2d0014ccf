"""A Jira project gets another key: nothing breaks, and the doctor says what to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.doctor.conftest import Patient
else:
    Patient = Any


def verdicts(told: dict[str, Any], verdict: str) -> list[str]:
    return sorted({check["code"] for check in told["checks"] if check["verdict"] == verdict})


def test_the_old_key_is_told_at_the_binding(patient: Patient) -> None:
    _, before = patient.examined()
    patient.act("board SHOP rename WEB")
    code, told = patient.examined()
    assert (code, verdicts(told, "fail"), verdicts(told, "unknown")) == (0, [], [])
    assert set(verdicts(told, "warn")) - set(verdicts(before, "warn")) == {"jira-project-open"}
    (renamed,) = [
        check for check in told["checks"] if check["code"] == "jira-project-open" and check["verdict"] == "warn"
    ]
    assert renamed["evidence"].endswith("is called WEB now; the old key still finds it")
    assert renamed["cure"]["text"] == "write `project: WEB` in the binding 'shop'"
    patient.edit("bindings.yaml", "{account: acme, project: SHOP", "{account: acme, project: WEB")
    code, told = patient.examined()
    assert verdicts(told, "warn") == verdicts(before, "warn")
