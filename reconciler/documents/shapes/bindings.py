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
_WAYS = "two_way, once (copied at creation, by Datadog) or off"
_NATIVE = f"{_WAYS}; only with engine: datadog"
FieldValues: TypeAlias = dict[Annotated[str, Field(min_length=1, max_length=255)], JsonValue]


class GroupShape(Shape):
    """One status group, written out."""

    to: Annotated[Text, Field(description="the Jira status a ticket is moved to")]
    sources: Annotated[
        Maybe[Annotated[list[Text], Field(min_length=1)]],
        Field(alias="from", description="the Jira statuses that are read as this group"),
    ] = None
    fields: FieldValues = Field(
        default_factory=dict,
        description="what the screen of the transition asks for, by name or id, such as {resolution: Done}",
    )


Group: TypeAlias = Annotated[
    Annotated[Text, Tag(SHORT)] | Annotated[GroupShape, Tag(LONG)], Discriminator(short_or_long)
]


class MappingSpec(Shape):
    """A translation between status groups and Jira statuses: every group has its status."""

    open: Annotated[Group, Field(description="a Jira status, or {to, from, fields}")]
    in_progress: Annotated[Group, Field(description="a Jira status, or {to, from, fields}")]
    closed: Annotated[Group, Field(description="a Jira status, or {to, from, fields}")]
    unmapped: Annotated[
        Literal["by_category", "hold"],
        Field(
            description="what a status named in no `from` means: the group of its Jira category, or none (hold): such a ticket is left alone"
        ),
    ] = "by_category"
    reopen_excluded: Annotated[
        bool,
        Field(
            description="whether a ticket that reopens takes its issues back from Excluded, which starts their collection and billing again"
        ),
    ] = False


class StatusMappingShape(Envelope):
    """How status groups and Jira statuses translate."""

    kind: Literal["StatusMapping"]
    spec: MappingSpec


class CaseProjectShape(Shape):
    """A case project, written out."""

    key: Annotated[ProjectKey, Field(description="its key, such as SHOP")]
    create: Annotated[bool, Field(description="create it where it does not exist")] = False
    name: Annotated[Maybe[Text], Field(description="the name it is created with")] = None


class BoundTo(Shape):
    """Where the tickets of a binding live."""

    account: Annotated[Name, Field(description="a Jira account of Connections, by its name")]
    project: Annotated[ProjectKey, Field(description="the key of the Jira project, such as SHOP")]
    issue_type: Annotated[Text, Field(description="the ticket type, by name or id")]


class SyncShape(Shape):
    """What is kept in step. A field that is not named is not managed: what stands in Datadog stays."""

    engine: Annotated[
        Literal["datadog", "reconciler"], Field(description="who syncs: Datadog by itself, or this tool")
    ] = "datadog"
    status: Annotated[
        Maybe[WayOfSync], Field(description=f"state of the issues and status of the ticket, by status_mapping; {_WAYS}")
    ] = None
    assignee: Annotated[Maybe[WayOfSync], Field(description=f"who has the issues and the ticket; {_WAYS}")] = None
    comments: Annotated[Maybe[WayOfSync], Field(description=f"comments on the case and on the ticket; {_WAYS}")] = None
    title: Annotated[Maybe[WayOfSync], Field(description=f"title of the case and summary of the ticket; {_NATIVE}")] = (
        None
    )
    description: Annotated[
        Maybe[WayOfSync], Field(description=f"descriptions of the case and the ticket; {_NATIVE}")
    ] = None
    priority: Annotated[Maybe[WayOfSync], Field(description=f"priorities of the case and the ticket; {_NATIVE}")] = None
    due_date: Annotated[Maybe[WayOfSync], Field(description=f"due dates of the case and the ticket; {_NATIVE}")] = None
    conflict: Annotated[
        Literal["open", "jira", "datadog", "hold"],
        Field(
            description="who wins where both sides moved: the one that is less done (open), the ticket (jira), issues and case (datadog), or nobody (hold): then nothing is written until somebody decides"
        ),
    ] = "open"
    grace: Annotated[
        Duration, Field(description="for how long Datadog's own sync may take before it is called out of step")
    ] = "10m"


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
