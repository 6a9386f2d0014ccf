"""The whole story of one group, or of an issue without a ticket: read, decided as a run would, and told. Nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from reconciler.engine.explain.explanation import Explanation, Member
from reconciler.engine.explain.group_story import differences_of, mapped_by, next_run, steps_of
from reconciler.engine.explain.locating import Located, Locating
from reconciler.engine.explain.members import People, case_member, issue_member, ticket_member
from reconciler.engine.explain.narrow_reading import NarrowReading
from reconciler.engine.explain.prospect import why_no_ticket, would_create
from reconciler.engine.explain.rule_trial import tried
from reconciler.engine.explain.subject import Asked, AskedTicket, asked_about
from reconciler.engine.groups.group import Group
from reconciler.engine.groups.outlook import outlook
from reconciler.engine.groups.reading import GroupReading
from reconciler.engine.groups.syncing import derive_groups
from reconciler.engine.mark import BY_HAND
from reconciler.engine.ownership import syncs_status
from reconciler.engine.reads import Reads
from reconciler.engine.scope import Systems, Tools
from reconciler.engine.state import Gathered
from reconciler.engine.tickets.deriving import derive_tickets
from reconciler.model.activity import History
from reconciler.model.address import Address, Kind
from reconciler.model.case import Case, CaseProjectRecord
from reconciler.model.declared import Configuration, ProjectBinding
from reconciler.model.finding import ordered
from reconciler.model.issue import Issue
from reconciler.model.state import StatusGroup
from reconciler.model.ticket import Ticket
from reconciler.plan.diff import diff
from reconciler.sync.group import ticket_group


def explain(configuration: Configuration, systems: Systems, tools: Tools, text: str, issue_url: str) -> Explanation:
    """The story of what `text` names. `issue_url` is the page of an issue, with `{id}`.

    Raises NothingFound, NotUnderstood, and ProviderError where not even the beginning can be read; what cannot be read
    further on is a finding.
    """
    asked = asked_about(text)
    with Reads(tools.reporter) as reads:
        locating = Locating(configuration, systems, tools, reads)
        located = locating.locate(asked)
        told = _Telling(locating, located, issue_url).tell()
    failures = [reads.failures[what] for what in sorted(reads.failures)]
    calls = {"datadog": systems.datadog.calls}
    return replace(
        told,
        asked=text.strip(),
        notes=(*_moved(asked, located), *told.notes),
        findings=ordered([*told.findings, *failures]),
        is_complete=not failures,
        calls=calls | {f"jira:{name}": systems.jira[name].calls for name in sorted(systems.jira)},
    )


def _moved(asked: Asked, located: Located) -> tuple[str, ...]:
    if isinstance(asked, AskedTicket) and located.ticket is not None and located.ticket.key != asked.key:
        return (f"{asked.key} was moved: it is {located.ticket.key} now",)
    return ()


@dataclass(slots=True)
class _Telling:
    locating: Locating
    located: Located
    issue_url: str
    people: People = field(init=False)
    narrow: NarrowReading = field(init=False)

    def __post_init__(self) -> None:
        self.people = People(self.systems, self.reads)
        self.narrow = NarrowReading(self.locating, self.located)

    @property
    def configuration(self) -> Configuration:
        return self.locating.configuration

    @property
    def systems(self) -> Systems:
        return self.locating.systems

    @property
    def tools(self) -> Tools:
        return self.locating.tools

    @property
    def reads(self) -> Reads:
        return self.locating.reads

    def tell(self) -> Explanation:
        """The story that fits what was found: of a group, of a link that is not synced, or of an issue without a ticket."""
        case, ticket = self.located.case, self.located.ticket
        if case is None or ticket is None:
            return self._unlinked_ticket() if self.located.issue is None else self._issue(self.located.issue, case)
        binding = self.locating.binding_of(case)
        if case.archived:
            return self._linked(case, f"case {case.key} is archived: its group is not synced")
        if binding is not None and syncs_status(binding):
            return self._group(case, ticket, binding)
        project = case.key.rpartition("-")[0]
        if binding is None:
            return self._linked(case, f"no binding is declared for case project {project}: this group is not synced")
        why = f"binding {binding.name!r} does not sync the status both ways: nothing is decided here"
        return replace(self._linked(case, why), binding=binding.name)

    # --- a group that is synced

    def _group(self, case: Case, ticket: Ticket, binding: ProjectBinding) -> Explanation:
        narrow = self.narrow.read(case, ticket, binding)
        if narrow.group is not None:
            return self._decided(narrow.reading, narrow.group)
        why = "the group cannot be read whole, or is not one: it is left alone, as the findings say"
        told = self._linked(case, why, narrow.issues)
        return replace(told, binding=binding.name, findings=(*told.findings, *narrow.reading.warnings))

    def _decided(self, reading: GroupReading, group: Group) -> Explanation:
        now = self.tools.clock.now()
        result = outlook(group, now)
        gathered = Gathered()
        self._finish(reading, group, gathered)
        derive_groups((group,), self.systems, now, gathered)
        changes = tuple(diff(gathered.desired, gathered.observed))
        told = self._linked(group.case, next_run(result, changes, gathered.findings), tuple(group.issues.values()))
        return replace(
            told,
            binding=group.home.binding.name,
            mapped=mapped_by(group),
            remembered=group.remembered,
            history=steps_of(group, group.history or self._history(group)),
            differences=differences_of(group),
            decision=result.decision,
            changes=changes,
            findings=(*told.findings, *gathered.findings, *gathered.unreadable.values()),
        )

    def _finish(self, reading: GroupReading, group: Group, gathered: Gathered) -> None:
        """What is still missing of a ticket that we made: of this group's, not of those beside it."""
        project, mark = group.home.binding.case_project, self.narrow.mark(group.case)
        facts = replace(
            reading.facts,
            issues=dict(group.issues),
            case_projects={project: CaseProjectRecord(group.case.project_id, project, "")},
            cases={project: (group.case,)},
            marks={group.case.id: mark} if mark else {},
        )
        derive_tickets(replace(reading.configuration, rules=()), facts, self.tools, gathered)

    def _history(self, group: Group) -> History | None:
        jira, ticket = self.systems.jira[group.home.binding.account], group.ticket
        read = self.reads.start(f"Jira: who moved {ticket.key}", partial(jira.histories, (ticket.id,)))
        return (read.value() or {}).get(ticket.id)

    # --- what is linked, whether it is synced or not

    def _linked(self, case: Case, why: str, issues: Sequence[Issue] = ()) -> Explanation:
        ticket, binding = self.located.ticket, self.locating.binding_of(case)
        mapping = self.configuration.mappings.get(binding.status_mapping or "") if binding else None
        group = ticket_group(ticket.status, mapping) if ticket else None
        known = issues or ((self.located.issue,) if self.located.issue else ())
        chosen = self._chosen(case, known)
        return Explanation(
            asked="",
            members=self._members(known, case, group),
            next_run=why,
            notes=self._origin(case),
            routed=tried(self.configuration.rules, chosen, known) if chosen else None,
        )

    def _chosen(self, case: Case, issues: Sequence[Issue]) -> Issue | None:
        """The issue whose way through the rules is told: the one asked about, the one the ticket was made for, the oldest."""
        mark = self.narrow.mark(case)
        wanted = self.located.issue.id if self.located.issue else mark.issue_id if mark else None
        oldest = sorted(issues, key=lambda issue: (issue.first_seen, issue.id))
        return next((issue for issue in oldest if issue.id == wanted), next(iter(oldest), None))

    def _origin(self, case: Case) -> tuple[str, ...]:
        mark = self.narrow.mark(case)
        if mark is None:
            return ()
        whom = "by hand" if mark.rule == BY_HAND else f"by rule {mark.rule!r}"
        return (f"the ticket was asked for {whom} at {mark.at:%Y-%m-%d %H:%M} UTC for issue {mark.issue_id}",)

    def _members(self, issues: Sequence[Issue], case: Case | None, group: StatusGroup | None) -> tuple[Member, ...]:
        self.people.meet([*(issue.assignee_id for issue in issues), case.assignee_id if case else None])
        known = {issue.id: issue_member(issue, self.people, self.issue_url) for issue in issues}
        names = sorted({*known, *(case.issue_ids if case else ())})
        members = [known.get(name) or Member(Address(Kind.ISSUE, name)) for name in names]
        if case is not None:
            members.append(case_member(case, self.people))
        if self.located.ticket is not None:
            members.append(ticket_member(self.located.ticket, group, self._site_url()))
        return tuple(members)

    def _site_url(self) -> str | None:
        account = self.located.account or ""
        if account in self.narrow.sites:
            return self.narrow.sites[account].server.url
        return self.located.servers[account].url if account in self.located.servers else None

    # --- an issue without a ticket, a ticket without an issue

    def _unlinked_ticket(self) -> Explanation:
        why = "no case of a bound project owns this ticket: it belongs to no issue, and nothing of it is synced"
        return Explanation(asked="", members=self._members((), None, None), next_run=why)

    def _unknown(self, issue: Issue, case: Case | None) -> str | None:
        """Why nothing can be said of the next run: a failed read is not an absence."""
        if self.reads.failures:
            return "what it is linked to could not be read, so nothing can be told of the next run: see the findings"
        if case is None and issue.case_id is not None:
            return f"its case {issue.case_id} is not visible to us: see Cases Read"
        if self.located.account is None and case is not None and case.ticket is not None and case.ticket.key:
            return f"its case {case.key} has ticket {case.ticket.key}, on a Jira site that is not declared"
        return None

    def _issue(self, issue: Issue, case: Case | None) -> Explanation:
        now = self.tools.clock.now()
        routed = tried(self.configuration.rules, issue)
        rule = next((rule for rule in self.configuration.rules if rule.name == routed.rule), None)
        why = self._unknown(issue, case) or why_no_ticket(self.configuration, issue, case, rule, now)
        told = Explanation(asked="", members=self._members((issue,), case, None), next_run=why or "", routed=routed)
        if why is not None or rule is None:
            return told
        gathered = would_create(self.configuration, self.systems, self.tools, self.reads, issue, rule)
        changes = tuple(diff(gathered.desired, gathered.observed))
        return replace(
            told,
            binding=rule.destination.binding,
            next_run=changes[0].reason.text
            if changes
            else f"rule {rule.name!r} applies, but makes no ticket: see the findings",
            changes=changes,
            findings=(*gathered.findings, *gathered.unreadable.values()),
        )
