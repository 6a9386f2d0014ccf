"""Writing a link, or taking it away: in an order in which a run that is broken off leaves nothing that another cannot finish.

The case is the record: it says which ticket it is to carry before Datadog is told. The ticket remembers where it stood before
any issue comes, so that a link moves nobody's ticket. A new case is asked for once.
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.engine.mark import read_mark, unmarked
from reconciler.engine.panel.action import Linking, Unlinking
from reconciler.engine.panel.link_mark import LinkMark, link_marked, link_marker_of, read_link_mark
from reconciler.engine.panel.remembering import base_of_link
from reconciler.engine.scope import Tools, WritableSystems
from reconciler.errors import OutcomeUnknown, Superseded
from reconciler.model.address import Address
from reconciler.model.case import Case, TicketProgress
from reconciler.model.declared import Configuration
from reconciler.model.issue import Issue
from reconciler.model.ticket import Ticket
from reconciler.plan.outcome import Status

Ended = tuple[Status, str]

# Datadog's answer to a link comes before the link may be seen: so many looks, and the pause between them in seconds.
LOOKS, PAUSE = 5, 2.0


class Moved(Exception):
    """Something is not as it was shown when the action was agreed to."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class LinkWriting:
    """Writes one link."""

    configuration: Configuration
    systems: WritableSystems
    tools: Tools
    address: Address

    # --- adding

    def link(self, link: Linking) -> Ended:
        """Add the issue to the ticket. Raises Moved, or ProviderError."""
        self._check(link)
        if not link.owned and not self._may_remember(link):
            return (
                Status.FAILED,
                f"our Jira user lacks Edit Issues in {link.ticket.project_key}: the ticket could not remember the link",
            )
        case = self._fresh(link)
        if not link.owned:
            case = self._linked(link, self._recorded(link, case))
            self._remember(link, case)
        elif case is None:
            return Status.STALE, f"the case of {link.ticket.key} is gone by now"
        if link.issue.id not in case.issue_ids:
            self._step(f"attaching the issue to case {case.key}")
            self.systems.datadog.attach_issue(case.id, link.issue.id)
        self._leave(link)
        return self._seen(link, case)

    def _check(self, link: Linking) -> None:
        """Nothing has moved since it was shown."""
        issue = self.systems.datadog.issue(link.issue.id)
        if (issue.case_id, issue.state) != (link.issue.case_id, link.issue.state):
            raise Moved(f"issue {issue.id} is not as it was shown: its case or its state has changed meanwhile")
        ticket = self._ticket(link)
        if ticket is None or ticket.status.id != link.ticket.status.id or ticket.key != link.ticket.key:
            raise Moved(f"ticket {link.ticket.key} is not as it was shown: somebody moved it meanwhile")

    def _fresh(self, link: Linking) -> Case | None:
        """The case that will carry the link, as it stands now; None where it is to be made."""
        if link.case is None:
            return None
        case = self.systems.datadog.case(link.case.id)
        known, now = (
            (each.project_id, each.archived, each.ticket.ticket_id if each.ticket else None, sorted(each.issue_ids))
            for each in (link.case, case)
        )
        if known != now:
            raise Moved(f"case {case.key} is not as it was shown: its ticket or its issues have changed meanwhile")
        return case

    def _may_remember(self, link: Linking) -> bool:
        held = self.systems.jira[link.account].permissions(("EDIT_ISSUES",), link.ticket.project_key)
        return held.get("EDIT_ISSUES", False)

    def _recorded(self, link: Linking, case: Case | None) -> Case:
        """The case with the record of the link in it."""
        marker = link_marker_of(self._instance, link.account, link.ticket.id)
        mark = LinkMark(marker, link.ticket.id, self.tools.clock.now())
        if case is None:
            return self._opened(link, mark)
        if self._mark(link, case) is not None:
            return case
        self._step(f"noting {link.ticket.key} in case {case.key}")
        self.systems.datadog.describe_case(case.id, link_marked(case.description, mark))
        written = self.systems.datadog.case(case.id)
        if self._mark(link, written) is None:
            raise Moved(f"case {case.key} does not show what was written into it")
        return written

    def _opened(self, link: Linking, mark: LinkMark) -> Case:
        """A new case, asked for once; after an answer that tells nothing it is looked for."""
        datadog, key = self.systems.datadog, link.binding.case_project
        project = next((record.id for record in datadog.case_projects() if record.key == key), None)
        if project is None:
            raise Moved(f"case project {key} is gone, or no longer visible")
        self._step(f"opening a case in {key}")
        try:
            return datadog.create_case(project, link.ticket.summary or link.ticket.key, link_marked("", mark))
        except OutcomeUnknown:
            for case in datadog.cases(key):
                if self._mark(link, case) is not None and case.ticket is None:
                    return case
            raise

    def _mark(self, link: Linking, case: Case) -> LinkMark | None:
        mark = read_link_mark(case.description, self._instance, link.account)
        return mark if mark is not None and mark.ticket_id == link.ticket.id else None

    def _linked(self, link: Linking, case: Case) -> Case:
        """The case once Datadog shows the ticket on it."""
        if case.ticket is None:
            self._step(f"linking case {case.key} to {link.ticket.key}")
            self._tell_datadog(link, case)
        for look in range(LOOKS):
            if look:
                self.tools.clock.sleep(PAUSE)
            case = self.systems.datadog.case(case.id)
            held = case.ticket
            if held is not None and held.progress is TicketProgress.COMPLETED:
                if link.ticket.id == held.ticket_id or (held.ticket_id is None and held.key == link.ticket.key):
                    return case
                raise Moved(f"case {case.key} has ticket {held.key} by now")
        raise Moved(f"Datadog took the link, but does not show {link.ticket.key} on case {case.key}: run again")

    def _tell_datadog(self, link: Linking, case: Case) -> None:
        """Archived cases, and those we may not see, stand in no list: only Datadog's refusal tells of them."""
        try:
            self.systems.datadog.link_ticket(case.id, link.url)
        except Superseded as error:
            raise Moved(
                f"Datadog refused to link {link.ticket.key} to case {case.key}: {error.message}; it belongs to a case that we "
                "cannot see, or that is archived: unlink it there, and run again"
            ) from error

    def _remember(self, link: Linking, case: Case) -> None:
        """Where the ticket stands, as its base: the issues of the case are newcomers to it."""
        memory, jira = self.tools.memory, self.systems.jira[link.account]
        mapping = self.configuration.mappings.get(link.binding.status_mapping or "")
        ticket = self._ticket(link)
        if ticket is None or ticket.status.id != link.ticket.status.id:
            raise Moved(f"ticket {link.ticket.key} was moved while it was being linked: run again")
        history = jira.histories((ticket.id,)).get(ticket.id)
        base = base_of_link(
            ticket, case, mapping, self.tools.clock.now(), history.last_id if history is not None else None
        )
        self._step(f"writing the base of {ticket.key}")
        jira.set_property(ticket.id, memory.property_key, memory.encode(base))
        written = self._ticket(link)
        read = memory.decode(written.properties.get(memory.property_key)) if written is not None else None
        if read is None or read.group != base.group:
            raise Moved(f"{ticket.key} is linked, but its base does not read back as it was written: run again")

    def _leave(self, link: Linking) -> None:
        """Datadog may keep the issue on the case it had, too: an issue has one case."""
        if link.former is None:
            return
        former = self.systems.datadog.case(link.former.id)
        if link.issue.id in former.issue_ids:
            self._step(f"taking the issue off case {former.key}")
            self.systems.datadog.detach_issue(former.id, link.issue.id)

    def _seen(self, link: Linking, case: Case) -> Ended:
        """Both sides must show it."""
        issue, now = self.systems.datadog.issue(link.issue.id), self.systems.datadog.case(case.id)
        if issue.case_id != case.id or issue.id not in now.issue_ids:
            return Status.FAILED, f"Datadog took it, but does not show the issue with case {case.key} from both sides"
        return Status.APPLIED, f"{link.ticket.key}, through case {case.key}"

    # --- taking away

    def unlink(self, unlink: Unlinking) -> Ended:
        """Take the issue off its case. Raises Moved, or ProviderError."""
        datadog = self.systems.datadog
        issue, case = datadog.issue(unlink.issue.id), datadog.case(unlink.case.id)
        key = unlink.case.ticket.key if unlink.case.ticket else None
        if issue.case_id != case.id or (case.ticket.key if case.ticket else None) != key:
            raise Moved(f"issue {issue.id} is not linked to {key} any more")
        self._give_up(issue, case)
        self._step(f"taking the issue off case {case.key}")
        datadog.detach_issue(case.id, issue.id)
        issue, case = datadog.issue(issue.id), datadog.case(case.id)
        if issue.case_id == case.id or issue.id in case.issue_ids:
            return Status.FAILED, f"Datadog took it, but still shows the issue with case {case.key}"
        return Status.APPLIED, f"off {key}"

    def _give_up(self, issue: Issue, case: Case) -> None:
        """A case that was made for this issue's ticket is that no more: another one may be asked for."""
        mark = read_mark(case.description, self._instance)
        if mark is not None and mark.issue_id == issue.id:
            self._step(f"taking the mark out of case {case.key}")
            self.systems.datadog.describe_case(case.id, unmarked(case.description))

    # --- what both need

    @property
    def _instance(self) -> str:
        connections = self.configuration.connections
        return connections.instance if connections else ""

    def _ticket(self, link: Linking) -> Ticket | None:
        jira, memory = self.systems.jira[link.account], self.tools.memory
        return jira.tickets((link.ticket.id,), (memory.property_key,)).get(link.ticket.id)

    def _step(self, text: str) -> None:
        self.tools.reporter.step(self.address, text)
