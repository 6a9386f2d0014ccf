"""Every code that a finding may have is documented, and every documented code exists."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
DOCUMENTED = re.findall(r"^\| `([a-z0-9-]+)` \|", PAGE, re.MULTILINE)
CODE = re.compile(r"[a-z]+(-[a-z0-9]+)+")

# Where findings are made; the sandbox and the clients raise errors instead.
PACKAGES = ("documents", "engine", "memory", "plan", "query", "rules", "sync")
# Calls in these packages whose hyphened words are no codes of findings.
OTHERS = {"Reason", "PlanRefused", "_hold", "_refusal", "decode"}
# The codes of a single word, which could be anything.
SINGLE = {"unreadable"}
# Names of encodings look like codes.
ENCODINGS = {"utf-8", "utf-8-sig"}


def constants() -> Iterator[tuple[str, str]]:
    """Each hyphened text that is an argument of a call, with the place of the call."""
    for package in PACKAGES:
        for path in sorted((ROOT / "reconciler" / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or ast.unparse(node.func).rpartition(".")[2] in OTHERS:
                    continue
                for value in [*node.args, *(keyword.value for keyword in node.keywords)]:
                    if not (isinstance(value, ast.Constant) and isinstance(value.value, str)):
                        continue
                    if CODE.fullmatch(value.value) and value.value not in ENCODINGS:
                        yield value.value, f"{path.relative_to(ROOT)}:{node.lineno}"


def test_every_code_is_documented() -> None:
    assert [f"{place}: {code}" for code, place in constants() if code not in DOCUMENTED] == []


def test_every_documented_code_exists() -> None:
    assert sorted(set(DOCUMENTED) - {code for code, _ in constants()} - SINGLE) == []


def test_no_code_is_documented_twice() -> None:
    assert len(DOCUMENTED) == len(set(DOCUMENTED))


@pytest.mark.parametrize("code", DOCUMENTED)
def test_a_documented_code_has_a_severity_a_meaning_an_example_and_a_cure(code: str) -> None:
    (row,) = re.findall(rf"^\| `{code}` \| (.*) \|$", PAGE, re.MULTILINE)
    severity, meaning, example, cure = re.split(r" \| ", row)
    assert set(severity.split(" or ")) <= {"error", "warning", "info"}
    assert meaning.endswith(".")
    assert re.fullmatch(r"`[^`]{8,}`|`` .{8,} ``", example)
    assert cure.endswith(".")
