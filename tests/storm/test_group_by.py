"""`group_by`: new issues alike share one open ticket, within a plan, across runs, through deaths; a closed one takes none."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.sandbox.faults import Fault, FaultKind, Phase

LIMITED = "auto_create: {enabled: true, max_per_day: 2}"
GROUPED = "auto_create: true\n      group_by: [service, error_type]"
TOGETHER = [["a1"], ["w1", "w2", "w3"], ["w4"], ["w5"]]


@pytest.fixture
def grouped(storm: Any) -> Any:
    """The rule groups by service and type; w1, w2 and w3 are alike, w5 has no type."""
    storm.declare(LIMITED, GROUPED)
    return storm


def plan(storm: Any) -> dict[str, Any]:
    """The plan of tickets and groups."""
    code, said = storm.run("plan --only tickets,sync --format json")
    assert code == 0, said
    told: dict[str, Any] = json.loads(said)
    return told


def test_alike_issues_of_one_plan_share_a_ticket(grouped: Any) -> None:
    told = plan(grouped)
    assert [each["address"] for each in told["changes"] if each["address"].startswith("link.")] == [
        "link.w2",
        "link.w3",
    ]
    join = next(each for each in told["changes"] if each["address"] == "link.w3")
    assert join["reason"].startswith(
        "joins the ticket of issue w1: alike in service web, error_type keyerror; new in web"
    )
    assert join["origin"]["line"] == 25
    code, said = grouped.run("plan --only tickets,sync")
    assert "+ The new ticket of issue w1 takes 2 issues alike in service web, error_type keyerror" in said
    assert "rule few (config.yaml:25) link.w2 first seen 2026-11-02 05:00 UTC link.w3 first seen" in said
    assert "6 to create" in said
    code, said = grouped.run("apply --yes --only tickets,sync")
    assert code == 0, said
    assert sorted(grouped.tickets().values()) == TOGETHER
    states = {each.name: each.state for each in grouped.running.world.datadog.company.issues.values()}
    assert states["w2"] == states["w3"] == "ACKNOWLEDGED"


@pytest.mark.parametrize(
    "sync",
    [
        "engine: reconciler, status: two_way",
        "engine: reconciler, status: two_way, assignee: two_way, comments: two_way",
        "engine: datadog, status: two_way",
        "status: off",
    ],
)
def test_after_it_nothing_is_left_to_do(grouped: Any, sync: str) -> None:
    grouped.declare("engine: reconciler, status: two_way", sync)
    code, said = grouped.run("apply --yes")
    assert code == 0, said
    assert sorted(grouped.tickets().values()) == TOGETHER
    assert plan(grouped)["changes"] == []
    writes = len(grouped.running.traffic.writes)
    grouped.run("apply --yes --only tickets,sync")
    assert len(grouped.running.traffic.writes) == writes


def new(storm: Any, name: str, **facts: str) -> None:
    """Another issue of web, a KeyError unless told otherwise."""
    told = {"service": "web", "error_type": "KeyError", "name": name} | facts
    storm.act("issue", "new", *(f"{key}={value}" for key, value in told.items()))
    storm.later(minutes=1)


def of(storm: Any, name: str) -> list[str]:
    """The issues that share a ticket with this one."""
    return next((issues for issues in storm.tickets().values() if name in issues), [])


def test_an_issue_of_a_later_run_joins_within_the_window(grouped: Any) -> None:
    grouped.apply()
    grouped.later(hours=23)
    new(grouped, "x1", error_type="KEYERROR")
    assert "SHOP-1 takes 1 issue alike in service web, error_type keyerror" in grouped.run("plan --only tickets")[1]
    (join,) = plan(grouped)["changes"]
    assert join["reason"].startswith("joins SHOP-1, with 3 other issues: alike in")
    assert "SHOP-1, with 3 others, through case SHOP-1" in grouped.apply()
    assert of(grouped, "x1") == ["w1", "w2", "w3", "x1"]
    assert plan(grouped)["changes"] == []


def test_past_the_window_another_ticket_is_made_which_then_leads(grouped: Any) -> None:
    grouped.declare("[service, error_type]", "{attributes: [service, error_type], window: 1h}")
    grouped.apply()
    grouped.later(minutes=61)
    new(grouped, "x1")
    new(grouped, "x2")
    grouped.apply()
    assert of(grouped, "x1") == ["x1", "x2"]
    grouped.later(minutes=30)
    new(grouped, "x3")
    grouped.apply()
    assert of(grouped, "x3") == ["x1", "x2", "x3"]


def finish(storm: Any) -> None:
    storm.act("ticket", "SHOP-1", "status", "Done")


def archive(storm: Any) -> None:
    storm.act("case", "SHOP-1", "archive")


def leave(storm: Any) -> None:
    storm.act("issue", "w1", "detach")


def forget(storm: Any) -> None:
    case = next(each for each in storm.running.world.datadog.company.cases.values() if each.key == "SHOP-1")
    case.description = "somebody tidied up"


@pytest.mark.parametrize("deed", [finish, archive, leave, forget])
def test_a_ticket_that_takes_no_more_is_not_joined(grouped: Any, deed: Callable[[Any], None]) -> None:
    grouped.apply()
    deed(grouped)
    new(grouped, "x1")
    grouped.apply()
    assert of(grouped, "x1") == ["x1"]


def test_what_lacks_an_attribute_is_like_no_other(grouped: Any) -> None:
    grouped.apply()
    new(grouped, "x1", error_type="")
    grouped.apply()
    assert of(grouped, "x1") == ["x1"]


def test_a_rule_takes_no_ticket_of_another(grouped: Any) -> None:
    grouped.apply()
    grouped.declare("name: few", "name: fewer")
    new(grouped, "x1")
    grouped.apply()
    assert of(grouped, "x1") == ["x1"]


def test_joining_uses_up_nothing_of_the_day(grouped: Any) -> None:
    grouped.declare("auto_create: true\n      group_by", "auto_create: {enabled: true, max_per_day: 1}\n      group_by")
    said = grouped.apply()
    assert "rule 'few': 2 new issues get no ticket today" in said
    assert grouped.tickets() == {"SHOP-1": ["w1", "w2", "w3"], "SHOP-2": ["a1"]}


def test_wherever_a_run_breaks_off_each_issue_ends_on_one_ticket(grouped: Any) -> None:
    grouped.apply()
    assert sorted(grouped.tickets().values()) == TOGETHER
    writes = len(grouped.running.traffic.writes)
    for number in range(2, writes + 1):
        grouped.anew()
        # The run's writes from this one on have no effect: it is as dead as if it had been killed after the one before.
        grouped.running.stage_fault(
            Fault(FaultKind.STATUS, Phase.BEFORE, writes_only=True, nth=number, times=0, status=403)
        )
        code, said = grouped.run("apply --yes --only tickets")
        assert code != 0, said
        grouped.running.clear_faults()
        grouped.apply()
        grouped.later(minutes=1)
        grouped.run("apply --yes --only tickets,sync")
        assert sorted(grouped.tickets().values()) == TOGETHER, f"broken off before write {number} of {writes}"


@pytest.mark.parametrize("phase", [Phase.BEFORE, Phase.AFTER])
def test_a_lost_answer_leaves_the_issue_on_one_ticket(grouped: Any, phase: Phase) -> None:
    grouped.apply()
    new(grouped, "x1")
    grouped.running.traffic.reset()
    grouped.running.stage_fault(Fault(FaultKind.DROP, phase, method="PUT", path="*/insights"))
    code, said = grouped.run("apply --yes --only tickets")
    assert code == 0, said
    assert of(grouped, "x1") == ["w1", "w2", "w3", "x1"]
    assert plan(grouped)["changes"] == []


def test_where_the_tickets_cannot_be_read_nothing_is_made(grouped: Any) -> None:
    grouped.apply()
    new(grouped, "x1")
    grouped.running.stage_fault(Fault(FaultKind.STATUS, path="*/issue/bulkfetch", times=0, status=403))
    code, said = grouped.run("plan --only tickets --format json")
    told = json.loads(said)
    assert code == 1
    assert told["changes"] == []
    assert "group-by-unread" in [each["code"] for each in told["findings"]]


def test_the_ticket_of_an_issue_that_fails_takes_the_others_not_with_it(grouped: Any) -> None:
    grouped.running.stage_fault(Fault(FaultKind.STATUS, method="POST", path="/api/v2/cases", times=1, status=403))
    code, said = grouped.run("apply --yes --only tickets")
    assert code == 3
    assert "skipped create link.w2 not begun: ticket.w1, which it is to join, was not made" in said
    grouped.running.clear_faults()
    grouped.apply()
    assert of(grouped, "w2") == ["w1", "w2", "w3"]


def test_a_ticket_made_by_hand_by_the_rule_leads_as_well(grouped: Any) -> None:
    code, said = grouped.run("ticket create w3 --yes")
    assert code == 0, said
    grouped.apply()
    assert sorted(grouped.tickets().values()) == TOGETHER


def test_explain_says_which_ticket_an_issue_will_join(grouped: Any) -> None:
    grouped.apply()
    new(grouped, "x1")
    code, said = grouped.run("explain x1")
    assert code == 0, said
    assert "joins SHOP-1, with 3 other issues: alike in service web, error_type keyerror" in said


def test_rules_explain_says_that_it_may_join(grouped: Any) -> None:
    code, said = grouped.run("rules explain w1")
    assert code == 0, said
    assert "a new issue gets a ticket by itself, or joins the open one of alike issues." in said


def test_an_issue_that_somebody_gave_a_case_gets_its_ticket_there(grouped: Any) -> None:
    grouped.apply()
    new(grouped, "x1")
    owner = next(iter(grouped.running.world.datadog.company.users.values()))
    grouped.act("issue", "x1", "assign", owner.email)
    grouped.act("issue", "x1", "state", "OPEN")
    assert [each["address"] for each in plan(grouped)["changes"]] == ["ticket.x1"]


def test_a_reviewed_plan_joins_what_it_showed(grouped: Any) -> None:
    file = grouped.config.parent / f"{grouped.config.name}.json"
    grouped.run(f"plan --only tickets --out {file}")
    code, said = grouped.run(f"apply {file} --yes")
    assert code == 0, said
    assert sorted(grouped.tickets().values()) == TOGETHER


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("link.w2", "issue w1, whose ticket it was to join, has none"),
        ("ticket.w1 --target link.w2", "SHOP-1, with 1 other"),
    ],
)
def test_a_link_may_be_chosen_with_the_ticket_it_joins(grouped: Any, target: str, told: str) -> None:
    identity = {each.name: each.id for each in grouped.running.world.datadog.company.issues.values()}
    for name in ("w1", "w2"):
        target = target.replace(f".{name}", f".{identity[name]}")
    assert told in grouped.run(f"apply --yes --target {target}")[1]


def test_backtest_tells_how_many_join(grouped: Any) -> None:
    code, said = grouped.run("rules backtest")
    assert code == 0, said
    assert "5 issues, 3 tickets, at most 3 a day, on 2026-11-02, 2 join the ticket of an alike one" in said


def test_too_many_links_are_over_a_limit(grouped: Any) -> None:
    grouped.declare("max_change_ratio: 1.0", "max_change_ratio: 1.0, max_links: 1")
    code, said = grouped.run("plan --only tickets")
    assert code == 6, said
    assert "2 issues would be linked to tickets of alike ones in one run, the limit is 1" in said


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ("auto_create: false\n      group_by: [service]", "rule 'few' groups issues, and makes no ticket by itself"),
        ("auto_create: true\n      group_by: [service, service]", "rule 'few' groups by service twice"),
        ("auto_create: true\n      group_by: []", "config.yaml:25:7: error: spec.rules[0].group_by: is empty"),
        (
            "auto_create: true\n      group_by: service",
            'config.yaml:25:17: error: spec.rules[0].group_by: "service" cannot',
        ),
        ("auto_create: true\n      group_by: [sevice]", "service"),
        ("auto_create: true\n      group_by: {window: 1h}", "attributes"),
    ],
)
def test_a_grouping_that_means_nothing_is_refused(storm: Any, declared: str, told: str) -> None:
    storm.declare(LIMITED, declared)
    code, said = storm.run("validate")
    assert code == 1, said
    assert told in said
