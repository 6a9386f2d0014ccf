"""The sizes this house keeps. Ruff counts complexity and parameters; what it cannot count is counted here."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = sorted((ROOT / "reconciler").rglob("*.py"))
TESTS = sorted(path for path in (ROOT / "tests").rglob("*.py"))
MOST_LINES, MOST_FUNCTION_LINES, MOST_MOCKS = 300, 40, 0.1

# Spelled in two parts, so that this file does not find itself.
MOCKS = re.compile(r"\b(Mock\(|Magic" + r"Mock|mocker\.|monkeypatch\.setattr|mock\.patch|@patch)")
# Calls that fail a test by themselves: pytest's, a screen compared with its file, a schema, "nothing else may escape".
CHECKS = {"raises", "warns", "golden", "validate", "check_schema", "suppress"}
LOOSENED = re.compile(
    r"pytest\.mark\.(sk"
    + r"ip|xf"
    + r"ail)|pytest\.sk"
    + r"ip\(|# type: ig"
    + r"nore(?!\[)|# no"
    + r"qa(?!:)|\bTO"
    + r"DO\b|\bFIX"
    r"ME\b|NotImpl" + "ementedError"
)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def names(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PRODUCT, ids=names)
def test_a_file_is_read_in_one_sitting(path: Path) -> None:
    assert path.read_text(encoding="utf-8").count("\n") <= MOST_LINES


def test_a_function_fits_on_a_screen() -> None:
    long = [
        f"{names(path)}:{node.lineno} {node.name}: {length} lines"
        for path in PRODUCT
        for node in functions(path)
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > MOST_FUNCTION_LINES
    ]
    assert long == []


def test_deciding_and_doing_are_apart_so_tests_need_hardly_any_mock() -> None:
    mocks = sum(len(MOCKS.findall(path.read_text(encoding="utf-8"))) for path in TESTS)
    tests = sum(node.name.startswith("test") for path in TESTS for node in functions(path))
    assert mocks <= MOST_MOCKS * tests


def test_no_test_is_silenced_and_no_check_is_loosened_without_its_code() -> None:
    found = [
        f"{names(path)}:{number}: {line.strip()}"
        for path in [*PRODUCT, *TESTS]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if LOOSENED.search(line)
    ]
    assert found == []


def test_only_the_command_line_catches_whatever_comes() -> None:
    broad = [
        f"{names(path)}:{node.lineno}"
        for path in PRODUCT
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
    ]
    assert [place.partition(":")[0] for place in broad] == ["reconciler/cli/main.py"]


def test_every_test_can_fail() -> None:
    mute = []
    for path in TESTS:
        checking = {node.name for node in functions(path) if _asserts(node, CHECKS)}
        mute += [
            f"{names(path)}:{node.lineno} {node.name}"
            for node in functions(path)
            if node.name.startswith("test") and not _asserts(node, CHECKS | checking)
        ]
    assert mute == []


def _asserts(node: ast.FunctionDef | ast.AsyncFunctionDef, checks: set[str]) -> bool:
    """Whether it asserts by itself, or by one of `checks`: those known, and the functions of its own file that assert."""
    if any(isinstance(inner, ast.Assert) for inner in ast.walk(node)):
        return True
    called = {ast.unparse(inner.func).rpartition(".")[2] for inner in ast.walk(node) if isinstance(inner, ast.Call)}
    return any(name in checks or "assert" in name for name in called)


def test_a_room_is_named_for_what_is_in_it() -> None:
    empty_words = {
        "utils",
        "util",
        "helpers",
        "helper",
        "common",
        "base",
        "manager",
        "handler",
        "service",
        "core",
        "misc",
    }
    named = {name for path in PRODUCT for name in path.relative_to(ROOT).with_suffix("").parts}
    assert named & empty_words <= {"base"}  # the base of a group is a thing: what a completed sync left
