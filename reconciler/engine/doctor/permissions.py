"""What we may do on both sides, by the names a person finds in the settings: what is missing for which work, and what is too much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.engine.doctor.check import About, Check, Cure, Step, fail, ok, unknown, warn
from reconciler.engine.doctor.sight import Looked, Sight, SiteSight
from reconciler.engine.permissions import PERMISSION_NEEDS, Need, needs_of, work_at
from reconciler.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Right:
    """A permission of Datadog: technical `name`, the `title` in its settings, what for; another one may serve `instead`.
    `probe` names the read of ours that is refused without it.
    """

    name: str
    title: str
    purpose: str
    probe: str = ""
    instead: str | None = None


RIGHTS = (
    Right("user_access_read", "User Access Read", "to match people, and to see what the key's roles grant", "granted"),
    Right("error_tracking_read", "Error Tracking Read", "to find issues and their states", "issues"),
    Right("error_tracking_write", "Error Tracking Issue Write", "to set the state and assignee of issues"),
    Right("cases_read", "Cases Read", "to see cases, their tickets, and the settings of case projects", "projects"),
    Right("cases_write", "Cases Write", "to make cases, link tickets, and set case projects up"),
    Right(
        "integrations_read",
        "Integrations Read",
        "to see which Jira accounts are connected, and when their webhook was last heard",
        "accounts",
        instead="manage_integrations",
    ),
)
"""Reference: datadog-api §0.2."""

SURPLUS = {
    "org_management": "Org Management",
    "user_access_manage": "User Access Manage",
}
"""What no run of ours ever needs, and what would hurt most in wrong hands."""

_WHERE = "Datadog: Organization Settings > Roles, and the scopes of the application key"


def datadog_rights(sight: Sight) -> Iterator[Check]:
    """The application key may do what every run needs."""
    if not sight.is_open:
        return
    granted = sight.granted.value if sight.granted else None
    for right in RIGHTS:
        about = About(Step.PERMISSIONS, f"Datadog {right.title}", _WHERE)
        probe = _probe(sight, right)
        cure = Cure(
            f"grant {right.title} ({right.name}) to the owner of the application key, and among its scopes: {_WHERE}"
        )
        if probe is not None and isinstance(probe.error, Forbidden):
            yield fail("datadog-permission", about, f"{probe.what} was refused; it is needed {right.purpose}", cure)
        elif granted is not None and {right.name, right.instead} & granted:
            yield ok("datadog-permission", about, f"the key's roles grant it; needed {right.purpose}")
        elif granted is not None and probe is None:
            yield fail(
                "datadog-permission", about, f"no role of the key's owner grants it; it is needed {right.purpose}", cure
            )
        elif probe is not None and probe.error is None:
            yield ok("datadog-permission", about, f"{probe.what} was answered; needed {right.purpose}")
        else:
            yield unknown("datadog-permission", about, _untold(sight, probe), cure)


def _untold(sight: Sight, probe: Looked[object] | None) -> str:
    if probe is not None:
        return probe.why_not
    if sight.granted is not None:
        return f"only what the roles grant would tell, and we {sight.granted.why_not}"
    return "only what the roles grant would tell, and whose the key is could not be read"


def _probe(sight: Sight, right: Right) -> Looked[object] | None:
    """A read that is refused without the permission; None where only a write would tell, which we do not try."""
    item = sight.item
    match right.probe:
        case "granted":
            return sight.granted
        case "issues" if item is not None and item.issue is not None:
            return item.issue
        case "issues":
            return sight.search or next((sight.issues[name] for name in sorted(sight.issues)), None)
        case "projects":
            return sight.case_projects
        case "accounts":
            return sight.accounts
        case _:
            return None


def datadog_surplus(sight: Sight) -> Iterator[Check]:
    """The application key may not do what would hurt most in wrong hands."""
    granted = (sight.granted.value if sight.granted else None) or frozenset()
    for name, title in sorted(SURPLUS.items()):
        if name in granted:
            yield warn(
                "datadog-permission-surplus",
                About(Step.PERMISSIONS, f"Datadog {title}", _WHERE),
                "the key's roles grant it, and no run of ours needs it",
                Cure(f"give the key an owner without {title} ({name}), or scopes without it: {_WHERE}"),
            )


def jira_rights(sight: Sight) -> Iterator[Check]:
    """Our Jira user may do in each bound project what is declared there."""
    managed = [name for name, site in sight.sites.items() if site.wanted is not None and site.wanted.manage]
    for account, site in sorted(sight.sites.items()):
        told: set[str] = set()
        for project in sorted(site.held):
            board = site.projects.get(project)
            if board is not None and board.value is not None and board.value.archived:
                # Jira lets nobody change it: the second step says so, and no grant would help.
                continue
            for need in needs_of(work_at(sight.configuration, managed, account, project)):
                if need.key not in told:
                    yield _right(site, project, need)
                if need.is_global:
                    told.add(need.key)


def _right(site: SiteSight, project: str, need: Need) -> Check:
    where = "System > Global permissions" if need.is_global else f"Project settings of {project} > Permissions"
    scope = f"Jira {site.account}" if need.is_global else f"Jira {site.account} {project}"
    about = About(Step.PERMISSIONS, f"{scope}: {need.name}", f"Jira: {where}")
    looked = site.everywhere if need.is_global else site.held[project]
    who = repr(site.me.value.name) if site.me.value else "our user"
    cure = Cure(f"in Jira: {where}: grant {need.name} to {who}")
    if looked is not None and looked.value is not None:
        if looked.value.get(need.key, False):
            return ok("jira-permission", about, f"{who} has it; needed {need.purpose}")
        return fail("jira-permission", about, f"{who} lacks it; it is needed {need.purpose}", cure)
    if need.key == "BROWSE_PROJECTS" and looked is not None and looked.is_absent:
        return fail(
            "jira-permission",
            about,
            f"Jira shows us no project {project}: it is absent, or {who} lacks {need.name} there, which look alike",
            Cure(f"check the key {project!r} in the binding; if it is right, {cure.text}"),
        )
    return unknown("jira-permission", about, looked.why_not if looked else "not looked at")


def jira_surplus(sight: Sight) -> Iterator[Check]:
    """Our Jira user is no administrator where no webhook is ours to look after."""
    admin = next(need for need in PERMISSION_NEEDS if need.key == "ADMINISTER")
    for account, site in sorted(sight.sites.items()):
        held = (site.everywhere.value if site.everywhere else None) or {}
        if not held.get(admin.key) or (site.wanted is not None and site.wanted.manage):
            continue
        why = "no webhook is declared" if site.wanted is None else "the webhook is not ours to manage (`manage: false`)"
        yield warn(
            "jira-permission-surplus",
            About(Step.PERMISSIONS, f"Jira {account}: {admin.name}", "Jira: System > Global permissions"),
            f"our user has it, and {why}: nothing that we change needs it",
            Cure(
                f"in Jira: System > Global permissions: take {admin.name} from our user, or say `manage: true` of a webhook"
            ),
        )
