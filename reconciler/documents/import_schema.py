"""The JSON Schema of what `import` tells."""

from __future__ import annotations

from reconciler.documents.json_parts import COUNT, TEXT, VERSION, Schema, list_of, map_of, or_null, record_of

_DOCUMENT = record_of(
    {"kind": TEXT, "name": TEXT, "file": or_null(TEXT), "yaml": TEXT},
    about="A document that declares what stands. `file` is null where it was only printed.",
)
_PART: Schema = {"enum": ["sync_types", "groups"]}
_LEARNED = record_of(
    {
        "part": _PART,
        "meaning": {"enum": ["two_way", "once", "off", "open", "in_progress", "closed"]},
        "word": TEXT,
        "projects": list_of(TEXT),
    },
    about="A raw word of Datadog's, what it means, and the case projects that use it.",
)
_UNKNOWN = record_of(
    {"part": _PART, "word": TEXT, "places": list_of(TEXT), "why": TEXT},
    about="A raw word of Datadog's that is left as it is.",
)


def import_schema(finding: Schema) -> Schema:
    """The schema; `finding` is that of one finding."""
    return record_of(
        {
            "format_version": VERSION,
            "documents": list_of(_DOCUMENT),
            "left": list_of(record_of({"what": TEXT, "why": TEXT})),
            "learned": list_of(_LEARNED),
            "unknown": list_of(_UNKNOWN),
            "unseen": list_of(TEXT),
            "findings": list_of(finding),
            "calls": map_of(COUNT),
        }
    )
