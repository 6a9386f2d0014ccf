"""Rules tried on one issue, as text and as JSON (`schemas/routing.schema.json`): each rule, and the part of its query that decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from reconciler.model.declared import Configuration
from reconciler.plan.encoding import FORMAT_VERSION, to_json
from reconciler.query.fault import pointers
from reconciler.query.matching import Record
from reconciler.report.rules import destination
from reconciler.report.safe_text import one_line, safe_text
from reconciler.report.screen import Screen
from reconciler.report.wording import counted
from reconciler.rules.claims import shown
from reconciler.rules.trial import Trial, that_applies

if TYPE_CHECKING:
    from rich.console import RenderableType

# A screen is for reading: beyond so many rules that do not match a count stands in. `--format json` has everything.
MOST_MISSES = 40


def render_routing(
    facts: Record, trials: Sequence[Trial], configuration: Configuration, screen: Screen | None = None
) -> str:
    """Every rule in order; the last line says where the issue goes."""
    return (screen or Screen()).draw(_routing(facts, trials, configuration))


def _routing(facts: Record, trials: Sequence[Trial], configuration: Configuration) -> Iterator[RenderableType]:
    from reconciler.report.layout import paragraph

    yield paragraph(0, f"Issue {one_line(shown(facts, crash=True))}", "bold")
    yield ""
    misses = 0
    for trial in trials:
        misses += not trial.matches
        if trial.matches or misses <= MOST_MISSES:
            yield from trial_blocks(trial)
    if misses > MOST_MISSES:
        left = counted(misses - MOST_MISSES, "more rule")
        yield paragraph(2, f"… and {left} that did not match: --format json shows all", "dim")
    yield ""
    yield paragraph(0, _goes(trials, configuration), "bold")


def trial_blocks(trial: Trial, indent: int = 2) -> Iterator[RenderableType]:
    """One rule: its query with the part that decided underlined, and what kept it from matching."""
    from rich.text import Text

    from reconciler.report.layout import Hanging, paragraph

    sign, style = ("✓", "bold green") if trial.applies else ("·", "") if trial.matches else ("✗", "dim")
    place = f"  {one_line(str(trial.rule.written.at('match')))}" if trial.rule.written else ""
    later = "  matches too, but comes later" if trial.matches and not trial.applies else ""
    head = Text.assemble((one_line(trial.rule.name), "bold"), (place, "dim"), later)
    yield Hanging(Text(f"{'':{indent}}{sign} ", style), head, indent + 2)
    inner = " " * (indent + 4)
    for line in pointers(trial.rule.match, (trial.part,)).split("\n"):
        yield Text(inner + safe_text(line.rstrip()), no_wrap=True, overflow="fold")
    if trial.because:
        yield paragraph(indent + 4, one_line(trial.because))


def _goes(trials: Sequence[Trial], configuration: Configuration) -> str:
    rule = that_applies(trials)
    if rule is None:
        return "No rule matches: it gets no ticket by itself." if trials else "No rules are declared."
    makes = "a new issue gets a ticket by itself" if rule.auto_create.enabled else "no ticket is made by itself"
    makes += ", or joins the open one of alike issues" if rule.group_by is not None else ""
    return f"Goes by {one_line(rule.name)}: {destination(rule, configuration)}; {makes}."


def routing_document(
    facts: Record, trials: Sequence[Trial], configuration: Configuration, issue: str | None = None
) -> dict[str, object]:
    """The same as JSON. `issue` is the id of the live issue, if it is one."""
    rule = that_applies(trials)
    return {
        "format_version": FORMAT_VERSION,
        "issue": issue,
        "facts": to_json(facts),
        "rule": rule.name if rule else None,
        "destination": destination(rule, configuration) if rule else None,
        "auto_create": rule.auto_create.enabled if rule else False,
        "trials": [encode_trial(trial) for trial in trials],
    }


def encode_trial(trial: Trial) -> dict[str, object]:
    """One trial as JSON."""
    return {
        "rule": trial.rule.name,
        "query": trial.rule.match,
        "matches": trial.matches,
        "applies": trial.applies,
        "part": {"start": trial.part.start, "end": trial.part.end},
        "because": trial.because or None,
        "origin": to_json(trial.rule.written.at("match")) if trial.rule.written else None,
    }
