"""The site as a state: seeded from words, kept as JSON, with a search index that lags behind."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from pydantic import JsonValue

from reconciler.sandbox.clock import Clock
from reconciler.sandbox.failure import SandboxError
from reconciler.sandbox.jira import people
from reconciler.sandbox.jira.refusal import NoSuchThing
from reconciler.sandbox.jira.state import JiraState


def test_a_busy_site_survives_being_kept_as_json(state: JiraState) -> None:
    people.set_index_lag(state, 60)
    key = people.create(state, "PAY", "Bug", "Card declined twice")
    people.comment(state, key, "Häßlich 🙈\n\nzwei Absätze")
    people.set_status(state, "SHOP-1", "Done")
    people.move_ticket(state, "SHOP-2", "PAY")
    people.delete_ticket(state, "SHOP-4")
    people.permit(state, "ana@acme.com", "EDIT_ISSUES", allowed=False, project_key="SHOP")
    kept = json.loads(json.dumps(state.to_json(), sort_keys=True))
    assert JiraState.from_json("acme", kept, state.clock) == state
    assert JiraState.from_json("acme", kept, state.clock).to_json() == state.to_json()


def test_a_change_makes_another_state(state: JiraState) -> None:
    before = JiraState.from_json("acme", state.to_json(), state.clock)
    people.label(state, "SHOP-1", add="new")
    assert before != state


def test_a_broken_saved_state_is_told(state: JiraState) -> None:
    kept = state.to_json()
    kept["tickets"] = "none"
    with pytest.raises(SandboxError, match="the saved state of the Jira simulator is unreadable"):
        JiraState.from_json("acme", kept, state.clock)


def test_seeding_turns_names_into_ids_and_spans_into_moments(state: JiraState) -> None:
    ticket = state.ticket("PAY-7")
    assert state.site.statuses[ticket.status].name == "Done"
    assert ticket.resolution is not None
    assert ticket.resolved == ticket.category_changed
    assert timedelta(days=19, hours=23) < state.now() - ticket.created < timedelta(days=20, hours=1)
    assert [item.after_text for entry in ticket.histories for item in entry.items] == ["Done"]
    assert state.project("SHOP").next_number == 5


def test_projects_that_use_a_type_of_one_name_share_it(state: JiraState) -> None:
    shop, pay = (state.type_of(state.project(key), "Bug") for key in ("SHOP", "PAY"))
    assert shop is not None
    assert pay is not None
    assert shop.type == pay.type


BARE: dict[str, JsonValue] = {
    "url": "https://x.atlassian.net",
    "email": "bot@x.com",
    "token": "t",
    "users": [{"email": "bot@x.com", "name": "Bot"}],
    "statuses": {"To Do": "new", "Done": "done"},
    "workflows": {"flow": {"statuses": ["To Do", "Done"]}},
    "projects": {"X": {"name": "X", "workflow": "flow", "types": ["Bug"]}},
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"colour": "red"}, r"jira\.acme: colour: Extra inputs are not permitted"),
        ({"email": "bob@x.com"}, "the world has no user 'bob@x.com'"),
        ({"statuses": {"To Do": "nwe"}}, r"statuses\.To Do"),
        ({"workflows": {"flow": {"statuses": ["ToDo"]}}}, "the world has no status 'ToDo'"),
        ({"projects": {"X": {"name": "X", "workflow": "flwo", "types": ["Bug"]}}}, "the world has no workflow 'flwo'"),
        (
            {"workflows": {"flow": {"statuses": ["To Do"], "transitions": [{"name": "End", "to": "Done"}]}}},
            "transition 'End' uses a status that is not in `statuses`",
        ),
        ({"permissions": [{"user": "bot@x.com", "deny": ["FLY"]}]}, "the world has no permission 'FLY'"),
        ({"default_priority": "Urgent"}, "the world has no priority 'Urgent'"),
    ],
)
def test_a_world_that_does_not_hold_together_is_told(change: dict[str, JsonValue], said: str) -> None:
    with pytest.raises(SandboxError, match=said):
        JiraState.from_world("acme", {**BARE, **change}, Clock())


@pytest.mark.parametrize(
    ("ticket", "said"),
    [
        ({"key": "Y-1"}, "'Y-1' cannot be the key of a ticket in X"),
        ({"key": "X-1x"}, "'X-1x' cannot be the key"),
        ({"type": "Bugg"}, "the world has no type in X named 'Bugg'"),
        ({"status": "Doing"}, "the world has no status in workflow 'flow' named 'Doing'"),
        ({"created": "yesterday"}, "'yesterday' is not a moment"),
        ({"fields": {"Severity": "S1"}}, "the world has no field 'Severity'"),
        ({"assignee": "nobody@x.com"}, "the world has no user"),
    ],
)
def test_a_ticket_that_cannot_be_is_told(ticket: dict[str, JsonValue], said: str) -> None:
    seeded: dict[str, JsonValue] = {"type": "Bug", "summary": "s", **ticket}
    project: dict[str, JsonValue] = {"name": "X", "workflow": "flow", "types": ["Bug"], "tickets": [seeded]}
    with pytest.raises(SandboxError, match=said):
        JiraState.from_world("acme", {**BARE, "projects": {"X": project}}, Clock())


def test_unknown_names_name_the_nearest(state: JiraState) -> None:
    with pytest.raises(NoSuchThing) as missing:
        state.ticket("SHOP-11")
    assert missing.value.hint == "did you mean SHOP-1, SHOP-4, SHOP-2?"


def summaries(state: JiraState) -> dict[str, str]:
    return {ticket.key: ticket.summary for ticket in state.indexed()}


def test_the_index_learns_of_every_change_after_the_lag(state: JiraState) -> None:
    people.set_index_lag(state, 60)
    before = summaries(state)
    key = people.create(state, "SHOP", "Bug", "Fresh")
    people.set_field(state, "SHOP-1", "Summary", "First edit")
    people.delete_ticket(state, "SHOP-2")
    assert summaries(state) == before
    state.clock.move(timedelta(seconds=30))
    people.set_field(state, "SHOP-1", "Summary", "Second edit")
    assert summaries(state) == before
    state.clock.move(timedelta(seconds=40))
    halfway = summaries(state)
    assert halfway[key] == "Fresh"
    assert halfway["SHOP-1"] == "First edit"
    assert "SHOP-2" not in halfway
    state.clock.move(timedelta(seconds=30))
    assert summaries(state)["SHOP-1"] == "Second edit"


def test_secrets_are_in_no_repr(state: JiraState) -> None:
    assert "sandbox-jira-token" not in repr(state.site)
    assert "anas-token" not in repr(state.site)
    assert "chat.example.com" not in repr(state.site)
