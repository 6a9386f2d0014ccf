"""What the doctor found, for programs: JSON (`schemas/diagnosis.schema.json`), and cases for JUnit."""

from __future__ import annotations

from reconciler.engine.doctor.check import Check, Diagnosis, Verdict
from reconciler.plan.encoding import FORMAT_VERSION, to_json
from reconciler.report.doctor import command_line
from reconciler.report.junit import JUnitCase
from reconciler.report.junit import Verdict as CaseVerdict

_CASES: dict[Verdict, CaseVerdict] = {
    Verdict.OK: "passed",
    Verdict.WARN: "skipped",
    Verdict.FAIL: "failed",
    Verdict.UNKNOWN: "error",
}


def diagnosis_document(diagnosis: Diagnosis, program: str) -> dict[str, object]:
    """What `doctor --format json` prints. `program` is how the reader calls us."""
    broken = diagnosis.broken_at
    return {
        "format_version": FORMAT_VERSION,
        "asked": diagnosis.asked,
        "could_look": diagnosis.could_look,
        "broken_at": None if broken is None else diagnosis.checks.index(broken),
        "checks": [_check(check, program) for check in diagnosis.checks],
        "counts": {verdict.value: number for verdict, number in diagnosis.counts.items()},
        "calls": to_json(diagnosis.calls),
    }


def _check(check: Check, program: str) -> dict[str, object]:
    cure = check.cure
    return {
        "code": check.code,
        "step": check.about.step.value,
        "subject": check.about.subject,
        "looked_at": check.about.looked_at,
        "verdict": check.verdict.value,
        "evidence": check.evidence,
        "cure": None
        if cure is None
        else {
            "text": cure.text,
            "command": f"{program} {cure.command}" if cure.command else None,
            "target": str(cure.target) if cure.target else None,
        },
        "origin": to_json(check.about.origin) if check.about.origin else None,
    }


def diagnosis_cases(diagnosis: Diagnosis, program: str) -> tuple[JUnitCase, ...]:
    """Each check as a JUnit case, grouped by step: a check that could not look is an error, a warning counts as skipped."""
    return tuple(_case(check, program) for check in diagnosis.checks)


def _case(check: Check, program: str) -> JUnitCase:
    cure = check.cure
    command = command_line(cure, program) if cure and cure.command else ""
    told = (check.evidence, f"looked at: {check.about.looked_at}", cure.text if cure else "", command)
    return JUnitCase(
        name=f"{check.about.subject}: {check.code}",
        group=f"doctor.{check.about.step.value}",
        verdict=_CASES[check.verdict],
        message=check.evidence,
        detail="\n".join(part for part in told if part),
        origin=check.about.origin,
    )
