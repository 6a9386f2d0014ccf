"""The record of a link in its case: which ticket the case is to carry, and since when.

It is written before Datadog is told, so that a run that was broken off is known by its case. It is no mark of a creation:
nobody ever asks for a ticket because of it. A line is believed only where its marker belongs to its ticket.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from reconciler.engine.mark import unmarked
from reconciler.plan.encoding import timestamp

_LINE = re.compile(
    r"^reconciler: (?P<marker>ddlk-[a-z2-7]{20}) ticket=(?P<ticket>[0-9]{1,19}) at=(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class LinkMark:
    """Which ticket (its id in Jira) a case was about to be linked to, and when."""

    marker: str
    ticket_id: str
    at: datetime

    @property
    def line(self) -> str:
        """The line as it stands in a case's description."""
        return f"reconciler: {self.marker} ticket={self.ticket_id} at={timestamp(self.at)}"


def link_marker_of(instance: str, account: str, ticket_id: str) -> str:
    """The marker of a linked ticket, the same on every runner."""
    digest = hashlib.sha256(f"link|1|{instance}|{account}|{ticket_id}".encode()).digest()
    return "ddlk-" + base64.b32encode(digest).decode().lower()[:20]


def read_link_mark(description: str, instance: str, account: str) -> LinkMark | None:
    """The mark of a case's description: its last line of that form, if it is genuine."""
    lines = list(_LINE.finditer(description.replace("\r\n", "\n")))
    if not lines or lines[-1]["marker"] != link_marker_of(instance, account, lines[-1]["ticket"]):
        return None
    try:
        at = datetime.strptime(lines[-1]["at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return LinkMark(lines[-1]["marker"], lines[-1]["ticket"], at)


def link_marked(description: str, mark: LinkMark) -> str:
    """The description with this mark as its last line, in place of any earlier one and of any mark of a creation."""
    kept = _LINE.sub("", unmarked(description)).rstrip()
    return f"{kept}\n\n{mark.line}" if kept else mark.line
