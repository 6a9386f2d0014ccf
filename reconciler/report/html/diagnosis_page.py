"""What the doctor found, as a page: where it breaks first, then step by step, what is sound folded away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.engine.doctor.check import Check, Diagnosis, Step, Verdict
from reconciler.report.doctor import command_line
from reconciler.report.html.page import render
from reconciler.report.safe_text import one_line


@dataclass(frozen=True, slots=True)
class Walked:
    """One step of troubleshooting with its checks."""

    id: str
    title: str
    unsound: tuple[Check, ...]
    sound: tuple[Check, ...]


def render_diagnosis_page(diagnosis: Diagnosis, program: str) -> str:
    """The page. `program` is how the reader calls us, before the words of a command."""
    steps = tuple(_steps(diagnosis))
    counts = diagnosis.counts
    failed = counts[Verdict.FAIL]
    told = "1 check failed" if failed == 1 else f"{failed:,} checks failed" if failed else "Nothing failed"
    context = {
        "name": "doctor",
        "headline": f"{told}: {one_line(diagnosis.asked)}" if diagnosis.asked else told,
        "diagnosis": diagnosis,
        "broken": diagnosis.broken_at,
        "counts": {verdict.value: number for verdict, number in counts.items()},
        "steps": steps,
        "all_sound": not any(step.unsound for step in steps),
        "listed": [(step.id, step.title, len(step.unsound) or None) for step in steps],
        "program": program,
        "command_line": command_line,
    }
    return render("diagnosis.html.jinja", context)


def _steps(diagnosis: Diagnosis) -> Iterator[Walked]:
    for step in Step:
        checks = [check for check in diagnosis.checks if check.about.step is step]
        unsound = tuple(check for check in checks if check.verdict is not Verdict.OK)
        if checks:
            sound = tuple(check for check in checks if check.verdict is Verdict.OK)
            yield Walked(step.value.replace("_", "-"), step.title, unsound, sound)
