"""What the prover found, as text and as JSON (`schemas/lint.schema.json`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from reconciler.model.finding import Finding, Severity, ordered
from reconciler.plan.encoding import FORMAT_VERSION, encode_finding, to_json
from reconciler.report.safe_text import one_line
from reconciler.report.screen import Screen
from reconciler.report.text_findings import finding_blocks
from reconciler.report.wording import counted, severities
from reconciler.rules.claims import Claim, ClaimKind, Proof

if TYPE_CHECKING:
    from rich.console import RenderableType

# A screen is for reading: warnings all, notes so many. `--format json` has everything.
MOST_NOTES = 12


def render_lint(proof: Proof, findings: Sequence[Finding], screen: Screen | None = None) -> str:
    """Warnings first, then notes, in the order of the rules; the last line says whether every rule applies to something."""
    return (screen or Screen()).draw(_lint(proof, findings))


def _lint(proof: Proof, findings: Sequence[Finding]) -> Iterator[RenderableType]:
    from reconciler.report.layout import paragraph

    every = list(dict.fromkeys(findings))
    notes = [finding for finding in every if finding.severity is Severity.INFO]
    yield from finding_blocks([finding for finding in every if finding.severity is not Severity.INFO])
    yield from finding_blocks(notes[:MOST_NOTES])
    if len(notes) > MOST_NOTES:
        yield paragraph(0, f"… and {counted(len(notes) - MOST_NOTES, 'more note')}: --format json shows all", "dim")
        yield ""
    parts = [_verdict(proof), severities(every)]
    yield paragraph(0, "; ".join(part for part in parts if part), "bold")


def _verdict(proof: Proof) -> str:
    size = len(proof.rules)
    dead = len(proof.about(ClaimKind.NEVER, ClaimKind.SHADOWED))
    dead += sum(len(claim.others) for claim in proof.about(ClaimKind.CATCH_ALL))
    open_questions = len(proof.about(ClaimKind.UNPROVED))
    told = f", {open_questions} not decided" if open_questions else ""
    if not size:
        return "No rules are declared"
    if dead:
        return f"{counted(size, 'rule')}, {dead} of which never {'applies' if dead == 1 else 'apply'}{told}"
    return f"{counted(size, 'rule')}{told}" if told else f"{counted(size, 'rule')}, each proved to apply to something"


def lint_document(proof: Proof, findings: Sequence[Finding]) -> dict[str, object]:
    """The same as JSON, claims with everything they rest on."""
    return {
        "format_version": FORMAT_VERSION,
        "rules": len(proof.rules),
        "claims": [_claim(claim) for claim in proof.claims],
        "findings": [encode_finding(finding) for finding in ordered(tuple(findings))],
    }


def _claim(claim: Claim) -> dict[str, object]:
    return {
        "claim": claim.kind.value,
        "rule": claim.rule.name,
        "others": [rule.name for rule in claim.others],
        "witness": to_json(claim.witness),
        "winner": claim.winner.name if claim.winner else None,
        "reason": one_line(claim.reason) or None,
        "parts": [{"start": span.start, "end": span.end} for span in claim.spans],
        "minimal": claim.is_minimal,
        "whole": claim.is_whole,
        "origin": to_json(claim.rule.written.at("match")) if claim.rule.written else None,
    }
