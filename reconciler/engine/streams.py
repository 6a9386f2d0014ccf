"""Which way the issues go that a run has read: from their service by the first rule that matches to a board.

A picture beside the plan, never part of it: what a plan asserts does not change with it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from reconciler.engine.facts import destination_project
from reconciler.engine.reconcile import Surveyed
from reconciler.model.declared import Configuration, Rule
from reconciler.model.issue import Issue
from reconciler.rules.routing import compile_rules


@dataclass(frozen=True, slots=True, order=True)
class Board:
    """Where a rule's tickets stand: a project of one Jira account."""

    account: str
    project: str


@dataclass(frozen=True, slots=True)
class Stream:
    """So many issues that go one way. `service` is empty where Datadog names none; `teams` are the handles of those who own
    any of them. `rule` and `board` are None where no rule matches; `position` is the rule's place in the order of trying.
    """

    service: str
    teams: tuple[str, ...]
    rule: str | None
    position: int
    board: Board | None
    issues: int


def streams(configuration: Configuration, surveyed: Surveyed) -> tuple[Stream, ...]:
    """The streams of the issues that this run has read, new ones and those of groups; in order of rule, then service."""
    known: dict[str, Issue] = dict(surveyed.facts.issues or {})
    for group in surveyed.groups:
        known |= group.issues
    issues = [known[name] for name in sorted(known)]
    routing = compile_rules(configuration.rules)
    places = {rule.name: place for place, rule in enumerate(routing.rules)}
    routes = routing.route(issues)
    gathered: defaultdict[tuple[str, str | None], list[Issue]] = defaultdict(list)
    boards: dict[str | None, Board | None] = {None: None}
    for issue in issues:
        rule = routes[issue.id]
        name = rule.name if rule is not None else None
        if rule is not None:
            boards[name] = _board(configuration, rule)
        gathered[issue.service or "", name].append(issue)
    found = [
        Stream(
            service,
            tuple(sorted({team.handle for issue in members for team in issue.teams})),
            name,
            places[name] if name is not None else len(places),
            boards[name],
            len(members),
        )
        for (service, name), members in gathered.items()
    ]
    return tuple(sorted(found, key=lambda stream: (stream.position, stream.service)))


def _board(configuration: Configuration, rule: Rule) -> Board:
    account, project, _ = destination_project(rule, configuration.bindings[rule.destination.binding])
    return Board(account, project)
