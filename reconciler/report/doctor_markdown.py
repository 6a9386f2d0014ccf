"""What the doctor found, as Markdown for an issue or a pull request: what is wrong first, what is sound folded away."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.engine.doctor.check import Check, Diagnosis, Step, Verdict
from reconciler.report.doctor import command_line, totals
from reconciler.report.folding import Fold, fitted
from reconciler.report.markdown_text import code, label, prose, sentence

# GitHub refuses a comment of more than 65,536 characters. Reference: peers, "plan comment too long".
LIMIT = 60_000
_REST = "The whole is in `reconciler doctor --format json`."
_WORDS = {Verdict.FAIL: "failed", Verdict.WARN: "warning", Verdict.UNKNOWN: "could not look", Verdict.OK: "sound"}


def render_diagnosis_markdown(diagnosis: Diagnosis, program: str, *, limit: int = LIMIT) -> str:
    """The comment; its first line is a hidden marker by which a workflow finds it again."""
    head = [f"<!-- reconciler:{label('doctor')} -->", f"### {prose(totals(diagnosis))}"]
    broken = diagnosis.broken_at
    if broken is not None:
        head.append(f"**Broken first: {prose(broken.about.step.title)}: {prose(broken.about.subject)}**")
    folds = []
    for step in Step:
        checks = [check for check in diagnosis.checks if check.about.step is step and check.verdict is not Verdict.OK]
        if checks:
            entries = ["\n".join(_lines(check, program)) for check in checks]
            folds.append(Fold(prose(step.title), "checks", len(entries), entries, is_open=True))
    sound = [check for check in diagnosis.checks if check.verdict is Verdict.OK]
    if sound:
        lines = [f"- {prose(check.about.subject)}: {prose(check.evidence)}" for check in sound]
        folds.append(Fold("Sound", "checks", len(lines), lines))
    return fitted("\n\n".join(head), folds, limit, _REST)


def _lines(check: Check, program: str) -> Iterator[str]:
    place = f" ({prose(str(check.about.origin))})" if check.about.origin else ""
    yield f"- **{_WORDS[check.verdict]}** {prose(check.about.subject)}: {prose(check.evidence)} [{code(check.code)}]{place}"
    if check.cure is not None:
        yield f"  - {sentence(check.cure.text)}"
        if check.cure.command:
            yield f"  - {code(command_line(check.cure, program))}"
