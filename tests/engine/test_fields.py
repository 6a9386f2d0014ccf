"""Fields of a rule's tickets, resolved against a create screen."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.engine.tickets.fields import resolve
from reconciler.model.declared import Destination, Rule
from reconciler.model.finding import Origin
from reconciler.model.screen import Screen
from reconciler.model.ticket import AllowedValue, CreateField
from reconciler.model.written import Written

SEVERITY = tuple(AllowedValue(str(number), f"S{number}") for number in (1, 2, 3))
REGIONS = (
    AllowedValue("10", "EU", (AllowedValue("11", "Berlin"), AllowedValue("12", "Paris"))),
    AllowedValue("20", "US"),
)
FIELDS = (
    CreateField("summary", "Summary", True, False, "string"),
    CreateField("project", "Project", True, False, "project"),
    CreateField("labels", "Labels", False, False, "array", "string"),
    CreateField(
        "priority", "Priority", True, True, "priority", allowed=(AllowedValue("2", "High"), AllowedValue("3", "Medium"))
    ),
    CreateField("components", "Components", False, False, "array", "component", allowed=(AllowedValue("7", "Ledger"),)),
    CreateField("cf_1", "Severity", True, False, "option", allowed=SEVERITY),
    CreateField("cf_2", "Region", False, False, "option-with-child", allowed=REGIONS),
    CreateField("cf_3", "Points", False, False, "number"),
    CreateField("assignee", "Assignee", False, False, "user"),
    CreateField("cf_4", "Note", False, False, "string"),
    CreateField("parent", "Parent", False, False, "issuelink"),
)


def a_rule(**fields: Any) -> Rule:
    parts = {f"destination.fields.{name}": Origin("rules.yaml", 10 + n, 9) for n, name in enumerate(fields)}
    written = Written(Origin("rules.yaml", 5, 3), parts | {"destination.fields": Origin("rules.yaml", 9, 7)})
    return Rule("pay", "service:x", Destination("payments", fields=fields), written=written)


def screen(people: dict[str, str] | None = None, *, is_cloud: bool = True) -> Screen:
    return Screen("PAY Bug", FIELDS, (people or {}).get, is_cloud)


@pytest.mark.parametrize(
    ("fields", "payload"),
    [
        ({"Severity": "S2"}, {"cf_1": {"id": "2"}}),
        ({"severity": "s2"}, {"cf_1": {"id": "2"}}),
        ({"cf_1": "3"}, {"cf_1": {"id": "3"}}),
        ({"Severity": {"id": "9"}}, {"cf_1": {"id": "9"}}),
        ({"labels": ["a", "b"]}, {"labels": ["a", "b"]}),
        ({"labels": "a"}, {"labels": ["a"]}),
        ({"Components": ["ledger"]}, {"components": [{"id": "7"}]}),
        ({"Region": "EU / Paris"}, {"cf_2": {"id": "10", "child": {"id": "12"}}}),
        ({"Region": "US"}, {"cf_2": {"id": "20"}}),
        ({"Points": 3.5}, {"cf_3": 3.5}),
        ({"Assignee": "ann@acme.com"}, {"assignee": {"accountId": "5b1"}}),
        ({"Note": 12}, {"cf_4": "12"}),
        ({"Parent": "PAY-1"}, {"parent": {"key": "PAY-1"}}),
    ],
)
def test_values_become_what_jira_takes(fields: dict[str, Any], payload: dict[str, Any]) -> None:
    resolved = resolve(
        a_rule(Severity="S1") if not fields else a_rule(**({"Severity": "S1"} | fields)),
        screen({"ann@acme.com": "5b1"}),
    )
    assert resolved.findings == ()
    expected = {"cf_1": {"id": "1"}} | payload
    assert dict(resolved.payload) == expected


def test_a_data_center_user_is_named_by_name() -> None:
    resolved = resolve(a_rule(Severity="S1", Assignee="ann"), screen({"ann": "ann"}, is_cloud=False))
    assert resolved.payload["assignee"] == {"name": "ann"}


@pytest.mark.parametrize(
    ("fields", "code", "line", "words"),
    [
        ({"Sevrity": "S1", "Severity": "S1"}, "field-unknown", 10, ["no field 'Sevrity'", "did you mean Severity?"]),
        ({"Severity": "S9"}, "field-value", 10, ["'S9' is not one of its values", "one of S1, S2, S3"]),
        ({"Severity": "S1", "summary": "x"}, "field-supplied", 11, ["use `summary:`"]),
        ({"Severity": "S1", "Points": "three"}, "field-value", 11, ["'three' is not a number"]),
        ({"Severity": "S1", "Points": True}, "field-value", 11, ["True is not a number"]),
        ({"Severity": "S1", "labels": ["a b"]}, "field-value", 11, ["'a b' cannot be a label"]),
        ({"Severity": "S1", "Region": "EU / Rome"}, "field-value", 11, ["'Rome' is not below 'EU'"]),
        ({"Severity": "S1", "Assignee": "zoe@x"}, "field-value", 11, ["no one person is known as 'zoe@x'"]),
        ({}, "field-required", 9, ["requires the field 'Severity' (option)", "one of S1, S2, S3", "add `Severity: …`"]),
    ],
)
def test_what_does_not_fit_is_told_at_its_line(fields: dict[str, Any], code: str, line: int, words: list[str]) -> None:
    findings = [finding for finding in resolve(a_rule(**fields), screen()).findings if finding.code == code]
    assert len(findings) == 1
    assert findings[0].origin is not None
    assert findings[0].origin.line == line
    for word in words:
        assert word in str(findings[0])


def test_a_required_field_with_a_default_need_not_be_given() -> None:
    assert "priority" not in resolve(a_rule(Severity="S1"), screen()).payload
