"""What people do in Jira, and the trace it leaves."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest

from reconciler.sandbox.clock import Clock
from reconciler.sandbox.failure import SandboxError
from reconciler.sandbox.jira import people, people_webhooks
from reconciler.sandbox.jira.records import Item
from reconciler.sandbox.jira.refusal import JiraRefusal, NoSuchThing
from reconciler.sandbox.jira.screens import field_named
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.jira.ticket_fields import value_of


def last(state: JiraState, key: str) -> tuple[str, list[tuple[str, str | None, str | None]]]:
    """Who made the last changelog entry, and what it says."""
    entry = state.ticket(key).histories[-1]
    told = [(item.field, item.before_text, item.after_text) for item in entry.items]
    return state.site.users[entry.author].name, told


def test_a_status_by_a_transition_with_its_screen_filled_in(state: JiraState) -> None:
    key = people.create(state, "PAY", "Bug", "Card declined")
    for name in ("Selected for Development", "In Progress", "In Review", "Done"):
        people.set_status(state, key, name, by="ben@acme.com")
    assert last(state, key) == ("Ben Okafor", [("resolution", None, "Done"), ("status", "In Review", "Done")])
    ticket = state.ticket(key)
    assert ticket.resolved == ticket.category_changed == ticket.updated


def test_leaving_a_done_status_clears_the_resolution(state: JiraState) -> None:
    assert people.set_status(state, "PAY-7", "Backlog") == "Ana Ruiz moved PAY-7 from Done to Backlog"
    assert state.ticket("PAY-7").resolution is None
    assert state.ticket("PAY-7").resolved is None


def test_a_post_function_sets_its_own_resolution(state: JiraState) -> None:
    key = people.create(state, "PAY", "Story", "No")
    people.set_status(state, key, "Won't Do")
    assert state.site.resolutions[state.ticket(key).resolution or ""].name == "Won't Do"


def test_a_status_without_a_way_names_the_ways_there_are(state: JiraState) -> None:
    with pytest.raises(NoSuchThing, match="from there it goes to Backlog"):
        people.set_status(state, "PAY-7", "In Review")
    people.set_status(state, "PAY-7", "In Review", forced=True)
    assert last(state, "PAY-7") == ("Ana Ruiz", [("status", "Done", "In Review")])


def test_the_category_date_moves_only_with_the_category(state: JiraState) -> None:
    key = people.create(state, "PAY", "Story", "Work")
    state.clock.move(timedelta(hours=1))
    people.set_status(state, key, "Selected for Development")
    assert state.ticket(key).category_changed == state.ticket(key).created
    state.clock.move(timedelta(hours=1))
    people.set_status(state, key, "In Progress")
    assert state.ticket(key).category_changed == state.ticket(key).updated > state.ticket(key).created


def test_one_move_is_one_moment_however_slow_the_machine(state: JiraState) -> None:
    ticks = count(time.time(), 0.001)
    state.clock = Clock(source=lambda: next(ticks))
    key = people.create(state, "PAY", "Story", "Work")
    people.set_status(state, key, "In Progress", forced=True)
    ticket = state.ticket(key)
    assert ticket.histories[-1].created == ticket.category_changed == ticket.updated
    people.move_ticket(state, "SHOP-1", "PAY")
    moved = state.ticket("SHOP-1")
    assert moved.histories[-1].created == moved.updated


def test_the_same_status_again_is_a_move_without_a_trace(state: JiraState) -> None:
    entries = len(state.ticket("SHOP-1").histories)
    people.set_status(state, "SHOP-1", "In Progress")
    assert len(state.ticket("SHOP-1").histories) == entries


def test_assigning_and_unassigning(state: JiraState) -> None:
    people.assign(state, "SHOP-1", "ben@acme.com", by="ana@acme.com")
    assert last(state, "SHOP-1") == ("Ana Ruiz", [("assignee", "Ana Ruiz", "Ben Okafor")])
    people.assign(state, "SHOP-1", None)
    assert state.ticket("SHOP-1").assignee is None


def test_comments_are_written_edited_and_deleted(state: JiraState) -> None:
    people.comment(state, "SHOP-1", "Mine", by="ana@acme.com")
    made = state.ticket("SHOP-1").comments[-1]
    people.edit_comment(state, "SHOP-1", made.id, "Mine, better")
    assert state.ticket("SHOP-1").comments[-1].body == "Mine, better"
    assert state.ticket("SHOP-1").comments[-1].id == made.id
    people.delete_comment(state, "SHOP-1", made.id)
    assert made.id not in {comment.id for comment in state.ticket("SHOP-1").comments}


def test_somebody_elses_comment_may_not_be_edited(state: JiraState) -> None:
    made = state.ticket("SHOP-1").comments[0]
    with pytest.raises(JiraRefusal, match="You do not have the permission to edit this comment"):
        people.edit_comment(state, "SHOP-1", made.id, "Not mine", by="ana@acme.com")


def test_a_moved_ticket_keeps_its_id_and_answers_to_both_keys(state: JiraState) -> None:
    before = state.ticket("SHOP-1")
    assert people.move_ticket(state, "SHOP-1", "PAY") == "Ana Ruiz moved SHOP-1 to PAY-8"
    assert state.ticket("SHOP-1").id == state.ticket("PAY-8").id == before.id
    told = {field: (old, new) for field, old, new in last(state, "PAY-8")[1]}
    assert told["Key"] == ("SHOP-1", "PAY-8")
    assert told["project"] == ("Shopist", "Payments")
    assert state.site.statuses[state.ticket("PAY-8").status].name == "In Progress"


def test_a_move_into_a_workflow_without_the_status_begins_again(state: JiraState) -> None:
    people.move_ticket(state, "SHOP-2", "PAY")
    ticket = state.ticket("PAY-8")
    assert state.site.statuses[ticket.status].name == "Backlog"
    assert {item.field for item in ticket.histories[-1].items} == {"project", "Key", "status", "issuetype"}


@pytest.mark.parametrize(("category", "moves"), [("indeterminate", True), ("new", False)])
def test_a_move_dates_the_category_only_where_it_changes(state: JiraState, category: str, *, moves: bool) -> None:
    """From To Do, of whatever category, it goes to Backlog, which is new."""
    people.set_category(state, "To Do", category)
    state.clock.move(timedelta(hours=1))
    before = state.ticket("SHOP-2").category_changed
    people.move_ticket(state, "SHOP-2", "PAY")
    ticket = state.ticket("PAY-8")
    assert state.site.statuses[ticket.status].name == "Backlog"
    assert ticket.category_changed == (ticket.updated if moves else before)


def test_a_deleted_tickets_key_is_never_given_again(state: JiraState) -> None:
    people.delete_ticket(state, "SHOP-4")
    assert state.find_ticket("SHOP-4") is None
    assert people.create(state, "SHOP", "Bug", "Next") == "SHOP-5"


def test_labels_and_fields_leave_items(state: JiraState) -> None:
    people.label(state, "SHOP-1", add="new", remove="cart")
    assert last(state, "SHOP-1")[1] == [("labels", "cart", "new")]
    people.set_field(state, "PAY-7", "Severity", "S3 minor")
    assert state.ticket("PAY-7").histories[-1].items == (
        Item("Severity", "customfield_10101", "10100", "S1 critical", "10102", "S3 minor", custom=True),
    )
    people.set_field(state, "PAY-7", "Components", ["Ledger"])
    assert last(state, "PAY-7")[1] == [("components", "Cards", "Ledger")]


@pytest.mark.parametrize(
    ("field", "words", "kept"),
    [
        ("Components", "Ledger, Cards", ["10009", "10010"]),
        ("Squads", "Blue", ["10104"]),
        ("priority", "low", "4"),
        ("Story Points", "5", 5.0),
        ("assignee", "none", None),
        ("Labels", "b,a", ["a", "b"]),
        ("duedate", "2026-12-24", "2026-12-24"),
    ],
)
def test_a_field_is_set_by_the_words_of_a_person(state: JiraState, field: str, words: str, kept: object) -> None:
    people.set_field(state, "PAY-7", field, words)
    assert value_of(state.ticket("PAY-7"), field_named(state.site, field).id) == kept


def test_a_field_that_refuses_a_value_says_why(state: JiraState) -> None:
    with pytest.raises(SandboxError, match="Option value 'S9' is not valid"):
        people.set_field(state, "PAY-7", "Severity", "S9")


def test_a_status_is_renamed_recategorised_or_dropped(state: JiraState) -> None:
    people.rename_status(state, "In Review", "Under Review")
    assert state.status_named("Under Review").id
    people.set_category(state, "Under Review", "new")
    assert state.status_named("Under Review").category.value == "new"
    people.drop_status(state, "payments", "Done")
    assert state.site.statuses[state.ticket("PAY-7").status].name == "Backlog"
    assert last(state, "PAY-7")[0] == "Ana Ruiz"
    with pytest.raises(NoSuchThing):
        people.set_status(state, "PAY-7", "Done")


def test_permissions_are_taken_and_given_back(state: JiraState) -> None:
    people.permit(state, "ana@acme.com", "TRANSITION_ISSUES", allowed=False, project_key="SHOP")
    with pytest.raises(NoSuchThing, match="Ana Ruiz may not move it anywhere"):
        people.set_status(state, "SHOP-1", "Done", by="ana@acme.com")
    people.permit(state, "ana@acme.com", "TRANSITION_ISSUES", allowed=True, project_key="SHOP")
    people.set_status(state, "SHOP-1", "Done", by="ana@acme.com")


def test_webhooks_are_switched_changed_and_deleted(state: JiraState) -> None:
    people_webhooks.set_webhook(state, "chat", enabled=False)
    people_webhooks.change_webhook(state, "1", jql="project = PAY", events=("jira:issue_updated",))
    hook = state.site.webhooks["1"]
    assert (hook.enabled, hook.jql, hook.events) == (False, "project = PAY", ("jira:issue_updated",))
    assert people_webhooks.delete_webhook(state, "chat") == "webhook chat is deleted"
    assert state.site.webhooks == {}


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda state: people.set_status(state, "SHOP-1", "Doen"), "no status 'Doen'"),
        (lambda state: people.assign(state, "SHOP-1", "zoe@acme.com"), "no user 'zoe@acme.com'"),
        (lambda state: people.move_ticket(state, "SHOP-1", "SHIP"), "no project 'SHIP'"),
        (lambda state: people.move_ticket(state, "SHOP-1", "SHOP"), "is in SHOP already"),
        (lambda state: people.create(state, "SHOP", "Epic", "x"), "SHOP has no ticket type 'Epic'"),
        (lambda state: people_webhooks.delete_webhook(state, "nope"), "no webhook 'nope'"),
        (lambda state: people.permit(state, "ana@acme.com", "FLY", allowed=True), "no permission 'FLY'"),
        (lambda state: people.rename_status(state, "Done", "to do"), "a status 'to do' already"),
        (lambda state: people.set_category(state, "Done", "finished"), "no status category 'finished'"),
        (lambda state: people.drop_status(state, "simple", "Backlog"), "workflow 'simple' has no status 'Backlog'"),
    ],
)
def test_an_act_that_makes_no_sense_is_told(state: JiraState, act: Callable[[JiraState], str], said: str) -> None:
    before = state.to_json()
    with pytest.raises(NoSuchThing, match=said):
        act(state)
    assert state.to_json() == before
