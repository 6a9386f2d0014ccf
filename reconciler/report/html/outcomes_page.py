"""How an apply ended, as a page: what is not done first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.model.finding import Finding, ordered
from reconciler.plan.outcome import Outcome, Status
from reconciler.report.html.page import render
from reconciler.report.wording import advice, outcome_totals


@dataclass(frozen=True, slots=True)
class Section:
    """Outcomes that are done, or that are not."""

    id: str
    title: str
    outcomes: tuple[Outcome, ...]


def render_outcomes_page(outcomes: Sequence[Outcome], findings: Sequence[Finding] = ()) -> str:
    """The page, with the findings that arose on the way."""
    counts = Counter(outcome.status for outcome in outcomes)
    undone = tuple(outcome for outcome in outcomes if not outcome.status.is_done)
    done = tuple(outcome for outcome in outcomes if outcome.status.is_done)
    sections = [one for one in (Section("undone", "Not done", undone), Section("done", "Done", done)) if one.outcomes]
    unique = ordered(tuple(findings))
    listed = [(one.id, one.title, len(one.outcomes)) for one in sections]
    context = {
        "name": "apply",
        "headline": outcome_totals(outcomes).removeprefix("Apply: ").capitalize(),
        "counts": [(status.value, counts[status]) for status in Status if counts[status]],
        "advice": advice(outcomes),
        "sections": sections,
        "findings": unique,
        "listed": [*listed, *([("findings", "Findings", len(unique))] if unique else [])],
    }
    return render("outcomes.html.jinja", context)
