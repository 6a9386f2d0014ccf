"""The identity of everything a plan can change: `kind.name`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import total_ordering


class Kind(Enum):
    """The sorts of address, in the order in which a plan lists and applies them."""

    CASE_PROJECT = "case_project"
    WEBHOOK = "webhook"
    TICKET = "ticket"
    LINK = "link"
    ISSUE = "issue"
    CASE = "case"
    COMMENT = "comment"

    @property
    def rank(self) -> int:
        """Settings come before the tickets that rely on them."""
        return list(Kind).index(self)


@total_ordering
@dataclass(frozen=True, slots=True)
class Address:
    """`case_project.SHOP` (settings), `webhook.acme`, `ticket.<issue id>` (to be created) and so on: see the plan format."""

    kind: Kind
    name: str

    def __str__(self) -> str:
        return f"{self.kind.value}.{self.name}"

    def __lt__(self, other: Address) -> bool:
        return (self.kind.rank, self.name) < (other.kind.rank, other.name)

    @classmethod
    def parse(cls, text: str) -> Address:
        """The address written as `kind.name`. Raises ValueError naming the kinds there are."""
        kind, dot, name = text.partition(".")
        known = {member.value: member for member in Kind}
        if not dot or not name or kind not in known:
            raise ValueError(f"{text!r} is not an address: expected KIND.NAME with KIND one of {', '.join(known)}")
        return cls(known[kind], name)
