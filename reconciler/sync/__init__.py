"""State of a group: its vocabulary, how statuses and groups translate, and what a group should be. Pure."""

from reconciler.model.declared import ConflictPolicy
from reconciler.model.state import IssueState, StatusGroup
from reconciler.sync.decide import decide
from reconciler.sync.decision import Conflict, Decision, Evidence, Policy, Reason
from reconciler.sync.group import GroupState, ticket_group

__all__ = [
    "Conflict",
    "ConflictPolicy",
    "Decision",
    "Evidence",
    "GroupState",
    "IssueState",
    "Policy",
    "Reason",
    "StatusGroup",
    "decide",
    "ticket_group",
]
