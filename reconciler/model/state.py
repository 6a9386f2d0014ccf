"""The words for how far along something is, on both sides."""

from __future__ import annotations

from enum import Enum


class StatusGroup(Enum):
    """A status group, in order of progress: open < in_progress < closed."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"

    @property
    def progress(self) -> int:
        """0, 1 or 2."""
        return list(StatusGroup).index(self)


class IssueState(Enum):
    """The state of a Datadog issue. In the UI: For Review, Reviewed, Resolved, Ignored, Excluded."""

    OPEN = "OPEN"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    RESOLVED = "RESOLVED"
    IGNORED = "IGNORED"
    EXCLUDED = "EXCLUDED"

    @property
    def label(self) -> str:
        """The name a person sees in Datadog."""
        return {"OPEN": "For Review", "ACKNOWLEDGED": "Reviewed"}.get(self.value, self.value.capitalize())

    @property
    def group(self) -> StatusGroup:
        """The status group an issue in this state belongs to."""
        return {"OPEN": StatusGroup.OPEN, "ACKNOWLEDGED": StatusGroup.IN_PROGRESS}.get(self.value, StatusGroup.CLOSED)


class StatusCategory(Enum):
    """The category Jira gives a status; names are localised, so these keys decide."""

    NEW = "new"
    INDETERMINATE = "indeterminate"
    DONE = "done"
    UNDEFINED = "undefined"
