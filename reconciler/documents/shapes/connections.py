"""Connections: how both systems are reached, or the simulator in their place."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, Tag, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from reconciler.documents.shapes.parts import (
    CLOUD,
    DATA_CENTER,
    REAL,
    SIMULATED,
    Duration,
    Envelope,
    Maybe,
    Name,
    Secret,
    Shape,
    Text,
    Url,
)

# Reference: datadog-api, "Base URL".
Site: TypeAlias = Literal[
    "datadoghq.com",
    "us3.datadoghq.com",
    "us5.datadoghq.com",
    "ap1.datadoghq.com",
    "ap2.datadoghq.com",
    "uk1.datadoghq.com",
    "datadoghq.eu",
    "ddog-gov.com",
    "us2.ddog-gov.com",
]
Raw: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
Instance: TypeAlias = Annotated[
    Name, Field(description="names this set-up in every marker it leaves; never change it afterwards")
]


class SyncTypes(Shape):
    """The raw strings that Datadog stores for directions, where they differ from the usual ones."""

    two_way: Annotated[
        Maybe[Raw], Field(description="how Datadog writes a field that syncs both ways; two_way where nothing is said")
    ] = None
    once: Annotated[
        Maybe[Raw],
        Field(
            description="how Datadog writes a field that is copied when the ticket is created and never again; once where nothing is said"
        ),
    ] = None
    off: Annotated[
        Maybe[Raw], Field(description="how Datadog writes a field that does not sync; none where nothing is said")
    ] = None


class GroupKeys(Shape):
    """The raw keys that Datadog uses for status groups, where they differ from the usual ones."""

    open: Annotated[
        Maybe[Raw],
        Field(
            description="the key under which Datadog keeps the Jira status of open cases; OPEN where nothing is said"
        ),
    ] = None
    in_progress: Annotated[
        Maybe[Raw], Field(description="the key of those in progress; IN_PROGRESS where nothing is said")
    ] = None
    closed: Annotated[Maybe[Raw], Field(description="the key of closed ones; CLOSED where nothing is said")] = None


class VocabularyShape(Shape):
    """Raw strings of settings that Datadog publishes nowhere."""

    sync_types: SyncTypes = SyncTypes()
    groups: GroupKeys = GroupKeys()


def _yes_or_no(value: object) -> object:
    """Some readers of YAML make truth values of these two words."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


class DatadogShape(Shape):
    """How Datadog is reached: by `site`, or by `url`."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["site"]}, {"required": ["url"]}]})

    site: Annotated[
        Maybe[Site],
        Field(
            description="the Datadog site of your organisation, as in the address of its pages: app.datadoghq.eu is datadoghq.eu"
        ),
    ] = None
    url: Annotated[
        Maybe[Url], Field(description="the address of the API, instead of a site, such as https://api.datadoghq.eu")
    ] = None
    api_key: Annotated[Secret, Field(description="the API key: {env: NAME} or {file: PATH}")]
    app_key: Annotated[Secret, Field(description="the application key: {env: NAME} or {file: PATH}")]
    case_fans_out: Annotated[
        Literal["unknown", "yes", "no"],
        BeforeValidator(_yes_or_no),
        WithJsonSchema({"enum": ["unknown", "yes", "no", True, False]}),
        Field(
            description="whether Datadog carries a case's status to its issues by itself; until it is known, a case is written only where that cannot move an issue"
        ),
    ] = "unknown"
    vocabulary: VocabularyShape = VocabularyShape()

    @model_validator(mode="before")
    @classmethod
    def _site_or_url(cls, value: object) -> object:
        if isinstance(value, dict) and ("site" in value) == ("url" in value):
            raise PydanticCustomError("one_of", "either site or url")
        return value


class WebhookShape(Shape):
    """The webhook by which Datadog hears of changes in this Jira."""

    url: Annotated[Secret, Field(description="its address, copied from Datadog's Jira tile: a secret")]
    manage: Annotated[bool, Field(description="create and repair it (true), or only check it (false)")] = True
    max_silence: Annotated[
        Duration, Field(description="for how long hearing nothing from it is normal, such as 12h or 7d")
    ] = "7d"


class CloudLogin(Shape):
    """An account of Jira Cloud."""

    email: Annotated[Secret, Field(description="the e-mail of the account: {env: NAME} or {file: PATH}")]
    token: Annotated[Secret, Field(description="its API token: {env: NAME} or {file: PATH}")]


class DataCenterLogin(Shape):
    """An account of Jira Data Center."""

    token: Annotated[Secret, Field(description="its personal access token: {env: NAME} or {file: PATH}")]


class JiraShape(Shape):
    """What both deployments of Jira have."""

    url: Annotated[Url, Field(description="the address of this Jira, such as https://acme.atlassian.net")]
    service_accounts: list[Text] = Field(
        default_factory=list,
        description="account ids (Data Center: user names) of programs, such as the one Datadog uses: what they do is nobody's decision",
    )
    webhook: Maybe[WebhookShape] = None


class CloudShape(JiraShape):
    """A Jira Cloud site."""

    deployment: Annotated[Literal["cloud"], Field(description="cloud or data_center")] = "cloud"
    auth: CloudLogin


class DataCenterShape(JiraShape):
    """A Jira Data Center."""

    deployment: Annotated[Literal["data_center"], Field(description="cloud or data_center")]
    auth: DataCenterLogin


def _deployment(value: object) -> str:
    named = value.get("deployment") if isinstance(value, dict) else getattr(value, "deployment", None)
    return DATA_CENTER if named == "data_center" else CLOUD


AnyJira: TypeAlias = Annotated[
    Annotated[CloudShape, Tag(CLOUD)] | Annotated[DataCenterShape, Tag(DATA_CENTER)], Discriminator(_deployment)
]


class LiveSpec(Shape):
    """Real systems."""

    instance: Instance
    datadog: DatadogShape
    jira: Annotated[
        dict[Name, AnyJira], Field(min_length=1, description="the Jira accounts, by the names that bindings use")
    ]


class Sandbox(Shape):
    """The simulator that stands in for both systems: no account and no key is needed."""

    world: Annotated[
        str,
        Field(
            min_length=1,
            max_length=1000,
            description="the file that says what the simulated company holds, such as world.yaml: a path from the configuration directory",
        ),
    ]


class SandboxSpec(Shape):
    """The simulator of both systems, started on this machine for the run."""

    instance: Instance
    sandbox: Sandbox


def _reality(value: object) -> str:
    simulated = isinstance(value, SandboxSpec) or (isinstance(value, dict) and "sandbox" in value)
    return SIMULATED if simulated else REAL


class ConnectionsShape(Envelope):
    """How both systems are reached, or the simulator in their place."""

    kind: Literal["Connections"]
    spec: Annotated[Annotated[LiveSpec, Tag(REAL)] | Annotated[SandboxSpec, Tag(SIMULATED)], Discriminator(_reality)]
