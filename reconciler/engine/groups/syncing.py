"""The out-of-step groups in a plan: what sync decides becomes desired, what stands there observed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeAlias

from reconciler.engine.facts import Facts
from reconciler.engine.groups.editing import ReadOnlyStatuses
from reconciler.engine.groups.group import Group, is_native
from reconciler.engine.groups.members import Pair
from reconciler.engine.groups.outlook import Outlook, native_repair, outlook, screen_values
from reconciler.engine.groups.transit import Transit, Trip
from reconciler.engine.scope import Scope, Systems
from reconciler.engine.settings.integration import observed_settings
from reconciler.engine.state import Gathered
from reconciler.errors import ProviderError, Unauthorized
from reconciler.model.address import Address, Kind
from reconciler.model.declared import ProjectBinding
from reconciler.model.finding import Finding, Severity
from reconciler.model.resource import CaseStatus, GroupMember, IssueStatus, TicketStatus
from reconciler.model.state import StatusGroup
from reconciler.sync.assignee import Assignment
from reconciler.sync.dead_end import DeadEnd
from reconciler.sync.decision import Conflict

Pairs: TypeAlias = list[Pair]


def one_writer(
    groups: Sequence[Group], systems: Systems, facts: Facts, scope: Scope, gathered: Gathered
) -> tuple[Group, ...]:
    """The groups whose fields only we write: not those whose native sync is on and not switched off by this very plan."""
    vocabulary = systems.vocabulary
    both: dict[str, ProjectBinding] = {}
    for group in groups:
        binding = group.home.binding
        record = (facts.case_projects or {}).get(binding.case_project)
        if record is None or is_native(group) or scope.includes(Address(Kind.CASE_PROJECT, binding.case_project)):
            continue
        settings = observed_settings(record, vocabulary)
        native = [
            field
            for field in binding.sync.fields
            if settings.directions.get(field.value) == vocabulary.sync_types["two_way"]
        ]
        if settings.sync and native:
            both[binding.name] = binding
    for name, binding in sorted(both.items()):
        gathered.error(
            "two-writers",
            f"binding {name!r}: Datadog still syncs case project {binding.case_project} by itself: its groups are left alone",
            origin=binding.written.at("sync.engine") if binding.written else None,
            hint="let the settings be planned along (`--only settings,sync`), which switches Datadog's own sync off",
        )
    return tuple(group for group in groups if group.home.binding.name not in both)


def derive_groups(groups: Sequence[Group], systems: Systems, now: datetime, gathered: Gathered) -> None:
    """Add every group that is out of step to both sides."""
    outlooks = {group.ticket.key: outlook(group, now) for group in groups}
    transit = Transit(systems)
    written: list[Group] = []
    for key in sorted(outlooks):
        result = outlooks[key]
        gathered.findings.extend(result.findings)
        gathered.findings.extend(_conflict(result, conflict) for conflict in result.decision.conflicts)
        lost = result.group.assignees.conflicts if result.group.assignees else ()
        gathered.findings.extend(_overruled(result.group, assignment) for assignment in lost)
        pairs = _admitted(result, now, gathered)
        _add(result, pairs, transit, gathered)
        written += [result.group] if pairs else []
    gathered.findings.extend(ReadOnlyStatuses(systems).findings(written))


def derive_settled(result: Outlook, systems: Systems, gathered: Gathered) -> None:
    """Add a group as somebody decided it, whoever syncs it otherwise."""
    gathered.findings.extend(result.findings)
    _add(result, list(zip(result.before, result.members, strict=True)), Transit(systems), gathered)


def _add(result: Outlook, pairs: Pairs, transit: Transit, gathered: Gathered) -> None:
    written = result.group.home.binding.written
    origin = written.at("sync") if written else None
    for before, after in _routed(result.group, pairs, transit, gathered):
        if before is not None:
            gathered.see(before)
        gathered.want(after, reason_of(result), origin)


def _routed(group: Group, pairs: Pairs, transit: Transit, gathered: Gathered) -> Pairs:
    """The changes with the hops of the ticket; none of them where the ticket cannot get there, or it cannot be told."""
    for before, after in pairs:
        if isinstance(before, TicketStatus) and isinstance(after, TicketStatus) and before.status != after.status:
            hops = _hops(group, after, transit, gathered)
            if hops is None:
                return []
            routed = [(before, replace(after, hops=hops))]
            return [*routed, *(pair for pair in pairs if pair[1] is not after)]
    return pairs


def _hops(group: Group, after: TicketStatus, transit: Transit, gathered: Gathered) -> tuple[str, ...] | None:
    """The statuses on the way to where the ticket should be; None, with a finding, where there is no way."""
    goal = next((status for status in group.home.statuses if status.id == after.status.id), None)
    if goal is None:
        return None
    values = screen_values(group.home.mapping, StatusGroup(after.base["group"]["case"]))
    try:
        found = transit.way(Trip(after.account, group.ticket, goal, values))
    except Unauthorized:
        raise
    except ProviderError as error:
        text = f"the transitions of {group.ticket.key} could not be read: {error}"
        gathered.findings.append(Finding("unreadable", Severity.ERROR, text, after.address, hint=error.hint))
        return None
    if isinstance(found, DeadEnd):
        gathered.findings.append(replace(found.finding(), address=after.address))
        return None
    if (doubt := found.finding()) is not None:
        gathered.findings.append(replace(doubt, address=after.address))
    return tuple(str(hop) for hop in found.hops)


def _admitted(result: Outlook, now: datetime, gathered: Gathered) -> Pairs:
    """The changes that are ours to make: all of them, or - where Datadog syncs - only what it surely missed."""
    pairs = list(zip(result.before, result.members, strict=True))
    group = result.group
    if not is_native(group) or not _writes_status(pairs):
        return pairs
    if now - last_moved(group) < group.home.binding.sync.grace:
        return []
    if native_repair(group, result):
        return pairs
    gathered.findings.append(_out_of_step(result))
    return []


def _writes_status(pairs: Sequence[Pair]) -> bool:
    """Whether anything but the memory is to be written."""
    return any(
        not isinstance(before, TicketStatus) or not isinstance(after, TicketStatus) or before.status != after.status
        for before, after in pairs
    )


def last_moved(group: Group) -> datetime:
    """The last time either system saw the group touched."""
    times = [group.ticket.updated, group.ticket.category_changed, group.case.modified_at]
    return max((time for time in times if time is not None), default=datetime.min.replace(tzinfo=UTC))


def reason_of(result: Outlook) -> str:
    """Why a group is written, in one line."""
    told = "; ".join(reason.text for reason in result.decision.reasons)
    return f"{told} (a broken run is rolled forward)" if result.rolled else told


def _out_of_step(result: Outlook) -> Finding:
    group = result.group
    steps = [_step(before, after) for before, after in zip(result.before, result.members, strict=True)]
    grace = int(group.home.binding.sync.grace.total_seconds() // 60)
    unknown = (
        "" if group.home.knows_datadog else "; Datadog's own Jira user is not known, so its moves look like somebody's"
    )
    return Finding(
        "out-of-step",
        Severity.WARNING,
        f"Datadog's sync left the group of {group.ticket.key} out of step for more than {grace} minutes{unknown}; "
        f"it would take: {', '.join(step for step in steps if step)}",
        Address(Kind.TICKET, group.ticket.key),
        hint="mend it by hand, or let `engine: reconciler` sync this binding"
        if group.home.knows_datadog
        else "name the account Datadog uses in Jira under `service_accounts` of the Connections document",
    )


def _step(before: GroupMember | None, after: GroupMember) -> str:
    """One step of a mend, in words; empty where only the memory differs."""
    match before, after:
        case IssueStatus(), IssueStatus():
            return f"issue {after.issue_id} {before.state.label} → {after.state.label}"
        case CaseStatus(), CaseStatus():
            return f"case {after.key} {before.status.value} → {after.status.value}"
        case TicketStatus(), TicketStatus():
            moves = before.status != after.status
            return f"ticket {after.key} {before.status.name} → {after.status.name}" if moves else ""
        case _:
            return str(after.address)


def _conflict(result: Outlook, conflict: Conflict) -> Finding:
    """Somebody's change that does not survive, with who and when as far as they are known."""
    group = result.group
    who = ""
    if conflict.what == "ticket" and group.history and group.history.moves:
        move = group.history.moves[-1]
        author = move.author.name if move.author else "somebody"
        who = f" (by {author} at {move.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC)"
    was, seen, target = (
        getattr(value, "value", "nothing") for value in (conflict.base, conflict.seen, conflict.target)
    )
    kept = "is held" if result.decision.held else f"becomes {target}"
    what = conflict.what if conflict.what in {"ticket", "case"} else f"issue {conflict.what}"
    return Finding(
        "sync-conflict",
        Severity.WARNING,
        f"group of {group.ticket.key}: {what} was moved from {was} to {seen}{who}, and {kept}: rule {conflict.rule}",
        Address(Kind.TICKET, group.ticket.key),
        hint="`conflict:` of the binding says who wins",
    )


def _overruled(group: Group, lost: Assignment) -> Finding:
    """Somebody's assignment that does not survive."""
    was, seen, target = (
        group.home.names.get(person, person) if person is not None else "nobody"
        for person in (lost.base, lost.seen, lost.target)
    )
    what = lost.what if lost.what in {"ticket", "case"} else f"issue {lost.what}"
    return Finding(
        "sync-conflict",
        Severity.WARNING,
        f"group of {group.ticket.key}: {what} was given from {was} to {seen}, and goes to {target}: both sides were assigned",
        Address(Kind.TICKET, group.ticket.key),
        hint="`conflict:` of the binding says who wins",
    )
