"""Drift as a page: what drifted, what somebody answers for, what may still settle; each with who, when, and every field."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.engine.drift.drift import Aspect, Drift, Drifted
from reconciler.model.finding import Finding, ordered
from reconciler.plan.change import Change
from reconciler.report.drift_text import lines_of
from reconciler.report.drift_wording import answered, declared, lists, sort_of, trace, warning
from reconciler.report.html.fields import steps_of
from reconciler.report.html.page import render


@dataclass(frozen=True, slots=True)
class Entry:
    """One address as it is read. `in_columns`: every field is worth a look, before beside after; `steps` as in a GroupCard."""

    address: str
    sort: str
    trace: str
    declared: str
    answered: str
    lines: tuple[tuple[str, str], ...]
    in_columns: bool
    steps: tuple[str, ...]
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One of the three lists."""

    id: str
    title: str
    tone: str
    entries: tuple[Entry, ...]


def render_drift_page(drift: Drift) -> str:
    """The page. A clean look has one, too."""
    tones = {"Drifted": "bad", "Accepted": "note"}
    sections = [
        Section(title.split(":")[0].lower(), title, tones.get(title, "warn"), tuple(map(_entry, entries)))
        for title, entries in lists(drift)
    ]
    findings = ordered(drift.findings)
    listed = [(one.id, one.title.split(":")[0], len(one.entries)) for one in sections]
    context = {
        "name": "drift",
        "headline": _headline(drift),
        "drift": drift,
        "warning": warning(drift),
        "sections": sections,
        "findings": findings,
        "listed": [*listed, *([("findings", "Findings", len(findings))] if findings else [])],
    }
    return render("drift.html.jinja", context)


def _headline(drift: Drift) -> str:
    number = len(drift.counted)
    if not number:
        return "No drift seen" if drift.is_blind else "No drift"
    return "1 address drifted" if number == 1 else f"{number:,} addresses drifted"


def _entry(one: Drifted) -> Entry:
    steps = steps_of(one.changes)
    lines = (row for row in lines_of(one) if not (steps and row[0] == "status"))
    return Entry(
        str(one.address),
        sort_of(one),
        trace(one),
        declared(one),
        answered(one),
        tuple(lines),
        one.aspect in {Aspect.SETTINGS, Aspect.WEBHOOK},
        steps,
        one.findings,
        one.changes,
    )
