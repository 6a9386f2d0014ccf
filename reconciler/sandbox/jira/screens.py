"""Fields and the screens they stand on. Reference: jira-api §4 (createmeta)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.sandbox.jira.lookup import pick
from reconciler.sandbox.jira.records import Field, ProjectType, ScreenField, Site

_PLUGIN = "com.atlassian.jira.plugin.system.customfieldtypes:"


@dataclass(frozen=True, slots=True)
class CustomType:
    """The schema of a sort of custom field."""

    type: str
    items: str | None
    custom: str


CUSTOM_TYPES: dict[str, CustomType] = {
    "select": CustomType("option", None, f"{_PLUGIN}select"),
    "multi_select": CustomType("array", "option", f"{_PLUGIN}multiselect"),
    "text": CustomType("string", None, f"{_PLUGIN}textfield"),
    "paragraph": CustomType("string", None, f"{_PLUGIN}textarea"),
    "number": CustomType("number", None, f"{_PLUGIN}float"),
    "user": CustomType("user", None, f"{_PLUGIN}userpicker"),
    "date": CustomType("date", None, f"{_PLUGIN}datepicker"),
}

SYSTEM_FIELDS: dict[str, Field] = {
    field.id: field
    for field in (
        Field("summary", "Summary", "string"),
        Field("issuetype", "Issue Type", "issuetype"),
        Field("project", "Project", "project"),
        Field("description", "Description", "string"),
        Field("priority", "Priority", "priority"),
        Field("labels", "Labels", "array", "string"),
        Field("components", "Components", "array", "component"),
        Field("assignee", "Assignee", "user"),
        Field("reporter", "Reporter", "user"),
        Field("duedate", "Due date", "date"),
        Field("resolution", "Resolution", "resolution"),
        Field("comment", "Comment", "comments-page"),
        Field("status", "Status", "status"),
        Field("creator", "Creator", "user"),
        Field("created", "Created", "datetime"),
        Field("updated", "Updated", "datetime"),
        Field("resolutiondate", "Resolved", "datetime"),
        Field("statuscategorychangedate", "Status Category Changed", "datetime"),
    )
}

_ON_CREATE = (
    "project",
    "issuetype",
    "summary",
    "description",
    "priority",
    "components",
    "labels",
    "assignee",
    "reporter",
    "duedate",
)
_ALWAYS_REQUIRED = frozenset({"project", "issuetype", "summary", "reporter"})


def field_of(site: Site, field_id: str) -> Field | None:
    """The field of that id, system or custom."""
    return SYSTEM_FIELDS.get(field_id) or site.fields.get(field_id)


def field_named(site: Site, name: str) -> Field:
    """The field of that id or name. SandboxError where there is none."""
    known = {field.name: field for field in (*SYSTEM_FIELDS.values(), *site.fields.values())}
    known |= SYSTEM_FIELDS | site.fields
    return pick(known, name, "field")


def create_screen(
    site: Site, custom: tuple[ScreenField, ...], *, hidden: frozenset[str], has_components: bool
) -> tuple[ScreenField, ...]:
    """The create screen: the system fields that are not hidden, then these. A system field among these replaces itself."""
    told = {each.field: each for each in custom}
    system = [
        told.pop(
            field, ScreenField(field, field in _ALWAYS_REQUIRED, site.default_priority if field == "priority" else None)
        )
        for field in _ON_CREATE
        if field not in hidden and (field != "components" or has_components)
    ]
    return (*system, *told.values())


def edit_screen(type_: ProjectType) -> dict[str, ScreenField]:
    """What may be edited: the create screen without the project and the type."""
    return {each.field: each for each in type_.screen if each.field not in {"project", "issuetype"}}


def transition_screen(site: Site, screen: Mapping[str, str]) -> tuple[ScreenField, ...]:
    """A transition's screen, from field names with `required` or `optional`."""
    return tuple(ScreenField(field_named(site, name).id, need == "required") for name, need in screen.items())
