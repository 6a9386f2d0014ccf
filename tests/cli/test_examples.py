"""Each example says of itself what its plan says; applied, nothing is left."""

import re
import shutil
from pathlib import Path

import pytest

from reconciler.cli.main import main
from reconciler.cli.session import Session

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
TOLD = dict(
    re.findall(r"^\| \[([\w-]+)\]\(.+?\) \|.*\| (.+?) \|$", (EXAMPLES / "README.md").read_text("utf-8"), re.MULTILINE)
)


def test_every_example_is_told_of() -> None:
    worlds = sorted(path.parent.name for path in EXAMPLES.glob("*/world.yaml"))
    assert sorted(TOLD) == worlds


@pytest.mark.parametrize("name", sorted(TOLD))
def test_an_example_plans_as_it_says_and_applies(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RECONCILER_CONFIG", raising=False)
    config = tmp_path / name
    shutil.copytree(EXAMPLES / name, config, ignore=shutil.ignore_patterns(".reconciler"))

    def ended(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        code = main(["-C", str(config), *arguments], Session())
        return code, capsys.readouterr().out

    code, planned = ended("plan")
    assert (code, f"\nPlan: {TOLD[name]}, 0 to delete; " in planned) == (0, True), planned
    assert ended("rules", "test")[0] == 0
    assert ended("apply", "--yes")[0] == 0
    assert ended("plan", "--detailed-exitcode")[0] == 0
