"""Step 1: the issue is linked to its ticket, both ways, and to the right one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from reconciler.engine.doctor.check import About, Check, Cure, Step, fail, ok, unknown, warn
from reconciler.engine.doctor.sight import Item, Looked, Sight, SiteSight, ticket_name
from reconciler.model.case import Case, TicketProgress
from reconciler.model.declared import ProjectBinding

# Datadog creates a ticket within seconds; one that takes longer than this is not on its way any more.
ON_ITS_WAY = timedelta(minutes=15)


def item_linked(sight: Sight) -> Iterator[Check]:
    """What was asked about is there, and its chain reaches a ticket."""
    item = sight.item
    if item is None:
        return
    if item.issue is not None:
        yield from _issue(sight, item)
    elif item.ticket is not None:
        yield from _ticket(item)


def _issue(sight: Sight, item: Item) -> Iterator[Check]:
    about = About(Step.LINK, f"issue {item.asked}", "Datadog: the issue's page, Case Management")
    looked = item.issue
    if looked is None or not sight.is_open:
        return
    if looked.value is None:
        yield _unseen(
            "issue-found", about, looked, Cure("check the id: it stands behind `issueId=` of the issue's page")
        )
        return
    yield ok("issue-found", about, f"it is {looked.value.state.label}, of service {looked.value.service or '(none)'}")
    create = Cure("make its ticket, or link it to one there is", f"ticket create {item.asked}")
    if item.case is None:
        yield fail("issue-has-case", about, "it has no case, so it is linked to no ticket", create)
    elif item.case.value is None:
        mend = Cure("open the issue in Datadog and look at its case: absent and restricted look alike")
        yield _unseen("issue-has-case", about, item.case, mend)
    elif item.case.value.ticket is None:
        yield fail("issue-has-case", about, f"its case {item.case.value.key} has no ticket", create)
    else:
        yield ok("issue-has-case", about, f"case {item.case.value.key}, ticket {_named(item.case.value)}")


def _ticket(item: Item) -> Iterator[Check]:
    about = About(Step.LINK, f"ticket {item.asked}", "Jira, and Datadog: Case Management")
    tickets = item.ticket
    if tickets is None:
        return
    if tickets.value is None:
        yield unknown("ticket-owned", about, tickets.why_not)
    elif item.asked not in tickets.value:
        cure = Cure("check the key, and Browse Projects of our user: absent and invisible look alike to Jira")
        yield fail("ticket-found", about, f"Jira shows us no ticket {item.asked}", cure)
    elif item.case is not None and item.case.error is not None:
        yield unknown("ticket-owned", about, item.case.why_not)
    elif item.owner is None:
        yield fail(
            "ticket-owned",
            about,
            "no case of a bound case project owns it: no issue is linked to it",
            Cure(f"link the issue it is about: `ticket link ISSUE {item.asked}`"),
        )
    else:
        yield ok("ticket-owned", about, f"case {item.owner.key} owns it, with {len(item.owner.issue_ids)} issues")


def _unseen(code: str, about: About, looked: Looked[object], cure: Cure) -> Check:
    if looked.is_absent:
        return fail(code, about, f"Datadog shows us none: {looked.error}", cure)
    return unknown(code, about, looked.why_not)


def cases_readable(sight: Sight) -> Iterator[Check]:
    """The cases of each bound project could be read; without them nothing is known of links."""
    for binding in sight.bindings:
        looked = sight.cases.get(binding.case_project)
        if looked is not None and looked.error is not None:
            about = About(Step.LINK, f"case project {binding.case_project}", "Datadog: Case Management")
            yield unknown("ticket-found", about, looked.why_not, Cure(looked.error.hint or "run again"))


def tickets_made(sight: Sight) -> Iterator[Check]:
    """No ticket that Datadog was asked for has failed, or is still on its way. Reference: datadog-api §2.2."""
    yield from _per_case(sight, "ticket-created", "no ticket failed to be created", _made)


def _made(sight: Sight, binding: ProjectBinding, case: Case) -> Check | None:
    link, about = case.ticket, _about(case)
    if link is None or link.progress is TicketProgress.COMPLETED:
        return None
    mend = Cure(
        f"in Datadog: open case {case.key} and create its ticket again, with the fields that {binding.project} requires"
    )
    if link.progress is TicketProgress.FAILED:
        return fail(
            "ticket-created", about, f"Jira refused the ticket: {_why(sight, case) or 'it is not told why'}", mend
        )
    waited = None if case.created_at is None else sight.now + (sight.ahead or timedelta(0)) - case.created_at
    if waited is None or waited <= ON_ITS_WAY:
        return None
    return warn(
        "ticket-created", about, "Datadog says that its ticket is being created, for more than 15 minutes", mend
    )


def _why(sight: Sight, case: Case) -> str | None:
    """Why a ticket failed stands only on the case as the issue has it. Reference: datadog-api §11b."""
    issues = [looked.value for name in case.issue_ids if (looked := sight.issues.get(name)) is not None]
    links = [case.ticket, *(issue.case.ticket for issue in issues if issue is not None and issue.case is not None)]
    return next((link.error for link in links if link is not None and link.error), None)


def tickets_there(sight: Sight) -> Iterator[Check]:
    """Each case's ticket is there and visible to us."""
    yield from _per_case(sight, "ticket-found", "every linked ticket is there", _there)


def _there(sight: Sight, binding: ProjectBinding, case: Case) -> Check | None:
    site = sight.sites.get(binding.account)
    if not ticket_name(case) or site is None or site.tickets is None:
        return None
    if site.tickets.value is None:
        return unknown("ticket-found", _about(case), site.tickets.why_not)
    if sight.ticket_of(binding, case) is not None:
        return None
    return fail(
        "ticket-found",
        _about(case),
        f"its ticket {_named(case)} was deleted, or our Jira user may not see it",
        Cure(
            f"if {_named(case)} is gone for good: in Datadog: open case {case.key} > Jira > Unlink; if it is hidden by a "
            "security level, let our user see it"
        ),
    )


def tickets_in_place(sight: Sight) -> Iterator[Check]:
    """Each ticket is in the project that its binding is about: mapping, webhook and permissions are that project's."""
    yield from _per_case(sight, "ticket-in-place", "no linked ticket was moved to another project", _in_place)


def _in_place(sight: Sight, binding: ProjectBinding, case: Case) -> Check | None:
    ticket = sight.ticket_of(binding, case)
    homes = {
        bound.project for bound in sight.configuration.bindings.values() if bound.case_project == binding.case_project
    }
    homes |= {
        rule.destination.project
        for rule in sight.configuration.rules
        if rule.destination.project and rule.destination.binding == binding.name
    }
    site = sight.sites.get(binding.account)
    known = [site.projects.get(home) for home in sorted(homes)] if site is not None else []
    homes |= {looked.value.key for looked in known if looked is not None and looked.value is not None}
    if ticket is None or ticket.project_key in homes:
        return None
    return fail(
        "ticket-in-place",
        _about(case),
        f"its ticket {_named(case)} is {ticket.key} now: it was moved to {ticket.project_key}, and the binding is about {binding.project}",
        Cure(
            f"in Jira: move {ticket.key} back to {binding.project}; or unlink it from case {case.key} and link it where {ticket.project_key} is bound"
        ),
    )


def tickets_owned_once(sight: Sight) -> Iterator[Check]:
    """No ticket is owned by two cases: nobody could tell whom it should follow."""
    owners = _owners(sight)

    def once(sight: Sight, binding: ProjectBinding, case: Case) -> Check | None:
        name = ticket_name(case)
        keys = owners.get((binding.account, name), ())
        if not name or len(keys) < 2 or (sight.item is None and case.key != keys[0]):
            return None
        return fail(
            "ticket-owned-once",
            _about(case),
            f"ticket {_named(case)} is owned by {len(keys)} cases: {', '.join(keys)}; none of them can be synced",
            Cure(f"in Datadog: unlink {_named(case)} from all of them but one, and attach their issues to that case"),
        )

    yield from _per_case(sight, "ticket-owned-once", "no ticket is owned by two cases", once)


def _owners(sight: Sight) -> dict[tuple[str, str], tuple[str, ...]]:
    """The keys of the cases that own each ticket, by account and by what they name it, in order."""
    account = {bound.case_project: bound.account for bound in sight.configuration.bindings.values()}
    owners: dict[tuple[str, str], tuple[str, ...]] = {}
    for project in sorted(sight.cases):
        for case in sight.cases[project].value or ():
            if name := ticket_name(case):
                owners[account[project], name] = (*owners.get((account[project], name), ()), case.key)
    return owners


def issues_agree(sight: Sight) -> Iterator[Check]:
    """Each issue that a case lists says itself that it belongs to that case."""
    yield from _per_case(sight, "issue-linked-both-ways", _agreed(sight), _agrees)


def _agreed(sight: Sight) -> str:
    listed = {
        name for binding in sight.bindings for case in sight.cases_of(binding) if case.ticket for name in case.issue_ids
    }
    seen = {name for name in listed if (looked := sight.issues.get(name)) is not None and looked.value is not None}
    some = "" if seen == listed else f", as far as was looked ({len(seen):,} of {len(listed):,}; --issue looks at any)"
    return f"every issue of a linked case says so itself{some}"


def _agrees(sight: Sight, _binding: ProjectBinding, case: Case) -> Check | None:
    if case.ticket is None:
        return None
    for name in case.issue_ids:
        looked = sight.issues.get(name)
        if looked is None:
            continue
        if looked.value is None:
            return _unread(case, name, looked)
        if looked.value.case_id not in {case.id, case.key}:
            other = f"says it belongs to case {looked.value.case_id}" if looked.value.case_id else "says it has no case"
            return fail(
                "issue-linked-both-ways",
                _about(case),
                f"it lists issue {name}, which {other}",
                Cure(
                    f"in Datadog: detach issue {name} from the case it should not be in, and attach it to {case.key} again"
                ),
            )
    return None


def _unread(case: Case, name: str, looked: Looked[object]) -> Check:
    if not looked.is_absent:
        return unknown("issue-linked-both-ways", _about(case), looked.why_not)
    cure = Cure(f"in Datadog: detach issue {name} from case {case.key}; its group is left alone meanwhile")
    return fail("issue-linked-both-ways", _about(case), f"it lists issue {name}, which Datadog does not show us", cure)


def _per_case(
    sight: Sight, code: str, good: str, judge: Callable[[Sight, ProjectBinding, Case], Check | None]
) -> Iterator[Check]:
    """What is wrong with single cases; of a binding without any fault, one check that says so."""
    for binding in sight.bindings:
        cases = [case for case in sight.cases_of(binding) if case.ticket is not None]
        found = [check for case in cases if (check := judge(sight, binding, case)) is not None]
        yield from found
        if cases and not found and _was_seen(sight.sites.get(binding.account)):
            about = About(Step.LINK, f"binding {binding.name}", "Datadog: Case Management, and Jira")
            yield ok(code, about, f"{good}; cases with a ticket: {len(cases):,}")


def _was_seen(site: SiteSight | None) -> bool:
    return site is not None and site.tickets is not None and site.tickets.value is not None


def _about(case: Case) -> About:
    return About(Step.LINK, f"case {case.key}", "Datadog: Case Management, and Jira")


def _named(case: Case) -> str:
    return (case.ticket.key or case.ticket.ticket_id or "?") if case.ticket else "none"
