"""From the issue or ticket that somebody asks about to its case, ticket and binding: as far as the chain holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from reconciler.engine.doctor.sight import Item, Looked, attempt, project_of, ticket_name
from reconciler.engine.explain.locating import owns
from reconciler.engine.explain.subject import AskedIssue, AskedTicket, NotUnderstood, asked_about
from reconciler.engine.scope import Systems
from reconciler.model.declared import Configuration, ProjectBinding
from reconciler.model.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Traced:
    """The chain of one item, and the binding it leads to; None where it ends before one is known."""

    item: Item
    binding: ProjectBinding | None


@dataclass(slots=True)
class Tracing:
    """Follows the chain, one read after the other, as each points to the next."""

    configuration: Configuration
    systems: Systems

    def issue(self, text: str) -> Traced:
        """From an issue's id or page. Raises NotUnderstood for what names none."""
        asked = asked_about(text)
        if not isinstance(asked, AskedIssue):
            raise NotUnderstood(f"{text!r} names a ticket", hint="ask about it with --ticket")
        read = attempt(f"issue {asked.issue_id}", partial(self.systems.datadog.issue, asked.issue_id))
        item = Item(asked.issue_id, issue=read)
        if read.value is None or read.value.case_id is None:
            return Traced(item, None)
        name = read.value.case_id
        case = attempt(f"the case of issue {asked.issue_id}", partial(self.systems.datadog.case, name))
        return self._from_case(replace(item, case=case))

    def ticket(self, text: str) -> Traced:
        """From a ticket's key or page. Raises NotUnderstood for what names none."""
        asked = asked_about(text)
        if not isinstance(asked, AskedTicket):
            raise NotUnderstood(f"{text!r} names an issue", hint="ask about it with --issue")
        item = Item(asked.key)
        for account in sorted(self.systems.jira):
            item = replace(item, account=account, ticket=self._ticket(account, asked.key))
            ticket = (item.ticket.value if item.ticket else None) or {}
            if asked.key in ticket:
                return self._owned(item, account, ticket[asked.key])
        return Traced(item, None)

    def _ticket(self, account: str, key: str) -> Looked[Mapping[str, Ticket]]:
        return attempt(f"ticket {key}", partial(self.systems.jira[account].tickets, (key,)))

    def _owned(self, item: Item, account: str, ticket: Ticket) -> Traced:
        """The case that owns the ticket, among those of the projects that are bound to its account."""
        bindings = [bound for bound in self._bindings() if bound.account == account]
        for binding in bindings:
            cases = attempt(
                f"the cases of {binding.case_project}", partial(self.systems.datadog.cases, binding.case_project)
            )
            if cases.error is not None:
                item = replace(item, case=Looked(cases.what, error=cases.error))
                continue
            owner = next((case for case in cases.value or () if owns(case, ticket)), None)
            if owner is not None:
                return Traced(replace(item, case=Looked(f"case {owner.key}", owner)), binding)
        return Traced(item, next((bound for bound in bindings if bound.project == ticket.project_key), None))

    def _from_case(self, item: Item) -> Traced:
        case = item.owner
        if case is None:
            return Traced(item, None)
        project = project_of(case).casefold()
        binding = next((bound for bound in self._bindings() if bound.case_project.casefold() == project), None)
        if binding is None or not ticket_name(case) or binding.account not in self.systems.jira:
            return Traced(item, binding)
        return Traced(replace(item, account=binding.account), binding)

    def _bindings(self) -> list[ProjectBinding]:
        return [self.configuration.bindings[name] for name in sorted(self.configuration.bindings)]
