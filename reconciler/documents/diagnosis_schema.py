"""The JSON Schema of what `doctor` finds."""

from __future__ import annotations

from reconciler.documents.json_parts import (
    ADDRESS,
    COUNT,
    FLAG,
    ORIGIN,
    TEXT,
    VERSION,
    Schema,
    list_of,
    map_of,
    or_null,
    record_of,
)

_VERDICTS = ("ok", "warn", "fail", "unknown")
_CURE = record_of(
    {"text": TEXT, "command": or_null(TEXT), "target": or_null(ADDRESS)},
    about="What mends it. `target` is the address whose change does, which is what `--fix` applies.",
)
_CHECK = record_of(
    {
        "code": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
        "step": {"enum": ["connection", "permissions", "link", "case_project", "sync", "webhook"]},
        "subject": TEXT,
        "looked_at": TEXT,
        "verdict": {"enum": list(_VERDICTS)},
        "evidence": TEXT,
        "cure": or_null(_CURE),
        "origin": ORIGIN,
    },
    about="One thing that should hold. `unknown`: nobody could look.",
)
DIAGNOSIS: Schema = record_of(
    {
        "format_version": VERSION,
        "asked": or_null(TEXT),
        "could_look": FLAG,
        "broken_at": or_null(COUNT),
        "checks": list_of(_CHECK),
        "counts": record_of(dict.fromkeys(_VERDICTS, COUNT)),
        "calls": map_of(COUNT),
    },
    about="`broken_at` is the number of the check at which the chain breaks first.",
)
