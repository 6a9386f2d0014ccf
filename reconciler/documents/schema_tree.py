"""The JSON Schemas of the kinds, and what one of them says about a place in a document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from reconciler.documents.shapes.kinds import KINDS

Schema: TypeAlias = dict[str, Any]
DRAFT = "https://json-schema.org/draft/2020-12/schema"


class _Generator(GenerateJsonSchema):
    """A key that may be left out may still not be empty, so nothing is nullable unless its shape says it in so many words."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        nothing = "default" in schema and schema["default"] is None
        return self.generate_inner(schema["schema"]) if nothing else super().default_schema(schema)

    def field_title_should_be_set(self, schema: object) -> bool:
        return False


@cache
def kind_schema(kind: str) -> Schema:
    """The JSON Schema of a kind of document."""
    generated = KINDS[kind].model_json_schema(by_alias=True, schema_generator=_Generator)
    return {"$schema": DRAFT, **generated, "title": kind}


def nodes_at(kind: str, path: Sequence[str | int]) -> tuple[Schema, ...]:
    """What the schema of a kind says about a place: one schema for each way in which it may be written, outermost first."""
    root = kind_schema(kind)
    nodes = _ways(root, [root])
    for step in path:
        nodes = _ways(root, [inner for node in nodes for inner in _below(node, step)])
    return tuple(nodes)


def keys_at(kind: str, path: Sequence[str | int]) -> tuple[str, ...]:
    """The keys that a mapping at a place may have, sorted; empty where they are free."""
    return tuple(sorted({key for node in nodes_at(kind, path) for key in node.get("properties", {})}))


def words_at(kind: str, path: Sequence[str | int]) -> tuple[str, ...]:
    """The words that a value at a place must be one of, in their order; empty where it is free."""
    found: list[str] = []
    for node in nodes_at(kind, path):
        words = node.get("enum", [node["const"]] if "const" in node else [])
        found += [word for word in words if isinstance(word, str) and word not in found]
    return tuple(found)


def is_secret_at(kind: str, path: Sequence[str | int]) -> bool:
    """Whether a place holds the reference to a secret, or lies below one: then nothing of it is ever shown."""
    return any(
        {"FromVariable", "FromFile"} & _titles(nodes_at(kind, path[:length])) for length in range(1, len(path) + 1)
    )


def _titles(nodes: Iterable[Schema]) -> set[str]:
    return {str(node.get("title")) for node in nodes}


def _ways(root: Schema, nodes: Iterable[Schema]) -> list[Schema]:
    ways: list[Schema] = []
    for node in nodes:
        ways.append(node)
        inner = [*node.get("oneOf", ()), *node.get("anyOf", ())]
        if "$ref" in node:
            inner.append(root["$defs"][str(node["$ref"]).rpartition("/")[2]])
        ways += _ways(root, inner)
    return ways


def _below(node: Mapping[str, Any], step: str | int) -> list[Schema]:
    if isinstance(step, int):
        return [node["items"]] if "items" in node else []
    if step in node.get("properties", {}):
        return [node["properties"][step]]
    free = [*node.get("patternProperties", {}).values(), node.get("additionalProperties")]
    return [schema for schema in free if isinstance(schema, dict)]
