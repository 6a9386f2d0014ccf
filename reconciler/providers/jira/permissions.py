"""Jira's permissions by the names a person finds in its settings, and the hint that names the one a call lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from reconciler.errors import Forbidden, Refused

PERMISSION_NAMES: Final[Mapping[str, str]] = {
    "ADD_COMMENTS": "Add Comments",
    "ADMINISTER": "Administer Jira",
    "ADMINISTER_PROJECTS": "Administer Projects",
    "ASSIGNABLE_USER": "Assignable User",
    "ASSIGN_ISSUES": "Assign Issues",
    "BROWSE_PROJECTS": "Browse Projects",
    "BULK_CHANGE": "Make bulk changes",
    "CLOSE_ISSUES": "Close Issues",
    "CREATE_ISSUES": "Create Issues",
    "DELETE_ISSUES": "Delete Issues",
    "DELETE_OWN_COMMENTS": "Delete Own Comments",
    "EDIT_ISSUES": "Edit Issues",
    "EDIT_OWN_COMMENTS": "Edit Own Comments",
    "LINK_ISSUES": "Link Issues",
    "MODIFY_REPORTER": "Modify Reporter",
    "RESOLVE_ISSUES": "Resolve Issues",
    "SCHEDULE_ISSUES": "Schedule Issues",
    "TRANSITION_ISSUES": "Transition Issues",
    "USER_PICKER": "Browse users and groups",
}
"""Reference: jira-api §3."""

_GLOBAL: Final = frozenset({"ADMINISTER", "BULK_CHANGE", "USER_PICKER"})
_LOOKS_LIKE_PERMISSION: Final = re.compile(
    r"permission|appropriate screen|you can ?not|not authori[sz]ed", re.IGNORECASE
)


def permission_hint(key: str) -> str:
    """What to grant, in the words of Jira's settings."""
    name = PERMISSION_NAMES.get(key, key)
    where = "Global permissions" if key in _GLOBAL else "the project's permissions"
    return f'the Jira account of this run needs "{name}" ({where})'


@contextmanager
def needing(key: str) -> Iterator[None]:
    """Name the permission where a call in the block is refused for want of it.

    Jira answers many a missing permission with 400 and a sentence. Reference: jira-api §2, "Status semantics".
    """
    try:
        yield
    except Forbidden as error:
        error.hint = permission_hint(key)
        raise
    except Refused as error:
        if _LOOKS_LIKE_PERMISSION.search(error.message):
            error.hint = f"{permission_hint(key)}, and the field must be on the screen it is set with"
        raise
