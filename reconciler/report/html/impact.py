"""What the change of the rules does to real issues, as a part of a plan's page."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.report.backtest import facts, fares, moved, rules_shown, title, verdict
from reconciler.report.safe_text import one_line
from reconciler.rules.backtest import Backtest, Move


@dataclass(frozen=True, slots=True)
class MoveCard:
    """Issues that move alike; `samples` are the latest, and there are `more`. `loses`: no rule takes them any more; `gains`: one
    does now.
    """

    text: str
    samples: tuple[str, ...]
    more: int
    loses: bool
    gains: bool
    is_elsewhere: bool


@dataclass(frozen=True, slots=True)
class Impact:
    """What a page shows of it."""

    verdict: str
    facts: tuple[tuple[str, str], ...]
    moves: tuple[MoveCard, ...]
    rules: tuple[tuple[str, str], ...]

    @property
    def loses(self) -> bool:
        """Whether some issue loses its rule."""
        return any(move.loses for move in self.moves)


def impact_of(told: Backtest) -> Impact:
    """The words are those of every other report."""
    rules = tuple((one_line(each.rule), fares(each, told)) for each in rules_shown(told))
    return Impact(verdict(told), tuple(facts(told)), tuple(map(_card, told.moves)), rules)


def _card(move: Move) -> MoveCard:
    samples = tuple(map(title, move.samples))
    loses, gains = move.now is None, move.before is None
    return MoveCard(moved(move), samples, move.issues - len(samples), loses, gains, move.is_elsewhere)
