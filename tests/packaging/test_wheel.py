"""What is published: the wheel holds the whole product and nothing else, twice the same; the examples for other platforms are sound."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


def built(into: Path) -> Path:
    """The wheel of the tree as it stands, made by the locked build backend in a process of its own."""
    code = f"from hatchling.build import build_wheel; print(build_wheel({str(into)!r}))"
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1767225600"},
        capture_output=True,
        text=True,
        check=True,
    )
    return into / told.stdout.strip().splitlines()[-1]


def test_the_wheel_is_whole_typed_and_the_same_every_time(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one, two = built(tmp_path / "one"), built(tmp_path / "two")
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as wheel:
        packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
        entry = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
        assert "reconciler = reconciler.cli.main:run" in wheel.read(entry).decode()
    tracked = subprocess.run(["git", "ls-files", "reconciler"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(tracked.stdout.split()) <= packed
    assert "reconciler/py.typed" in packed
    assert {Path(name).parts[0] for name in packed} == {"reconciler"}


def test_hooks_for_configuration_repositories_are_commands_that_exist() -> None:
    from reconciler.cli.main import main

    hooks = yaml.load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    assert [hook["id"] for hook in hooks] == ["reconciler-validate", "reconciler-rules-lint", "reconciler-rules-test"]
    for hook in hooks:
        program, *arguments = hook["entry"].split()
        assert program == "reconciler"
        assert main(["-C", str(ROOT / "examples" / "quickstart"), *arguments]) == 0, hook["id"]


def test_the_image_is_without_root_and_installs_nothing_that_is_not_locked() -> None:
    lines = (ROOT / "examples" / "docker" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    last = max(number for number, line in enumerate(lines) if line.startswith("FROM "))
    assert any(re.fullmatch(r"USER [1-9]\d*:[1-9]\d*", line) for line in lines[last:])
    copied = [
        word for line in lines if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1]
    ]
    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    installs = [line for line in lines if "pip install" in line]
    assert installs
    assert all("--require-hashes" in line or "--no-deps --no-index" in line for line in installs)


def test_the_job_in_kubernetes_can_write_nothing_and_is_nobody() -> None:
    job = yaml.load((ROOT / "examples" / "kubernetes" / "drift.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert all(mount["readOnly"] for mount in container["volumeMounts"])
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}


@pytest.mark.parametrize("job", ["validate", "plan", "apply", "drift"])
def test_the_jobs_in_gitlab_call_commands_and_options_that_exist(job: str) -> None:
    from click.testing import CliRunner

    from reconciler.cli.main import reconciler
    from reconciler.cli.session import Session

    pipeline = yaml.load((ROOT / "examples/gitlab/.gitlab-ci.yml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    assert pipeline[job]["stage"] in pipeline["stages"]
    for line in pipeline[job]["script"]:
        shown = CliRunner().invoke(reconciler, [*line.split()[1:], "--help"], obj=Session())
        assert shown.exit_code == 0, (line, shown.output)
