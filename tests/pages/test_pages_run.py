"""Every command that a page shows runs and ends as stated, what it prints is what is shown, and every YAML is valid."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
# This page is followed by tests of its own, on a company that was set up by hand.
FOLLOWED = {"docs/how-to/adopt.md": "tests/importing/test_import_command.py"}
PAGES = [
    page
    for page in (
        "README.md",
        "CONTRIBUTING.md",
        *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")),
    )
    if page not in FOLLOWED
    and any(f"```{kind}\n" in (ROOT / page).read_text(encoding="utf-8") for kind in ("", "console", "sh", "yaml"))
]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_can_be_followed(page: str, reader: Callable[[str], Any]) -> None:
    followed = reader(page)
    followed.follow((ROOT / page).read_text(encoding="utf-8"))
    assert followed.sandbox.failures == ()
    assert not followed.wrong, "\n".join(followed.wrong)


def test_a_page_that_is_followed_elsewhere_is() -> None:
    assert [page for page, test in FOLLOWED.items() if Path(page).name not in (ROOT / test).read_text("utf-8")] == []
