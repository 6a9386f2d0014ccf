"""The reads of the doctor, at once where they do not need each other. A read that fails is kept with why; none ends the look."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from reconciler.engine.doctor.editing import samples_of
from reconciler.engine.doctor.life import may_be_unheard
from reconciler.engine.doctor.sight import Looked, Sight, SiteSight, attempt, ticket_name
from reconciler.engine.doctor.tracing import Traced
from reconciler.engine.permissions import needs_of, work_at
from reconciler.engine.ports import IssueWindow, JiraReader
from reconciler.engine.reads import Reads
from reconciler.engine.scope import Systems, Tools
from reconciler.engine.settings.bindings import derive_settings, prove_bindings
from reconciler.model.activity import History
from reconciler.model.case import Case
from reconciler.model.declared import Configuration, ProjectBinding
from reconciler.model.issue import Issue
from reconciler.model.state import IssueState
from reconciler.model.ticket import Ticket

T = TypeVar("T")
Ended = Callable[[], Looked[T]]

# Up to so many linked issues are read one by one; of more, one search finds those that failed lately.
SINGLY = 20
# So many issues more, that a search did not find, are read one by one.
MOST_SINGLY = 100
SEARCH_WINDOW = timedelta(days=30)
PROBE_WINDOW = timedelta(hours=1)
# Of so many tickets, those that changed last, it is read who moved them: enough to know whether anybody lives there.
MOST_HISTORIES = 20


@dataclass(slots=True)
class Looking:
    """One look at everything, or at what was traced."""

    configuration: Configuration
    systems: Systems
    tools: Tools
    reads: Reads

    def look(self, traced: Traced | None = None) -> Sight:
        """All that the checks need."""
        bindings = tuple(self.configuration.bindings[name] for name in sorted(self.configuration.bindings))
        accounts = sorted(self.systems.jira)
        if traced is not None and traced.binding is not None:
            bindings, accounts = (traced.binding,), [traced.binding.account]
        sight = self._identified(bindings, accounts)
        sight.item = traced.item if traced else None
        self._survey(sight)
        sight.ahead = self.systems.datadog.ahead
        for name, site in sight.sites.items():
            site.ahead = self.systems.jira[name].ahead
        self._derive(sight)
        self._follow(sight)
        return sight

    def _start(self, what: str, read: Callable[[], T]) -> Ended[T]:
        started = self.reads.start(what, partial(attempt, what, read))
        return lambda: started.value() or Looked(what)

    # --- who we are

    def _identified(self, bindings: tuple[ProjectBinding, ...], accounts: Sequence[str]) -> Sight:
        keys = self._start("Datadog: the keys", self.systems.datadog.validate_keys)
        myself = self._start("Datadog: who the key belongs to", self.systems.datadog.myself)
        names = [name for name in accounts if name in self.systems.jira]
        servers = {name: self._start(f"Jira {name}: the server", self._jira(name).server) for name in names}
        users = {name: self._start(f"Jira {name}: who we are", self._jira(name).myself) for name in names}
        connections = self.configuration.connections
        sight = Sight(self.configuration, self.systems.vocabulary, self.tools.clock.now(), bindings, keys())
        owner = myself()
        sight.me = owner if sight.is_open else None
        for name in names:
            sight.sites[name] = SiteSight(
                name,
                connections.jira.get(name) if connections else None,
                self.systems.webhooks.get(name),
                servers[name](),
                users[name](),
            )
        return sight

    # --- settings, permissions, cases

    def _survey(self, sight: Sight) -> None:
        ended = [self._survey_site(sight, site) for site in sight.sites.values() if site.is_open]
        if sight.is_open:
            ended.append(self._survey_datadog(sight))
        for end in ended:
            end()

    def _survey_datadog(self, sight: Sight) -> Callable[[], None]:
        datadog = self.systems.datadog
        owner = sight.me.value if sight.me else None
        granted = None
        if owner is not None:
            granted = self._start("Datadog: what our roles grant", partial(datadog.permissions, owner.id))
        accounts = self._start("Datadog: its Jira accounts", datadog.jira_accounts)
        projects = self._start("Datadog: the case projects", datadog.case_projects)
        ours = {binding.account for binding in sight.bindings}
        keys = sorted({bound.case_project for bound in self.configuration.bindings.values() if bound.account in ours})
        cases = {key: self._start(f"Datadog: the cases of {key}", partial(datadog.cases, key)) for key in keys}

        def end() -> None:
            sight.granted = granted() if granted else None
            sight.accounts, sight.case_projects = accounts(), projects()
            sight.cases = {key: read() for key, read in cases.items()}

        return end

    def _survey_site(self, sight: Sight, site: SiteSight) -> Callable[[], None]:
        jira, name = self._jira(site.account), site.account
        projects = sorted({binding.project for binding in sight.bindings if binding.account == name})
        shown, held, statuses = {}, {}, {}
        for key in projects:
            what = f"Jira {name}: project {key}"
            needs = needs_of(work_at(self.configuration, self._managed(), name, key))
            asked = tuple(need.key for need in needs if not need.is_global)
            shown[key] = self._start(what, partial(jira.project, key))
            held[key] = self._start(f"{what}, our permissions", partial(jira.permissions, asked, key))
            statuses[key] = self._start(f"{what}, its statuses", partial(jira.statuses, key))
        general = partial(jira.permissions, ("ADMINISTER", "USER_PICKER"))
        everywhere = self._start(f"Jira {name}: our global permissions", general)
        hooks = self._start(f"Jira {name}: the webhooks", jira.webhooks) if site.wanted else None

        def end() -> None:
            site.projects = {key: read() for key, read in shown.items()}
            site.held = {key: read() for key, read in held.items()}
            site.statuses = {key: read() for key, read in statuses.items()}
            site.everywhere = everywhere()
            site.webhooks = hooks() if hooks else None

        return end

    def _managed(self) -> frozenset[str]:
        """The accounts whose webhook is ours to look after."""
        return frozenset(name for name, wanted in self.systems.webhooks.items() if wanted.manage)

    def _derive(self, sight: Sight) -> None:
        """What a plan would compare of the settings; what it would find is told by the checks themselves."""
        asked = replace(self.configuration, bindings={binding.name: binding for binding in sight.bindings})
        facts = sight.facts
        sight.boards = prove_bindings(asked, facts, sight.gathered)
        derive_settings(asked, self.systems, facts, sight.boards, sight.gathered)

    # --- what is linked

    def _follow(self, sight: Sight) -> None:
        tickets = {site.account: self._start_tickets(sight, site) for site in sight.sites.values() if site.is_open}
        if sight.is_open:
            self._read_issues(sight)
        for name, read in tickets.items():
            sight.sites[name].tickets = read() if read else Looked("no linked tickets", {})
        moved = {name: self._start_histories(sight, sight.sites[name]) for name in tickets}
        edited = {
            (name, sample.id): self._start(
                f"Jira {name}: what of {sample.key} can be edited", partial(self._jira(name).is_editable, sample.id)
            )
            for name in tickets
            for sample in samples_of(sight, sight.sites[name])
        }
        for name, histories in moved.items():
            sight.sites[name].histories = histories() if histories else Looked("no tickets that changed", {})
        for (name, ticket_id), looked in edited.items():
            sight.sites[name].editable[ticket_id] = looked()

    def _start_tickets(self, sight: Sight, site: SiteSight) -> Ended[Mapping[str, Ticket]] | None:
        cases = [
            case
            for binding in sight.bindings
            if binding.account == site.account
            for case in sight.cases_of(binding)
            if ticket_name(case)
        ]
        names = sorted({ticket_name(case) for case in cases})
        if not names:
            return None
        what = f"Jira {site.account}: {len(names)} linked tickets"
        return self._start(what, partial(self._jira(site.account).tickets, names))

    def _start_histories(self, sight: Sight, site: SiteSight) -> Ended[Mapping[str, History]] | None:
        """Who moved the tickets that changed since Datadog last heard from this Jira, the latest of them."""
        seen = {ticket.id: ticket for ticket in ((site.tickets.value if site.tickets else None) or {}).values()}
        changed = sorted(
            (ticket.updated, ticket.id)
            for ticket in seen.values()
            if ticket.updated is not None and may_be_unheard(sight, site, ticket.updated)
        )
        if not changed:
            return None
        names = sorted(name for _, name in changed[-MOST_HISTORIES:])
        what = f"Jira {site.account}: who moved {len(names)} tickets"
        return self._start(what, partial(self._jira(site.account).histories, names))

    def _read_issues(self, sight: Sight) -> None:
        cases: list[Case] = [case for binding in sight.bindings for case in sight.cases_of(binding)]
        names = sorted({name for case in cases if case.ticket is not None for name in case.issue_ids})
        if len(names) > SINGLY or not names:
            sight.search = self._search(sight.now, SEARCH_WINDOW if names else PROBE_WINDOW)
        known = {issue.id for issue in (sight.search.value if sight.search else None) or ()}
        missing = [name for name in names if name not in known][:MOST_SINGLY]
        reads = {
            name: self._start(f"Datadog: issue {name}", partial(self.systems.datadog.issue, name)) for name in missing
        }
        sight.issues = {name: read() for name, read in reads.items()}
        for issue in (sight.search.value if sight.search else None) or ():
            sight.issues[issue.id] = Looked(f"Datadog: issue {issue.id}", issue)

    def _search(self, now: datetime, window: timedelta) -> Looked[tuple[Issue, ...]]:
        states = tuple(IssueState) if window is SEARCH_WINDOW else (IssueState.OPEN,)
        read = partial(self.systems.datadog.issues, IssueWindow(now - window, now, states))
        return self._start("Datadog: issues", lambda: read().issues)()

    def _jira(self, account: str) -> JiraReader:
        return self.systems.jira[account]
