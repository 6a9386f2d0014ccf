"""A story of any size fits a screen; whatever is cut is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.engine.explain.explanation import Difference, Explanation, Member, Routed, Step, Trial
from reconciler.model.address import Address, Kind
from reconciler.model.finding import Finding, Severity
from reconciler.model.state import IssueState, StatusGroup
from reconciler.report.explanation import render_explanation
from reconciler.report.explanation_document import explanation_document
from reconciler.sync.decision import Conflict, Decision, Reason
from reconciler.sync.group import GroupState
from reconciler.sync.remembered import Intent, Remembered

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SMALL = Explanation("SHOP-1", (Member(Address(Kind.TICKET, "SHOP-1"), "Broken", "Done"),), "nothing to do")


def flat(told: Explanation) -> str:
    return " ".join(render_explanation(told).split())


def test_a_ticket_with_two_hundred_issues_is_counted() -> None:
    issues = tuple(Member(Address(Kind.ISSUE, f"{number:03}"), "x", "Resolved") for number in range(200))
    large = replace(
        SMALL,
        members=(*SMALL.members, *issues),
        differences=tuple(Difference(f"{number:03}", "For Review", "Resolved") for number in range(200)),
        history=tuple(Step(AT + timedelta(minutes=number), "ticket", "a", "b", "Ana") for number in range(40)),
        routed=Routed("000", tuple(Trial(f"rule-{number}", "service:x", matches=False) for number in range(30))),
    )
    text = flat(large)
    assert "… and 188 more issues: --format json shows all" in text
    assert "… and 188 more differences" in text
    assert "… and 25 earlier steps" in text
    assert "… and 20 earlier rules" in text
    assert "rule-29" in text
    assert "rule-0 " not in text
    assert len(render_explanation(large).splitlines()) < 160


def test_what_was_not_read_says_so() -> None:
    unread = Finding("unreadable", Severity.ERROR, "Datadog: issue 1 could not be read")
    told = replace(
        SMALL, members=(Member(Address(Kind.ISSUE, "1")),), findings=(unread,), is_complete=False, calls={"datadog": 3}
    )
    text = flat(told)
    assert "issue.1 not read" in text
    assert text.endswith("Incomplete: something could not be read; 1 error; 3 calls")


def test_a_broken_run_and_a_held_conflict_are_told() -> None:
    base = GroupState(StatusGroup.OPEN, StatusGroup.OPEN, {"1": IssueState.OPEN}, frozenset({"1"}))
    after = GroupState(StatusGroup.CLOSED, StatusGroup.CLOSED, {"1": IssueState.RESOLVED})
    conflict = Conflict("ticket", StatusGroup.OPEN, None, StatusGroup.CLOSED, "hub-conflict")
    told = replace(
        SMALL,
        remembered=Remembered(base, AT, AT, case_left=StatusGroup.OPEN, intent=Intent(base, after, AT)),
        decision=Decision(after, True, (conflict,), (), (Reason("hub-conflict", "both sides moved"),)),
    )
    text = flat(told)
    assert "broken off a run at 2026-11-02 09:00 UTC was to bring the group to closed" in text
    assert "1 issue may still be reviewed by Datadog" in text
    assert "case open, which was left at open" in text
    assert "Decision held: nothing is written" in text
    assert "conflict: ticket was open, is no group, becomes closed: rule hub-conflict" in text


@pytest.mark.parametrize("hostile", ["\x1b[31mred", "::error::x", "\u202egnp", "a\nb", "##[group]x", "x" * 3000])
def test_hostile_text_is_harmless_wherever_it_stands(hostile: str) -> None:
    told = replace(
        SMALL,
        members=(Member(Address(Kind.TICKET, hostile), hostile, hostile, None, hostile, hostile),),
        next_run=hostile,
        notes=(hostile,),
        binding=hostile,
        routed=Routed(hostile, (Trial(hostile, hostile, matches=False, because=hostile),), {hostile: hostile}),
        history=(Step(AT, hostile, hostile, hostile, hostile),),
        differences=(Difference(hostile, hostile, hostile),),
        findings=(Finding("x", Severity.ERROR, hostile, hint=hostile),),
    )
    lines = render_explanation(told).splitlines()
    assert max(map(len, lines)) <= 80
    assert not [line for line in lines if line.lstrip().startswith("::") or "##[" in line]
    assert not {"\x1b", "\u202e"} & set("".join(lines))
    assert explanation_document(told)["next_run"] == hostile
