"""What somebody changes while a run writes is left as they changed it, and told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reconciler.sandbox.faults import Fault, FaultKind, Phase
from reconciler.sandbox.serve import RunningSandbox

Run = Callable[..., Any]


def test_settings_and_issues_that_moved_since_they_were_planned_are_left_alone(
    run: Run, served: RunningSandbox, tmp_path: Path
) -> None:
    company = served.world.datadog.company
    changes = json.loads(run("plan", "--format", "json").out)["changes"]
    asked = next(each for each in changes if "marker" in each["after"] and each["after"]["case_project"] == "PAY")
    issue = company.issues[asked["after"]["issue_id"]]
    shop = next(project for project in company.projects.values() if project.key == "SHOP")

    def meanwhile() -> None:
        issue.state = "IGNORED"
        shop.settings = {**shop.settings, "integration_jira": {"enabled": True, "auto_creation": {"enabled": True}}}

    # While the first project is being set up, somebody is at work on the second, and on an issue.
    served.stage_fault(Fault(FaultKind.KILL, Phase.AFTER, method="PATCH", call=meanwhile))
    report = tmp_path / "outcomes.json"
    words = ("--target", "case_project.PAY", "--target", "case_project.SHOP", "--target", asked["address"])
    assert run("apply", "--yes", *words, "--format", "json", "-o", str(report)).code == 3
    ended = {each["address"]: each for each in json.loads(report.read_text())["outcomes"]}
    assert ended["case_project.PAY"]["status"] == "applied"
    assert ended["case_project.SHOP"]["status"] == "stale"
    assert "somebody changed the settings" in ended["case_project.SHOP"]["detail"]
    assert ended[asked["address"]]["status"] == "stale"
    assert "no longer new" in ended[asked["address"]]["detail"]
    assert shop.settings["integration_jira"] == {"enabled": True, "auto_creation": {"enabled": True}}
    assert issue.case_id is None
