"""A ticket type may be declared by its id, for one whose name is not unique or will change: all goes as by name."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.ticket import IssueType, JiraProject
from reconciler.sandbox.serve import RunningSandbox

Run = Callable[..., Any]
BUG, TASK, NUMBERED = IssueType("10004", "Bug"), IssueType("10005", "Task"), IssueType("7", "10005")
PROJECT = JiraProject("1", "SHOP", "Shopist", (BUG, TASK, NUMBERED))


@pytest.mark.parametrize(
    ("words", "kind"),
    [("Bug", BUG), ("bUG", BUG), ("10004", BUG), ("10005", NUMBERED), ("7", NUMBERED), ("Story", None), ("", None)],
)
def test_a_name_goes_before_an_id(words: str, kind: IssueType | None) -> None:
    assert PROJECT.type_called(words) == kind


def test_plan_and_doctor_take_the_id_as_they_take_the_name(company: Path, run: Run, served: RunningSandbox) -> None:
    def seen() -> tuple[Any, Any]:
        plan, diagnosis = (json.loads(run(word, "--format", "json").out) for word in ("plan", "doctor"))
        return [(change["address"], change["fields"]) for change in plan["changes"]], diagnosis["counts"]

    by_name = seen()
    bindings = company / "bindings.yaml"
    bindings.write_text(bindings.read_text().replace("issue_type: Bug", 'issue_type: "10004"'))
    assert by_name[0]
    assert seen() == by_name
    assert served.failures == ()
