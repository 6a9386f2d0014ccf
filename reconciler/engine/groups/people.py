"""Who the groups are assigned to: decided for all of them at once, looking up only people whose assignment is to travel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from reconciler.engine.groups.group import Group
from reconciler.engine.ownership import writes_assignee
from reconciler.engine.reads import Read, Reads, found
from reconciler.engine.scope import Systems
from reconciler.model.case import DatadogUser
from reconciler.model.declared import Configuration
from reconciler.model.ticket import JiraUser
from reconciler.sync.assignee import AssigneeDecision, decide_assignee, rolled_forward
from reconciler.sync.directory import Directory, Lookups

# E-mails lead to users and users to e-mails; beyond this many rounds nothing new is learned.
_MOST_ROUNDS = 5


@dataclass(slots=True)
class Assigning:
    """Decides the assignees of the groups of one Jira account each, over one directory for each account."""

    configuration: Configuration
    systems: Systems
    reads: Reads
    directories: dict[str, Directory] = field(default_factory=dict)

    def decided(self, groups: Sequence[Group]) -> tuple[Group, ...]:
        """The groups with their assignee decision, where the reconciler syncs assignees and people could be looked up."""
        by_account: dict[str, list[Group]] = {}
        for group in groups:
            if writes_assignee(group.home.binding):
                by_account.setdefault(group.home.binding.account, []).append(group)
        decided = {
            group.ticket.id: replace(group, assignees=decision)
            for account, members in sorted(by_account.items())
            for group, decision in self._account(account, members)
        }
        return tuple(decided.get(group.ticket.id, group) for group in groups)

    def _account(self, account: str, groups: Sequence[Group]) -> list[tuple[Group, AssigneeDecision]]:
        known = {group.ticket.assignee.id: group.ticket.assignee for group in groups if group.ticket.assignee}
        directory = Directory(self.configuration.users, jira=known)
        decisions: list[AssigneeDecision] = []
        for _ in range(_MOST_ROUNDS):
            decisions = [_decide(group, directory) for group in groups]
            wanted = Lookups()
            for decision in decisions:
                wanted |= decision.lookups
            if not wanted:
                break
            directory = self._looked_up(account, directory, wanted)
        self.directories[account] = directory
        return [pair for pair in zip(groups, decisions, strict=True) if not pair[1].lookups]

    def _looked_up(self, account: str, directory: Directory, wanted: Lookups) -> Directory:
        """The directory with what could be read added; what could not stays unknown, and its groups undecided."""
        datadog, jira = self.systems.datadog, self.systems.jira[account]
        users: dict[str, Read[tuple[DatadogUser, ...]]] = {
            name: self.reads.start(f"Datadog: user {name}", found(partial(datadog.user, name)))
            for name in sorted(wanted.datadog_ids)
        }
        there: dict[str, Read[tuple[DatadogUser, ...]]] = {
            email: self.reads.start(f"Datadog: who is {email}", partial(datadog.users, email))
            for email in sorted(wanted.datadog_emails)
        }
        here: dict[str, Read[tuple[JiraUser, ...]]] = {
            email: self.reads.start(f"Jira {account}: who is {email}", partial(jira.users, email))
            for email in sorted(wanted.jira_emails)
        }
        seen = {
            name: answer[0] if answer else None for name, read in users.items() if (answer := read.value()) is not None
        }
        datadog_found = {email: answer for email, each in there.items() if (answer := each.value()) is not None}
        jira_found = {email: hits for email, one in here.items() if (hits := one.value()) is not None}
        return replace(
            directory,
            datadog={**directory.datadog, **seen},
            datadog_found={**directory.datadog_found, **datadog_found},
            jira_found={**directory.jira_found, **jira_found},
        )


def _decide(group: Group, directory: Directory) -> AssigneeDecision:
    remembered, seen = group.remembered, group.people
    base = remembered.people if remembered else None
    intent = remembered.intent if remembered else None
    if intent is not None and intent.people_before is not None and intent.people_after is not None:
        base = intent.people_base or intent.people_after
        seen = rolled_forward(intent.people_before, intent.people_after, seen)
    return decide_assignee(base, seen, group.home.binding.sync.conflict, directory)
