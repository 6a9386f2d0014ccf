"""People who act in the simulated company: words, as `sandbox act` takes them, become deeds on either side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reconciler.sandbox.clock import parse_shift, parse_span
from reconciler.sandbox.datadog import people as datadog
from reconciler.sandbox.failure import SandboxError
from reconciler.sandbox.jira import people as jira
from reconciler.sandbox.jira.refusal import JiraRefusal
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.world import World

USAGE = """\
ticket KEY status NAME [--force]
ticket KEY assign EMAIL|none
ticket KEY comment TEXT
ticket KEY edit-comment ID TEXT
ticket KEY delete-comment ID
ticket KEY label|unlabel LABEL
ticket KEY set FIELD VALUE
ticket KEY move PROJECT
ticket KEY hide|show|delete
ticket new PROJECT TYPE SUMMARY
issue ID state STATE
issue ID regress|error|detach
issue ID assign EMAIL|none
issue ID attach CASE
issue new service=NAME [team=… error_type=… message=… name=… first_seen=-2h]
case KEY status|title|comment TEXT
case KEY assign EMAIL|none
case KEY archive|unarchive|unlink
case KEY move PROJECT
case KEY link URL
project KEY set PATH VALUE
webhook NAME enable|disable|delete
webhook NAME jql QUERY
webhook NAME events EVENT,EVENT
status NAME rename NEW
status NAME category CATEGORY
status NAME drop WORKFLOW
permission PERMISSION deny|allow EMAIL [PROJECT]
permission PERMISSION deny|allow datadog
user EMAIL activate|deactivate
board PROJECT archive|restore
index lag 30s
clock +3d
--as EMAIL: somebody in particular does it; --site NAME: in that Jira site"""


@dataclass(frozen=True, slots=True)
class _Deed:
    """An act, taken apart: who does it, where, and the words that are left."""

    world: World
    words: tuple[str, ...]
    by: str | None
    site_name: str | None
    forced: bool

    def word(self, place: int) -> str:
        """The word at that place. SandboxError where it is missing."""
        if place >= len(self.words):
            raise _misunderstood(self.words)
        return self.words[place]

    def rest(self, place: int) -> str:
        """All words from that place on, as one text."""
        self.word(place)
        return " ".join(self.words[place:])

    def site(self, ticket: str | None = None) -> JiraState:
        """The Jira site meant: the one named, the one that has the ticket, or the only one."""
        sites = self.world.jira
        if self.site_name is not None:
            if self.site_name not in sites:
                raise SandboxError(f"no Jira site {self.site_name!r}", hint=f"there are {', '.join(sorted(sites))}")
            return sites[self.site_name]
        holding = [name for name in sorted(sites) if ticket is not None and sites[name].find_ticket(ticket)]
        candidates = holding or sorted(sites)
        if len(candidates) != 1:
            raise SandboxError("which Jira site?", hint=f"add --site, one of {', '.join(candidates) or '(none)'}")
        return sites[candidates[0]]


def act(world: World, words: Sequence[str]) -> str:
    """Do what the words say and return a sentence about it. Raises SandboxError, with what could be said instead.

    The caller holds the world's lock and saves afterwards.
    """
    deed = _deed(world, words)
    verbs = _VERBS.get(deed.word(0) if deed.words else "")
    if verbs is None:
        raise _misunderstood(deed.words)
    try:
        return verbs(deed)
    except JiraRefusal as refusal:
        raise SandboxError(f"Jira refuses: {refusal.sentence}") from None
    except ValueError as wrong:
        raise SandboxError(str(wrong)) from None


def _deed(world: World, words: Sequence[str]) -> _Deed:
    left: list[str] = []
    options: dict[str, str] = {}
    forced = False
    waiting = iter(words)
    for word in waiting:
        if word == "--force":
            forced = True
        elif word in {"--as", "--site"}:
            options[word] = next(waiting, "")
        else:
            left.append(word)
    return _Deed(world, tuple(left), options.get("--as"), options.get("--site"), forced)


def _misunderstood(words: Sequence[str]) -> SandboxError:
    said = " ".join(words) or "(nothing)"
    return SandboxError(f"not understood: {said}", hint=f"what can be done:\n{USAGE}")


def _somebody(text: str) -> str | None:
    return None if text == "none" else text


def _ticket(deed: _Deed) -> str:
    if deed.word(1) == "new":
        key = jira.create(deed.site(), deed.word(2), deed.word(3), deed.rest(4), by=deed.by)
        return f"new ticket {key}"
    key, verb = deed.word(1), deed.word(2)
    site = deed.site(key)
    deeds: dict[str, Callable[[], str]] = {
        "status": lambda: jira.set_status(site, key, deed.rest(3), by=deed.by, forced=deed.forced),
        "assign": lambda: jira.assign(site, key, _somebody(deed.word(3)), by=deed.by),
        "comment": lambda: jira.comment(site, key, deed.rest(3), by=deed.by),
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


def _issue(deed: _Deed) -> str:
    state = deed.world.datadog
    if deed.word(1) == "new":
        pairs = [word.partition("=") for word in deed.words[2:]]
        return datadog.new_issue(state, {name: value for name, _, value in pairs})
    name, verb = deed.word(1), deed.word(2)
    deeds: dict[str, Callable[[], str]] = {
        "state": lambda: datadog.set_issue_state(state, name, deed.rest(3)),
        "regress": lambda: datadog.regress(state, name),
        "error": lambda: datadog.fail_again(state, name),
        "assign": lambda: datadog.assign_issue(state, name, _somebody(deed.word(3))),
        "attach": lambda: datadog.attach_issue(state, name, deed.word(3)),
        "detach": lambda: datadog.detach_issue(state, name),
    }
    return _chosen(deed, verb, deeds)


def _case(deed: _Deed) -> str:
    state = deed.world.datadog
    key, verb = deed.word(1), deed.word(2)
    deeds: dict[str, Callable[[], str]] = {
        "status": lambda: datadog.set_case_status(state, key, deed.rest(3)),
        "title": lambda: datadog.set_case_title(state, key, deed.rest(3)),
        "assign": lambda: datadog.assign_case(state, key, _somebody(deed.word(3))),
        "comment": lambda: datadog.comment_case(state, key, deed.rest(3), deed.by),
        "archive": lambda: datadog.archive_case(state, key, archived=True),
        "unarchive": lambda: datadog.archive_case(state, key, archived=False),
        "move": lambda: datadog.move_case(state, key, deed.word(3)),
        "link": lambda: datadog.link_case(state, key, deed.word(3)),
        "unlink": lambda: datadog.unlink_case(state, key),
    }
    return _chosen(deed, verb, deeds)


def _project(deed: _Deed) -> str:
    key = deed.word(1)
    change = {"set": lambda: datadog.set_project_setting(deed.world.datadog, key, deed.word(3), deed.rest(4))}
    return _chosen(deed, deed.word(2), change)


def _webhook(deed: _Deed) -> str:
    name, verb = deed.word(1), deed.word(2)
    site = deed.site()
    deeds: dict[str, Callable[[], str]] = {
        "enable": lambda: jira.set_webhook(site, name, enabled=True),
        "disable": lambda: jira.set_webhook(site, name, enabled=False),
        "delete": lambda: jira.delete_webhook(site, name),
        "jql": lambda: jira.change_webhook(site, name, jql=" ".join(deed.words[3:])),
        "events": lambda: jira.change_webhook(site, name, events=tuple(deed.word(3).split(","))),
    }
    return _chosen(deed, verb, deeds)


def _status(deed: _Deed) -> str:
    name, verb = deed.word(1), deed.word(2)
    site = deed.site()
    deeds: dict[str, Callable[[], str]] = {
        "rename": lambda: jira.rename_status(site, name, deed.rest(3)),
        "category": lambda: jira.set_category(site, name, deed.word(3)),
        "drop": lambda: jira.drop_status(site, deed.word(3), name),
    }
    return _chosen(deed, verb, deeds)


def _permission(deed: _Deed) -> str:
    name, verb, whom = deed.word(1), deed.word(2), deed.word(3)
    project = deed.words[4] if len(deed.words) > 4 else None

    def change(*, allowed: bool) -> str:
        if whom == "datadog":
            return datadog.permit(deed.world.datadog, name, allowed=allowed)
        return jira.permit(deed.site(), whom, name, allowed=allowed, project_key=project)

    return _chosen(deed, verb, {"allow": lambda: change(allowed=True), "deny": lambda: change(allowed=False)})


def _user(deed: _Deed) -> str:
    whom = deed.word(1)
    deeds: dict[str, Callable[[], str]] = {
        "activate": lambda: jira.set_user_active(deed.site(), whom, active=True),
        "deactivate": lambda: jira.set_user_active(deed.site(), whom, active=False),
    }
    return _chosen(deed, deed.word(2), deeds)


def _board(deed: _Deed) -> str:
    key = deed.word(1)
    deeds: dict[str, Callable[[], str]] = {
        "archive": lambda: jira.archive_project(deed.site(), key),
        "restore": lambda: jira.archive_project(deed.site(), key, archived=False),
    }
    return _chosen(deed, deed.word(2), deeds)


def _index(deed: _Deed) -> str:
    lag = {"lag": lambda: jira.set_index_lag(deed.site(), parse_span(deed.word(2)).total_seconds())}
    return _chosen(deed, deed.word(1), lag)


def _clock(deed: _Deed) -> str:
    deed.world.clock.move(parse_shift(deed.word(1)))
    return f"the clock says {deed.world.clock.now():%Y-%m-%d %H:%M:%S} UTC"


def _chosen(deed: _Deed, verb: str, deeds: dict[str, Callable[[], str]]) -> str:
    if verb not in deeds:
        raise SandboxError(
            f"not understood: {' '.join(deed.words)}", hint=f"{deed.words[0]} can be told: {', '.join(deeds)}"
        )
    return deeds[verb]()


_VERBS: dict[str, Callable[[_Deed], str]] = {
    "ticket": _ticket,
    "issue": _issue,
    "case": _case,
    "project": _project,
    "webhook": _webhook,
    "status": _status,
    "permission": _permission,
    "user": _user,
    "board": _board,
    "index": _index,
    "clock": _clock,
}
