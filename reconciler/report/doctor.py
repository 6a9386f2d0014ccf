"""What the doctor found, as text: step by step, the broken things in full, the sound ones in a line each; then where it breaks first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.text import Text

from reconciler.engine.doctor.check import Check, Cure, Diagnosis, Step, Verdict
from reconciler.report.layout import Hanging, heading, paragraph
from reconciler.report.safe_text import one_line
from reconciler.report.screen import Screen
from reconciler.report.wording import counted

_SIGNS = {
    Verdict.OK: ("✓", "green"),
    Verdict.WARN: ("!", "bold yellow"),
    Verdict.FAIL: ("✗", "bold red"),
    Verdict.UNKNOWN: ("?", "bold magenta"),
}
# A screen is for what is wrong: beyond this many sound checks of one code a count stands in. `--format json` has all.
MOST_SOUND = 8


def render_diagnosis(diagnosis: Diagnosis, program: str, screen: Screen | None = None) -> str:
    """The whole report. `program` is how the reader calls us, before the words of a command: `reconciler -C config`."""
    return (screen or Screen()).draw(_report(diagnosis, program))


def _report(diagnosis: Diagnosis, program: str) -> Iterator[RenderableType]:
    for step, checks in groupby(diagnosis.checks, key=lambda check: check.about.step):
        yield from _step(step, tuple(checks), program)
    broken = diagnosis.broken_at
    if broken is not None:
        where = f"Broken first: {broken.about.step.title}: {one_line(broken.about.subject)}"
        yield Hanging(Text(""), Text.assemble((where, "bold"), (f" [{broken.code}]", "dim")), 2)
        yield from _cure(broken.cure, program, 2)
        yield ""
    yield paragraph(0, totals(diagnosis), "bold")


def _step(step: Step, checks: Sequence[Check], program: str) -> Iterator[RenderableType]:
    yield from (heading(step.title), "")
    sound = [check for check in checks if check.verdict is Verdict.OK]
    unsound = [check for check in checks if check.verdict is not Verdict.OK]
    for cure, alike in groupby(unsound, key=lambda check: check.cure):
        for check in alike:
            yield from _unsound(check)
        yield from _cure(cure, program, 4)
    for group in _grouped(sound):
        yield _sound(group)
    yield ""


def _grouped(sound: Sequence[Check]) -> list[list[Check]]:
    """Sound checks of one code belong on one line."""
    groups: dict[str, list[Check]] = {}
    for check in sound:
        groups.setdefault(check.code, []).append(check)
    return list(groups.values())


def _sound(group: Sequence[Check]) -> Hanging:
    first = group[0]
    if len(group) == 1:
        told = Text.assemble(one_line(first.about.subject), (f": {one_line(first.evidence)}", "dim"))
    else:
        named = ", ".join(one_line(check.about.subject) for check in group[:MOST_SOUND])
        more = f" and {len(group) - MOST_SOUND:,} more" if len(group) > MOST_SOUND else ""
        told = Text.assemble(f"{first.code}: ", (f"{named}{more}", "dim"))
    return Hanging(_sign(first), told, 4)


def _unsound(check: Check) -> Iterator[RenderableType]:
    told = Text.assemble(
        (one_line(check.about.subject), "bold"), f": {one_line(check.evidence)}", (f" [{check.code}]", "dim")
    )
    yield Hanging(_sign(check), told, 4)
    place = f", {one_line(str(check.about.origin))}" if check.about.origin else ""
    yield paragraph(4, f"looked at: {one_line(check.about.looked_at)}{place}", "dim")


def _sign(check: Check) -> Text:
    sign, style = _SIGNS[check.verdict]
    return Text(f"  {sign} ", style)


def _cure(cure: Cure | None, program: str, indent: int) -> Iterator[RenderableType]:
    if cure is None:
        return
    yield Hanging(Text(" " * indent + "→ ", "green"), Text(one_line(cure.text), "green"), indent + 2)
    if cure.command:
        yield paragraph(indent + 2, command_line(cure, program), "bold green")


def command_line(cure: Cure, program: str) -> str:
    """The command that mends it, as one would type it."""
    return one_line(f"{program} {cure.command}")


def totals(diagnosis: Diagnosis) -> str:
    """`Doctor: 1 failed, 2 warnings, 31 sound; 1 could not be looked at; 18 calls`"""
    counts = diagnosis.counts
    parts = [
        f"{counts[Verdict.FAIL]:,} failed" if counts[Verdict.FAIL] else "nothing failed",
        counted(counts[Verdict.WARN], "warning") if counts[Verdict.WARN] else "",
        f"{counts[Verdict.OK]:,} sound",
    ]
    unseen = f"{counts[Verdict.UNKNOWN]:,} could not be looked at" if counts[Verdict.UNKNOWN] else ""
    about = f" of {one_line(diagnosis.asked)}" if diagnosis.asked else ""
    told = [", ".join(part for part in parts if part), unseen, counted(sum(diagnosis.calls.values()), "call")]
    return f"Doctor{about}: " + "; ".join(part for part in told if part)
