"""The whole story of one group, or of an issue without a ticket: read, decided as a run would, and told. Nothing is written.

Only what belongs to the group is read. The cases beside it are read where the next run would write, or where it matters who
moved the ticket: then another case that owns the same ticket, and the user by whom Datadog makes tickets, must be known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from reconciler.engine.explanation import Explanation, Member
from reconciler.engine.facts import Facts, SiteFacts
from reconciler.engine.group import Group, is_native
from reconciler.engine.group_reading import GroupReading
from reconciler.engine.group_story import differences_of, mapped_by, steps_of
from reconciler.engine.issue_story import Prospect, prospect_of
from reconciler.engine.locating import Located, Locating, owns
from reconciler.engine.mark import Mark, read_mark
from reconciler.engine.members import People, case_member, issue_member, ticket_member
from reconciler.engine.outlook import Outlook, outlook
from reconciler.engine.reads import Reads, found
from reconciler.engine.reconcile import Systems, Tools
from reconciler.engine.rule_trial import tried
from reconciler.engine.state import Gathered
from reconciler.engine.subject import AskedTicket, asked_about
from reconciler.engine.syncing import derive_groups, reason_of
from reconciler.engine.tickets import derive_tickets
from reconciler.model.activity import History
from reconciler.model.address import Address, Kind
from reconciler.model.case import Case, CaseProjectRecord
from reconciler.model.declared import Configuration, ProjectBinding
from reconciler.model.finding import Finding, Severity, ordered
from reconciler.model.issue import Issue
from reconciler.plan.change import Change
from reconciler.plan.diff import diff


def explain(configuration: Configuration, systems: Systems, tools: Tools, text: str, issue_url: str) -> Explanation:
    """The story of what `text` names. `issue_url` is the page of an issue, with `{id}`.

    Raises NothingFound, NotUnderstood, and ProviderError where not even the beginning can be read; what cannot be read
    further on is a finding.
    """
    asked = asked_about(text)
    with Reads(tools.reporter) as reads:
        locating = Locating(configuration, systems, tools, reads)
        located = locating.locate(asked)
        telling = _Telling(configuration, systems, tools, locating, located, issue_url)
        told = telling.tell()
    notes = telling.notes
    if isinstance(asked, AskedTicket) and located.ticket is not None and located.ticket.key != asked.key:
        notes = [f"{asked.key} was moved: it is {located.ticket.key} now", *notes]
    failures = [reads.failures[what] for what in sorted(reads.failures)]
    return replace(
        told,
        asked=text.strip(),
        notes=tuple(notes),
        findings=ordered([*told.findings, *failures]),
        is_complete=not failures,
        calls={"datadog": systems.datadog.calls}
        | {f"jira:{name}": systems.jira[name].calls for name in sorted(systems.jira)},
    )


@dataclass(slots=True)
class _Telling:
    configuration: Configuration
    systems: Systems
    tools: Tools
    locating: Locating
    located: Located
    issue_url: str
    notes: list[str] = field(default_factory=list)
    now: datetime = field(init=False)
    people: People = field(init=False)

    def __post_init__(self) -> None:
        self.now = self.tools.clock.now()
        self.people = People(self.systems, self.locating.reads)

    @property
    def reads(self) -> Reads:
        return self.locating.reads

    def tell(self) -> Explanation:
        """The story that fits what was found: of a group, of a link that is not synced, or of an issue without a ticket."""
        located = self.located
        case, ticket = located.case, located.ticket
        binding = self.locating.binding_of(case) if case else None
        if case is None or ticket is None or located.account is None:
            return self._issue_alone(binding)
        if binding is None or not binding.syncs_status:
            project = case.key.rpartition("-")[0]
            why = (
                f"no binding is declared for case project {project}: this group is not synced"
                if binding is None
                else f"binding {binding.name!r} does not sync the status both ways: nothing is decided here"
            )
            return self._linked(case, why, binding)
        return self._group(case, binding)

    # --- a group

    def _group(self, case: Case, binding: ProjectBinding) -> Explanation:
        reading = self._reading((case,), binding)
        group = self._one(reading)
        if group is not None:
            result = outlook(group, self.now)
            if result.members or group.wants_history:
                reading = self._reading(self._neighbours(binding) or (case,), binding)
                group = self._one(reading)
        if group is None:
            told = self._linked(case, "the group cannot be read whole, so it is left alone: see the findings", binding)
            return replace(told, findings=(*told.findings, *reading.warnings))
        return self._decided(reading, replace(group, home=replace(group.home, ours=self._ours(group, reading))))

    def _decided(self, reading: GroupReading, group: Group) -> Explanation:
        result = outlook(group, self.now)
        gathered = Gathered()
        self._unfinished(reading, gathered)
        derive_groups((group,), self.systems, self.now, gathered)
        changes = tuple(diff(gathered.desired, gathered.observed))
        history = group.history or self._history(group)
        told = self._linked(group.case, _next_run(result, changes, gathered.findings, self.now), group.home.binding)
        routed = told.routed
        return replace(
            told,
            members=self._members(tuple(group.issues.values()), group.case, group.seen.ticket),
            routed=routed,
            mapped=mapped_by(group),
            remembered=group.remembered,
            history=steps_of(group, history),
            differences=differences_of(group),
            decision=result.decision,
            changes=changes,
            findings=(*gathered.findings, *gathered.unreadable.values()),
        )
