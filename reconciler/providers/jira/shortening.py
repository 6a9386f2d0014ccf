"""Text that is made to fit. What Jira counts is what it stores, which is longer than what is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Written = TypeVar("Written")


def shortened(
    text: str, write: Callable[[str], Written], *, fits: Callable[[Written], bool], link: str | None = None
) -> Written:
    """What `write` makes of the text or, where that does not fit, of its longest beginning that does with a remark."""
    whole = write(text)
    if fits(whole):
        return whole
    remark = f"\n\n… (shortened, see {link})" if link else "\n\n… (shortened)"
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(write(closed(text[:middle]) + remark)):
            low = middle
        else:
            high = middle - 1
    return write(closed(text[:low].rstrip()) + remark)


def closed(text: str) -> str:
    """The text with its last code block closed, so that what follows does not become code."""
    fence = ""
    for line in text.split("\n"):
        mark = fence_of(line)
        if not fence:
            fence = mark
        elif mark.startswith(fence) and line.strip() == mark:
            fence = ""
    return f"{text}\n{fence}" if fence else text


def fence_of(line: str) -> str:
    """The backticks that a line opens or closes a code block with; empty for none."""
    stripped = line.strip()
    ticks = stripped[: len(stripped) - len(stripped.lstrip("`"))]
    return ticks if len(ticks) >= 3 and "`" not in stripped[len(ticks) :] else ""
