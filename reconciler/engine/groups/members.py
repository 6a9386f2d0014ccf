"""The members of a group as a plan shows them: before and after, only where they differ."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from reconciler.engine.groups.group import Group, seen_fingerprint
from reconciler.model.resource import NOBODY, CaseStatus, CommentCopy, GroupMember, IssueStatus, Named, TicketStatus
from reconciler.model.state import IssueState, StatusGroup
from reconciler.plan.encoding import canonical, to_json
from reconciler.sync.comments import Copy
from reconciler.sync.remembered import Remembered
from reconciler.sync.review import foreseen

Pair: TypeAlias = tuple[GroupMember | None, GroupMember]
"""Before and after; nothing before for a comment that is to be copied."""


def assigned_issues(group: Group) -> frozenset[str]:
    """The issues that are to be assigned to somebody else than now."""
    if group.assignees is None:
        return frozenset()
    wanted, seen = group.assignees.target.issues, group.people.issues
    return frozenset(name for name in seen if wanted.get(name) is not None and wanted.get(name) != seen[name])


def members_of(group: Group, issues: Mapping[str, IssueState], case: StatusGroup) -> list[Pair]:
    """Issues, case and comments that are to be written."""
    pairs: list[Pair] = []
    for name in sorted(group.issues):
        before = IssueStatus(name, group.ticket.key, group.issues[name].state, _seen(group, name))
        after = IssueStatus(name, group.ticket.key, issues[name], _wanted(group, name))
        pairs += [(before, after)] if before != after else []
    was = CaseStatus(group.case.key, group.ticket.key, group.case.status, _seen(group, "case"))
    will = CaseStatus(group.case.key, group.ticket.key, case, _wanted(group, "case"))
    pairs += [(was, will)] if was != will else []
    if group.talk is not None:
        pairs += [(None, _copy(group, copy)) for copy in group.talk.creates]
        pairs += [(_edited(group, copy), _copy(group, copy)) for copy in group.talk.edits]
    return pairs


def ticket_pair(group: Group, status: Named, base: Remembered, *, is_written: bool) -> Pair | None:
    """The ticket with what it remembers; None where neither is to be written, nor any other member."""
    held = Named(group.ticket.status.id, group.ticket.status.name)
    seen, wanted = _seen(group, "ticket"), _wanted(group, "ticket")
    is_written = is_written or status != held or seen != wanted
    old, new = fingerprint(group.remembered), fingerprint(base)
    if not is_written and old == new:
        return None
    place = (group.ticket.key, group.home.binding.account, group.home.binding.case_project, group.case.key)
    shown = f"{old or 'nothing'}, out of step" if is_written else old
    now = seen_fingerprint(group)
    before = TicketStatus(*place, held, shown, seen, base=base_json(group.remembered), seen=now)
    return before, TicketStatus(*place, status, new, wanted, base=base_json(base), seen=now)


def _person(group: Group, person: str | None) -> Named:
    return Named(person, group.home.names.get(person, "")) if person is not None else NOBODY


def _seen(group: Group, what: str) -> Named | None:
    people = group.people
    if group.assignees is None:
        return None
    person = {"ticket": people.ticket, "case": people.case}[what] if what in {"ticket", "case"} else people.issues[what]
    return _person(group, person)


def _wanted(group: Group, what: str) -> Named | None:
    if group.assignees is None:
        return None
    people = group.assignees.target
    person = (
        {"ticket": people.ticket, "case": people.case}[what] if what in {"ticket", "case"} else people.issues.get(what)
    )
    return _person(group, person)


def _copy(group: Group, copy: Copy) -> CommentCopy:
    return CommentCopy(
        ticket=group.ticket.key,
        origin=copy.mark.origin,
        id=copy.mark.id,
        side=copy.to.value,
        author=copy.original.author,
        text=copy.text,
        digest=copy.mark.digest,
        copy_id=copy.copy_id,
    )


def _edited(group: Group, copy: Copy) -> CommentCopy:
    """The copy as it stands: with an older text of the original, whatever it was."""
    return CommentCopy(
        group.ticket.key, copy.mark.origin, copy.mark.id, copy.to.value, copy.original.author, "", "", copy.copy_id
    )


def base_json(remembered: Remembered | None) -> dict[str, Any]:
    """A base as a plan shows and carries it: without times."""
    if remembered is None:
        return {}
    return {
        "group": to_json(remembered.group),
        "case_left": to_json(remembered.case_left),
        "people": to_json(remembered.people),
        "copied": sorted(remembered.copied),
    }


def _landed(remembered: Remembered) -> Remembered:
    """With the foreseen reviews as facts: that they have landed by now is nothing new."""
    group = remembered.group
    return replace(remembered, group=replace(group, reviewing=group.reviewing - foreseen(group)))


def fingerprint(remembered: Remembered | None) -> str | None:
    """Changes with what is remembered of the group, not with when. A broken run's intent makes it differ."""
    if remembered is None:
        return None
    facts = [base_json(_landed(remembered)), remembered.intent is not None]
    digest = hashlib.sha256(canonical(facts).encode()).hexdigest()[:8]
    number = len(remembered.group.issues)
    return f"{remembered.group.case.value} · {number} issue{'s' if number != 1 else ''} · {digest}"
