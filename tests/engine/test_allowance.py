"""How many tickets may still be made on a day, and what the last of them says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reconciler.engine.mark import BY_HAND, Mark
from reconciler.engine.tickets.daily import Allowance, day_of
from reconciler.model.declared import AutoCreate, Configuration, Destination, Rule
from reconciler.model.limits import Limits

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def made(**rules: int) -> Allowance:
    """An allowance of 5 in all on a day on which the rules made so many, and as many the day before."""
    found = Allowance(Configuration(None, limits=Limits(max_creates_per_day=5)), day_of(NOW))
    for name, number in rules.items():
        for day in (0, 1):
            at = NOW - timedelta(days=day)
            found.made.note([Mark("", f"{name}-{day}-{each}", name, at) for each in range(number)])
    return found


def rule(most: int | None = None) -> Rule:
    return Rule("few", "service:web", Destination("shop"), AutoCreate(enabled=True, max_per_day=most))


@pytest.mark.parametrize(
    ("rules", "most", "refusal", "last"),
    [
        ({"few": 1}, None, None, None),
        ({"few": 1}, 3, None, None),
        ({"few": 2}, 3, None, "rule few has reached its limit of 3 tickets a day for 2026-11-02 (UTC)"),
        ({"few": 0}, 1, None, "rule few has reached its limit of 1 ticket a day"),
        ({"few": 3}, 3, "rule 'few' has made its 3 a day by now", None),
        ({"few": 1, "free": 3}, 3, None, "all rules together have reached their limit of 5 tickets a day"),
        ({"few": 2, "free": 3}, 3, "all rules together have made their 5 a day by now", "rule few has reached"),
        ({"free": 5}, None, "all rules together have made their 5 a day by now", None),
        ({BY_HAND: 5}, None, None, None),
    ],
)
def test_what_may_still_be_made(rules: dict[str, int], most: int | None, refusal: str | None, last: str | None) -> None:
    allowance = made(**rules)
    assert allowance.refusal(rule(most)) == refusal
    words = allowance.last_words(rule(most))
    assert (words is None) is (last is None)
    assert last is None or (words is not None and last in words)
    assert (allowance.last_note(rule(most)) == "") is (last is None)


def test_an_issue_counts_once_however_often_its_ticket_was_asked_for() -> None:
    allowance = made()
    for minute in range(9):
        allowance.made.note([Mark("", "one", "few", NOW + timedelta(minutes=minute))])
    assert allowance.made.total(allowance.day) == 1
