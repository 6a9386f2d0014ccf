"""What an import did, as JSON: `schemas/import.schema.json`."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.engine.importing.draft import Imported
from reconciler.plan.encoding import FORMAT_VERSION, encode_finding, to_json


def imported_document(
    imported: Imported, texts: Mapping[str, str], files: Mapping[str, str] | None
) -> dict[str, object]:
    """What `import --format json` prints. `texts` are the documents as YAML by title, `files` where they stand."""
    words = imported.words
    return {
        "format_version": FORMAT_VERSION,
        "documents": [
            {
                "kind": draft.kind,
                "name": draft.name,
                "file": None if files is None else files[draft.title],
                "yaml": texts[draft.title],
            }
            for draft in imported.drafts
        ],
        "left": [{"what": left.what, "why": left.why} for left in imported.left],
        "learned": [
            {"part": one.part, "meaning": one.meaning, "word": one.word, "projects": list(one.projects)}
            for one in words.learned
        ],
        "unknown": [
            {"part": one.part, "word": one.word, "places": list(one.places), "why": one.why} for one in words.unknown
        ],
        "unseen": list(words.unseen),
        "findings": [encode_finding(finding) for finding in imported.findings],
        "calls": to_json(imported.calls),
    }
