"""The parts of which the JSON Schemas of the tool's own documents are made. Unknown fields are refused everywhere."""

from __future__ import annotations

from collections.abc import Mapping

Schema = dict[str, object]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
TIME: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
VERSION: Schema = {"const": 1, "description": "Rises when a reader of the former version would misread the document."}
ADDRESS: Schema = {
    "type": "string",
    "pattern": r"^(case_project|webhook|ticket|link|issue|case|comment)\.[\s\S]+$",
    "description": "KIND.NAME",
}
STATE: Schema = {"enum": ["OPEN", "ACKNOWLEDGED", "RESOLVED", "IGNORED", "EXCLUDED"]}
GROUP: Schema = {"enum": ["open", "in_progress", "closed"]}


def record_of(properties: Mapping[str, Schema], *, optional: tuple[str, ...] = (), about: str = "") -> Schema:
    """An object of exactly these properties."""
    required = sorted(name for name in properties if name not in optional)
    described: Schema = {"description": about} if about else {}
    return {
        "type": "object",
        "properties": dict(properties),
        "required": required,
        "additionalProperties": False,
    } | described


def or_null(schema: Schema) -> Schema:
    """This, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def list_of(items: Schema) -> Schema:
    """Any number of these."""
    return {"type": "array", "items": items}


def map_of(values: Schema) -> Schema:
    """Any names, each with one of these."""
    return {"type": "object", "additionalProperties": values}


ORIGIN = or_null(record_of({"file": TEXT, "line": COUNT, "column": COUNT}))
