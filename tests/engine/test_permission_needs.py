"""Which permissions the declared work takes: what is asked of Jira, and what is missed, exactly."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.engine.permissions import PERMISSION_NEEDS, Work, lacking, needs_of, work_at
from reconciler.model.declared import (
    AutoCreate,
    Configuration,
    Destination,
    Direction,
    Engine,
    ProjectBinding,
    Rule,
    SyncField,
    SyncSettings,
)

TWO_WAY, ONCE = Direction.TWO_WAY, Direction.ONCE
STATUS, ASSIGNEE, COMMENTS = SyncField.STATUS, SyncField.ASSIGNEE, SyncField.COMMENTS
EVERYTHING = {STATUS: TWO_WAY, ASSIGNEE: TWO_WAY, COMMENTS: TWO_WAY}
EDITS = {"BROWSE_PROJECTS", "EDIT_ISSUES"}
ASSIGNS = {"ASSIGN_ISSUES", "USER_PICKER"}
TALKS = {"ADD_COMMENTS", "EDIT_OWN_COMMENTS"}


def declared(engine: Engine, fields: dict[SyncField, Direction], *, creates: bool = False) -> Configuration:
    """One binding of acme's SHOP, and a rule that makes tickets there where wanted."""
    binding = ProjectBinding("shop", "SHOP", "acme", "SHOP", "Bug", sync=SyncSettings(engine, fields))
    rule = Rule("all", "is_crash:*", Destination("shop"), AutoCreate(enabled=creates))
    return Configuration(None, bindings={"shop": binding}, rules=(rule,))


@pytest.mark.parametrize(
    ("configuration", "webhooks", "keys"),
    [
        (declared(Engine.DATADOG, {}), (), {"BROWSE_PROJECTS"}),
        (declared(Engine.DATADOG, EVERYTHING), (), EDITS),
        (declared(Engine.RECONCILER, {STATUS: ONCE, ASSIGNEE: TWO_WAY}), (), {"BROWSE_PROJECTS"}),
        (declared(Engine.RECONCILER, {STATUS: TWO_WAY}), (), {*EDITS, "TRANSITION_ISSUES"}),
        (
            declared(Engine.RECONCILER, {STATUS: TWO_WAY, ASSIGNEE: TWO_WAY}),
            (),
            {*EDITS, *ASSIGNS, "TRANSITION_ISSUES"},
        ),
        (declared(Engine.RECONCILER, {STATUS: TWO_WAY, COMMENTS: TWO_WAY}), (), {*EDITS, *TALKS, "TRANSITION_ISSUES"}),
        (declared(Engine.DATADOG, {}, creates=True), (), {*EDITS, "CREATE_ISSUES"}),
        (declared(Engine.DATADOG, {}), ("acme",), {"BROWSE_PROJECTS", "ADMINISTER"}),
        (declared(Engine.DATADOG, {}), ("other",), {"BROWSE_PROJECTS"}),
    ],
)
def test_exactly_what_is_declared_is_needed(
    configuration: Configuration, webhooks: tuple[str, ...], keys: set[str]
) -> None:
    work = work_at(configuration, webhooks, "acme", "SHOP")
    assert {need.key for need in needs_of(work)} == keys
    assert needs_of(work_at(configuration, webhooks, "acme", "PAY")) == needs_of(Work())


def test_a_permission_is_lacking_only_where_it_is_needed_and_jira_says_no() -> None:
    moves = Work(remembers=True, moves=True)
    assert [need.name for need in lacking(moves, {"TRANSITION_ISSUES": False, "ADD_COMMENTS": False})] == [
        "Transition Issues"
    ]
    assert lacking(moves, {}) == ()
    assert lacking(replace(moves, moves=False), {"TRANSITION_ISSUES": False}) == ()


def test_every_need_says_what_for_and_where_to_grant_it() -> None:
    assert len({need.key for need in PERMISSION_NEEDS}) == len(PERMISSION_NEEDS)
    for need in PERMISSION_NEEDS:
        assert need.purpose.startswith("to "), need.key
        assert need.cure.startswith(f"grant {need.name} to our user ("), need.key
