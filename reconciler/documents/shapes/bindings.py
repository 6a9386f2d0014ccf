"""ProjectBinding and StatusMapping: which case project is tied to which Jira project, and how statuses translate."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Discriminator, Field, JsonValue, Tag

from reconciler.documents.shapes.parts import (
    LONG,
    SHORT,
    Duration,
    Envelope,
    Maybe,
    Name,
    ProjectKey,
    Shape,
    Text,
    short_or_long,
)

WayOfSync: TypeAlias = Literal["two_way", "once", "off"]
FieldValues: TypeAlias = dict[Annotated[str, Field(min_length=1, max_length=255)], JsonValue]


class GroupShape(Shape):
    """One status group, written out."""

    to: Annotated[Text, Field(description="the Jira status a ticket is moved to")]
    sources: Annotated[
        Maybe[Annotated[list[Text], Field(min_length=1)]],
        Field(alias="from", description="the Jira statuses that are read as this group"),
    ] = None
    fields: FieldValues = Field(default_factory=dict, description="what the screen of the transition asks for")


Group: TypeAlias = Annotated[
    Annotated[Text, Tag(SHORT)] | Annotated[GroupShape, Tag(LONG)], Discriminator(short_or_long)
]


class MappingSpec(Shape):
    """A translation between status groups and Jira statuses: every group has its status."""

    open: Annotated[Group, Field(description="a Jira status, or {to, from, fields}")]
    in_progress: Annotated[Group, Field(description="a Jira status, or {to, from, fields}")]
    closed: Annotated[Group, Field(description="a Jira status, or {to, from, fields}")]
    unmapped: Annotated[Literal["by_category", "hold"], Field(description="what a status named in no `from` means")] = (
        "by_category"
    )
    reopen_excluded: Annotated[bool, Field(description="whether a reopened ticket takes issues back from Excluded")] = (
        False
    )


class StatusMappingShape(Envelope):
    """How status groups and Jira statuses translate."""

    kind: Literal["StatusMapping"]
    spec: MappingSpec


class CaseProjectShape(Shape):
    """A case project, written out."""

    key: Annotated[ProjectKey, Field(description="its key")]
    create: Annotated[bool, Field(description="create it where it does not exist")] = False
    name: Annotated[Maybe[Text], Field(description="the name it is created with")] = None


class BoundTo(Shape):
    """Where the tickets of a binding live."""

    account: Annotated[Name, Field(description="a Jira account of Connections, by its name")]
    project: Annotated[ProjectKey, Field(description="the key of the Jira project")]
    issue_type: Annotated[Text, Field(description="the ticket type, by name or id")]


class SyncShape(Shape):
    """What is kept in step. A field that is not named is not managed: what stands in Datadog stays."""

    engine: Annotated[
        Literal["datadog", "reconciler"], Field(description="who syncs: Datadog by itself, or this tool")
    ] = "datadog"
    status: Maybe[WayOfSync] = None
    assignee: Maybe[WayOfSync] = None
    comments: Maybe[WayOfSync] = None
    title: Maybe[WayOfSync] = None
    description: Maybe[WayOfSync] = None
    priority: Maybe[WayOfSync] = None
    due_date: Maybe[WayOfSync] = None
    conflict: Annotated[
        Literal["open", "jira", "datadog", "hold"], Field(description="who wins where both sides moved")
    ] = "open"
    grace: Annotated[Duration, Field(description="for how long Datadog's own sync may take")] = "10m"


class BindingSpec(Shape):
    """A case project and the Jira project its tickets are made in."""

    case_project: Annotated[
        Annotated[ProjectKey, Tag(SHORT)] | Annotated[CaseProjectShape, Tag(LONG)],
        Discriminator(short_or_long),
        Field(description="the key of the case project, or {key, create, name}"),
    ]
    jira: BoundTo
    status_mapping: Annotated[Maybe[Name], Field(description="a StatusMapping, by its name")] = None
    sync: SyncShape = SyncShape()


class ProjectBindingShape(Envelope):
    """A case project tied to a Jira account, project and ticket type."""

    kind: Literal["ProjectBinding"]
    spec: BindingSpec
