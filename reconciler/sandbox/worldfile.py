"""World files: a company as a person would describe it, from which the state is seeded.

A world file is YAML with the envelope of every document (`apiVersion: reconciler/v1`, `kind: SandboxWorld`, `metadata`) and
a `spec` of two parts: `datadog` (see `reconciler.sandbox.datadog.seed`) and `jira`, one site an account name (see
`reconciler.sandbox.jira`). Times are relative to the moment of seeding: `first_seen: -3h`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from reconciler.sandbox.datadog.seed import DatadogSeed
from reconciler.sandbox.failure import SandboxError

_TIMESTAMP = "tag:yaml.org,2002:timestamp"


_RESOLVERS = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Metadata(_Part):
    """Who the company is."""

    name: str
    description: str = ""
    owner: str = ""


class Spec(_Part):
    """Both systems. The Jira part is checked by the Jira side, site by site."""

    datadog: DatadogSeed = Field(default_factory=DatadogSeed)
    jira: dict[str, dict[str, JsonValue]] = Field(default_factory=dict)


class WorldDocument(_Part):
    """A world file, whole."""

    api_version: Literal["reconciler/v1"] = Field(alias="apiVersion")
    kind: Literal["SandboxWorld"]
    metadata: Metadata
    spec: Spec


@dataclass(frozen=True, slots=True)
class WorldFile:
    """A world file that was read; `digest` tells whether it changed since a state was seeded from it."""

    path: Path
    document: WorldDocument
    digest: str


def read_world(path: Path) -> WorldFile:
    """Read and check a world file. Raises SandboxError naming the file and every place that is wrong."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SandboxError(
            f"{path}: the world file cannot be read: {error.strerror}",
            hint="`sandbox: {world: FILE}` names a file relative to the configuration",
        ) from None
    try:
        data = _plain(content)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise SandboxError(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    try:
        document = WorldDocument.model_validate(data)
    except ValidationError as invalid:
        lines = [f"{path}: {_place(problem['loc'])}: {problem['msg']}" for problem in invalid.errors(include_url=False)]
        raise SandboxError(
            "\n".join(lines),
            hint="docs/sandbox.md shows a world with every key, examples/quickstart/world.yaml a whole company",
        ) from None
    return WorldFile(path, document, hashlib.sha256(content).hexdigest())


def _plain(content: bytes) -> object:
    """Plain data only; dates stay text, because a world file's times are mostly relative."""
    loader = (yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader)(content)
    loader.yaml_implicit_resolvers = _RESOLVERS
    try:
        data: object = loader.get_single_data()
    finally:
        loader.dispose()
    return data


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(step) for step in location) or "the document"
