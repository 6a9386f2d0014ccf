"""Statuses out and in again: what a mapping reads, where it leads, and what is told about one that does not lead back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model.declared import GroupMapping, StatusMapping, Unmapped
from reconciler.model.finding import Finding, Origin, Severity
from reconciler.model.state import StatusCategory, StatusGroup
from reconciler.model.ticket import JiraStatus
from reconciler.model.written import Written
from reconciler.sync.group import ticket_group
from reconciler.sync.mapping import mapping_findings, status_named, target_status, workflow_findings

OPEN, IN_PROGRESS, CLOSED = StatusGroup
NEW, INDETERMINATE, DONE, UNDEFINED = StatusCategory


def status(name: str, category: StatusCategory, number: str = "") -> JiraStatus:
    return JiraStatus(number or f"id of {name}", name, category)


WORKFLOW = (
    status("Backlog", NEW),
    status("In Progress", INDETERMINATE),
    status("In Review", INDETERMINATE),
    status("Done", DONE),
    status("Won't Do", DONE),
)


def mapping(
    *groups: tuple[str, ...], unmapped: Unmapped = Unmapped.BY_CATEGORY, written: bool = False
) -> StatusMapping:
    """open, in_progress, closed, each as its target and then what is read as it; the target alone is read as it too."""
    named = {
        group: GroupMapping(to, tuple(sources) or (to,))
        for group, (to, *sources) in zip(StatusGroup, groups, strict=False)
    }
    at = Written(Origin("mappings.yaml", 5), {"closed.to": Origin("mappings.yaml", 8, 16)}) if written else None
    return StatusMapping("default", named, unmapped, written=at)


PLAIN = mapping(("Backlog",), ("In Progress",), ("Done",))


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in findings]


@pytest.mark.parametrize(
    ("seen", "declared", "group"),
    [
        pytest.param(status("Done", DONE), PLAIN, CLOSED, id="by its name"),
        pytest.param(status("DONE", NEW), PLAIN, CLOSED, id="by its name in another case, whatever its category"),
        pytest.param(
            status("Verify", NEW), mapping(("A",), ("B", "B", "verify"), ("C",)), IN_PROGRESS, id="by a from list"
        ),
        pytest.param(
            status("Done", NEW), mapping(("A",), ("B",), ("Done", "C")), CLOSED, id="a target that is not listed"
        ),
        pytest.param(status("Fertig", DONE), PLAIN, CLOSED, id="named nowhere, done"),
        pytest.param(status("Offen", NEW), PLAIN, OPEN, id="named nowhere, new"),
        pytest.param(status("In Arbeit", INDETERMINATE), PLAIN, IN_PROGRESS, id="named nowhere, in progress"),
        pytest.param(status("?", UNDEFINED), PLAIN, None, id="named nowhere, without a category"),
        pytest.param(status("Fertig", DONE), mapping(("A",), unmapped=Unmapped.HOLD), None, id="named nowhere, held"),
        pytest.param(status("Fertig", DONE), None, CLOSED, id="without a mapping by category"),
    ],
)
def test_a_status_is_read_as_its_group(
    seen: JiraStatus, declared: StatusMapping | None, group: StatusGroup | None
) -> None:
    assert ticket_group(seen, declared) is group


@pytest.mark.parametrize(
    ("present", "group", "to"),
    [
        pytest.param("In Review", IN_PROGRESS, "In Review", id="a ticket is not moved within its group"),
        pytest.param("Won't Do", CLOSED, "Won't Do", id="nor from one way of being closed to another"),
        pytest.param("In Review", CLOSED, "Done", id="to the target of another group"),
        pytest.param("Done", OPEN, "Backlog", id="back to the first"),
    ],
)
def test_the_status_that_stands_for_a_group(present: str, group: StatusGroup, to: str) -> None:
    now, expected = status_named(present, WORKFLOW), status_named(to, WORKFLOW)
    assert now is not None
    assert target_status(now, group, PLAIN, WORKFLOW) == expected


def test_a_group_without_a_status_in_this_workflow_has_no_target() -> None:
    backlog = WORKFLOW[0]
    assert target_status(backlog, CLOSED, mapping(("Backlog",)), WORKFLOW) is None
    assert target_status(backlog, CLOSED, mapping(("A",), ("B",), ("Closed",)), WORKFLOW) is None
    assert target_status(backlog, CLOSED, None, WORKFLOW) is None
    assert target_status(backlog, OPEN, None, WORKFLOW) == backlog


def test_of_two_names_that_differ_in_case_the_one_spelled_so_is_meant() -> None:
    both = (status("DONE", DONE, "2"), status("Done", DONE, "3"), status("done", DONE, "1"))
    assert status_named("Done", both) == both[1]
    assert status_named("dONE", both) == both[2]
    assert status_named("dONE", both[::-1]) == both[2]
    assert status_named("Closed", both) is None


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        pytest.param(PLAIN, [], id="plain"),
        pytest.param(mapping(("to do", "To Do"), ("Doing",), ("Done",)), [], id="another case of letters is the same"),
        pytest.param(
            mapping(("To Do", "Open"), ("Doing",), ("Done",)), ["mapping-target-unlisted"], id="target unlisted"
        ),
        pytest.param(mapping(("A",), ("B", "B", "c"), ("C",)), ["status-in-two-groups"], id="a status in two groups"),
        pytest.param(mapping(("A",), ("a",), ("C",)), ["status-in-two-groups"], id="a target for two groups"),
        pytest.param(mapping(("A", "A", "A"), ("B",), ("C",)), [], id="twice in one group does no harm"),
        pytest.param(mapping(("A",), ("B",)), ["mapping-group-missing"], id="a group without a status"),
    ],
)
def test_a_mapping_by_itself(declared: StatusMapping, told: list[str]) -> None:
    found = mapping_findings(declared)
    assert codes(found) == told
    assert all(finding.severity is Severity.ERROR and finding.hint for finding in found)


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        pytest.param(PLAIN, [], id="plain"),
        pytest.param(mapping(("BACKLOG",), ("in progress",), ("done",)), [], id="in another case of letters"),
        pytest.param(mapping(("To Do",), ("In Progress",), ("Done",)), ["jira-status-unknown"], id="no such status"),
        pytest.param(
            mapping(("Backlog",), ("In Progress",), ("In Review",)), ["closed-not-done"], id="closed, not done for Jira"
        ),
        pytest.param(
            mapping(("Backlog", "Backlog", "Won't Do"), ("In Progress",), ("Done",)),
            ["done-not-closed"],
            id="done, read as open",
        ),
        pytest.param(
            mapping(("Backlog",), ("Done",), ("In Review",)),
            ["closed-not-done", "done-not-closed"],
            id="both the wrong way round",
        ),
        pytest.param(
            mapping(("Backlog",), ("In Progress",), ("Done",), unmapped=Unmapped.HOLD),
            [],
            id="held statuses are meant so",
        ),
    ],
)
def test_a_mapping_in_a_workflow(declared: StatusMapping, told: list[str]) -> None:
    assert codes(workflow_findings(declared, WORKFLOW, "PAY Bug")) == told
    assert workflow_findings(declared, (), "PAY Bug") == ()


def test_what_is_told_names_the_place_what_there_is_and_the_nearest() -> None:
    (unknown,) = workflow_findings(mapping(("Backlog",), ("In Progress",), ("Don",), written=True), WORKFLOW, "PAY Bug")
    assert str(unknown) == (
        "mappings.yaml:8:16: mapping 'default': closed goes to 'Don', which the workflow of PAY Bug does not have"
        " - expected one of Backlog, Done, In Progress, In Review, Won't Do - did you mean Done?"
    )
    (early,) = workflow_findings(
        mapping(("Backlog",), ("In Progress",), ("In Review",), written=True), WORKFLOW, "PAY Bug"
    )
    assert str(early).startswith("mappings.yaml:8:16: mapping 'default': closed goes to 'In Review', which is not done")
    assert early.expected == "a status of Jira's done category: Done, Won't Do"
    (never,) = workflow_findings(mapping(("Backlog",), ("In Progress",), ("In Review",)), WORKFLOW[:3], "PAY Bug")
    assert never.expected == "a status of Jira's done category, of which this workflow has none"


names = st.sampled_from(["A", "a", "B", "b", "C", "D", "E"])
mappings = st.builds(
    StatusMapping,
    st.just("m"),
    st.dictionaries(
        st.sampled_from(list(StatusGroup)), st.builds(GroupMapping, names, st.lists(names, max_size=3).map(tuple))
    ),
    st.sampled_from(list(Unmapped)),
)
workflows = st.lists(
    st.builds(JiraStatus, st.integers(1, 99).map(str), names, st.sampled_from(list(StatusCategory))),
    min_size=1,
    max_size=6,
    unique_by=lambda one: one.id,
).map(tuple)


@st.composite
def sound(draw: st.DrawFn) -> tuple[StatusMapping, tuple[JiraStatus, ...]]:
    """A mapping that names each status once, in any case of letters, and a workflow that has at least its targets."""
    order = draw(st.permutations(["Alpha", "Beta", "Gamma", "Delta", "Omega"]))
    cuts = draw(st.sampled_from([(1, 2, 3), (1, 3, 5), (2, 3, 4), (2, 4, 5), (3, 4, 5)]))
    spelled = st.sampled_from([str.upper, str.lower, str.title])
    declared = {
        group: GroupMapping(draw(spelled)(order[start]), tuple(draw(spelled)(name) for name in order[start:end]))
        for group, start, end in zip(StatusGroup, (0, *cuts), cuts, strict=False)
    }
    categories = [draw(st.sampled_from(list(StatusCategory))) for _ in order]
    workflow = tuple(status(name, category) for name, category in zip(order, categories, strict=True))
    return StatusMapping("m", declared, draw(st.sampled_from(list(Unmapped)))), workflow


@settings(max_examples=300, deadline=None)
@given(sound())
def test_where_nothing_is_told_out_and_in_again_is_the_same_group(
    pair: tuple[StatusMapping, tuple[JiraStatus, ...]],
) -> None:
    declared, workflow = pair
    assert mapping_findings(declared) == ()
    assert "jira-status-unknown" not in codes(workflow_findings(declared, workflow, "X"))
    for present in workflow:
        for group in StatusGroup:
            to = target_status(present, group, declared, workflow)
            assert to is not None
            assert ticket_group(to, declared) is group
            assert target_status(to, group, declared, workflow) == to


@settings(max_examples=500, deadline=None)
@given(mappings, workflows)
def test_where_out_and_in_again_is_another_group_it_is_told(
    declared: StatusMapping, workflow: tuple[JiraStatus, ...]
) -> None:
    told = codes(mapping_findings(declared)) + codes(workflow_findings(declared, workflow, "X"))
    for group in StatusGroup:
        mapped = declared.groups.get(group)
        to = status_named(mapped.to, workflow) if mapped else None
        if to is None:
            assert {"mapping-group-missing", "jira-status-unknown"} & set(told)
        elif ticket_group(to, declared) is not group:
            assert {"mapping-target-unlisted", "status-in-two-groups"} & set(told)
        elif group is CLOSED and to.category is not DONE:
            assert "closed-not-done" in told
