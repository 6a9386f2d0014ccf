"""What rules do to real issues, in Markdown: by itself, and as a part of a plan in a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.report.backtest import MOST_RULES, facts, fares, moved, rules_shown, title, verdict
from reconciler.report.folding import Fold, fitted
from reconciler.report.markdown_text import code, prose
from reconciler.rules.backtest import Backtest

LIMIT = 60_000


def render_backtest_markdown(told: Backtest, *, limit: int = LIMIT) -> str:
    """The report, at most `limit` characters."""
    rows = [f"- {name}: {prose(value)}" for name, value in facts(told)]
    head = "\n".join(["<!-- reconciler:backtest -->", f"### {prose(verdict(told))}", "", *rows])
    folds = [Fold("Moves", "moves", len(told.moves), _moves(told), is_open=True)] if told.moves else []
    rules = rules_shown(told)
    if rules:
        folds.append(Fold("Rules", "rules", len(rules), _rules(told)))
    return fitted(head, folds, limit, "The whole is in `reconciler rules backtest --format json`.")


def impact_fold(told: Backtest) -> Fold:
    """The same as one section of a plan, moves first."""
    rules = rules_shown(told)[:MOST_RULES]
    return Fold("Impact of rule changes", "impacts", len(told.moves) + len(rules), _impact(told), is_open=True)


def _impact(told: Backtest) -> Iterator[str]:
    first = [f"**{prose(verdict(told))}**", "", *(f"- {name}: {prose(value)}" for name, value in facts(told))]
    # Words between two lists: without them Markdown takes both for one.
    both = ["", "What moves, and the rules that fare differently:"] if told.moves or rules_shown(told) else []
    yield "\n".join([*first, *both]) + "\n"
    yield from _moves(told)
    yield from list(_rules(told))[:MOST_RULES]


def _moves(told: Backtest) -> Iterator[str]:
    for move in told.moves:
        samples = [f"  - {prose(title(issue))}" for issue in move.samples]
        yield "\n".join([f"- {prose(moved(move))}", *samples])


def _rules(told: Backtest) -> Iterator[str]:
    for each in rules_shown(told):
        yield f"- {code(each.rule)} {prose(fares(each, told))}"
