"""AutomationRules and RuleTests: which issue goes where, and what that is meant to do."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Discriminator, Field, Tag, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from reconciler.documents.shapes.bindings import FieldValues
from reconciler.documents.shapes.parts import (
    LONG,
    NAME_PATTERN,
    ONE,
    SEVERAL,
    SHORT,
    Count,
    Date,
    Duration,
    Envelope,
    Maybe,
    Name,
    ProjectKey,
    Shape,
    Template,
    Text,
    short_or_long,
)


class DestinationShape(Shape):
    """Where the tickets of a rule go; account, project and type come from the binding unless given."""

    binding: Annotated[Name, Field(description="a ProjectBinding, by its name")]
    account: Annotated[Maybe[Name], Field(description="another Jira account of Connections")] = None
    project: Annotated[Maybe[ProjectKey], Field(description="another Jira project, by key")] = None
    issue_type: Annotated[Maybe[Text], Field(description="another ticket type, by name or id")] = None
    fields: FieldValues = Field(default_factory=dict, description="Jira fields by name or id, with their values")
    summary: Annotated[
        Maybe[Template],
        Field(
            description="a template for the summary of the ticket, such as {{ issue.error_type }} in {{ issue.service }}"
        ),
    ] = None
    description: Annotated[Maybe[Template], Field(description="a template for the description of the ticket")] = None


class AutoCreateShape(Shape):
    """Automatic creation, written out."""

    enabled: Annotated[bool, Field(description="create tickets for new issues")] = True
    since: Annotated[Maybe[Date], Field(description="take issues first seen since this day, not only new ones")] = None
    max_per_day: Annotated[Maybe[Count], Field(description="the most tickets of this rule in one day")] = None


Attribute: TypeAlias = Literal["service", "team", "platform", "language", "error_type", "is_crash", "file_path"]
Attributes: TypeAlias = Annotated[
    list[Attribute],
    Field(min_length=1, max_length=7, description="what alike issues have in common, each word once"),
]


class GroupByShape(Shape):
    """Grouping, written out."""

    attributes: Attributes
    window: Annotated[
        Duration, Field(description="how long after its ticket was asked for alike issues join it, while it is open")
    ] = "24h"


def _list_or_map(value: object) -> str:
    return SHORT if isinstance(value, list) else LONG


class RuleShape(Shape):
    """One rule."""

    name: Annotated[Name, Field(description="its name, which no other rule has")]
    match: Annotated[
        Text, Field(max_length=20_000, description="which issues: a query such as service:web AND team:shop")
    ]
    destination: DestinationShape
    auto_create: Annotated[
        Annotated[bool, Tag(SHORT)] | Annotated[AutoCreateShape, Tag(LONG)],
        Discriminator(short_or_long),
        Field(description="true, false, or {enabled, since, max_per_day}"),
    ] = False
    group_by: Annotated[
        Maybe[
            Annotated[
                Annotated[Attributes, Tag(SHORT)] | Annotated[GroupByShape, Tag(LONG)],
                Discriminator(_list_or_map),
            ]
        ],
        Field(
            description="new issues alike in these attributes share one open ticket: a list, or {attributes, window}; "
            "only with auto_create"
        ),
    ] = None


class RulesSpec(Shape):
    """An ordered list of rules: the first that matches decides."""

    order: Annotated[Count, Field(description="sets are tried by order, the smallest first")]
    rules: Annotated[list[RuleShape], Field(description="the rules, as they are tried")]


class AutomationRulesShape(Envelope):
    """An ordered list of rules."""

    kind: Literal["AutomationRules"]
    spec: RulesSpec


def _one_or_several(value: object) -> str:
    return SEVERAL if isinstance(value, list) else ONE


Values: TypeAlias = Annotated[
    Annotated[Text, Tag(ONE)] | Annotated[list[Text], Field(min_length=1), Tag(SEVERAL)],
    Discriminator(_one_or_several),
]


class FactsShape(Shape):
    """An issue as the match language sees it. `teams` and `languages` are the same as `team` and `language`."""

    model_config = ConfigDict(
        json_schema_extra={"not": {"anyOf": [{"required": ["team", "teams"]}, {"required": ["language", "languages"]}]}}
    )

    service: Annotated[Maybe[Text], Field(description="its service; none where nothing is said")] = None
    team: Annotated[Maybe[Values], Field(description="its teams, by handle or name; none where nothing is said")] = None
    teams: Annotated[Maybe[Values], Field(description="the same as team: one of the two may be given")] = None
    platform: Annotated[Maybe[Text], Field(description="its platform, such as BROWSER, BACKEND or IOS")] = None
    language: Annotated[Maybe[Values], Field(description="its languages, such as JAVASCRIPT")] = None
    languages: Annotated[Maybe[Values], Field(description="the same as language: one of the two may be given")] = None
    error_type: Annotated[Maybe[Text], Field(description="the type of the error, such as TypeError")] = None
    is_crash: Annotated[Maybe[bool], Field(description="whether it is a crash; not where nothing is said")] = None
    file_path: Annotated[Maybe[Text], Field(description="the file in which it was raised, such as src/cart.ts")] = None

    @model_validator(mode="before")
    @classmethod
    def _said_once(cls, value: object) -> object:
        for one, several in (("team", "teams"), ("language", "languages")):
            if isinstance(value, dict) and one in value and several in value:
                raise PydanticCustomError("one_of", f"either {one} or {several}")
        return value


class ExpectShape(Shape):
    """What should happen to the issue; only what is given is checked."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    rule: Annotated[
        Name | None,
        Field(description="the rule that decides, null for none"),
        WithJsonSchema({"anyOf": [{"type": "string", "pattern": NAME_PATTERN}, {"type": "null"}]}),
    ] = None
    binding: Annotated[Maybe[Name], Field(description="the binding its ticket goes to")] = None
    auto_create: Annotated[Maybe[bool], Field(description="whether a new issue gets a ticket by itself")] = None

    @model_validator(mode="before")
    @classmethod
    def _something(cls, value: object) -> object:
        if value == {}:
            raise PydanticCustomError("empty", "empty")
        return value


class RuleTestShape(Shape):
    """One issue and what should happen to it."""

    issue: FactsShape
    expect: ExpectShape


class RuleTestsSpec(Shape):
    """Expectations."""

    tests: Annotated[list[RuleTestShape], Field(description="issues, and what should happen to each")]


class RuleTestsShape(Envelope):
    """What the rules are meant to do, checked offline."""

    kind: Literal["RuleTests"]
    spec: RuleTestsSpec
