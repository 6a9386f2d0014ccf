"""Findings as SARIF 2.1.0, which code scanning and editors read.

A finding that was written nowhere (it is about the live systems) is placed at the configuration directory: GitHub refuses a
whole upload in which one result has no place. Columns count characters, as everywhere here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import PurePosixPath
from urllib.parse import quote

from reconciler import __version__
from reconciler.model.finding import Finding, Severity, ordered
from reconciler.report.machine import render_json
from reconciler.report.safe_text import safe_text

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
# `[text](target)` is a link even in a plain text message: SARIF 2.1.0 §3.11.6.
_LINK = re.compile(r"\[(?=[^\]]*\]\()")
_DISTRIBUTION = "datadog-jira-reconciler"
_FINGERPRINT = "reconcilerFinding/v1"


def render_sarif(findings: Sequence[Finding], root: str = "", *, home: str | None = None) -> str:
    """The log: one run, every finding once, most severe first. `root` is the configuration directory as seen from the top
    of the repository. `home` is the project's page, without which nothing links to the findings' descriptions; by default
    what the installed distribution names.
    """
    unique = ordered(tuple(findings))
    codes = sorted({finding.code for finding in unique})
    page = (_home() if home is None else home).rstrip("/")
    driver = {
        "name": "reconciler",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(code, page) for code in codes],
    } | ({"informationUri": page} if page else {})
    seen: Counter[str] = Counter()
    results = [_result(finding, codes.index(finding.code), root, seen) for finding in unique]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return render_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _home() -> str:
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        told = metadata(_DISTRIBUTION).get_all("Project-URL") or []
    except PackageNotFoundError:
        return ""
    pages = {name.strip().lower(): url.strip() for name, _, url in (entry.partition(",") for entry in told)}
    return pages.get("repository") or pages.get("homepage") or ""


def _rule(code: str, page: str) -> dict[str, object]:
    told = code.replace("-", " ").capitalize()
    rule: dict[str, object] = {
        "id": code,
        "name": "".join(word.capitalize() for word in code.split("-")),
        "shortDescription": {"text": f"{told}."},
        "help": {"text": f"docs/findings.md says of `{code}` what it means and what to do."},
    }
    return rule | ({"helpUri": f"{page}/blob/main/docs/findings.md#:~:text={code}"} if page else {})


def _result(finding: Finding, index: int, root: str, seen: Counter[str]) -> dict[str, object]:
    expected = f"Expected {finding.expected}." if finding.expected else ""
    told = "\n".join(part for part in (finding.message, expected, finding.hint) if part)
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": _LINK.sub(r"\\[", safe_text(told, keep_lines=True)) or finding.code},
        "locations": [_location(finding, root)],
        "partialFingerprints": {_FINGERPRINT: _fingerprint(finding, seen)},
    }


def _location(finding: Finding, root: str) -> dict[str, object]:
    region: Mapping[str, int] = {"startLine": 1}
    path = PurePosixPath(root)
    if finding.origin is not None:
        region = {"startLine": max(1, finding.origin.line), "startColumn": max(1, finding.origin.column)}
        path /= finding.origin.file
    # Names of files may hold anything: quoted, they are neither a scheme nor another host.
    uri = quote(str(path), errors="replace")
    artifact = {"uri": f"file://{uri}"} if path.is_absolute() else {"uri": uri, "uriBaseId": "%SRCROOT%"}
    location: dict[str, object] = {"physicalLocation": {"artifactLocation": artifact, "region": region}}
    if finding.address is not None:
        name = safe_text(str(finding.address))
        location["logicalLocations"] = [{"fullyQualifiedName": name, "kind": "resource"}]
    return location


def _fingerprint(finding: Finding, seen: Counter[str]) -> str:
    """The same from run to run, also where lines were added above; those that are alike are numbered."""
    file = finding.origin.file if finding.origin else ""
    parts = (finding.code, file, str(finding.address or ""), finding.message)
    digest = sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    seen[digest] += 1
    return f"{digest}:{seen[digest]}"
