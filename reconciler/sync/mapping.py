"""Whether a status mapping leads out and in again: to a status of the workflow, and back to the same group.

Names are compared without regard to case, as everywhere that a ticket's status is read or a transition is chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.model.declared import StatusMapping
from reconciler.model.finding import Finding, Origin, Severity
from reconciler.model.nearest import listed, nearest
from reconciler.model.state import StatusCategory, StatusGroup
from reconciler.model.ticket import JiraStatus
from reconciler.sync.group import ticket_group


def status_named(name: str, workflow: Sequence[JiraStatus]) -> JiraStatus | None:
    """The status of that name: the one that is spelled so, else the first by id that differs in case only."""
    same = [status for status in workflow if status.name.casefold() == name.casefold()]
    return min(same, key=lambda status: (status.name != name, status.id), default=None)


def target_status(
    present: JiraStatus, group: StatusGroup, mapping: StatusMapping | None, workflow: Sequence[JiraStatus]
) -> JiraStatus | None:
    """The status that stands for a group: the present one where it is of that group already (a ticket is not moved within
    a group), else the mapping's target. None where the mapping has none, or the workflow does not have it.
    """
    if ticket_group(present, mapping) is group:
        return present
    mapped = mapping.groups.get(group) if mapping is not None else None
    return status_named(mapped.to, workflow) if mapped is not None else None


def mapping_findings(mapping: StatusMapping) -> tuple[Finding, ...]:
    """What is wrong with a mapping by itself: a group without a status, a target that is not read as its own group, a
    status that stands for two groups. Where nothing is found, out and in again is the same group, and no ticket moves
    to and fro.
    """
    return (*_missing(mapping), *_listed(mapping))


def workflow_findings(mapping: StatusMapping, workflow: Sequence[JiraStatus], where: str) -> tuple[Finding, ...]:
    """What is wrong with a mapping in one workflow: a target that does not exist, and Jira's *done* category and our closed
    group apart. `workflow` holds the statuses of one ticket type; `where` names project and type for people, such as
    "SHOP Bug". An empty workflow was not read, and nothing is said about it.
    """
    if not workflow:
        return ()
    return (*_targets(mapping, workflow, where), *_categories(mapping, workflow, where))


def _missing(mapping: StatusMapping) -> Iterator[Finding]:
    for group in StatusGroup:
        if group not in mapping.groups:
            yield _error(
                "mapping-group-missing",
                f"mapping {mapping.name!r}: {group.value} has no status, so a ticket could not follow there",
                _at(mapping, ""),
                expected="a status for each of " + listed(each.value for each in StatusGroup),
                hint=f"add `{group.value}:`",
            )


def _listed(mapping: StatusMapping) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for group, mapped in mapping.groups.items():
        name = group.value
        if mapped.to.casefold() not in {source.casefold() for source in mapped.sources}:
            yield _error(
                "mapping-target-unlisted",
                f"{name}: a ticket moved to {mapped.to} would not be read as {name} again",
                _at(mapping, f"{name}.to"),
                expected=f"{mapped.to} in `from` of {name}",
                hint=f"add {mapped.to} to `from`",
            )
        for index, source in enumerate(mapped.sources):
            other = first.setdefault(source.casefold(), name)
            if other != name:
                yield _error(
                    "status-in-two-groups",
                    f"{name}: the status {source} already stands for {other}",
                    _at(mapping, f"{name}.from.{index}"),
                    hint="name each status in one group",
                )


def _targets(mapping: StatusMapping, workflow: Sequence[JiraStatus], where: str) -> Iterator[Finding]:
    known = sorted(status.name for status in workflow)
    for group, mapped in mapping.groups.items():
        if status_named(mapped.to, workflow) is None:
            yield _error(
                "jira-status-unknown",
                f"mapping {mapping.name!r}: {group.value} goes to {mapped.to!r}, which the workflow of {where} does not have",
                _at(mapping, f"{group.value}.to"),
                expected="one of " + listed(known),
                hint=nearest(mapped.to, known) or "or write a mapping of its own for this project",
            )


def _categories(mapping: StatusMapping, workflow: Sequence[JiraStatus], where: str) -> Iterator[Finding]:
    """Jira's boards and reports count by category: a ticket closed for us and not done for Jira stays on the board."""
    for group, mapped in mapping.groups.items():
        target = status_named(mapped.to, workflow)
        if target is not None and group is StatusGroup.CLOSED and target.category is not StatusCategory.DONE:
            yield Finding(
                "closed-not-done",
                Severity.WARNING,
                f"mapping {mapping.name!r}: closed goes to {target.name!r}, which is not done for Jira in {where}",
                origin=_at(mapping, "closed.to"),
                expected="a status of Jira's done category"
                + (f": {listed(done)}" if (done := _done(workflow)) else ", of which this workflow has none"),
                hint="otherwise the ticket stays on boards, and no resolution date is set",
            )
    for status in sorted(workflow, key=lambda each: (each.name, each.id)):
        group_read = ticket_group(status, mapping)
        if status.category is StatusCategory.DONE and group_read not in (StatusGroup.CLOSED, None):
            yield Finding(
                "done-not-closed",
                Severity.WARNING,
                f"mapping {mapping.name!r}: {status.name!r} is read as {group_read.value}, but is done for Jira in {where}",
                origin=_at(mapping, f"{group_read.value}.from"),
                expected=f"{status.name} in `from` of closed",
                hint="otherwise the issues of a ticket that people count as done stay open",
            )


def _done(workflow: Sequence[JiraStatus]) -> list[str]:
    return sorted(status.name for status in workflow if status.category is StatusCategory.DONE)


def _at(mapping: StatusMapping, path: str) -> Origin | None:
    return mapping.written.at(path) if mapping.written is not None else None


def _error(
    code: str, message: str, origin: Origin | None, *, expected: str | None = None, hint: str | None = None
) -> Finding:
    return Finding(code, Severity.ERROR, message, origin=origin, expected=expected, hint=hint)
