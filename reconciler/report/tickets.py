"""Tickets to create, gathered as a reader wants them: by rule and destination, with what they share said once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.model.resource import Named, Reason, TicketRequest
from reconciler.plan.change import Change, Create
from reconciler.report.safe_text import one_line
from reconciler.report.wording import place, worded


@dataclass(frozen=True, slots=True)
class NewTicket:
    """One ticket to create. `reason` and `fields` hold only what its group does not say already; `case` is empty where a new
    case will carry the ticket.
    """

    address: str
    summary: str
    case: str
    marker: str
    reason: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TicketGroup:
    """Tickets that one rule sends to one destination, in the order of the plan. `place` is where the rule is written."""

    rule: str
    destination: str
    place: str
    reason: str
    fields: Mapping[str, str]
    tickets: tuple[NewTicket, ...]


@dataclass(slots=True)
class _Gathered:
    requests: list[tuple[TicketRequest, Reason]] = field(default_factory=list)

    def shared(self, told: Callable[[Reason], str]) -> str:
        """What is told of every reason alike; empty where they differ."""
        words = {told(reason) for _, reason in self.requests}
        return words.pop() if len(words) == 1 else ""

    def shared_fields(self) -> dict[str, str]:
        first, *others = [_fields(request) for request, _ in self.requests]
        return {name: value for name, value in first.items() if all(other.get(name) == value for other in others)}


def is_new_ticket(change: Change) -> bool:
    """Whether the change asks for a ticket."""
    return isinstance(change, Create) and isinstance(change.after, TicketRequest)


def ticket_groups(changes: Iterable[Change]) -> tuple[TicketGroup, ...]:
    """The tickets to create among the changes, by rule and destination, groups in order of their first ticket."""
    gathered: dict[tuple[str, str], _Gathered] = {}
    for change in changes:
        if isinstance(change, Create) and isinstance(change.after, TicketRequest):
            key = (one_line(change.after.rule), _destination(change.after))
            gathered.setdefault(key, _Gathered()).requests.append((change.after, change.reason))
    return tuple(_group(rule, destination, found) for (rule, destination), found in gathered.items())


def _group(rule: str, destination: str, found: _Gathered) -> TicketGroup:
    where, reason, fields = found.shared(place), found.shared(_text), found.shared_fields()
    tickets = tuple(
        NewTicket(
            address=one_line(str(request.address)),
            summary=one_line(request.summary),
            case=_case(request),
            marker=one_line(request.marker),
            reason=" ".join(
                part for part in (_text(why) if not reason else "", place(why) if not where else "") if part
            ),
            fields={name: value for name, value in _fields(request).items() if name not in fields},
        )
        for request, why in found.requests
    )
    return TicketGroup(rule, destination, where, reason, fields, tickets)


def _text(reason: Reason) -> str:
    return one_line(reason.text)


def _destination(request: TicketRequest) -> str:
    return (
        f"{_name(request.issue_type)} in {_name(request.project)} on {one_line(request.account)}"
        f", case project {one_line(request.case_project)}"
    )


def _name(named: Named) -> str:
    return one_line(named.name or named.id)


def _case(request: TicketRequest) -> str:
    if request.case is None:
        return ""
    if request.case_home is None:
        return one_line(request.case)
    return f"{one_line(request.case)}, moved here from {one_line(request.case_home)}"


def _fields(request: TicketRequest) -> dict[str, str]:
    """As the rule wrote them, where that is known; the marker among the labels is told elsewhere."""
    written = sorted((request.written_fields or request.fields).items())
    return {
        one_line(name): worded(_without(request.marker, value)) for name, value in written if value != [request.marker]
    }


def _without(marker: str, value: object) -> object:
    return [item for item in value if item != marker] if isinstance(value, list | tuple) else value
