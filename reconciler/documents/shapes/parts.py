"""What the shapes of several kinds share: names, durations, secrets, the envelope.

A shape says only what a JSON Schema can say too, so that an editor and the tool accept the same documents. Everything that
needs more (names that exist, a date that is one) is checked afterwards, on the values.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

API_VERSION = "reconciler/v1"
NAME_PATTERN = "^[a-z0-9][a-z0-9-]{0,62}$"
DURATION_PATTERN = "^(0|[1-9][0-9]{0,4})[smhd]$"
DATE_PATTERN = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
# Upper case only: what people paste where a name belongs, keys and tokens, hold lower-case letters and are refused unshown.
VARIABLE_PATTERN = "^[A-Z_][A-Z0-9_]{0,127}$"
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"
_REST = r"(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]{0,500})?$"
# The kinds of address that drift has: settings, webhooks, and tickets with their groups.
ADDRESS_PATTERN = (
    r"^(?:case_project\.[A-Z*][A-Z0-9_*]{0,63}|webhook\.[a-z0-9*][a-z0-9*-]{0,62}"
    r"|(?:ticket|link)\.[A-Za-z0-9*][A-Za-z0-9_*-]{0,63})$"
)
URL_PATTERN = rf"^(?:https://{_HOST}|http://(?:localhost|127\.0\.0\.1|\[::1\])){_REST}"


class Shape(BaseModel):
    """A mapping whose keys are all known and whose values are not converted."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, populate_by_name=False)


def _whole(value: object) -> object:
    """A number such as 25.0 is whole to JSON Schema."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _given(value: object) -> object:
    if value is None:
        raise PydanticCustomError("empty", "empty")
    return value


T = TypeVar("T")
Maybe: TypeAlias = Annotated[T | None, BeforeValidator(_given)]
"""A key that may be left out; a key with nothing behind it is a slip."""

Name: TypeAlias = Annotated[str, Field(pattern=NAME_PATTERN)]
Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=255, pattern=r"\S")]
Query: TypeAlias = Annotated[str, Field(min_length=1, max_length=20_000, pattern=r"\S")]
Template: TypeAlias = Annotated[str, Field(min_length=1, max_length=10_000)]
Duration: TypeAlias = Annotated[str, Field(pattern=DURATION_PATTERN, examples=["10m", "24h", "7d"])]
Date: TypeAlias = Annotated[str, Field(pattern=DATE_PATTERN, examples=["2026-11-01"])]
Url: TypeAlias = Annotated[str, Field(pattern=URL_PATTERN)]
Count: TypeAlias = Annotated[int, Field(ge=0, le=1_000_000), BeforeValidator(_whole)]
ProjectKey: TypeAlias = Annotated[str, Field(pattern="^[A-Z][A-Z0-9_]{0,63}$")]


class FromVariable(Shape):
    """A secret that is kept in an environment variable."""

    env: Annotated[str, Field(pattern=VARIABLE_PATTERN, description="the name of an environment variable")]


class FromFile(Shape):
    """A secret that is kept in a file."""

    file: Annotated[
        str, Field(min_length=1, max_length=4096, description="the path of a file that holds just the secret")
    ]


SECRET_TAGS = ("if in a variable", "if in a file")


def _secret_tag(value: object) -> str | None:
    if isinstance(value, FromFile) or (isinstance(value, dict) and "file" in value and "env" not in value):
        return SECRET_TAGS[1]
    return SECRET_TAGS[0] if isinstance(value, dict | FromVariable) else None


Secret: TypeAlias = Annotated[
    Annotated[FromVariable, Tag(SECRET_TAGS[0])] | Annotated[FromFile, Tag(SECRET_TAGS[1])], Discriminator(_secret_tag)
]
"""`{env: NAME}` or `{file: PATH}`: never the secret itself."""

# Which of several ways something is written. pydantic puts these words into the path of an error: no key looks like them.
SHORT, LONG = "if short", "if written out"
CLOUD, DATA_CENTER = "if in the cloud", "if a data center"
REAL, SIMULATED = "if real", "if simulated"
ONE, SEVERAL = "if one", "if several"
TAGS = frozenset({*SECRET_TAGS, SHORT, LONG, CLOUD, DATA_CENTER, REAL, SIMULATED, ONE, SEVERAL})


def short_or_long(value: object) -> str:
    """Which of two ways something is written: as a mapping, or short."""
    return LONG if isinstance(value, dict | Shape) else SHORT


class Metadata(Shape):
    """Who this document is."""

    name: Annotated[Name, Field(description="its name, by which other documents refer to it")]
    owner: Annotated[Maybe[Text], Field(description="the team that answers for it")] = None
    description: Annotated[Maybe[Annotated[str, Field(max_length=2000)]], Field(description="what it is for")] = None


class Envelope(Shape):
    """What every document has around its `spec`."""

    api_version: Annotated[
        Literal["reconciler/v1"], Field(alias="apiVersion", description="the version of this language")
    ]
    metadata: Metadata
