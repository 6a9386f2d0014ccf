"""Step 3: sync remembers on each ticket what it left there, which no status of the workflow may forbid."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.engine.doctor.check import About, Check, Cure, Step, ok, unknown, warn
from reconciler.engine.doctor.sight import Sight, SiteSight
from reconciler.model.declared import ProjectBinding
from reconciler.model.nearest import listed
from reconciler.model.ticket import Ticket

# One call each: of what is linked, a workflow rarely shows more statuses.
MOST_SAMPLES = 12


def samples_of(sight: Sight, site: SiteSight) -> tuple[Ticket, ...]:
    """One linked ticket of each status of each ticket type, in projects where we have Edit Issues: without it none can be
    edited, which is said by itself.
    """
    samples: dict[tuple[str, str, str], Ticket] = {}
    for binding in sight.bindings:
        for ticket in _linked(sight, site, binding):
            samples.setdefault((ticket.project_key, ticket.type.id, ticket.status.id), ticket)
    return tuple(samples[place] for place in sorted(samples))[:MOST_SAMPLES]


def _linked(sight: Sight, site: SiteSight, binding: ProjectBinding) -> list[Ticket]:
    held = site.held.get(binding.project)
    if binding.account != site.account or held is None or not (held.value or {}).get("EDIT_ISSUES", False):
        return []
    tickets = (sight.ticket_of(binding, case) for case in sight.cases_of(binding))
    return sorted((ticket for ticket in tickets if ticket is not None), key=lambda ticket: (len(ticket.id), ticket.id))


def tickets_editable(sight: Sight) -> Iterator[Check]:
    """Linked tickets can be edited, whatever status they stand in."""
    for name, site in sorted(sight.sites.items()):
        samples = samples_of(sight, site)
        about = About(Step.SYNC, f"Jira {name} tickets", "Jira: the edit screen of one ticket of each status")
        closed = [ticket for ticket in samples if _answer(site, ticket) is False]
        for ticket in closed:
            yield warn(
                "ticket-editable",
                about,
                f"no field of {ticket.key} can be edited in {ticket.status.name!r}, although our user has Edit Issues: sync may "
                "not be able to remember anything on tickets there, and then writes nothing of their groups",
                Cure(
                    f"in Jira: the workflow of {ticket.project_key} {ticket.type.name} > {ticket.status.name} > Properties: take "
                    "`jira.issue.editable` and `jira.permission.edit…` off"
                ),
            )
        for ticket in samples:
            looked = site.editable.get(ticket.id)
            if looked is not None and looked.error is not None:
                yield unknown("ticket-editable", about, looked.why_not)
        if samples and all(_answer(site, ticket) for ticket in samples):
            names = listed(sorted({ticket.status.name for ticket in samples}))
            yield ok("ticket-editable", about, f"linked tickets can be edited in {names}")


def _answer(site: SiteSight, ticket: Ticket) -> bool | None:
    looked = site.editable.get(ticket.id)
    return None if looked is None else looked.value
