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
        match self:
            case StatusGroup.OPEN:
                return 0
            case StatusGroup.IN_PROGRESS:
                return 1
            case StatusGroup.CLOSED:
                return 2


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
        match self:
            case IssueState.OPEN:
                return StatusGroup.OPEN
            case IssueState.ACKNOWLEDGED:
                return StatusGroup.IN_PROGRESS
            case IssueState.RESOLVED | IssueState.IGNORED | IssueState.EXCLUDED:
                return StatusGroup.CLOSED


class StatusCategory(Enum):
    """The category Jira gives a status; names are localised, so these keys decide."""

    NEW = "new"
    INDETERMINATE = "indeterminate"
    DONE = "done"
    UNDEFINED = "undefined"
