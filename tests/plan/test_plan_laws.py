"""Laws of diff and of the plan document."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model.address import Address, Kind
from reconciler.model.finding import Finding, Origin, Severity, ordered
from reconciler.model.limits import Limits
from reconciler.model.resource import (
    CaseProjectSettings,
    Desired,
    IssueStatus,
    JoinRequest,
    Named,
    Observed,
    Reason,
    Resource,
    TicketRequest,
    TicketStatus,
    WebhookSettings,
)
from reconciler.model.state import IssueState
from reconciler.model.written import Written
from reconciler.plan.change import Change, Create, Delete, Update
from reconciler.plan.diff import diff
from reconciler.plan.encoding import (
    canonical,
    digest_of,
    encode_change,
    encode_finding,
    encode_outcome,
    encode_plan,
    field_changes,
    to_json,
)
from reconciler.plan.limits import exceeded
from reconciler.plan.outcome import Outcome, Status
from reconciler.plan.plan import Plan, Targets

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

names = st.sampled_from(["SHOP", "PAY", "WEB", "ET"])
words = st.text(alphabet="abc", min_size=1, max_size=3)
named = st.builds(Named, id=words, name=words)
settings_of = st.builds(
    CaseProjectSettings,
    key=names,
    integration=st.booleans(),
    account=st.none() | named,
    project=st.none() | named,
    issue_type=st.none() | named,
    sync=st.booleans(),
    auto_creation=st.booleans(),
    directions=st.dictionaries(st.sampled_from(["status", "assignee"]), words),
    statuses=st.dictionaries(st.sampled_from(["OPEN", "CLOSED"]), words),
)
webhooks = st.builds(
    WebhookSettings, account=names, enabled=st.booleans(), events=st.frozensets(words, max_size=3), jql=words
)
resources = st.dictionaries(st.integers(0, 5), st.one_of(settings_of, webhooks), max_size=5).map(
    lambda held: {resource.address: resource for resource in held.values()}
)


def perform(changes: list[Change], have: dict[Address, Resource]) -> dict[Address, Resource]:
    after = dict(have)
    for change in changes:
        match change:
            case Create(after=wanted) | Update(after=wanted):
                after[change.address] = wanted
            case Delete():
                after.pop(change.address)
    return after


@given(resources)
def test_nothing_differs_from_itself(have: dict[Address, Resource]) -> None:
    assert list(diff(Desired(have), Observed(have))) == []


@given(resources, resources)
def test_performing_the_diff_reaches_what_is_desired_and_leaves_the_rest(
    want: dict[Address, Resource], have: dict[Address, Resource]
) -> None:
    changes = list(diff(Desired(want), Observed(have)))
    assert perform(changes, have) == have | want
    assert list(diff(Desired(want), Observed(have | want))) == []


@given(resources, resources)
def test_changes_come_in_order_of_address_and_each_changes_something(
    want: dict[Address, Resource], have: dict[Address, Resource]
) -> None:
    changes = list(diff(Desired(want), Observed(have)))
    assert [change.address for change in changes] == sorted(change.address for change in changes)
    for change in changes:
        if isinstance(change, Update):
            assert change.before != change.after


@given(resources, resources, names)
def test_what_could_not_be_read_is_in_no_change(
    want: dict[Address, Resource], have: dict[Address, Resource], key: str
) -> None:
    address = Address(Kind.CASE_PROJECT, key)
    unread = {address: Finding("unreadable", Severity.ERROR, "no answer")}
    assert address not in {change.address for change in diff(Desired(want), Observed(have, unread))}


def a_plan(**changed: Any) -> Plan:
    before = CaseProjectSettings("SHOP", False, None, None, None, False, directions={"status": "none"})
    after = replace(before, integration=True, directions={"status": "two_way"}, account=Named("a-1", "https://acme"))
    plan = Plan(
        changes=(Update(before, after, Reason("binding shop", "bindings.yaml", 3)),),
        findings=(Finding("webhook-missing", Severity.WARNING, "none", origin=Origin("connections.yaml", 4, 2)),),
        targets=Targets("https://api.datadoghq.com", {"acme": "https://acme.atlassian.net"}),
        config_digest="sha256:abc",
        created_at=NOW,
        expires_at=NOW + timedelta(hours=24),
        calls={"datadog": 7},
    )
    return replace(plan, **changed)


def test_a_name_beside_an_id_is_no_difference() -> None:
    assert Named("1", "Bug") == Named("1", "Fehler")


def test_field_changes_are_dotted_leaves() -> None:
    (change,) = a_plan().changes
    assert [(item.path, item.before, item.after) for item in field_changes(change)] == [
        ("account.id", None, "a-1"),
        ("account.name", None, "https://acme"),
        ("directions.status", "none", "two_way"),
        ("integration", False, True),
    ]


def paths_of(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    if isinstance(value, dict) and value:
        return [found for key, item in value.items() for found in paths_of(item, (*path, key))]
    if isinstance(value, list) and value:
        return [found for index, item in enumerate(value) for found in paths_of(item, (*path, index))]
    return [path]


def changed_at(document: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    copy = json.loads(json.dumps(document))
    place = copy
    for step in path[:-1]:
        place = place[step]
    held = place[path[-1]]
    place[path[-1]] = not held if isinstance(held, bool) else "tampered"
    return dict(copy)


def test_changing_any_one_field_breaks_the_digest() -> None:
    document = encode_plan(a_plan())
    assert digest_of(document) == document["digest"]
    for path in paths_of(document):
        altered = changed_at(document, path)
        assert digest_of(altered) != altered["digest"], path


def test_the_document_is_the_same_under_any_hash_seed() -> None:
    script = (
        "import json\n"
        "from reconciler.model.resource import WebhookSettings\n"
        "from reconciler.plan.encoding import to_json\n"
        "print(json.dumps(to_json(WebhookSettings('a', True, frozenset('qwertyuiop'), ''))))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
@settings(max_examples=60)
def test_json_values_are_their_own_json_form(value: object) -> None:
    assert canonical(to_json(value)) == canonical(value)


def test_reason_is_not_part_of_what_a_change_is() -> None:
    (change,) = a_plan().changes
    assert change == replace(change, reason=Reason("worded anew"))
    assert encode_change(change)["origin"] == {"file": "bindings.yaml", "line": 3}


def test_counts_name_actions_and_severities() -> None:
    assert dict(a_plan().counts) == {"create": 0, "update": 1, "delete": 0, "error": 0, "warning": 1, "info": 0}


def a_request(number: int) -> Create:
    request = TicketRequest(
        f"issue-{number}", "r", "shop", "SHOP", "acme", Named("1"), Named("2"), "s", "d", f"ddet-{number}"
    )
    return Create(request)


@pytest.mark.parametrize(("creates", "codes"), [(0, []), (3, []), (4, ["limit-creates"])])
def test_the_limit_of_creates_is_a_finding(creates: int, codes: list[str]) -> None:
    found = exceeded([a_request(number) for number in range(creates)], Limits(max_creates=3))
    assert [finding.code for finding in found] == codes


@pytest.mark.parametrize(("links", "codes"), [(3, []), (4, ["limit-links"])])
def test_the_limit_of_links_is_a_finding(links: int, codes: list[str]) -> None:
    joins = [Create(JoinRequest(f"i-{number}", "r", "SHOP", "acme", "i", "ddgr-a", NOW)) for number in range(links)]
    assert [finding.code for finding in exceeded(joins, Limits(max_creates=0, max_links=3))] == codes


def an_issue(number: int, before: IssueState, after: IssueState) -> Update:
    key = f"SHOP-{number % 3}"
    return Update(IssueStatus(f"i-{number}", key, before), IssueStatus(f"i-{number}", key, after))


def a_ticket(number: int, group: str) -> Update:
    base = {"group": {"case": group}}
    place = (f"PAY-{number}", "acme", "PAY", f"PAY-{number}")
    return Update(TicketStatus(*place, Named("1"), None), TicketStatus(*place, Named("2"), None, base=base))


RESOLVED, REVIEWED, REVIEW = IssueState.RESOLVED, IssueState.ACKNOWLEDGED, IssueState.OPEN


@pytest.mark.parametrize(
    ("changes", "groups", "codes"),
    [
        ([an_issue(n, REVIEW, RESOLVED) for n in range(2)], 0, []),
        ([an_issue(n, REVIEW, RESOLVED) for n in range(3)], 0, ["limit-closes"]),
        ([an_issue(n, RESOLVED, IssueState.IGNORED) for n in range(3)], 0, []),
        ([an_issue(n, RESOLVED, REVIEW) for n in range(3)], 0, []),
        ([a_ticket(n, "closed") for n in range(3)], 0, ["limit-closes"]),
        ([a_ticket(n, "open") for n in range(3)], 9, []),
        ([a_ticket(n, "open") for n in range(3)], 10, ["limit-change-ratio"]),
        ([a_ticket(n, "open") for n in range(2)], 10, []),
        ([an_issue(n, REVIEW, REVIEWED) for n in range(30)], 15, []),
        ([an_issue(n, REVIEW, REVIEWED) for n in range(30)], 14, ["limit-change-ratio"]),
    ],
)
def test_closing_and_moving_much_is_a_finding(changes: list[Change], groups: int, codes: list[str]) -> None:
    found = exceeded(changes, Limits(max_closes=2, max_change_ratio=0.2), groups)
    assert [finding.code for finding in found] == codes


@pytest.mark.parametrize("limit", ["max_creates", "max_links", "max_closes", "max_change_ratio"])
def test_a_limit_says_which_field_raises_it_and_where_it_stands(limit: str) -> None:
    makes = [a_request(1), Create(JoinRequest("i", "r", "SHOP", "acme", "i", "ddgr-a", NOW))]
    declared = Written(Origin("limits.yaml", 1), {limit: Origin("limits.yaml", 7, 3)})
    limits = Limits(max_creates=0, max_links=0, max_closes=0, max_change_ratio=0.0, written=declared)
    found = exceeded([*makes, an_issue(1, REVIEW, RESOLVED)], limits, 10)
    assert len(found) == 4
    (raised,) = [finding for finding in found if f"`{limit}` in the Limits document" in (finding.hint or "")]
    assert raised.origin == Origin("limits.yaml", 7, 3)


@pytest.mark.parametrize("text", ["ticket", "ticket.", ".x", "tickets.x", ""])
def test_an_address_that_is_none_says_what_one_is(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected KIND\.NAME with KIND one of case_project, webhook, ticket"):
        Address.parse(text)


@given(st.sampled_from(list(Kind)), st.text(min_size=1))
def test_addresses_read_back(kind: Kind, name: str) -> None:
    assert Address.parse(str(Address(kind, name))) == Address(kind, name)


def test_an_outcome_and_a_finding_as_programs_read_them() -> None:
    address = Address(Kind.TICKET, "SHOP-1")
    assert encode_outcome(Outcome(address, "create", Status.STALE, "moved")) == {
        "address": "ticket.SHOP-1", "action": "create", "status": "stale", "detail": "moved",
    }  # fmt: skip
    told = encode_finding(Finding("x", Severity.INFO, "m", address, Origin("a.yaml", 2, 3), "e", "h"))
    assert told == {
        "code": "x", "severity": "info", "message": "m", "expected": "e", "address": "ticket.SHOP-1",
        "origin": {"file": "a.yaml", "line": 2, "column": 3}, "hint": "h",
    }  # fmt: skip


def test_findings_are_ordered_by_severity_then_place_and_never_twice() -> None:
    late = Finding("b", Severity.ERROR, "x", origin=Origin("b.yaml", 2))
    early = Finding("a", Severity.ERROR, "y", origin=Origin("a.yaml", 9))
    mild = Finding("a", Severity.INFO, "z")
    assert ordered([mild, late, early, late]) == (early, late, mild)
