"""A plan as a page: the sums and what must be known first, then the picture, then everything by what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.engine.streams import Stream
from reconciler.plan.change import Change, group_key, moved_groups
from reconciler.plan.encoding import encode_plan
from reconciler.plan.plan import Plan
from reconciler.report.conflicts import apart
from reconciler.report.groups import group_lines
from reconciler.report.html.fields import steps_of
from reconciler.report.html.impact import impact_of
from reconciler.report.html.page import MOST_ENTRIES, render
from reconciler.report.html.picture import draw
from reconciler.report.joins import JoinGroup, join_group
from reconciler.report.safe_text import one_line
from reconciler.report.tickets import is_new_ticket, ticket_groups
from reconciler.report.wording import because, counted, entries, nothing_differs, sections, verdict
from reconciler.rules.backtest import Backtest


@dataclass(frozen=True, slots=True)
class GroupCard:
    """A group as it is read. `steps` are the statuses on its ticket's way, empty where it stays; `memory` what is remembered."""

    key: str
    steps: tuple[str, ...]
    lines: tuple[tuple[str, str], ...]
    memory: str
    reason: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Changes that stand by themselves, under one heading; `joins` are gathered by the ticket that takes them."""

    id: str
    title: str
    changes: tuple[Change, ...]
    joins: tuple[JoinGroup, ...] = ()


def render_plan_page(plan: Plan, streams: Sequence[Stream] = (), impact: Backtest | None = None) -> str:
    """The page. `streams` is the routing that is drawn; without any there is no picture. `impact` is what the change of the
    rules does to real issues, where that is known.
    """
    conflicts, findings = apart(plan.findings)
    moved = moved_groups(plan.changes)
    cards = [_card(entry) for entry in entries(change for change in plan.changes if group_key(change) is not None)]
    out_of_step = [card for card in cards if card.key in moved]
    remembered = [card for card in cards if card.key not in moved]
    tickets = ticket_groups(plan.changes)
    others = _others(plan)
    picture = draw(streams)
    created = sum(len(group.tickets) for group in tickets)
    listed = [
        ("conflicts", "Conflicts", len(conflicts)),
        ("impact", "Impact of rule changes", None if impact is not None else 0),
        ("routing", "Where issues go", None if picture else 0),
        ("groups", "Groups out of step", len(out_of_step)),
        ("tickets", "Tickets to create", created),
        *((section.id, section.title, len(section.changes)) for section in others),
        ("findings", "Findings", len(findings)),
        ("remembered", "Groups in step", len(remembered)),
    ]
    context = {
        **_heading(plan),
        "conflicts": conflicts,
        "findings": findings,
        "picture": picture,
        "streams": tuple(streams),
        "impact": impact_of(impact) if impact is not None else None,
        "out_of_step": out_of_step,
        "remembered": remembered,
        "tickets": tickets,
        "made": _made(plan),
        "others": others,
        "listed": [one for one in listed if one[2] != 0],
    }
    return render("plan.html.jinja", context)


def _heading(plan: Plan) -> dict[str, object]:
    return {
        "name": "plan",
        "headline": f"{counted(len(plan.changes), 'change')} planned" if plan.changes else "Nothing to change",
        "plan": plan,
        "digest": str(encode_plan(plan)["digest"]),
        "verdict": verdict(plan),
        "nothing": nothing_differs(plan),
    }


def _card(entry: Sequence[Change]) -> GroupCard:
    steps, lines = steps_of(entry), group_lines(entry)
    told = tuple((label, text) for label, text in lines if label != "remembered" and not (steps and label == "status"))
    memory = next((text for label, text in lines if label == "remembered"), "")
    return GroupCard(group_key(entry[0]) or "", steps, told, memory, because(entry[0].reason), tuple(entry))


def _others(plan: Plan) -> list[Section]:
    """Settings, webhooks and unfinished tickets: what is neither a group nor a ticket to create."""
    found = []
    for title, changes in sections(plan).items():
        alone = tuple(change for change in changes if group_key(change) is None and not is_new_ticket(change))
        joins = tuple(group for entry in entries(alone) if (group := join_group(entry)) is not None)
        if alone:
            found.append(Section(title.lower().replace(" ", "-"), title, alone, joins))
    return found


def _made(plan: Plan) -> dict[str, Change]:
    """The tickets whose every field is shown, by address as reports write it."""
    new = [change for change in plan.changes if is_new_ticket(change)]
    return {one_line(str(change.address)): change for change in new[:MOST_ENTRIES]}
