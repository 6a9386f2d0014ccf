"""The facts of an issue in the words of the match language."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.model.issue import Issue, Team
from reconciler.query.lexicon import ATTRIBUTES
from reconciler.rules.record import FIELDS, record

MakeIssue = Callable[..., Issue]


def test_a_team_is_known_by_handle_and_by_name(make_issue: MakeIssue) -> None:
    teams = [Team("shopist", "Shop Team"), Team("payments"), Team("", "Ghosts"), Team("same", "same")]
    assert record(make_issue(teams=teams))["team"] == ("shopist", "Shop Team", "payments", "Ghosts", "same")


def test_what_an_issue_does_not_say_is_absent(make_issue: MakeIssue) -> None:
    assert record(make_issue()) == {"is_crash": ("false",)}
    assert record(make_issue(service="", error_type="", teams=[Team("")], languages=[""])) == {"is_crash": ("false",)}


def test_every_attribute_has_its_fact(make_issue: MakeIssue) -> None:
    full = make_issue(
        service="web",
        teams=[Team("shopist")],
        languages=["GO", "C"],
        error_type="TypeError",
        is_crash=True,
        platform="IOS",
        file_path="/src/a.py",
    )
    assert record(full) == {
        "service": ("web",),
        "team": ("shopist",),
        "platform": ("IOS",),
        "language": ("GO", "C"),
        "error_type": ("TypeError",),
        "is_crash": ("true",),
        "file_path": ("/src/a.py",),
    }


def test_every_attribute_of_the_language_stands_in_an_issue() -> None:
    assert set(FIELDS) == set(ATTRIBUTES)
    assert set(FIELDS.values()) <= set(Issue.__dataclass_fields__)
