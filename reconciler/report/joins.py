"""New issues that join the ticket of an alike one, gathered as a reader wants them: by ticket, with what they share said once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.model.resource import JoinRequest
from reconciler.plan.change import Change, Create
from reconciler.report.safe_text import one_line, shorten
from reconciler.report.wording import because, counted, moment, place

_LONGEST_SHARED = 200


@dataclass(frozen=True, slots=True)
class JoinGroup:
    """One ticket with the issues that join it: `title` says both, `about` by what rule, `links` are address and time."""

    title: str
    about: str
    links: tuple[tuple[str, str], ...]


def join_group(entry: Sequence[Change]) -> JoinGroup | None:
    """The issues of one entry that join a ticket; None where the entry is about something else."""
    joins = [
        (change.after, change.reason)
        for change in entry
        if isinstance(change, Create) and isinstance(change.after, JoinRequest)
    ]
    if not joins:
        return None
    first, reason = joins[0]
    ticket = one_line(first.ticket) if first.ticket else f"The new ticket of issue {one_line(first.leader)}"
    title = f"{ticket} takes {counted(len(joins), 'issue')} alike in {_shared(first)}"
    links = tuple((one_line(str(join.address)), f"first seen {moment(join.first_seen)}") for join, _ in joins)
    about = because(reason) if len(joins) == 1 else f"rule {one_line(first.rule)} {place(reason)}".rstrip()
    return JoinGroup(title, about, links)


def _shared(join: JoinRequest) -> str:
    words = ", ".join(f"{name} {' and '.join(map(one_line, values))}" for name, values in join.shared.items())
    return shorten(words, _LONGEST_SHARED)
