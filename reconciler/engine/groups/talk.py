"""The comments of groups: read only where something was touched since the last run, and decided both ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from reconciler.engine.groups.group import Group
from reconciler.engine.ownership import writes_comments
from reconciler.engine.reads import Reads
from reconciler.engine.scope import Systems
from reconciler.model.activity import Comment
from reconciler.sync.comment_text import Side
from reconciler.sync.comments import Thread, decide_comments

DATADOG = "datadog"
# Reading comments costs two calls a group, so only groups touched within this time are asked: runs are closer than that.
WINDOW = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Talking:
    """Decides which comments are to be copied."""

    systems: Systems
    reads: Reads
    sites: dict[str, str]
    now: datetime

    def decided(self, groups: Sequence[Group]) -> tuple[Group, ...]:
        """The groups with their comment decision, where the reconciler copies comments and both sides could be read."""
        reading = [group for group in groups if wants_comments(group, self.now)]
        jira = {
            group.ticket.id: self.reads.start(
                f"Jira {group.home.binding.account}: the comments of {group.ticket.key}",
                partial(self.systems.jira[group.home.binding.account].comments, group.ticket.id),
            )
            for group in reading
        }
        datadog = {
            group.ticket.id: self.reads.start(
                f"Datadog: the comments of {group.case.key}", partial(self.systems.datadog.comments, group.case.id)
            )
            for group in reading
        }
        said: dict[str, tuple[tuple[Comment, ...], tuple[Comment, ...]]] = {}
        for group in reading:
            here, there = jira[group.ticket.id].value(), datadog[group.ticket.id].value()
            if here is not None and there is not None:
                said[group.ticket.id] = (here, there)
        return tuple(
            self._with(group, *said[group.ticket.id]) if group.ticket.id in said else group for group in groups
        )

    def _with(self, group: Group, here: Sequence[Comment], there: Sequence[Comment]) -> Group:
        account = group.home.binding.account
        address = f"{self.sites.get(account, '').rstrip('/')}/browse/{group.ticket.key}?focusedCommentId="
        jira = Thread(Side.JIRA, f"jira:{account}", here, group.home.ours, lambda comment: address + comment.id)
        case = Thread(Side.DATADOG, DATADOG, there)
        remembered = group.remembered
        if remembered is None:
            return group
        return replace(group, talk=decide_comments(jira, case, remembered.since, remembered.copied))


def wants_comments(group: Group, now: datetime) -> bool:
    """Whether the comments of a group are ours to carry, and either side was touched lately."""
    if not writes_comments(group.home.binding) or group.remembered is None:
        return False
    touched = [time for time in (group.ticket.updated, group.case.modified_at) if time is not None]
    return not touched or max(touched) >= now - WINDOW
