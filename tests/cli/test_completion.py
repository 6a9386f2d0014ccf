"""Shell completion: each shell gets its script, and a real bash completes commands and options with it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from reconciler.cli.commands.completion import SHELLS
from reconciler.cli.main import reconciler
from reconciler.cli.session import Session

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_gets_its_script(shell: str) -> None:
    result = CliRunner().invoke(reconciler, ["completion", shell], obj=Session())
    assert result.exit_code == 0
    assert f"_RECONCILER_COMPLETE={shell}_complete" in result.output


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("reconciler val", ["validate"]),
        ("reconciler sandbox se", ["seed", "serve"]),
        ("reconciler plan --detailed", ["--detailed-exitcode"]),
        ("reconciler apply --form", ["--format"]),
        ("reconciler completion b", ["bash"]),
    ],
)
def test_bash_completes(tmp_path: Path, line: str, completed: list[str]) -> None:
    command = tmp_path / "reconciler"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m reconciler "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    words = " ".join(line.split())
    script = (
        'eval "$(reconciler completion bash)"\n'
        f"COMP_WORDS=({words}) COMP_CWORD={len(line.split()) - 1}\n"
        '_reconciler_completion reconciler; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    there = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    shown = subprocess.run(["bash", "-c", script], env=there, capture_output=True, text=True, check=True)
    assert sorted(shown.stdout.split()) == completed
    assert shown.stderr == ""
