r"""JSON for programs: sorted keys, `format_version`, a line break at the end; nothing but ASCII, so that no terminal is moved by
it, and `#` before `#[` as `\u0023`, so that no CI runner finds a command in it. Schemas: plan, outcomes, findings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from reconciler.model.finding import Finding, ordered
from reconciler.plan.encoding import FORMAT_VERSION, encode_finding, encode_outcome, encode_outcomes
from reconciler.plan.outcome import Outcome

_COMMAND = re.compile(r"#(?=#\[|#vso\[)", re.IGNORECASE)


def render_json(document: Mapping[str, object]) -> str:
    """Any document of ours, indented."""
    return _inert(json.dumps(document, sort_keys=True, indent=2)) + "\n"


def render_event(outcome: Outcome) -> str:
    """One outcome as one line of an event stream (NDJSON)."""
    return _inert(json.dumps(encode_outcome(outcome), sort_keys=True)) + "\n"


def findings_document(findings: Sequence[Finding]) -> dict[str, object]:
    """What `validate --format json` prints: every finding once, most severe first."""
    return {"format_version": FORMAT_VERSION, "findings": [encode_finding(f) for f in ordered(tuple(findings))]}


def outcomes_document(outcomes: Sequence[Outcome], findings: Sequence[Finding] = ()) -> dict[str, object]:
    """What `apply --format json` ends with: each outcome in the order in which it came, and what arose on the way."""
    return findings_document(findings) | {"outcomes": encode_outcomes(outcomes)}


def _inert(text: str) -> str:
    # Valid JSON before and after: outside of strings a document of ours has no `#`.
    return _COMMAND.sub(r"\\u0023", text)
