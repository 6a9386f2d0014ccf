"""Every edge case that is listed names a test that exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "edge-cases.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) \| .* \| (.*) \|$", PAGE, re.MULTILINE)


def test_the_list_is_whole() -> None:
    assert [int(number) for number, _ in ROWS] == list(range(1, 47))


@pytest.mark.parametrize(("number", "tests"), ROWS, ids=[number for number, _ in ROWS])
def test_a_case_is_tested_where_the_page_says(number: str, tests: str) -> None:
    named = re.findall(r"`(tests/[^`]+)`", tests)
    assert named, number
    for name in named:
        path, _, test = name.partition("::")
        if test:
            assert f"\ndef {test}(" in (ROOT / path).read_text(encoding="utf-8"), name
        else:
            assert (ROOT / path / "scenario.yaml").is_file(), name


def test_a_promise_is_tried_where_the_page_says() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[^`]+)`", page)
    assert len(named) > 40
    for name in named:
        path, _, test = name.partition("::")
        assert not test or f"\ndef {test}(" in (ROOT / path).read_text(encoding="utf-8"), name
        assert (ROOT / path).is_file(), name
