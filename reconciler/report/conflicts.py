"""Conflicts are read before anything else: somebody's change does not survive, or somebody has to decide."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model.finding import Finding, ordered

_CODES = frozenset({"sync-conflict", "first-sight-conflict"})


def apart(findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The conflicts, and the other findings, each without repetition and in order."""
    unique = ordered(tuple(findings))
    conflicts = tuple(finding for finding in unique if finding.code in _CODES)
    return conflicts, tuple(finding for finding in unique if finding.code not in _CODES)
