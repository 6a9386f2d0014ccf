"""Datadog's own sync between tickets, cases and issues. Reference: datadog-api §6, §7.

It works where the case's project has the Jira integration and its sync on for the ticket's account, the field's `sync_type`
is `two_way`, the account is Jira Cloud, and an enabled webhook with Datadog's URL tells of the ticket. It reacts to changes
and never looks back: what it missed stays missed. A status that the mapping does not name does not sync, a transition that
Jira refuses leaves the case silently out of step, edited and deleted comments are not followed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from reconciler.sandbox.datadog.documents import STATUS_NAMES
from reconciler.sandbox.datadog.happenings import (
    Assigned,
    CaseMoved,
    Commented,
    IssueLinked,
    IssueMoved,
    OwnHappening,
    TicketLinked,
    WebhookSent,
)
from reconciler.sandbox.datadog.ports import TicketSite
from reconciler.sandbox.datadog.records import Case, Group, Issue, User
from reconciler.sandbox.datadog.state import AUTOMATION, DatadogState

_ORDER = (Group.OPEN, Group.IN_PROGRESS, Group.CLOSED)
_STATE_OF = {Group.OPEN: "OPEN", Group.IN_PROGRESS: "ACKNOWLEDGED", Group.CLOSED: "RESOLVED"}


def group_of(state: str) -> Group:
    """The status group an issue's state belongs to."""
    return {"OPEN": Group.OPEN, "ACKNOWLEDGED": Group.IN_PROGRESS}.get(state, Group.CLOSED)


@dataclass(frozen=True, slots=True)
class Link:
    """A case's ticket, as far as it is synced: the site, the ticket, the fields that go both ways, the names of statuses."""

    site: TicketSite
    ticket_id: str
    fields: frozenset[str]
    statuses: dict[Group, str]

    def group(self, status: str | None) -> Group | None:
        """The group that a status of the ticket stands for; None for one that the mapping does not name."""
        named = {name.casefold(): group for group, name in self.statuses.items()}
        return None if status is None else named.get(status.casefold())


def link_of(state: DatadogState, case: Case) -> Link | None:
    """How this case is synced now; None where it is not."""
    order = case.ticket
    if order is None or order.ticket_id is None or case.archived or not state.company.behaviour.native_sync:
        return None
    jira = _within(state.company.projects[case.project_id].settings, "integration_jira")
    sync, account = _within(jira, "sync"), state.company.accounts.get(order.account_id)
    is_on = jira.get("enabled") is True and sync.get("enabled") is True
    if not is_on or account is None or _within(jira, "metadata").get("account_id") != account.id:
        return None
    site = state.sites[account.site]
    if not site.is_cloud or not site.sends(state.company.webhook_url, order.ticket_id):
        return None
    properties = _within(sync, "properties")
    fields = {name for name in properties if _within(properties, name).get("sync_type") == "two_way"}
    named = _within(_within(properties, "status"), "mapping")
    statuses = {group: str(named[group.value]) for group in _ORDER if named.get(group.value)}
    return Link(site, order.ticket_id, frozenset(fields), statuses)


def _within(fields: object, name: str) -> dict[str, object]:
    value = fields.get(name) if isinstance(fields, dict) else None
    return value if isinstance(value, dict) else {}


def follow(state: DatadogState) -> None:
    """Let native sync hear what happened, and do what is due, until nothing is left to do now."""
    while True:
        _listen(state)
        due = min(
            (each for each in state.company.pending if each.due <= state.clock.now()),
            key=lambda each: each.due,
            default=None,
        )
        if due is None:
            return
        state.company.pending.remove(due)
        state.is_following = True
        try:
            if isinstance(due, WebhookSent):
                _receive(state, due)
            else:
                _react(state, due)
        finally:
            state.is_following = False


def has_due(state: DatadogState) -> bool:
    """Whether something that was put off is due by now."""
    return any(each.due <= state.clock.now() for each in state.company.pending)


def _listen(state: DatadogState) -> None:
    for account in sorted(state.company.accounts.values(), key=lambda each: each.id):
        for news in state.sites[account.site].heard(state.company.webhook_url):
            if state.company.lost_webhooks > 0:
                state.company.lost_webhooks -= 1
                continue
            account.last_webhook = state.clock.now()
            if state.company.behaviour.native_sync and not news.own:
                state.company.pending.append(WebhookSent(state.sync_due(), account.id, news))


# -- from the ticket


def _receive(state: DatadogState, sent: WebhookSent) -> None:
    cases = sorted(state.company.cases.values(), key=lambda case: case.id)
    for case in cases:
        order = case.ticket
        if order is None or (order.account_id, order.ticket_id) != (sent.account_id, sent.news.ticket_id):
            continue
        link = link_of(state, case)
        if link is None:
            continue
        news = sent.news
        group = link.group(news.status)
        if group is not None and "status" in link.fields:
            _enter(state, case, group)
            _mirror(state, case, group)
        if news.assignee is not None and "assignee" in link.fields:
            _take_assignee(state, case, news.assignee)
        if news.comment is not None and "comments" in link.fields:
            author = _person(state, news.author_email)
            state.say(case, news.comment, AUTOMATION if author is None else author.id)


def _take_assignee(state: DatadogState, case: Case, email: str) -> None:
    """The case and all its issues take the ticket's assignee; somebody unknown to Datadog changes nothing."""
    user = _person(state, email)
    if user is None and email:
        return
    for issue in state.issues_of(case):
        state.assign_issue(issue, None if user is None else user.id, AUTOMATION)
    state.assign_case(case, None if user is None else user.id)
    state.touch(case, AUTOMATION)


def _person(state: DatadogState, email: str) -> User | None:
    users = state.company.users.values()
    return next((user for user in users if email and user.active and user.email == email.casefold()), None)


# -- from Datadog


def _react(state: DatadogState, happening: OwnHappening) -> None:
    case = state.company.cases.get(_case_id(state, happening) or "")
    if case is None or case.archived:
        return
    link = link_of(state, case)
    if link is not None and state.company.lost_changes > 0:
        state.company.lost_changes -= 1
        return
    fields = frozenset() if link is None else link.fields
    match happening:
        case IssueMoved() | CaseMoved():
            if "status" in fields or state.company.behaviour.case_fans_out:
                _react_to_status(state, case, happening)
        case IssueLinked() | TicketLinked():
            if link is not None and "status" in fields:
                _react_to_link(state, case, link, happening)
        case Assigned() | Commented():
            if link is not None:
                _react_to_words(state, case, link, happening)
        case _:
            assert_never(happening)


def _react_to_words(state: DatadogState, case: Case, link: Link, happening: Assigned | Commented) -> None:
    """The ticket takes the case's assignee, or its new comment."""
    if isinstance(happening, Assigned):
        if "assignee" in link.fields:
            _push_assignee(state, case, link, alone=happening.issue_id is not None)
    elif "comments" in link.fields:
        said = [each.text for each in case.comments if each.id == happening.comment_id]
        link.site.comment(link.ticket_id, said[0] if said else "")


def _react_to_status(state: DatadogState, case: Case, happening: IssueMoved | CaseMoved) -> None:
    if isinstance(happening, IssueMoved):
        _follow_issue(state, case, state.company.issues[happening.issue_id], happening.before)
    else:
        _mirror(state, case, case.group)
        _push(state, case)


def _react_to_link(state: DatadogState, case: Case, link: Link, happening: IssueLinked | TicketLinked) -> None:
    """A new issue is brought as far as the case; a new ticket brings the case to its status, and the issues as far."""
    if isinstance(happening, IssueLinked):
        _lift(state, state.company.issues[happening.issue_id], case.group)
    elif (group := link.group(link.site.status_of(link.ticket_id))) is not None:
        _enter(state, case, group)
        for issue in state.issues_of(case):
            _lift(state, issue, group)


def _case_id(state: DatadogState, happening: OwnHappening) -> str | None:
    if isinstance(happening, IssueMoved):
        issue = state.company.issues.get(happening.issue_id)
        return None if issue is None else issue.case_id
    return happening.case_id


def _follow_issue(state: DatadogState, case: Case, issue: Issue, before: str) -> None:
    """The case follows only if the least progressed issue is another than it was; it rises only if this one moved forward."""
    others = [group_of(each.state) for each in state.issues_of(case) if each is not issue]
    least = min([*others, group_of(issue.state)], key=_ORDER.index)
    if least is min([*others, group_of(before)], key=_ORDER.index):
        return
    forward = _ORDER.index(group_of(issue.state)) > _ORDER.index(group_of(before))
    hub = least if forward else min(case.group, least, key=_ORDER.index)
    if hub is not case.group:
        _enter(state, case, hub)
        _push(state, case)


def _enter(state: DatadogState, case: Case, group: Group) -> None:
    if case.group is not group:
        state.enter(case, group, STATUS_NAMES[group])
        state.touch(case, AUTOMATION)


def _push(state: DatadogState, case: Case) -> None:
    """The ticket follows the case, if status is synced: into the status that the mapping names."""
    link = link_of(state, case)
    if link is None or "status" not in link.fields or case.group not in link.statuses:
        return
    if link.group(link.site.status_of(link.ticket_id)) is not case.group:
        link.site.move(link.ticket_id, link.statuses[case.group])


def _mirror(state: DatadogState, case: Case, group: Group) -> None:
    for issue in state.issues_of(case):
        if group_of(issue.state) is not group:
            state.change_state(issue, _STATE_OF[group])


def _lift(state: DatadogState, issue: Issue, group: Group) -> None:
    if _ORDER.index(group_of(issue.state)) < _ORDER.index(group):
        state.change_state(issue, _STATE_OF[group])


def _push_assignee(state: DatadogState, case: Case, link: Link, *, alone: bool) -> None:
    """The ticket takes the case's assignee; where the case itself was given to somebody, so do all its issues."""
    user = state.company.users.get(case.assignee_id or "")
    if not alone:
        for issue in state.issues_of(case):
            state.assign_issue(issue, case.assignee_id, AUTOMATION)
    link.site.assign(link.ticket_id, None if user is None else user.email)


def close_inactive(state: DatadogState) -> bool:
    """Once a day, close the cases that nobody touched for as long as their project allows. True if there were any."""
    today = state.clock.now().date()
    if state.company.swept == today:
        return False
    state.company.swept = today
    closed = False
    for case in sorted(state.company.cases.values(), key=lambda each: each.id):
        rule = _within(state.company.projects[case.project_id].settings, "auto_close_inactive_cases")
        limit = rule.get("max_inactive_time_in_secs")
        idle = (state.clock.now() - case.modified).total_seconds()
        if rule.get("enabled") is True and isinstance(limit, int) and idle > limit and case.group is not Group.CLOSED:
            state.auto_close(case)
            closed = True
    return closed
