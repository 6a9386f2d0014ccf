"""The law of the enumeration: a search of 100 without pages still finds every issue, in few calls, each time the same."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reconciler.engine.ports import IssueWindow
from reconciler.errors import BadAnswer
from reconciler.model.state import IssueState
from reconciler.providers.datadog import DatadogClient

if TYPE_CHECKING:
    from tests.providers.conftest import Arrived, ScriptedServer, Step

Say = Callable[..., "Step"]
END = datetime(2026, 11, 23, 7, tzinfo=UTC)
START = END - timedelta(days=30)
BEGIN = round(START.timestamp() * 1000)
SPAN = 30 * 86_400_000
STATES = tuple(IssueState)
ODD_NAMES = [
    "web-store",
    "or",
    "a b",
    'quo"te',
    "back\\slash",
    "star*",
    "x:y",
    "(paren)",
    "-minus",
    "ünï",
    "AND",
    "not",
]
LITERAL = r'"((?:[^"\\]|\\.)*)"|([A-Za-z0-9][A-Za-z0-9_.-]*)'


@dataclass(frozen=True)
class Fact:
    """An issue of the fake: when it had errors, as milliseconds after the start of the window."""

    id: str
    service: str
    state: IssueState
    errors: tuple[int, ...]


class FakeSearch:
    """Answers searches as Datadog does: the query by its own small reading of the language, 100 at most, no second page."""

    def __init__(self, facts: Sequence[Fact], say: Say) -> None:
        self.facts = facts
        self.say = say
        self.asked: list[Mapping[str, Any]] = []

    def __call__(self, asked: Arrived) -> Step:
        assert (asked.method, asked.path) == ("POST", "/api/v2/error-tracking/issues/search")
        assert asked.query == {"include": "issue,issue.assignee,issue.case,issue.team_owners"}
        assert asked.body["data"]["type"] == "search_request"
        wanted = asked.body["data"]["attributes"]
        assert wanted["persona"] == "ALL"
        self.asked.append(wanted)
        hits = [fact for fact in self.facts if self._matches(fact, wanted)]
        return self.say(200, search_answer(hits[:100]))

    def _matches(self, fact: Fact, wanted: Mapping[str, Any]) -> bool:
        in_time = any(wanted["from"] <= BEGIN + error < wanted["to"] for error in fact.errors)
        return fact.state.value in wanted["states"] and in_time and service_matches(wanted["query"], fact.service)


def service_matches(query: str, service: str) -> bool:
    if query == "*":
        return True
    negated = query.startswith("-")
    rest = query.removeprefix("-").removeprefix("service:").removeprefix("(").removesuffix(")")
    literals = re.fullmatch(rf"(?:{LITERAL})(?: OR (?:{LITERAL}))*", rest)
    assert literals is not None, query
    names = {
        re.sub(r"\\(.)", r"\1", quoted) if quoted else plain
        for quoted, plain in re.findall(LITERAL, rest)
        if plain != "OR"
    }
    found: bool = (service in names) is not negated
    return found


def search_answer(facts: Sequence[Fact]) -> dict[str, object]:
    return {
        "data": [
            {
                "id": fact.id,
                "type": "error_tracking_search_result",
                "attributes": {"total_count": 1},
                "relationships": {"issue": {"data": {"id": fact.id, "type": "issue"}}},
            }
            for fact in facts
        ],
        "included": [
            {
                "id": fact.id,
                "type": "issue",
                "attributes": {
                    "state": fact.state.value,
                    "service": fact.service,
                    "first_seen": BEGIN + fact.errors[0],
                    "last_seen": BEGIN + fact.errors[-1],
                },
            }
            for fact in facts
        ],
    }


@dataclass(frozen=True)
class World:
    """Services with their sizes, without a name or with a hostile one; states and times are scattered by the seed."""

    sizes: Mapping[str, int]
    states: tuple[IssueState, ...]
    seed: int

    def facts(self) -> list[Fact]:
        random = Random(self.seed)
        return [
            Fact(f"{index:03}-{number:04}", name, random.choice(self.states), (random.randrange(SPAN),))
            for index, (name, size) in enumerate(self.sizes.items())
            for number in range(size)
        ]


def several_states() -> st.SearchStrategy[tuple[IssueState, ...]]:
    return st.lists(st.sampled_from(STATES), min_size=1, max_size=5, unique=True).map(tuple)


WORLDS = st.builds(
    World,
    st.dictionaries(
        st.sampled_from(["", *ODD_NAMES]),
        st.sampled_from([1, 7, 60, 99, 100, 101, 150, 260]),
        min_size=1,
        max_size=8,
    ),
    several_states(),
    st.integers(0, 2**32),
)


@given(WORLDS, several_states())
@settings(
    max_examples=15,
    deadline=None,
    phases=set(Phase) - {Phase.explain},
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_search_finds_exactly_all_issues_of_its_window(
    server: ScriptedServer, datadog: DatadogClient, say: Say, world: World, states: tuple[IssueState, ...]
) -> None:
    facts = world.facts()
    search = FakeSearch(facts, say)
    server.script = search
    before = datadog.calls
    found = datadog.issues(IssueWindow(START, END, states))
    expected = sorted(fact.id for fact in facts if fact.state in states)
    assert [issue.id for issue in found.issues] == expected
    assert found.truncated == ()
    services = {fact.service for fact in facts}
    full = sum(1 for wanted in search.asked if len([fact for fact in facts if search._matches(fact, wanted)]) >= 100)
    assert datadog.calls - before == len(search.asked)
    assert full <= 2 * (len(expected) // 100 + len(services) * len(states))
    assert datadog.calls - before <= 1 + 5 * full


def test_the_calls_for_a_thousand_issues(server: ScriptedServer, datadog: DatadogClient, say: Say) -> None:
    """Against the formula for partitions 0.7 full, and the saturated parents a cold start pays. Reference: performance §8."""
    services = [n for n in range(20) for _ in range(20 + 3 * n)][:1000]
    facts = [Fact(f"{n:04}", f"service-{s}", IssueState.OPEN, (n * 1000,)) for n, s in enumerate(services)]
    assert len(facts) == 970
    search = FakeSearch(facts, say)
    server.script = search
    assert len(datadog.issues(IssueWindow(START, END, (IssueState.OPEN,))).issues) == len(facts)
    assert datadog.calls <= 2 * math.ceil(len(facts) / 70)


def test_an_enumeration_is_the_same_every_time(server: ScriptedServer, datadog: DatadogClient, say: Say) -> None:
    facts = [Fact(f"{n:04}", ODD_NAMES[n % 12], STATES[n % 2], (n * 5000,)) for n in range(700)]
    queries = []
    for _ in range(2):
        search = FakeSearch(facts, say)
        server.script = search
        datadog.issues(IssueWindow(START, END, STATES))
        queries.append(sorted(str(sorted(wanted.items())) for wanted in search.asked))
    assert queries[0] == queries[1]


@pytest.mark.parametrize(("count", "calls"), [(0, 1), (1, 1), (99, 1), (100, 4)])
def test_exactly_a_hundred_is_never_taken_for_all(
    count: int, calls: int, server: ScriptedServer, datadog: DatadogClient, say: Say
) -> None:
    facts = [Fact(f"{n:04}", "web", IssueState.OPEN, (n,)) for n in range(count)]
    server.script = FakeSearch(facts, say)
    found = datadog.issues(IssueWindow(START, END, (IssueState.OPEN,)))
    assert len(found.issues) == count
    assert datadog.calls >= calls
    assert datadog.calls == 1 or count == 100


def test_what_cannot_be_split_is_told(server: ScriptedServer, datadog: DatadogClient, say: Say) -> None:
    """A hundred and fifty issues of one service that have an error every moment."""
    always = tuple(range(0, SPAN, 3_600_000))
    facts = [Fact(f"{n:04}", "web", IssueState.OPEN, always) for n in range(150)]
    server.script = FakeSearch(facts, say)
    found = datadog.issues(IssueWindow(START, END, (IssueState.OPEN,)))
    assert len(found.issues) == 100
    assert found.truncated == ("service:web [OPEN] 2026-10-24T07:00:00Z to 2026-11-23T06:03:45Z",)
    assert datadog.calls <= 70


def test_issues_that_only_a_full_search_showed_are_doubted(
    server: ScriptedServer, datadog: DatadogClient, say: Say
) -> None:
    """A server whose service filter does not find what it names: the smaller searches are no proof of completeness."""
    facts = [Fact(f"{n:04}", "web", IssueState.OPEN, (n,)) for n in range(150)]

    class Blind(FakeSearch):
        def _matches(self, fact: Fact, wanted: Mapping[str, Any]) -> bool:
            query: str = wanted["query"]
            return query == "*"

    server.script = Blind(facts, say)
    found = datadog.issues(IssueWindow(START, END, (IssueState.OPEN,)))
    assert len(found.issues) == 100
    assert found.truncated == ("* [OPEN] 2026-10-24T07:00:00Z to 2026-11-23T07:00:00Z",)


def test_a_server_that_ignores_states_does_no_harm(server: ScriptedServer, datadog: DatadogClient, say: Say) -> None:
    facts = [Fact(f"{n:04}", "web", STATES[n % 5], (n * 20_000_000,)) for n in range(120)]

    class Deaf(FakeSearch):
        def _matches(self, fact: Fact, wanted: Mapping[str, Any]) -> bool:
            return super()._matches(fact, {**wanted, "states": [state.value for state in STATES]})

    server.script = Deaf(facts, say)
    found = datadog.issues(IssueWindow(START, END, (IssueState.OPEN, IssueState.RESOLVED)))
    assert [issue.id for issue in found.issues] == [
        fact.id for fact in facts if fact.state in {IssueState.OPEN, IssueState.RESOLVED}
    ]


def test_nothing_is_asked_for_nothing(datadog: DatadogClient) -> None:
    assert datadog.issues(IssueWindow(START, END, ())).issues == ()
    assert datadog.issues(IssueWindow(END, END, STATES)).issues == ()
    assert datadog.calls == 0


def test_the_window_is_sent_in_milliseconds_and_loses_nothing(
    server: ScriptedServer, datadog: DatadogClient, say: Say
) -> None:
    server.script = FakeSearch([], say)
    window = IssueWindow(START + timedelta(microseconds=1999), END + timedelta(microseconds=1), (IssueState.OPEN,))
    datadog.issues(window)
    attributes = server.arrived[0].body["data"]["attributes"]
    assert attributes["from"] == round(START.timestamp() * 1000) + 1
    assert attributes["to"] == round(END.timestamp() * 1000) + 1


def test_a_hit_whose_issue_is_missing_is_a_broken_answer(
    server: ScriptedServer, datadog: DatadogClient, say: Say
) -> None:
    answer = search_answer([Fact("a", "web", IssueState.OPEN, (1,))])
    server.always(say(200, {**answer, "included": []}))
    with pytest.raises(BadAnswer, match="comes with the answer"):
        datadog.issues(IssueWindow(START, END, STATES))


def test_one_part_that_cannot_be_read_fails_the_search(
    server: ScriptedServer, datadog: DatadogClient, say: Say
) -> None:
    facts = [Fact(f"{n:04}", f"s{n % 5}", IssueState.OPEN, (n,)) for n in range(300)]
    search = FakeSearch(facts, say)
    server.script = lambda asked: say(200, {"data": 7}) if len(search.asked) >= 3 else search(asked)
    with pytest.raises(BadAnswer):
        datadog.issues(IssueWindow(START, END, STATES))


def test_a_server_that_makes_up_services_for_ever_is_left(
    server: ScriptedServer, datadog: DatadogClient, say: Say
) -> None:
    """The search for all other services is full of new names each time; the others come back empty."""
    made_up: list[int] = []

    def invent(asked: Arrived) -> Step:
        if not asked.body["data"]["attributes"]["query"].startswith(("*", "-")):
            return say(200, {"data": []})
        made_up.append(1)
        names = (f"s{len(made_up)}-{number}" for number in range(100))
        return say(200, search_answer([Fact(name, name, IssueState.OPEN, (1,)) for name in names]))

    server.script = invent
    found = datadog.issues(IssueWindow(START, END, (IssueState.OPEN,)))
    assert len(made_up) < 200
    assert found.truncated
