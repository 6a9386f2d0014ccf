"""What rules do to real issues, as text: the whole, what moves, and what each rule takes and makes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date
from typing import TYPE_CHECKING

from reconciler.model.issue import Issue
from reconciler.report.safe_text import one_line, shorten
from reconciler.report.screen import Screen
from reconciler.report.wording import counted
from reconciler.rules.backtest import Backtest, Compared, Effect, Move, Place, Totals

if TYPE_CHECKING:
    from rich.console import RenderableType

# A screen is for reading: so many moves and rules. `--format json` has everything.
MOST_MOVES, MOST_RULES, LONGEST_TITLE = 8, 15, 70


def render_backtest(told: Backtest, screen: Screen | None = None) -> str:
    """The report. The last line says what there is to know if nothing else is read."""
    return (screen or Screen()).draw(_whole(told))


def _whole(told: Backtest) -> Iterator[RenderableType]:
    from reconciler.report.layout import heading, paragraph

    yield from backtest_blocks(told)
    rules = rules_shown(told)
    if rules:
        fare = "fares" if len(rules) == 1 else "fare"
        yield from (
            heading("Rules", counted(len(rules), "rule") + (f" that {fare} differently" if told.before else "")),
            "",
        )
        yield from _rules(told)
        yield ""
    yield paragraph(0, verdict(told), "bold")


def backtest_blocks(told: Backtest) -> Iterator[RenderableType]:
    """What was looked at and what moves, as a plan shows it, too."""
    from reconciler.report.layout import heading, labelled, paragraph

    yield from labelled(0, facts(told))
    yield ""
    if not told.moves:
        return
    yield from (heading("Moves", counted(sum(move.issues for move in told.moves), "issue")), "")
    for move in told.moves[:MOST_MOVES]:
        yield paragraph(2, moved(move), "bold red" if move.now is None else "bold")
        yield from (paragraph(6, title(issue), "dim") for issue in move.samples)
    if len(told.moves) > MOST_MOVES:
        yield paragraph(
            2, f"… and {counted(len(told.moves) - MOST_MOVES, 'more move')}: --format json shows all", "dim"
        )
    yield ""


def _rules(told: Backtest) -> Iterator[RenderableType]:
    from reconciler.report.layout import labelled, paragraph

    rules = rules_shown(told)
    yield from labelled(2, [(one_line(each.rule), fares(each, told)) for each in rules[:MOST_RULES]])
    if len(rules) > MOST_RULES:
        yield paragraph(2, f"… and {counted(len(rules) - MOST_RULES, 'more rule')}: --format json shows all", "dim")


def facts(told: Backtest) -> list[tuple[str, str]]:
    """What was looked at, and the sums."""
    start, end = (moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M") for moment in (told.start, told.end))
    rows = [("Issues", f"{counted(told.issues, 'issue')} seen from {start} to {end} UTC, {told.new:,} of them new")]
    if told.base is not None:
        rows.append(("Base", one_line(told.base)))
    rows.append(("No rule", _change(told.now.unrouted, told.before.unrouted if told.before else None, "issue")))
    rows.append(("Tickets", _tickets(told.now, told.before)))
    rows += [
        ("Incomplete", f"Datadog returns at most 100 issues a search: some are missing in {one_line(part)}")
        for part in told.truncated[:3]
    ]
    return rows


def _tickets(now: Totals, before: Totals | None) -> str:
    made = _change(now.tickets, before.tickets if before else None, "ticket")
    peaks = _most(now.peak, now.peak_day)
    if before is not None and before.peak != now.peak:
        peaks += f" (was {before.peak:,})" if peaks else f", none a day (was {before.peak:,})"
    return f"{made} made by themselves{peaks}"


def _change(now: int, before: int | None, noun: str) -> str:
    return counted(now, noun) if before is None or before == now else f"{counted(now, noun)} (was {before:,})"


def _change_of(now: int, before: int | None) -> str:
    return f"{now:,}" if before is None or before == now else f"{now:,} (was {before:,})"


def _most(peak: int, day: date | None) -> str:
    return f", at most {peak:,} a day, on {day.isoformat()}" if day is not None else ""


def rules_shown(told: Backtest) -> tuple[Compared, ...]:
    """The rules worth telling of: those that fare differently or, without a base, all."""
    return tuple(each for each in told.rules if told.before is None or each.now != each.before)


def fares(each: Compared, told: Backtest) -> str:
    """One rule: what it takes, what it makes, and where."""
    now, before = each.now, each.before
    if now is None:
        return f"is gone; it took {counted(before.issues, 'issue') if before else 'nothing'}"
    is_new = told.before is not None and before is None
    parts = [_change(now.issues, before.issues if before else None, "issue")]
    parts.append(_change(now.tickets, before.tickets if before else None, "ticket") + _most(now.peak, now.peak_day))
    if now.joined or (before is not None and before.joined):
        parts.append(f"{_change_of(now.joined, before.joined if before else None)} join the ticket of an alike one")
    if now.without:
        parts.append(f"{now.without:,} over its limit get none")
    return f"{'new: ' if is_new else ''}{', '.join(parts)} → {_where(now, before)}"


def _where(now: Effect, before: Effect | None) -> str:
    place = " ".join(one_line(part) for part in now.destination)
    if before is None or before.destination == now.destination:
        return place
    return f"{place} (was {' '.join(one_line(part) for part in before.destination)})"


def moved(move: Move) -> str:
    """`3 issues: checkout (acme SHOP Bug) → no rule`"""
    return f"{counted(move.issues, 'issue')}: {_place(move.before)} → {_place(move.now)}{'' if move.is_elsewhere else ', to the same place'}"


def _place(place: Place | None) -> str:
    return (
        "no rule"
        if place is None
        else f"{one_line(place.rule)} ({' '.join(one_line(part) for part in place.destination)})"
    )


def title(issue: Issue) -> str:
    """An issue on one line, its text made harmless and short."""
    what = f"{issue.error_type or 'Error'} in {issue.service or 'no service'}: {issue.error_message or ''}".rstrip(": ")
    return f"{shorten(what, LONGEST_TITLE)} ({one_line(issue.id)})"


def verdict(told: Backtest) -> str:
    """What a reviewer needs to know, in one line."""
    if told.before is None:
        routed = told.issues - told.now.unrouted
        return f"{routed:,} of {counted(told.issues, 'issue')} find a rule; {counted(told.now.tickets, 'ticket')}"
    if not told.moves and told.now == told.before:
        return f"No issue of {told.issues:,} fares differently"
    lost = sum(move.issues for move in told.moves if move.now is None)
    gained = sum(move.issues for move in told.moves if move.before is None)
    elsewhere = sum(move.issues for move in told.moves if move.now and move.before and move.is_elsewhere)
    same = sum(move.issues for move in told.moves if not move.is_elsewhere)
    parts = [f"{lost:,} lose their rule"] * bool(lost) + [f"{gained:,} get one"] * bool(gained)
    parts += [f"{elsewhere:,} go elsewhere"] * bool(elsewhere)
    parts += [f"{same:,} change the rule and not the place"] * bool(same)
    parts.append(_change(told.now.tickets, told.before.tickets, "ticket"))
    return f"Of {counted(told.issues, 'issue')}: {', '.join(parts)}"
