"""The one text of ours on a pull request or in a list of issues: how it is found again, and what it remembers of a plan.

Its first line names it, its second says which plan it shows. Both are comments of HTML, which GitHub does not show.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reconciler.report.markdown_text import label

# GitHub refuses a body of more than 65,536 characters. Reference: peers, "plan comment too long".
LIMIT = 65_000
_CUT = "\n\n**This was too long to be shown whole.** The whole is in the log and the artifact of the run."
_OURS = re.compile(r"<!-- reconciler:[a-z0-9:-]* -->")
_SHOWN = re.compile(
    r"<!-- reconciler-plan: (?P<digest>sha256:[0-9a-f]{64}) (?P<head>[0-9a-f]{40}|[0-9a-f]{64}) (?P<run>[0-9]{1,20}) -->"
)


@dataclass(frozen=True, slots=True)
class Shown:
    """The plan that a comment shows: the digest of its file, the commit it was made of, and the run that keeps the file."""

    digest: str
    head: str
    run: str


def sticky(text: str, name: str, shown: Shown | None = None) -> str:
    """The text with its name and what it shows; a name that the text bears already gives way. At most LIMIT characters."""
    first, _, rest = text.partition("\n")
    told = rest if _OURS.fullmatch(first.strip()) else text
    # The second line is ours in any case: what follows may not pass for it.
    second = "" if shown is None else f"<!-- reconciler-plan: {shown.digest} {shown.head} {shown.run} -->"
    head = f"{_name(name)}\n{second}\n"
    if len(head) + len(told) <= LIMIT:
        return head + told
    # What is folded may not be left open by the cut: only what stands before it is kept.
    kept = told.partition("<details")[0][: LIMIT - len(head) - len(_CUT) - 1]
    return head + kept.rstrip() + _CUT + "\n"


def is_named(body: str, name: str) -> bool:
    """Whether a text is the one of that name."""
    return body.partition("\n")[0].strip() == _name(name)


def shown_in(body: str) -> Shown | None:
    """What the text says that it shows: in its second line and nowhere else, because all that follows may be hostile."""
    found = _SHOWN.fullmatch(body.partition("\n")[2].partition("\n")[0].strip())
    return None if found is None else Shown(found["digest"], found["head"], found["run"])


def _name(name: str) -> str:
    return f"<!-- reconciler:{label(name)} -->"
