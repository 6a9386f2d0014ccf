"""A company that was moved by hand in ten ways is imported as it stands: a plan then changes nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from reconciler.sandbox.serve import RunningSandbox


class Company(Protocol):
    """The fixture, as far as it is used here."""

    config: Path
    running: RunningSandbox

    def act(self, *deeds: str) -> None: ...
    def wait(self, **span: float) -> None: ...
    def run(self, *arguments: str, config: Path | None = None) -> tuple[int, str, str]: ...


def test_what_ten_hands_did_is_declared_and_plans_empty(
    company: Company, ten_ways: Mapping[str, str], tmp_path: Path
) -> None:
    company.act(*ten_ways.values())
    company.wait(hours=1)
    company.running.traffic.reset()
    adopted = tmp_path / "adopted"
    code, out, err = company.run("import", "-o", str(adopted), "--format", "json")
    assert code == 0, err
    told: dict[str, Any] = json.loads(out)
    # OPS is cut off from Jira now: what is not connected is not declared.
    assert [f"{one['kind']} {one['name']}" for one in told["documents"]] == [
        "Connections sandbox", "StatusMapping default", "ProjectBinding pay", "ProjectBinding shop",
    ]  # fmt: skip
    code, out, err = company.run("plan", "--detailed-exitcode", "--format", "json", config=adopted)
    planned = json.loads(out)
    assert (code, planned["changes"], planned["complete"]) == (0, [], True), err
    assert "webhook-wrong" in {finding["code"] for finding in planned["findings"]}
    assert company.running.traffic.writes == ()
