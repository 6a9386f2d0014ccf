"""Every scenario folder, under every engine that it is for: what happens, what is said, and where everything ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).parent
SCENARIOS = {
    path.parent.name: yaml.safe_load(path.read_text())  # noqa: TID251 - our own test data
    for path in sorted(HERE.glob("*/scenario.yaml"))
}
PLAYED = [
    (name, engine)
    for name, scenario in SCENARIOS.items()
    for engine in scenario.get("engines", ["reconciler", "datadog"])
]

Stage = Any


@pytest.mark.parametrize(("name", "engine"), PLAYED, ids=lambda word: word)
def test_scenario(
    name: str, engine: str, stage: Callable[[Mapping[str, Any], str], Stage], golden: Callable[[Path, str], None]
) -> None:
    scenario = SCENARIOS[name]
    played = stage(scenario, engine)
    for told in scenario["steps"]:
        step = dict(told)
        if step.pop("for", engine) == engine:
            try:
                played.play(step)
            except AssertionError as wrong:
                wrong.add_note("\n".join(["What happened until then:", *played.transcript]))
                raise
    golden(HERE / name / f"{engine}.txt", "\n".join(played.transcript))
