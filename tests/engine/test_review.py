"""A reviewed plan is an assertion: what no longer holds is refused or left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reconciler.engine.review import reviewed
from reconciler.errors import PlanRefused
from reconciler.model.finding import Finding, Severity
from reconciler.model.limits import Limits
from reconciler.model.resource import Reason, WebhookSettings
from reconciler.plan.change import Create, Update
from reconciler.plan.encoding import digest_of, encode_plan
from reconciler.plan.outcome import Status
from reconciler.plan.plan import Plan, Targets

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OFF = WebhookSettings("acme", False, frozenset({"comment_created"}), "")
ON = replace(OFF, enabled=True)
OTHER = WebhookSettings("globex", True, frozenset(), "")
FRESH = Plan(
    changes=(Update(OFF, ON, Reason("declared")), Create(OTHER)),
    findings=(),
    targets=Targets("https://api.datadoghq.com", {"acme": "https://acme.atlassian.net"}),
    config_digest="sha256:1",
    created_at=NOW,
    expires_at=NOW + timedelta(hours=24),
)


def resealed(document: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """The document with fields replaced and a digest that fits: what a careful forger would hand in."""
    altered = document | changed
    return altered | {"digest": digest_of(altered)}


def document(plan: Plan = FRESH) -> dict[str, Any]:
    return dict(encode_plan(plan))


def test_the_same_plan_stands_whole() -> None:
    review = reviewed(document(), FRESH, Limits(), NOW)
    assert review.plan.changes == FRESH.changes
    assert review.settled == ()
    assert review.unreviewed == 0


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({"config_digest": "sha256:2"}, "stale"),
        ({"targets": {"datadog": "https://api.datadoghq.eu", "jira": {}}}, "other-target"),
        ({"expires_at": "2026-11-23T12:00:00Z"}, "expired"),
        ({"expires_at": "never"}, "unreadable"),
        ({"format_version": 2}, "unreadable"),
    ],
)
def test_refused_whole_even_with_a_fitting_digest(changed: dict[str, Any], cause: str) -> None:
    with pytest.raises(PlanRefused) as refusal:
        reviewed(resealed(document(), **changed), FRESH, Limits(), NOW)
    assert refusal.value.cause == cause
    assert refusal.value.hint or cause == "unreadable"


def test_an_altered_plan_is_refused() -> None:
    with pytest.raises(PlanRefused) as refusal:
        reviewed(document() | {"complete": False}, FRESH, Limits(), NOW)
    assert refusal.value.cause == "altered"


def test_a_change_forged_into_the_plan_is_never_carried_out() -> None:
    forged = document(replace(FRESH, changes=(*FRESH.changes, Create(replace(OTHER, account="evil")))))
    review = reviewed(forged, FRESH, Limits(), NOW)
    assert [str(change.address) for change in review.plan.changes] == ["webhook.acme", "webhook.globex"]
    assert [(str(outcome.address), outcome.status) for outcome in review.settled] == [
        ("webhook.evil", Status.UNCHANGED)
    ]


def test_a_change_that_differs_by_now_is_stale_and_the_rest_goes_on() -> None:
    moved = replace(FRESH, changes=(Update(replace(OFF, jql="project = X"), ON), Create(OTHER)))
    review = reviewed(document(), moved, Limits(), NOW)
    assert [str(change.address) for change in review.plan.changes] == ["webhook.globex"]
    assert [(str(outcome.address), outcome.status) for outcome in review.settled] == [("webhook.acme", Status.STALE)]


def test_where_nothing_stands_as_reviewed_the_plan_is_stale() -> None:
    moved = replace(FRESH, changes=(Update(replace(OFF, jql="x"), ON), Create(replace(OTHER, jql="x"))))
    with pytest.raises(PlanRefused, match="stale"):
        reviewed(document(), moved, Limits(), NOW)


def test_what_was_done_meanwhile_is_unchanged_and_what_is_new_is_not_applied() -> None:
    later = replace(FRESH, changes=(Create(replace(OTHER, account="initech")),))
    review = reviewed(document(), later, Limits(), NOW)
    assert review.plan.changes == ()
    assert {outcome.status for outcome in review.settled} == {Status.UNCHANGED}
    assert review.unreviewed == 1


def test_a_plan_of_nothing_stands() -> None:
    nothing = replace(FRESH, changes=())
    review = reviewed(document(nothing), FRESH, Limits(), NOW)
    assert (review.plan.changes, review.settled, review.unreviewed) == ((), (), 2)


def test_what_could_not_be_read_this_time_is_not_called_done() -> None:
    unread = Finding("unreadable", Severity.ERROR, "no answer")
    blind = replace(FRESH, changes=(Create(OTHER),), findings=(unread,), complete=False)
    review = reviewed(document(), blind, Limits(), NOW)
    assert [outcome.status for outcome in review.settled] == [Status.STALE]


def test_reasons_are_for_people() -> None:
    reworded = replace(FRESH, changes=(Update(OFF, ON, Reason("said otherwise", "x.yaml", 1)), Create(OTHER)))
    assert len(reviewed(document(), reworded, Limits(), NOW).plan.changes) == 2
