"""What a command imports: heavy libraries only where they are used. Counted, not timed."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "requests",
    "deepdiff",
    "jsonschema",
    "rich",
    "werkzeug",
    "reconciler.sandbox.world",
    "reconciler.providers.http",
)
PROGRAM = """
import sys
from reconciler.cli.main import main
code = main(sys.argv[1:])
print("\\n".join(sorted(sys.modules)), file=sys.stderr)
sys.exit(code)
"""


def imported_by(*arguments: str) -> set[str]:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, check=True, cwd=ROOT, timeout=60
    )
    return set(ended.stderr.split())


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["plan", "--help"], ["apply", "--help"], ["sandbox", "act", "--help"]],
    ids=" ".join,
)
def test_help_imports_next_to_nothing(arguments: list[str]) -> None:
    imported = imported_by(*arguments)
    assert imported & {*HEAVY, "pydantic", "yaml", "jinja2", "reconciler.engine"} == set()


def test_validate_imports_no_heavy_library() -> None:
    imported = imported_by("-C", "examples/quickstart", "validate")
    assert imported & set(HEAVY) == set()
    assert "reconciler.documents.load" in imported


def test_the_modules_looked_for_exist() -> None:
    imported = imported_by("-C", "examples/quickstart", "rules", "list")
    assert "rich" in imported
