"""The write-ahead record of a ticket creation: a marker that any runner computes alike, and its line in the case.

The marker is the label of the ticket and stands in the description of the case, with the time at which the ticket was last
about to be asked for. A line is believed only where its marker belongs to its issue, so copying one gains nothing.

Where the rule groups alike issues, a line above it says what the issues of this ticket are alike in. It means nothing by itself.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from reconciler.plan.encoding import canonical, timestamp

# Stands for the rule where somebody asked for the ticket against the rules. No rule can have this name.
BY_HAND = "-by-hand"

_LINE = re.compile(
    r"^reconciler: (?P<marker>ddet-[a-z2-7]{20}) issue=(?P<issue>[^\s]{1,100}) rule=(?P<rule>[a-z0-9-]{1,63})"
    r" at=(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$",
    re.MULTILINE,
)
_ALIKE = re.compile(r"^reconciler: alike (?P<alike>ddgr-[a-z2-7]{20})$\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a case of ours says about itself: for which issue and rule, and when its ticket was last about to be asked for.
    `alike` is what the issues that join its ticket share, None where none do.
    """

    marker: str
    issue_id: str
    rule: str
    at: datetime
    alike: str | None = None

    @property
    def line(self) -> str:
        """The line as it stands in a case's description, below that of what is alike."""
        above = f"reconciler: alike {self.alike}\n" if self.alike else ""
        return f"{above}reconciler: {self.marker} issue={self.issue_id} rule={self.rule} at={timestamp(self.at)}"


def marker_of(instance: str, issue_id: str) -> str:
    """The marker of an issue's ticket: a valid label (`ddet-` and 20 of a-z2-7), the same on every runner."""
    return "ddet-" + _short(f"1|{instance}|{issue_id}")


def alike_marker(instance: str, rule: str, shared: Iterable[tuple[str, Sequence[str]]]) -> str:
    """What stands for the values that alike issues of a rule share (`ddgr-` and 20 of a-z2-7), the same on every runner."""
    return "ddgr-" + _short(canonical(["alike", 1, instance, rule, [[name, list(values)] for name, values in shared]]))


def _short(text: str) -> str:
    return base64.b32encode(hashlib.sha256(text.encode()).digest()).decode().lower()[:20]


def read_mark(description: str, instance: str) -> Mark | None:
    """The mark of a case's description: its last line of that form, if it is genuine."""
    text = description.replace("\r\n", "\n")
    lines, shared = list(_LINE.finditer(text)), _ALIKE.findall(text)
    if not lines:
        return None
    last = lines[-1]
    if last["marker"] != marker_of(instance, last["issue"]):
        return None
    try:
        at = datetime.strptime(last["at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return Mark(last["marker"], last["issue"], last["rule"], at, shared[-1] if shared else None)


def marked(description: str, mark: Mark) -> str:
    """The description with this mark as its last line, in place of any earlier one."""
    kept = unmarked(description)
    return f"{kept}\n\n{mark.line}" if kept else mark.line


def unmarked(description: str) -> str:
    """The description without any mark: its case is nobody's record of a creation any more."""
    return _LINE.sub("", _ALIKE.sub("", description.replace("\r\n", "\n"))).rstrip()
