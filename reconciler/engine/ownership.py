"""Which fields of a binding are in whose hands: one writer for each."""

from __future__ import annotations

from reconciler.model.declared import Direction, Engine, ProjectBinding, SyncField


def syncs_status(binding: ProjectBinding) -> bool:
    """Whether the status is to be kept in step both ways, by whomever."""
    return binding.sync.fields.get(SyncField.STATUS) is Direction.TWO_WAY


def writes_assignee(binding: ProjectBinding) -> bool:
    """Whether the reconciler itself keeps the assignee in step."""
    return _writes(binding, SyncField.ASSIGNEE)


def writes_comments(binding: ProjectBinding) -> bool:
    """Whether the reconciler itself copies comments."""
    return _writes(binding, SyncField.COMMENTS)


def _writes(binding: ProjectBinding, field: SyncField) -> bool:
    return binding.sync.engine is Engine.RECONCILER and binding.sync.fields.get(field) is Direction.TWO_WAY
