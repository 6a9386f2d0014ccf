"""Who may do what. Everybody may do everything, except administer, unless the world denies it. Reference: jira-api §3."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.sandbox.jira.records import Project, Site, User


@dataclass(frozen=True, slots=True)
class Permission:
    """A permission as Jira publishes it."""

    key: str
    id: str
    name: str
    is_global: bool = False


PERMISSIONS: dict[str, Permission] = {
    permission.key: permission
    for permission in (
        Permission("ADMINISTER", "0", "Administer Jira", is_global=True),
        Permission("USER_PICKER", "27", "Browse users and groups", is_global=True),
        Permission("BULK_CHANGE", "33", "Make bulk changes", is_global=True),
        Permission("BROWSE_PROJECTS", "10", "Browse Projects"),
        Permission("CREATE_ISSUES", "11", "Create Issues"),
        Permission("EDIT_ISSUES", "12", "Edit Issues"),
        Permission("ASSIGN_ISSUES", "13", "Assign Issues"),
        Permission("RESOLVE_ISSUES", "14", "Resolve Issues"),
        Permission("ADD_COMMENTS", "15", "Add Comments"),
        Permission("DELETE_ISSUES", "16", "Delete Issues"),
        Permission("ASSIGNABLE_USER", "17", "Assignable User"),
        Permission("CLOSE_ISSUES", "18", "Close Issues"),
        Permission("CREATE_ATTACHMENTS", "19", "Create Attachments"),
        Permission("WORK_ON_ISSUES", "20", "Work On Issues"),
        Permission("LINK_ISSUES", "21", "Link Issues"),
        Permission("ADMINISTER_PROJECTS", "23", "Administer Projects"),
        Permission("MOVE_ISSUES", "25", "Move Issues"),
        Permission("SET_ISSUE_SECURITY", "26", "Set Issue Security"),
        Permission("SCHEDULE_ISSUES", "28", "Schedule Issues"),
        Permission("MODIFY_REPORTER", "30", "Modify Reporter"),
        Permission("MANAGE_WATCHERS", "32", "Manage Watchers"),
        Permission("EDIT_ALL_COMMENTS", "34", "Edit All Comments"),
        Permission("EDIT_OWN_COMMENTS", "35", "Edit Own Comments"),
        Permission("DELETE_ALL_COMMENTS", "36", "Delete All Comments"),
        Permission("DELETE_OWN_COMMENTS", "37", "Delete Own Comments"),
        Permission("TRANSITION_ISSUES", "46", "Transition Issues"),
    )
}

_ONLY_ADMINISTRATORS = frozenset({"ADMINISTER", "ADMINISTER_PROJECTS", "EDIT_ALL_COMMENTS", "DELETE_ALL_COMMENTS"})


def is_denied(site: Site, user: User, key: str, project: Project | None) -> bool:
    """Whether a denial of the world covers this."""
    return any(
        denial.user == user.id
        and key in denial.permissions
        and (denial.project is None or (project is not None and denial.project == project.id))
        for denial in site.denials
    )


def may(site: Site, user: User | None, key: str, project: Project | None = None) -> bool:
    """Whether this user has the permission, in the project or, without one, anywhere. Nobody has none; an archived project
    can only be read, whoever asks.
    """
    if user is None or not user.active:
        return False
    if key in _ONLY_ADMINISTRATORS and not user.admin:
        return False
    if project is not None and project.archived and key != "BROWSE_PROJECTS":
        return False
    if PERMISSIONS[key].is_global or project is not None:
        return not is_denied(site, user, key, project)
    return not is_denied(site, user, key, None) and any(
        not is_denied(site, user, key, each) for each in site.projects.values()
    )
