"""Rules and issues over few values, so that they often meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

import pytest
from hypothesis import strategies as st

from reconciler.model.declared import Destination, Rule
from reconciler.model.finding import Origin
from reconciler.model.issue import Issue, Team
from reconciler.model.state import IssueState
from reconciler.model.written import Written

MakeIssue: TypeAlias = Callable[..., Issue]
MakeRule: TypeAlias = Callable[..., Rule]
THEN = datetime(2026, 11, 2, 9, tzinfo=UTC)


def issue(
    name: str = "i1",
    *,
    service: str | None = None,
    teams: Sequence[Team] = (),
    languages: Sequence[str] = (),
    error_type: str | None = None,
    is_crash: bool = False,
    platform: str | None = None,
    file_path: str | None = None,
) -> Issue:
    return Issue(
        id=name,
        state=IssueState.OPEN,
        service=service,
        first_seen=THEN,
        last_seen=THEN,
        teams=tuple(teams),
        languages=tuple(languages),
        error_type=error_type,
        is_crash=is_crash,
        platform=platform,
        file_path=file_path,
    )


def rule(name: str, match: str, *, order: int = 100, within: str = "a", position: int = 0, line: int = 0) -> Rule:
    """A rule; with a `line` it was written in `rules/<set>.yaml` there, its name one line below."""
    file = f"rules/{within}.yaml"
    places = {"name": Origin(file, line, 13), "order": Origin(file, 4, 10)}
    written = Written(Origin(file, line, 7), places) if line else None
    return Rule(name, match, Destination("shop"), set_name=within, set_order=order, position=position, written=written)


VALUES = ["a", "b", "A", "ab", "ba", "bb"]
PATTERNS = ["a", "B", "ab", "a*", "*a", "*b*", "*", "c", "(a OR bb)", "(b* OR c)", "(c OR d)"]


def _matches() -> st.SearchStrategy[str]:
    attribute = st.sampled_from(["service", "team", "language", "error_type"])
    term = st.one_of(
        st.builds("{}:{}".format, attribute, st.sampled_from(PATTERNS)),
        st.sampled_from(["is_crash:true", "is_crash:false", "is_crash:*"]),
    )
    return st.recursive(
        term,
        lambda part: st.one_of(
            st.builds("-({})".format, part),
            st.builds("({} {})".format, part, part),
            st.builds("({} AND {} AND {})".format, part, part, part),
            st.builds("({} OR {})".format, part, part),
        ),
        max_leaves=5,
    )


@st.composite
def _rule_sets(draw: st.DrawFn) -> list[Rule]:
    made = draw(st.lists(st.tuples(st.sampled_from([1, 2]), st.sampled_from("xy"), _matches()), max_size=8))
    return [
        rule(f"r{number}", text, order=order, within=within, position=number)
        for number, (order, within, text) in enumerate(made)
    ]


def _issue_lists() -> st.SearchStrategy[list[Issue]]:
    value = st.one_of(st.none(), st.just(""), st.sampled_from(VALUES))
    team = st.builds(Team, st.sampled_from(VALUES), st.sampled_from(["", *VALUES]))
    facts = st.tuples(
        value, st.lists(team, max_size=2), st.lists(st.sampled_from(VALUES), max_size=2), value, st.booleans()
    )
    return st.lists(facts, max_size=12).map(
        lambda several: [
            issue(f"i{at}", service=service, teams=teams, languages=languages, error_type=error, is_crash=crash)
            for at, (service, teams, languages, error, crash) in enumerate(several)
        ]
    )


@pytest.fixture(scope="session")
def rule_sets() -> st.SearchStrategy[list[Rule]]:
    """Rules of up to four sets."""
    return _rule_sets()


@pytest.fixture(scope="session")
def issue_lists() -> st.SearchStrategy[list[Issue]]:
    """Issues with different ids."""
    return _issue_lists()


@pytest.fixture(scope="session")
def make_issue() -> MakeIssue:
    """An issue with the facts given."""
    return issue


@pytest.fixture(scope="session")
def make_rule() -> MakeRule:
    """A rule with the query given."""
    return rule
