"""What an update changes, in words."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model.resource import CaseProjectSettings, Named, Resource, WebhookSettings
from reconciler.plan.change import Create, Update
from reconciler.report.differences import MOST_SHOWN, Difference, described, differences


def project(**changed: object) -> CaseProjectSettings:
    known: dict[str, object] = {
        "integration": True,
        "account": None,
        "project": None,
        "issue_type": None,
        "sync": False,
    }
    return CaseProjectSettings("SHOP", **(known | changed))  # type: ignore[arg-type]


def webhook(*events: str, jql: str = "project in (SHOP)") -> WebhookSettings:
    return WebhookSettings("acme", enabled=True, events=frozenset(events), jql=jql)


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        (project(), project(sync=True), ["sync: no → yes"]),
        (project(), project(account=Named("7", "acme")), ["account: nothing → acme (7)"]),
        (
            project(issue_type=Named("1", "Bug")),
            project(issue_type=Named("2", "Task")),
            ["issue_type: Bug (1) → Task (2)"],
        ),
        (project(issue_type=Named("1", "Bug")), project(issue_type=Named("1", "Defect")), []),
        (
            project(statuses={"OPEN": "To Do", "OLD": "x"}),
            project(statuses={"OPEN": "Backlog", "CLOSED": "Done"}),
            ["statuses.CLOSED: nothing → Done", "statuses.OLD: x → nothing", "statuses.OPEN: To Do → Backlog"],
        ),
        (webhook("a", "b"), webhook("b", "c", "d"), ["events: + c, + d, - a"]),
        (webhook("a"), webhook(), ["events: - a"]),
        (webhook("a"), webhook("a", jql=""), ['jql: project in (SHOP) → ""']),
        (project(), webhook(), [": CaseProjectSettings → WebhookSettings"]),
    ],
)
def test_each_difference_is_one_line(before: Resource, after: Resource, lines: list[str]) -> None:
    assert [f"{line.path}: {line.text}" for line in differences(Update(before, after))] == lines


def test_a_change_of_very_many_values_is_counted() -> None:
    after = project(statuses={f"S{n:03}": "x" for n in range(MOST_SHOWN + 7)})
    lines = differences(Update(project(), after))
    assert lines[-1] == Difference("…", "and 7 more")
    assert len(lines) == MOST_SHOWN + 1


def test_a_creation_tells_what_is_not_empty() -> None:
    told = {line.path: line.text for line in described(Create(webhook("b", "a")))}
    assert told == {"enabled": "yes", "events": "a, b", "jql": "project in (SHOP)", "exclude_body": "no"}


VALUES = st.one_of(st.booleans(), st.none(), st.text(max_size=4), st.lists(st.sampled_from("ab"), max_size=3))
MAPS = st.dictionaries(st.text(max_size=3), VALUES, max_size=4)


@given(MAPS, MAPS, st.frozensets(st.text(max_size=2), max_size=3), st.frozensets(st.text(max_size=2), max_size=3))
@settings(max_examples=150, deadline=None)
def test_every_field_that_differs_has_a_line_and_no_other(
    old: dict[str, str], new: dict[str, str], events: frozenset[str], later: frozenset[str]
) -> None:
    settings_lines = differences(Update(project(directions=old), project(directions=new)))
    assert bool(settings_lines) == (old != new)
    assert bool(differences(Update(webhook(*events), webhook(*later)))) == (events != later)


def test_deepdiff_is_imported_only_for_a_change_inside_a_collection() -> None:
    code = (
        "import sys\n"
        "from reconciler.model.resource import WebhookSettings as W\n"
        "from reconciler.plan.change import Update\n"
        "from reconciler.report.differences import differences\n"
        "a, b, c = W('x', True, frozenset('a'), ''), W('x', False, frozenset('a'), ''), W('x', True, frozenset('b'), '')\n"
        "differences(Update(a, b)); print('deepdiff' in sys.modules)\n"
        "differences(Update(a, c)); print('deepdiff' in sys.modules)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\nTrue\n"
