"""Every kind of document, by the name that stands behind `kind:`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from reconciler.documents.shapes.accepted import AcceptedDriftShape
from reconciler.documents.shapes.bindings import ProjectBindingShape, StatusMappingShape
from reconciler.documents.shapes.connections import ConnectionsShape
from reconciler.documents.shapes.limits import LimitsShape, UserMappingShape
from reconciler.documents.shapes.rules import AutomationRulesShape, RuleTestsShape

AnyShape: TypeAlias = (
    ConnectionsShape
    | StatusMappingShape
    | ProjectBindingShape
    | AutomationRulesShape
    | UserMappingShape
    | LimitsShape
    | RuleTestsShape
    | AcceptedDriftShape
)

KINDS: Mapping[str, type[AnyShape]] = {
    "Connections": ConnectionsShape,
    "StatusMapping": StatusMappingShape,
    "ProjectBinding": ProjectBindingShape,
    "AutomationRules": AutomationRulesShape,
    "UserMapping": UserMappingShape,
    "Limits": LimitsShape,
    "RuleTests": RuleTestsShape,
    "AcceptedDrift": AcceptedDriftShape,
}
WORLD = "SandboxWorld"
"""The kind of the simulator's own files, which are none of ours."""
