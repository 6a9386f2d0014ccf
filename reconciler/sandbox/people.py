"""People who act in the simulated company: words, as `sandbox act` takes them, become deeds on either side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reconciler.model.nearest import nearest
from reconciler.sandbox.clock import parse_shift, parse_span
from reconciler.sandbox.datadog import people as datadog
from reconciler.sandbox.datadog import people_cases as cases
from reconciler.sandbox.deed import Deed, misunderstood, read_deed
from reconciler.sandbox.failure import SandboxError
from reconciler.sandbox.jira import people as jira
from reconciler.sandbox.jira import people_projects as projects
from reconciler.sandbox.jira import people_webhooks as webhooks
from reconciler.sandbox.jira.refusal import JiraRefusal
from reconciler.sandbox.world import World


def act(world: World, words: Sequence[str]) -> str:
    """Do what the words say and return a sentence about it. Raises SandboxError, with what could be said instead.

    The caller holds the world's lock and saves afterwards.
    """
    deed = read_deed(world, words)
    verbs = _VERBS.get(deed.word(0) if deed.words else "")
    if verbs is None:
        raise misunderstood(deed.words)
    try:
        return verbs(deed)
    except JiraRefusal as refusal:
        raise SandboxError(f"Jira refuses: {refusal.sentence}") from None
    except ValueError as wrong:
        raise SandboxError(str(wrong)) from None


def _somebody(text: str) -> str | None:
    return None if text == "none" else text


def _ticket(deed: Deed) -> str:
    if deed.word(1) == "new":
        key = jira.create(deed.site(), deed.word(2), deed.word(3), deed.rest(4), by=deed.by)
        return f"new ticket {key}"
    key, verb = deed.word(1), deed.word(2)
    site = deed.site(key)
    deeds: dict[str, Callable[[], str]] = {
        "status": lambda: jira.set_status(site, key, deed.rest(3), by=deed.by, forced=deed.forced),
        "assign": lambda: jira.assign(site, key, _somebody(deed.word(3)), by=deed.by),
        "comment": lambda: jira.comment(site, key, deed.rest(3), by=deed.by),
        "comment-for": lambda: jira.comment(site, key, deed.rest(4), by=deed.by, only=deed.word(3)),
        "edit-comment": lambda: jira.edit_comment(site, key, deed.word(3), deed.rest(4), by=deed.by),
        "delete-comment": lambda: jira.delete_comment(site, key, deed.word(3), by=deed.by),
        "label": lambda: jira.label(site, key, add=deed.word(3), by=deed.by),
        "unlabel": lambda: jira.label(site, key, remove=deed.word(3), by=deed.by),
        "set": lambda: jira.set_field(site, key, deed.word(3), deed.rest(4), by=deed.by),
        "move": lambda: jira.move_ticket(site, key, deed.word(3), by=deed.by),
        "hide": lambda: jira.hide_ticket(site, key),
        "show": lambda: jira.hide_ticket(site, key, hidden=False),
        "delete": lambda: jira.delete_ticket(site, key, by=deed.by),
    }
    return _chosen(deed, verb, deeds)


def _issue(deed: Deed) -> str:
    state = deed.world.datadog
    if deed.word(1) == "new":
        pairs = [word.partition("=") for word in deed.words[2:]]
        return datadog.new_issue(state, {name: value for name, _, value in pairs})
    name, verb = deed.word(1), deed.word(2)
    deeds: dict[str, Callable[[], str]] = {
        "state": lambda: datadog.set_issue_state(state, name, deed.rest(3)),
        "regress": lambda: datadog.regress(state, name, deed.optional(3)),
        "error": lambda: datadog.fail_again(state, name, deed.optional(3)),
        "assign": lambda: datadog.assign_issue(state, name, _somebody(deed.word(3)), deed.by),
        "attach": lambda: datadog.attach_issue(state, name, deed.word(3), deed.by),
        "team": lambda: datadog.give_to_team(state, name, _somebody(deed.word(3))),
        "detach": lambda: datadog.detach_issue(state, name, deed.by),
    }
    return _chosen(deed, verb, deeds)


def _case(deed: Deed) -> str:
    state = deed.world.datadog
    key, verb = deed.word(1), deed.word(2)
    deeds: dict[str, Callable[[], str]] = {
        "status": lambda: cases.set_case_status(state, key, deed.rest(3), deed.by),
        "title": lambda: cases.set_case_title(state, key, deed.rest(3), deed.by),
        "assign": lambda: cases.assign_case(state, key, _somebody(deed.word(3)), deed.by),
        "comment": lambda: cases.comment_case(state, key, deed.rest(3), deed.by),
        "archive": lambda: cases.archive_case(state, key, archived=True, by=deed.by),
        "unarchive": lambda: cases.archive_case(state, key, archived=False, by=deed.by),
        "move": lambda: cases.move_case(state, key, deed.word(3), deed.by),
        "link": lambda: cases.link_case(state, key, deed.word(3), deed.by),
        "unlink": lambda: cases.unlink_case(state, key, deed.by),
        "auto-close": lambda: cases.close_inactive_case(state, key),
    }
    return _chosen(deed, verb, deeds)


def _project(deed: Deed) -> str:
    key = deed.word(1)
    deeds: dict[str, Callable[[], str]] = {
        "set": lambda: cases.set_project_setting(deed.world.datadog, key, deed.word(3), deed.rest(4)),
        "create": lambda: cases.create_project(deed.world.datadog, key, deed.rest(3)),
    }
    return _chosen(deed, deed.word(2), deeds)


def _tile(deed: Deed) -> str:
    state, site = deed.world.datadog, deed.word(1)
    deeds: dict[str, Callable[[], str]] = {
        "connect": lambda: cases.connect_account(state, site),
        "disconnect": lambda: cases.disconnect_account(state, site),
    }
    return _chosen(deed, deed.word(2), deeds)


def _webhook(deed: Deed) -> str:
    name, verb = deed.word(1), deed.word(2)
    site = deed.site()
    deeds: dict[str, Callable[[], str]] = {
        "enable": lambda: webhooks.set_webhook(site, name, enabled=True),
        "disable": lambda: webhooks.set_webhook(site, name, enabled=False),
        "create": lambda: webhooks.create_webhook(site, name, deed.world.datadog.company.webhook_url),
        "delete": lambda: webhooks.delete_webhook(site, name),
        "url": lambda: webhooks.change_webhook(site, name, url=deed.word(3)),
        "jql": lambda: webhooks.change_webhook(site, name, jql=" ".join(deed.words[3:])),
        "events": lambda: webhooks.change_webhook(site, name, events=tuple(deed.word(3).split(","))),
    }
    return _chosen(deed, verb, deeds)


def _status(deed: Deed) -> str:
    name, verb = deed.word(1), deed.word(2)
    site = deed.site()
    deeds: dict[str, Callable[[], str]] = {
        "rename": lambda: jira.rename_status(site, name, deed.rest(3)),
        "category": lambda: jira.set_category(site, name, deed.word(3)),
        "drop": lambda: jira.drop_status(site, deed.word(3), name),
    }
    return _chosen(deed, verb, deeds)


def _permission(deed: Deed) -> str:
    name, verb, whom = deed.word(1), deed.word(2), deed.word(3)
    project = deed.words[4] if len(deed.words) > 4 else None

    def change(*, allowed: bool) -> str:
        if whom == "datadog":
            return datadog.permit(deed.world.datadog, name, allowed=allowed)
        return jira.permit(deed.site(), whom, name, allowed=allowed, project_key=project)

    return _chosen(deed, verb, {"allow": lambda: change(allowed=True), "deny": lambda: change(allowed=False)})


def _user(deed: Deed) -> str:
    whom = deed.word(1)
    deeds: dict[str, Callable[[], str]] = {
        "activate": lambda: jira.set_user_active(deed.site(), whom, active=True),
        "deactivate": lambda: jira.set_user_active(deed.site(), whom, active=False),
        "hide-email": lambda: jira.set_email_hidden(deed.site(), whom, hidden=True),
        "show-email": lambda: jira.set_email_hidden(deed.site(), whom, hidden=False),
        "double": lambda: jira.double_user(deed.site(), whom),
    }
    if deed.optional(3) == "datadog":
        state = deed.world.datadog
        deeds = {
            "activate": lambda: datadog.change_user(state, whom, active=True),
            "deactivate": lambda: datadog.change_user(state, whom, active=False),
            "hide-email": lambda: datadog.change_user(state, whom, hides_email=True),
            "show-email": lambda: datadog.change_user(state, whom, hides_email=False),
            "double": lambda: datadog.double_user(state, whom),
        }
    return _chosen(deed, deed.word(2), deeds)


def _miss(deed: Deed) -> str:
    count = deed.word(1)
    if not count.isdecimal() or deed.optional(2) not in {None, "changes", "webhooks"}:
        raise misunderstood(deed.words)
    return datadog.miss(deed.world.datadog, int(count), webhooks=deed.optional(2) != "changes")


def _board(deed: Deed) -> str:
    key = deed.word(1)
    deeds: dict[str, Callable[[], str]] = {
        "archive": lambda: projects.archive_project(deed.site(), key),
        "restore": lambda: projects.archive_project(deed.site(), key, archived=False),
        "rename": lambda: projects.rename_project(deed.site(), key, deed.word(3)),
    }
    return _chosen(deed, deed.word(2), deeds)


def _workflow(deed: Deed) -> str:
    name, site = deed.word(1), deed.site()
    deeds: dict[str, Callable[[], str]] = {
        "read-only": lambda: projects.set_read_only(site, name, deed.rest(3), read_only=True),
        "editable": lambda: projects.set_read_only(site, name, deed.rest(3), read_only=False),
        "restrict": lambda: projects.restrict(site, name, deed.word(3), _somebody(deed.word(4))),
    }
    return _chosen(deed, deed.word(2), deeds)


def _captcha(deed: Deed) -> str:
    asked = {
        "on": lambda: jira.ask_captcha(deed.site(), asked=True),
        "off": lambda: jira.ask_captcha(deed.site(), asked=False),
    }
    return _chosen(deed, deed.word(1), asked)


def _index(deed: Deed) -> str:
    lag = {"lag": lambda: jira.set_index_lag(deed.site(), parse_span(deed.word(2)).total_seconds())}
    return _chosen(deed, deed.word(1), lag)


def _clock(deed: Deed) -> str:
    if deed.site_name is not None:
        return jira.set_skew(deed.site(), parse_shift(deed.word(1)).total_seconds())
    deed.world.clock.move(parse_shift(deed.word(1)))
    return f"the clock says {deed.world.clock.now():%Y-%m-%d %H:%M:%S} UTC"


def _chosen(deed: Deed, verb: str, deeds: dict[str, Callable[[], str]]) -> str:
    if verb not in deeds:
        meant = nearest(verb, deeds)
        told = f"{deed.words[0]} can be told: {', '.join(deeds)}"
        raise SandboxError(f"not understood: {' '.join(deed.words)}", hint=f"{meant} {told}" if meant else told)
    return deeds[verb]()


_VERBS: dict[str, Callable[[Deed], str]] = {
    "ticket": _ticket,
    "issue": _issue,
    "case": _case,
    "project": _project,
    "tile": _tile,
    "webhook": _webhook,
    "status": _status,
    "permission": _permission,
    "user": _user,
    "miss": _miss,
    "board": _board,
    "workflow": _workflow,
    "captcha": _captcha,
    "index": _index,
    "clock": _clock,
}
