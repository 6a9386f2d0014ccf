"""How the RuleTests ended, as text, JSON (`schemas/rule-test-results.schema.json`) and JUnit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from reconciler.model.finding import Finding, Severity
from reconciler.plan.encoding import FORMAT_VERSION, to_json
from reconciler.report.junit import JUnitCase, render_junit
from reconciler.report.safe_text import one_line
from reconciler.report.screen import Screen
from reconciler.report.trials import encode_trial, trial_blocks
from reconciler.report.wording import counted
from reconciler.rules.claims import shown
from reconciler.rules.testing import Mistake, Verdict

if TYPE_CHECKING:
    from rich.console import RenderableType


def render_tests(verdicts: Sequence[Verdict], screen: Screen | None = None) -> str:
    """Those that failed, each with what decided; the last line counts."""
    return (screen or Screen()).draw(_tests(verdicts))


def _tests(verdicts: Sequence[Verdict]) -> Iterator[RenderableType]:
    from reconciler.report.layout import paragraph

    for verdict in verdicts:
        if not verdict.has_passed:
            yield from _failed(verdict)
    failed = sum(not verdict.has_passed for verdict in verdicts)
    told = counted(len(verdicts), "rule test")
    if not verdicts:
        yield paragraph(
            0, "No rule tests are declared: a document of kind RuleTests says what the rules are meant to do."
        )
    else:
        yield paragraph(0, f"{told}: {len(verdicts) - failed} passed, {failed} failed", "bold")


def _failed(verdict: Verdict) -> Iterator[RenderableType]:
    from rich.text import Text

    from reconciler.report.layout import Hanging, paragraph

    yield Hanging(Text(""), Text.assemble((_place(verdict), "bold"), ("failed", "bold red"), f": {_issue(verdict)}"), 4)
    for mistake in verdict.mistakes:
        yield paragraph(4, _told(mistake))
    for trial in verdict.trials:
        yield from trial_blocks(trial, indent=4)
    yield ""


def _place(verdict: Verdict) -> str:
    written = verdict.test.written
    return f"{one_line(str(written.origin))}: " if written else ""


def _issue(verdict: Verdict) -> str:
    return one_line(shown(verdict.test.issue, crash=True))


def _told(mistake: Mistake) -> str:
    return f"expected {mistake.key} {_word(mistake.expected)}, got {_word(mistake.got)}"


def _word(value: object) -> str:
    match value:
        case None:
            return "null (none)"
        case bool():
            return "true" if value else "false"
        case _:
            return one_line(str(value))


def failures(verdicts: Sequence[Verdict]) -> tuple[Finding, ...]:
    """Those that failed, each at the line of its test: for what shows findings in place."""
    return tuple(
        Finding(
            "rule-test-failed",
            Severity.ERROR,
            f"{_issue(verdict)}: {'; '.join(map(_told, verdict.mistakes))}",
            origin=verdict.test.written.origin if verdict.test.written else None,
        )
        for verdict in verdicts
        if not verdict.has_passed
    )


def tests_document(verdicts: Sequence[Verdict]) -> dict[str, object]:
    """The same as JSON, every test."""
    failed = sum(not verdict.has_passed for verdict in verdicts)
    return {
        "format_version": FORMAT_VERSION,
        "counts": {"passed": len(verdicts) - failed, "failed": failed},
        "tests": [
            {
                "suite": verdict.test.suite,
                "facts": to_json(verdict.test.issue),
                "passed": verdict.has_passed,
                "rule": verdict.rule.name if verdict.rule else None,
                "mistakes": [{"key": one.key, "expected": one.expected, "got": one.got} for one in verdict.mistakes],
                "trials": [encode_trial(trial) for trial in verdict.trials],
                "origin": to_json(verdict.test.written.origin) if verdict.test.written else None,
            }
            for verdict in verdicts
        ],
    }


def tests_junit(verdicts: Sequence[Verdict]) -> str:
    """The same for a CI system: a case for each test, named by the issue it is about."""
    return render_junit("rule tests", [_case(verdict) for verdict in verdicts])


def _case(verdict: Verdict) -> JUnitCase:
    origin = verdict.test.written.origin if verdict.test.written else None
    name, group = shown(verdict.test.issue, crash=True), verdict.test.suite
    if verdict.has_passed:
        return JUnitCase(name, group, "passed", origin=origin)
    message = "; ".join(_told(mistake) for mistake in verdict.mistakes)
    drawn = Screen().draw(part for trial in verdict.trials for part in trial_blocks(trial, indent=0))
    return JUnitCase(name, group, "failed", message, f"{message}\n{drawn}", origin)
