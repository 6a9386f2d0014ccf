"""What rules do to real issues, as JSON (`schemas/backtest.schema.json`)."""

from __future__ import annotations

from reconciler.plan.encoding import FORMAT_VERSION, timestamp, to_json
from reconciler.report.safe_text import one_line
from reconciler.rules.backtest import Backtest, Effect, Move, Place, Totals


def backtest_document(told: Backtest) -> dict[str, object]:
    """Everything, with the samples of each move."""
    return {
        "format_version": FORMAT_VERSION,
        "start": timestamp(told.start),
        "end": timestamp(told.end),
        "base": told.base,
        "issues": told.issues,
        "new": told.new,
        "truncated": list(told.truncated),
        "now": _totals(told.now),
        "before": _totals(told.before) if told.before else None,
        "rules": [{"rule": each.rule, "now": _effect(each.now), "before": _effect(each.before)} for each in told.rules],
        "moves": [_move(move) for move in told.moves],
    }


def _totals(totals: Totals) -> dict[str, object]:
    return {"unrouted": totals.unrouted, "tickets": totals.tickets, "peak": totals.peak, "peak_day": _day(totals)}


def _day(told: Totals | Effect) -> str | None:
    return told.peak_day.isoformat() if told.peak_day else None


def _effect(effect: Effect | None) -> dict[str, object] | None:
    if effect is None:
        return None
    return {
        "destination": list(effect.destination),
        "issues": effect.issues,
        "tickets": effect.tickets,
        "peak": effect.peak,
        "peak_day": _day(effect),
        "without": effect.without,
        "joined": effect.joined,
    }


def _move(move: Move) -> dict[str, object]:
    return {
        "before": _place(move.before),
        "now": _place(move.now),
        "issues": move.issues,
        "samples": [
            {
                "id": issue.id,
                "service": one_line(issue.service) if issue.service else None,
                "error_type": one_line(issue.error_type) if issue.error_type else None,
                "error_message": one_line(issue.error_message) if issue.error_message else None,
            }
            for issue in move.samples
        ],
    }


def _place(place: Place | None) -> object:
    return to_json(place) if place else None
