"""The JSON Schemas that are published: one for each kind of document, one for all kinds, and those of the tool's own JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from reconciler.documents.plan_schema import machine_schemas
from reconciler.documents.schema_tree import DRAFT, Schema, kind_schema
from reconciler.documents.shapes.kinds import KINDS

ALL_KINDS = "reconciler.schema.json"
"""The schema for a file that holds documents of several kinds."""


def schemas() -> Mapping[str, Schema]:
    """Every published schema by the name of its file, in order of name."""
    named = {f"{_dashed(kind)}.schema.json": _published(kind) for kind in KINDS}
    named[ALL_KINDS] = _all_kinds()
    named |= {f"{name}.schema.json": schema for name, schema in machine_schemas().items()}
    return {name: named[name] for name in sorted(named)}


def schema_files() -> Mapping[str, str]:
    """The text of each by the name of its file, in order of name."""
    return {name: _text(schema) for name, schema in schemas().items()}


def write_schemas(directory: Path) -> None:
    """Writes every schema into the directory, which is made if it is not there. Raises OSError where that fails."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in schema_files().items():
        (directory / name).write_text(text, encoding="utf-8")


def stale_schemas(directory: Path) -> list[str]:
    """The schemas that are missing from the directory or differ from what would be written, in order of name."""
    return [name for name, text in schema_files().items() if _read(directory / name) != text]


def _published(kind: str) -> Schema:
    return {**kind_schema(kind), "title": f"{kind} of reconciler"}


def _all_kinds() -> Schema:
    """By `kind`, so that an editor complains about the kind that was meant and not about every other one."""
    definitions: Schema = {}
    branches: list[Schema] = []
    for kind in KINDS:
        schema = {key: value for key, value in kind_schema(kind).items() if key not in {"$schema", "$defs"}}
        definitions |= kind_schema(kind).get("$defs", {}) | {kind: schema}
        meant = {"properties": {"kind": {"const": kind}}, "required": ["kind"]}
        branches.append({"if": meant, "then": {"$ref": f"#/$defs/{kind}"}})
    return {
        "$schema": DRAFT,
        "title": "A document of reconciler",
        "type": "object",
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "properties": {"kind": {"enum": list(KINDS), "description": "what the document declares"}},
        "allOf": branches,
        "$defs": definitions,
    }


def _dashed(kind: str) -> str:
    """`StatusMapping` as `status-mapping`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", kind).lower()


def _text(schema: Schema) -> str:
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
