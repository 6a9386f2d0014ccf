"""What is told of a group beyond its decision: how its status is mapped, who moved what since when, what differs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reconciler.engine.explain.explanation import Difference, Mapped, Step
from reconciler.engine.explain.members import CASE_WORDS
from reconciler.engine.groups.group import Group, is_native
from reconciler.engine.groups.outlook import Outlook
from reconciler.engine.groups.syncing import reason_of
from reconciler.model.activity import History
from reconciler.model.finding import Finding
from reconciler.model.issue import Issue
from reconciler.model.state import IssueState, StatusGroup
from reconciler.model.ticket import JiraUser
from reconciler.plan.change import Change

NOBODY = "nobody"


def mapped_by(group: Group) -> Mapped:
    """How the ticket's status is read, and where a ticket is moved for each group."""
    mapping, status = group.home.mapping, group.ticket.status
    read = group.seen.ticket
    if mapping is None:
        return Mapped(None, status.name, read, "by its category in Jira, as no mapping is declared", {})
    named = any(status.name in {mapped.to, *mapped.sources} for mapped in mapping.groups.values())
    by = "by the mapping" if named else "by its category in Jira" if read else "named nowhere: unmapped"
    targets = {one: mapping.groups[one].to for one in StatusGroup if one in mapping.groups}
    return Mapped(mapping.name, status.name, read, by, targets, mapping.written.origin if mapping.written else None)


def differences_of(group: Group) -> tuple[Difference, ...]:
    """Where the members stand elsewhere than the base has them, the ticket first, then the case, then issues by id."""
    if group.remembered is None:
        return ()
    base, seen = group.remembered.group, group.seen
    case = group.remembered.case_left or base.case
    found = []
    if seen.ticket is not base.ticket:
        found.append(Difference("ticket", _word(base.ticket), _word(seen.ticket)))
    if seen.case is not case:
        found.append(Difference("case", CASE_WORDS[case], CASE_WORDS[seen.case]))
    for name in sorted({*base.issues, *seen.issues}):
        was, now = base.issues.get(name), seen.issues.get(name)
        if was is not now:
            found.append(Difference(name, _state(was), _state(now)))
    return tuple(found)


def _word(group: StatusGroup | None) -> str:
    return group.value if group else "no group"


def _state(state: IssueState | None) -> str:
    return state.label if state else "not linked"


def steps_of(group: Group, history: History | None) -> tuple[Step, ...]:
    """Who moved and assigned the ticket, and which issues came back, oldest first. Datadog does not tell who moved its own."""
    steps = [step for issue in group.issues.values() for step in _came_back(group, issue)]
    if history is not None:
        names = {status.id: status.name for status in group.home.statuses}
        for move in history.moves:
            before, after = names.get(move.from_id, move.from_id), move.to_name or names.get(move.to_id, move.to_id)
            steps.append(_step(group, move.id, move.at, move.author, ("ticket", before, after)))
        people = _people(group, history)
        for turn in history.assignments:
            before = people.get(turn.from_id, turn.from_id) if turn.from_id else NOBODY
            after = people.get(turn.to_id, turn.to_id) if turn.to_id else NOBODY
            steps.append(_step(group, turn.id, turn.at, turn.author, ("assignee", before, after)))
    return tuple(sorted(steps, key=lambda step: (step.at, step.what)))


def _came_back(group: Group, issue: Issue) -> list[Step]:
    if issue.regression is None:
        return []
    since = group.remembered.at if group.remembered else None
    at, version = issue.regression.regressed_at, issue.regression.version
    seen = f"seen again in {version}" if version else "seen again"
    return [Step(at, f"issue {issue.id}", IssueState.RESOLVED.label, seen, is_new=since is not None and at > since)]


def _step(group: Group, entry: str, at: datetime, author: JiraUser | None, told: tuple[str, str, str]) -> Step:
    what, before, after = told
    who = author.name if author else None
    ours = author is not None and author.id in group.home.ours
    return Step(at, what, before, after, who, ours, _is_new(group, entry))


def _is_new(group: Group, entry: str) -> bool:
    """Whether a changelog entry is later than the base, if there is one: by the changelog's own order, as clocks may differ."""
    base = group.remembered
    if base is None:
        return False
    if base.changelog is None or not base.changelog.isdigit() or not entry.isdigit():
        return True
    return int(entry) > int(base.changelog)


def _people(group: Group, history: History) -> dict[str, str]:
    authors = [*(move.author for move in history.moves), *(turn.author for turn in history.assignments)]
    known = [*authors, group.ticket.assignee]
    return {user.id: user.name for user in known if user is not None}


def next_run(result: Outlook, changes: Sequence[Change], findings: Sequence[Finding]) -> str:
    """Why the next run makes these changes, or none."""
    if changes:
        return reason_of(result)
    if result.decision.held:
        return f"{reason_of(result)}; nothing is written until somebody decides"
    if not result.members:
        return "the group is in step and remembered as it is: there is nothing to write"
    if any(finding.code == "out-of-step" for finding in findings):
        return "Datadog syncs this group, and what it left cannot be mended by a write that is surely right"
    if is_native(result.group):
        grace = result.group.home.binding.sync.grace
        return f"Datadog syncs this group by itself, and has {grace} after the last move to do so"
    return "the group cannot be brought where it should stand"
